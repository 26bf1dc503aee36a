"""Long documents and full archives are indexed part by part, in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import CONTENT, MakeLibrary
from crash.judge import contents
from doubles import WordHashEncoder

from citeback.index import stamps
from citeback.index.packed import packed
from citeback.ingest import build, stage
from citeback.ingest.read import read
from citeback.ingest.stage import Staged
from citeback.library import Library
from citeback.records import UpdateReport

STATUS = Path("/proc/self/status")
# Prints by how many megabytes the process grew at most.
INDEXING = """
import re, sys
from pathlib import Path
from doubles import WordHashEncoder
from citeback.library import Library

def megabytes(what):
    status = Path("/proc/self/status").read_text()
    return int(re.search(what + r":\\s+(\\d+)", status)[1]) / 1e3

class Light(WordHashEncoder):
    def word_pieces(self, text):
        return len(text.split())
    def _encoded(self, text):
        return super()._encoded(text[:200])

root = Path(sys.argv[1])
(root / "small").mkdir()
(root / "small" / "a.txt").write_text("Whatever is imported late is imported now.")
with Library.open(root / "small", root / "other", encoder=Light(dimension=16)) as one:
    one.update()
before = megabytes("VmRSS")
with Library.open(root / "content", root / "i", encoder=Light(dimension=16)) as library:
    report = library.update()
assert len(report.added) == int(sys.argv[2]), report
print(megabytes("VmHWM") - before)
"""


def grown(root: Path, documents: int) -> float:
    """Megabytes at most, beyond those before, while so many documents are indexed."""
    done = subprocess.run(
        [sys.executable, "-c", INDEXING, root, str(documents)],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def tiny_paragraphs(content: Path) -> int:
    (content / "tiny.txt").write_text("a:\n\n" * 60_000)
    return 1


def full_archive(content: Path) -> int:
    """Thirty documents of a megabyte, most of it without words to spare time.

    One sign beyond the usual makes four bytes of each of the others in memory.
    """
    with zipfile.ZipFile(content / "box.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(30):
            text = f"The words of document {number} \U0001f41a.\n\n" + "-=" * 500_000
            archive.writestr(f"{number}.txt", text)
    return 30


@pytest.mark.real
@pytest.mark.skipif(not STATUS.exists(), reason="memory is told there on Linux alone")
@pytest.mark.parametrize(
    ("write", "at_most"),
    [(tiny_paragraphs, 65), (full_archive, 80)],
)
def test_memory_is_bounded(
    tmp_path: Path, write: Callable[[Path], int], at_most: int
) -> None:
    content = tmp_path / "content"
    content.mkdir()
    most = grown(tmp_path, write(content))
    print(f"{most:.0f} MB")
    assert most < at_most


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and chunks so small that the small library has many."""
    monkeypatch.setattr(stage, "PART_TEXTS", 2)
    monkeypatch.setattr(build, "CHUNK_TEXTS", 3)
    # What was just written is known by its stamp.
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", 0)


def put_archive(content: Path) -> None:
    with zipfile.ZipFile(content / "box.zip", "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.txt", f"The box holds number {number}.\n")
        archive.writestr("bad.xyz", "what is this?")


def test_the_parts_of_a_document_are_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = next(CONTENT.glob("*.txt"))
    document = packed(read(path, path.name, max_bytes=10**7))
    (whole,) = Staged(document, WordHashEncoder()).parts()
    monkeypatch.setattr(stage, "PART_TEXTS", 3)
    staged = Staged(document, WordHashEncoder())
    parts = list(staged.parts())
    assert len(parts) > 1
    assert all(part.weight < 20 for part in parts)
    assert tuple(staged.entries()) == whole.entries
    assert {d: t for part in parts for d, t in part.texts.items()} == whole.texts
    assert sum(part.letters for part in parts) == len(document.text) == whole.letters


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_index_made_in_parts_is_the_same(
    content: Path,
    tmp_path: Path,
    make_library: MakeLibrary,
    monkeypatch: pytest.MonkeyPatch,
    rebuild: bool,
) -> None:
    put_archive(content)
    make_library().update()
    with monkeypatch.context() as patch:
        patch.setattr(stage, "PART_TEXTS", 2)
        patch.setattr(build, "CHUNK_TEXTS", 3)
        with Library.open(
            content, tmp_path / "other", encoder=WordHashEncoder()
        ) as library:
            report = library.update(rebuild=rebuild)
    assert len(report.added) == 7
    assert [file.source.path for file in report.refused] == ["box.zip/bad.xyz"]
    assert report.unfinished == ()
    assert contents(tmp_path / "other") == contents(tmp_path / "index")


def stopped_after(library: Library, batches: int) -> UpdateReport:
    encoder = library.encoder
    assert isinstance(encoder, WordHashEncoder)
    enough = len(encoder.seen) + batches
    return library.update(stop=lambda: len(encoder.seen) >= enough)


@pytest.mark.usefixtures("in_parts")
def test_an_archive_that_was_interrupted_loses_nothing_that_was_there(
    content: Path, make_library: MakeLibrary
) -> None:
    put_archive(content)
    library = make_library()
    library.update()
    with zipfile.ZipFile(content / "box.zip", "w") as archive:
        for number in range(3, 12):
            archive.writestr(f"{number}.txt", f"The new box holds number {number}.\n")
    report = stopped_after(library, 3)
    assert "box.zip" in report.unfinished
    assert report.changed
    assert not report.removed
    held = {file.source.path for file in library.files()}
    assert {f"box.zip/{number}.txt" for number in range(5)} <= held
    report = library.update()
    assert report.unfinished == ()
    assert set(report.removed) == {f"box.zip/{number}.txt" for number in range(3)}
    held = {file.source.path for file in library.files() if "box" in file.source.path}
    assert held == {f"box.zip/{number}.txt" for number in range(3, 12)}


@pytest.mark.usefixtures("in_parts")
def test_progress_within_one_file_goes_on_and_ends_at_its_end(
    content: Path, make_library: MakeLibrary
) -> None:
    for file in content.iterdir():
        file.unlink()
    put_archive(content)
    told: list[tuple[int, int, int]] = []
    library = make_library()
    library.update(progress=lambda p: told.append((p.done, p.total, p.passages)))
    assert told == sorted(told)
    assert len({done for done, _, _ in told}) > 2
    assert told[-1][0] == told[-1][1]
    assert told[-1][2] == library.size().passages == 5


# Prints by how many megabytes the process grew for texts of many shapes.
ENCODING = """
import re
from pathlib import Path
from citeback.index.encoder import load_encoder
from citeback.index.memory import give_back

def megabytes():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\\s+(\\d+)", status)[1]) / 1e3

encoder = load_encoder("", batch=32)
encoder.encode_passages(["a few words"] * 32)
give_back()
before = megabytes()
for length in (6, 12):
    for count in range(1, 33):
        encoder.encode_passages([" ".join(["river"] * length)] * count)
give_back()
print(megabytes() - before)
"""


@pytest.mark.real
@pytest.mark.skipif(not STATUS.is_file(), reason="memory is measured on Linux")
def test_the_model_keeps_little_for_each_shape_of_a_batch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENCODING],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 90  # 160 without a limit, and more for each shape
