"""ZIP archives: every safe file comes out, every other with the reason."""

from __future__ import annotations

import io
import random
import stat
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import FUZZED, damaged, zipped

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.archive import members
from citeback.ingest.formats.unzipping import Limits, opened

SMALL = Limits(members=10, unpacked=10_000, ratio=20, spacious=1_000)


def found(data: bytes, limits: Limits = SMALL) -> dict[str, bytes | str]:
    return {one.name: one.refusal or one.data for one in members(data, limits)}


def test_files_come_out_with_their_folders() -> None:
    data = zipped({"a.txt": "one", "sub/": "", "sub/b ü.md": "two"})
    assert found(data) == {"a.txt": b"one", "sub/b ü.md": b"two"}


def test_files_of_one_name_are_all_given() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that is what it warns of
        for number, name in enumerate(["a.txt", "a (2).txt", "a.txt", "./a.txt"]):
            archive.writestr(name, str(number))
    assert found(packed.getvalue()) == {
        "a.txt": b"0",
        "a (2).txt": b"1",
        "a (3).txt": b"2",
        "a (4).txt": b"3",
    }


def test_what_no_person_put_there_is_passed_over() -> None:
    data = zipped(
        {
            "__MACOSX/._a.txt": "x",
            ".DS_Store": "x",
            "sub/.hidden/a.txt": "x",
            "Thumbs.db": "x",
            "a.txt": "one",
        }
    )
    assert found(data) == {"a.txt": b"one"}


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "sub/../../a.txt", "/etc/passwd", "C:\\a.txt", "..\\a.txt", "C:a.txt"],
)
def test_a_name_that_leads_out_is_refused_and_shown_without_harm(name: str) -> None:
    ((shown, reason),) = found(zipped({name: "x"})).items()
    assert "leads out of the archive" in str(reason)
    assert ".." not in shown
    assert not shown.startswith("/")


def test_links_are_refused() -> None:
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "a link to another file" in str(found(buffer.getvalue())["a.txt"])


def test_protected_files_are_refused_and_others_read() -> None:
    result = found(locked(zipped({"a.txt": "one", "b.txt": "two"})))
    assert "protected by a password" in str(result["a.txt"])
    assert result["b.txt"] == b"two"


def test_a_document_of_protected_files_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="protected by a password"):
        opened(locked(zipped({"a.xml": "<a/>"})), "a Word document")


def locked(data: bytes) -> bytes:
    """The archive with its first file said to be encrypted."""
    changed = bytearray(data)
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def test_bombs_are_refused() -> None:
    result = found(zipped({"a.txt": bytes(9_000), "b.txt": "fine"}))
    assert "packed far tighter" in str(result["a.txt"])
    assert result["b.txt"] == b"fine"


def test_all_together_must_not_be_too_much() -> None:
    chance = random.Random(1)
    parts = {f"{n}.txt": chance.randbytes(4_000) for n in range(4)}
    inner = zipped({"c.txt": chance.randbytes(4_000)})
    reasons = [
        name for name, got in found(zipped(parts)).items() if isinstance(got, str)
    ]
    assert reasons == ["2.txt", "3.txt"]
    nested = found(zipped({"0.txt": parts["0.txt"], "in.zip": inner}))
    assert "more than 0 MB" in str(nested["in.zip/c.txt"])


def test_too_many_files_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="more than 10 files"):
        found(zipped({f"{n}.txt": "x" for n in range(11)}))


def test_archives_within_are_opened_and_end_somewhere() -> None:
    data = zipped({"a.txt": "deep"})
    for _ in range(2):
        data = zipped({"in.zip": data})
    assert found(data) == {"in.zip/in.zip/a.txt": b"deep"}
    ((name, reason),) = found(zipped({"in.zip": data})).items()
    assert name == "in.zip/in.zip/in.zip"
    assert "too deep" in str(reason)


def test_a_damaged_archive_within_is_refused_alone() -> None:
    result = found(zipped({"in.zip": "none", "a.txt": "one"}))
    assert "no ZIP archive, or damaged" in str(result["in.zip"])
    assert result["a.txt"] == b"one"


def test_a_file_that_claims_to_be_smaller_than_it_is_is_refused() -> None:
    data = bytearray(zipped({"a.txt": b"words " * 100}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert "it is damaged" in str(found(bytes(data))["a.txt"])


def test_names_in_old_letters_are_shown() -> None:
    data = zipped({"xxxx.txt": "one"}).replace(b"xxxx", "é日"[0:1].encode() + b"\x01a")
    ((name, content),) = found(data).items()
    assert name == "é\ufffda.txt"
    assert content == b"one"


@pytest.mark.parametrize("data", [b"", b"plain words", zipped({"a": "b"})[:-30]])
def test_what_is_no_archive_is_told_so(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="no ZIP archive, or damaged"):
        found(data)


def test_damage_is_refused_or_read() -> None:
    data = zipped({"a.txt": "one", "in.zip": zipped({"b.txt": "two"})})
    chance = random.Random(7)
    for _ in range(FUZZED):
        with suppress(UnreadableFileError):
            found(damaged(data, chance))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        found(data)
