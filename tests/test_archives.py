"""ZIP archives in the content folder: their files are documents like others."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.index import stamps
from citeback.index.stamps import Stamp
from citeback.ingest import build, read
from citeback.records import Progress

KETTLE = "How long does the green kettle take to boil water?"
MEMBERS = {
    "in/kettle.txt": "The green kettle boils water in nine minutes.",
    "notes.md": "# Notes\n\nThe cellar is locked at night.",
    "picture.png": "\x89PNG",
    "empty.txt": " ",
}


def pack(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)


def test_each_file_in_an_archive_is_found_and_quoted(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    report = library.update()
    assert {"box.zip/in/kettle.txt", "box.zip/notes.md"} <= set(report.added)
    hit = library.ask(KETTLE).hits[0]
    assert hit.source.path == "box.zip/in/kettle.txt"
    document = library.document(hit.source.path)
    assert document.text[hit.best.start : hit.best.end] == hit.quote
    refused = {f.source.path: f.reason for f in report.refused}
    assert refused.keys() == {"box.zip/picture.png", "box.zip/empty.txt"}
    assert "not read" in refused["box.zip/picture.png"]
    assert make_library().update().added == ()


def test_a_changed_archive_changes_only_what_is_new_in_it(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    changed = dict(MEMBERS, **{"in/kettle.txt": "The red kettle is cold."})
    del changed["notes.md"]
    pack(content / "box.zip", changed | {"new.txt": "A new letter came."})
    report = library.update()
    assert report.changed == ("box.zip/in/kettle.txt",)
    assert report.added == ("box.zip/new.txt",)
    assert report.removed == ("box.zip/notes.md",)
    paths = {file.source.path for file in library.files()}
    assert "box.zip/notes.md" not in paths


def test_a_removed_archive_takes_its_documents_along(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    (content / "box.zip").unlink()
    report = library.update()
    assert set(report.removed) == {"box.zip/in/kettle.txt", "box.zip/notes.md"}
    assert not any("box.zip" in f.source.path for f in library.files())


def test_an_archive_that_is_broken_is_told(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "box.zip").write_bytes(b"PK\x03\x04 nothing more")
    pack(content / "none.zip", {})
    library = make_library()
    library.update()
    reasons = {f.source.path: f.reason for f in library.files()}
    assert "damaged" in reasons["box.zip"]
    assert "no files" in reasons["none.zip"]


def test_removing_puts_the_whole_archive_aside(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    library.remove("box.zip")
    assert not (content / "box.zip").exists()
    assert not any("box.zip" in f.source.path for f in library.files())
    (removed,) = library.removed()
    library.restore(removed.key)
    assert "box.zip/notes.md" in {f.source.path for f in library.files()}


def test_a_fault_in_one_file_stops_no_other(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    pack(tmp_path / "box.zip", MEMBERS)
    real = read._reader

    def faulty(name: str):  # type: ignore[no-untyped-def]
        if name.endswith("kettle.txt"):
            raise ValueError("a fault")
        return real(name)

    monkeypatch.setattr(read, "_reader", faulty)
    outcomes = {
        one.name: one
        for one in read.read_all(tmp_path / "box.zip", "box.zip", max_bytes=10**6)
    }
    assert outcomes["box.zip/in/kettle.txt"].refusal == read.BROKEN
    assert outcomes["box.zip/notes.md"].document is not None


def test_an_archive_that_was_half_read_counts_as_not_read(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its earlier state may come back, by a moved file or another setting."""
    sizes = {"box.zip": 1}
    monkeypatch.setattr(
        stamps, "take", lambda path, _: Stamp(sizes.get(path.name, 0), 0, 0, "")
    )
    monkeypatch.setattr(build, "CHUNK_TEXTS", 4)
    before = {f"{n:02}.txt": f"The old letter {n} came." for n in range(9)}
    pack(content / "box.zip", before)
    library = make_library()
    library.update()
    texts = [library.document(f"box.zip/{name}").text for name in before]

    pack(content / "box.zip", {n: t.replace("old", "new") for n, t in before.items()})
    sizes["box.zip"] = 2
    told: list[Progress] = []
    stopped = library.update(progress=told.append, stop=lambda: len(told) > 4)
    assert stopped.unfinished == ("box.zip",)
    assert 0 < len(stopped.changed) < len(before)

    pack(content / "box.zip", before)
    sizes["box.zip"] = 1
    library.update()
    assert [library.document(f"box.zip/{name}").text for name in before] == texts
