"""Files whose reading ends before its time: what is kept, and when it is tried again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder
from ingest.test_worker import BAD

from citeback.index import stamps
from citeback.ingest import build, ending, read, worker
from citeback.records import FileState, Progress

# Counts how often it is read.
COUNTING = "open({note!r}, 'a').write('x')\n"
DYING = COUNTING + "os._exit(1)"
DYING_ONCE = COUNTING + "if len(open({note!r}).read()) == 1: os._exit(1)"


@pytest.fixture(autouse=True)
def bad(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files ending in .bad do what they say; what was just written is known by its stamp."""
    one = worker.Worker(BAD)
    monkeypatch.setattr(worker, "SHARED", one)
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", 0)
    yield
    worker.SHARED.stop()


def box(content: Path, deed: str) -> Path:
    """An archive with a file that does a deed between two good ones; its count."""
    note = content.parent / "note"
    with zipfile.ZipFile(content / "box.zip", "w") as archive:
        archive.writestr("1.txt", "The first lock is on the river.")
        archive.writestr("2.bad", deed.format(note=str(note)))
        archive.writestr("3.txt", "The last lock is by the sea.")
    return note


def test_an_archive_whose_reading_was_broken_off_is_tried_again(
    make_library: MakeLibrary, content: Path
) -> None:
    note = box(content, DYING_ONCE)
    library = make_library()
    report = library.update()
    assert "box.zip/1.txt" in report.added
    assert {file.source.path: file.reason for file in report.refused} == {
        "box.zip": read.BROKEN
    }
    report = library.update()
    assert report.added == ("box.zip/3.txt",)
    assert [file.source.path for file in report.refused] == ["box.zip/2.bad"]
    library.update()
    assert note.read_text() == "xx"


def test_what_an_archive_held_outlasts_a_reading_that_does_not_come_so_far(
    make_library: MakeLibrary, content: Path
) -> None:
    note = box(content, DYING_ONCE)
    note.write_text("x")  # as if it had died already
    library = make_library()
    assert "box.zip/3.txt" in library.update().added
    note.unlink()
    with zipfile.ZipFile(content / "box.zip", "a") as archive:
        archive.writestr("4.txt", "One lock more.")
    report = library.update()
    assert report.removed == ()
    states = {file.source.path: file.state for file in library.files()}
    assert states["box.zip/3.txt"] is FileState.KEPT
    assert library.ask("Where is the last lock?").hits[0].source.path == "box.zip/3.txt"
    assert library.update().added == ("box.zip/4.txt",)
    states = {file.source.path: file.state for file in library.files()}
    assert states["box.zip/3.txt"] is FileState.INDEXED


@pytest.mark.parametrize("name", ["box.zip", "alone.bad"])
def test_a_hopeless_file_is_read_twice_until_it_changes(
    make_library: MakeLibrary, content: Path, name: str
) -> None:
    note = box(content, DYING)
    if name != "box.zip":
        (content / "box.zip").unlink()
        (content / name).write_text(DYING.format(note=str(note)))
    library = make_library()
    for _ in range(4):
        (refused,) = library.update().refused
        assert (refused.source.path, refused.reason) == (name, read.BROKEN)
    assert note.read_text() == "xx"
    other = content / "other"
    other.write_bytes((content / name).read_bytes() + b"\n")
    other.replace(content / name)
    for _ in range(3):
        library.update()
    assert note.read_text() == "xxxx"


def test_a_stop_reaches_the_file_that_is_being_read(
    make_library: MakeLibrary, content: Path
) -> None:
    note = content.parent / "note"
    slow = COUNTING + "if len(open({note!r}).read()) == 1: time.sleep(60)"
    (content / "a.bad").write_text(slow.format(note=str(note)))
    library = make_library()
    report = library.update(stop=note.exists)
    assert report.seconds < 30
    assert report.unfinished == ("a.bad", "garden.md", "kettle.txt")
    assert report.refused == ()
    assert library.update().unfinished == ()
    assert note.read_text() == "xx"


def test_a_stop_is_heard_while_a_long_document_is_written(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "UNASKED_PASSAGES", 3)
    library = make_library()
    library.update()
    (content / "a.txt").write_text("\n\n".join(f"Lock {n} is shut." for n in range(9)))
    asked: list[None] = []
    wanted = 2  # before the file, and before its one batch

    def stop() -> bool:
        asked.append(None)
        return len(asked) > wanted

    with monkeypatch.context() as patch:
        patch.setattr(ending, "STOP_SECONDS", 60)  # asked by the builder alone
        report = library.update(stop=stop)
    assert report.unfinished == ("a.txt",)
    assert report.added == ()
    assert report.embedded > 0
    assert "a.txt" not in {file.source.path for file in library.files()}
    report = library.update()
    assert (report.added, report.embedded) == (("a.txt",), 0)


def test_a_rebuilding_that_is_stopped_at_its_end_changes_nothing(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "CHUNK_TEXTS", 1)  # one file after another
    library = make_library()
    library.update()
    (content / "a.txt").write_text("The lock on the river is shut.")
    told: list[Progress] = []
    report = library.update(
        rebuild=True,
        progress=told.append,
        stop=lambda: bool(told) and told[-1].files == 1,
    )
    assert (report.added, report.changed) == ((), ())
    assert len(report.unfinished) == 3
    assert report.embedded > 0
    assert {file.source.path for file in library.files()} == {"garden.md", "kettle.txt"}
    assert library.ask("How long does the blue kettle take to boil?").hits
    assert all(file.state is FileState.INDEXED for file in library.files())
    report = library.update()
    assert (report.added, report.embedded) == (("a.txt",), 0)


def test_other_models_vectors_outlast_a_stop_at_the_end(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "CHUNK_TEXTS", 1)  # one file after another
    make_library().update()
    library = make_library(WordHashEncoder("word-hash-2"))
    told: list[Progress] = []
    library.update(
        progress=told.append, stop=lambda: bool(told) and told[-1].files == 1
    )
    report = library.update()
    assert report.unfinished == ()
    assert report.embedded == 0
    assert library.ask("How long does the blue kettle take to boil?").hits
