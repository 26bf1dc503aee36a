"""Two at once, a folder without the right to write, a full disk, a drive that is gone."""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary
from crash.judge import contents
from crash.life import read_here
from doubles import WordHashEncoder

from citeback.errors import (
    CitebackError,
    ContentError,
    IndexBusyError,
    IndexStateError,
    StorageFullError,
)
from citeback.index import disk
from citeback.index.database import Database
from citeback.ingest import build, shelf
from citeback.library import Library
from citeback.records import FileState, Remedy
from citeback.serve.command_line import main

KETTLE = "How long does the blue kettle take to boil water?"
NOBODY = 65534
# Files that are made from the catalog, without the model: they may be missing or behind.
DERIVED = {Remedy.FAISS, Remedy.WORDS}
FULL = 7
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["crash.judge"])


def same_as_fresh(content: Path, index: Path, fresh: Path) -> None:
    with Library.open(content, fresh, encoder=WordHashEncoder()) as library:
        library.update()
    assert contents(index) == contents(fresh)
    shutil.rmtree(fresh)


# Two processes at once.


def _update(content: Path, index: Path, begin: float, told: object) -> None:
    """Update until it is one's turn, asking in between."""
    time.sleep(max(0.0, begin - time.time()))
    try:
        with Library.open(content, index, encoder=WordHashEncoder()) as library:
            for _ in range(200):
                try:
                    library.update()
                    break
                except IndexBusyError:
                    for hit in library.ask(KETTLE).hits:
                        text = library.document(hit.passage.path).text
                        assert hit.passage.text in text
        told.put("")  # type: ignore[attr-defined]
    except Exception as error:  # noqa: BLE001
        told.put(repr(error))  # type: ignore[attr-defined]


def test_many_that_start_at_once_on_no_index(content: Path, tmp_path: Path) -> None:
    for number in range(30):
        (content / f"{number}.txt").write_text(f"The shelf {number} holds jars. " * 9)
    told = PROCESSES.Queue()
    begin = time.time() + 1
    started = [
        PROCESSES.Process(
            target=_update, args=(content, tmp_path / "index", begin, told)
        )
        for _ in range(4)
    ]
    for process in started:
        process.start()
    assert [told.get(timeout=120) for _ in started] == [""] * 4
    for process in started:
        process.join()
    same_as_fresh(content, tmp_path / "index", tmp_path / "fresh")


def test_who_opens_waits_for_who_opens_too(tmp_path: Path) -> None:
    """A new file is put into write-ahead mode, for which SQLite itself does not wait."""
    file = tmp_path / "catalog.sqlite"
    other = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    other.execute("CREATE TABLE held (x)")
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.close)
    timer.start()
    database = Database(file)
    timer.join()
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    database.close()


@pytest.mark.real
def test_removing_and_looking_through_while_another_writes(
    make_library: MakeLibrary, content: Path
) -> None:
    one, other = make_library(), make_library()
    one.update()
    (content / "new.txt").write_text("The lamp is red.")
    with other._catalog.database.reading():
        other.size()
        began = time.monotonic()
        one.update()
        one.remove("new.txt")
        assert time.monotonic() - began < 20  # nobody waits for who only reads
        assert other.ask(KETTLE).hits[0].passage.path == "kettle.txt"
    assert other.examine(mend=False).faults == ()
    with one._folder.locked():
        with pytest.raises(IndexBusyError, match="Another process"):
            other.remove("kettle.txt")
        assert (content / "kettle.txt").exists()
        assert other.ask(KETTLE).hits[0].passage.path == "kettle.txt"


@pytest.mark.real
def test_looking_through_while_another_commits(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is looked at is of one commit, and asking SQLite of its words is writing."""
    one, other = make_library(), make_library()
    one.update()
    real = type(one._catalog).paths

    def with_a_commit(catalog: object) -> object:
        monkeypatch.undo()
        (content / "new.txt").write_text("The lamp is red.")
        one.update()
        return real(catalog)  # type: ignore[arg-type]

    monkeypatch.setattr(type(one._catalog), "paths", with_a_commit)
    faults = other.examine(mend=False).faults
    assert {fault.remedy for fault in faults} <= DERIVED


def test_mending_waits_for_who_indexes(
    make_library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_library()
    one.update()
    (tmp_path / "index" / "passages.faiss").unlink()
    held: list[bool] = []

    def noted(*_: object) -> None:
        try:
            with make_library()._folder.locked():
                held.append(False)
        except IndexBusyError:
            held.append(True)

    monkeypatch.setattr("citeback.index.embedded.snapshot.save", noted)
    one.examine()
    assert held == [True]


# Nothing can be written.


def _as_nobody(content: Path, index: Path) -> None:
    """What another user does to a library that is not theirs."""
    with Library.open(content, index, encoder=WordHashEncoder()) as library:
        library.ask(
            KETTLE
        )  # what is imported for it, that user may not be able to read
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    with Library.open(content, index, encoder=WordHashEncoder()) as library:
        assert library.ask(KETTLE).hits
        assert library.examine(mend=False).faults == ()
        for change in (library.update, lambda: library.remove("kettle.txt")):
            with pytest.raises(StorageFullError, match="answers meanwhile"):
                change()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_another_user_may_ask_and_look_through(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        place.chmod(0o755)
        shutil.copytree(library.settings.content, place / "content")
        shutil.copytree(library.settings.index, place / "index")
        process = PROCESSES.Process(
            target=_as_nobody, args=(place / "content", place / "index")
        )
        process.start()
        process.join()
        assert process.exitcode == 0


def test_what_may_only_be_read_is_not_followed_blindly(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is told there that the file never changes; if it does, that is said."""
    make_library().update()
    with monkeypatch.context() as patch:
        patch.setattr("citeback.index.database._cannot_write", lambda _: True)
        real = Library._catalog.fget  # type: ignore[attr-defined]
        reader = make_library()
        database = real(reader).database
    database.close()
    database._closed, database.read_only = False, True
    database._file = database._identity()
    assert reader.ask(KETTLE).hits
    (content / "kettle.txt").write_text("The kettle is gone.")
    make_library().update()
    with pytest.raises(IndexStateError, match="changed by another process"):
        reader.ask(KETTLE)


@pytest.fixture
def command(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """The command line over the test's folders."""
    monkeypatch.setattr(
        "citeback.library.load_encoder", lambda *_, **__: WordHashEncoder()
    )
    folders = ["--content", str(content), "--index", str(tmp_path / "index")]
    return lambda *words: main([*words, *folders])


@pytest.mark.parametrize("what", ["no content", "no writing"])
def test_a_question_is_answered_from_what_there_is(
    what: str,
    command: Callable[..., int],
    make_library: MakeLibrary,
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if what == "no content":
        assert command("index") == 0
        content.rename(content.with_name("elsewhere"))
    else:
        make_library().update()

        def full(*_: object, **__: object) -> None:
            raise StorageFullError("Nothing can be written here.")

        monkeypatch.setattr(Library, "update", full)
    capsys.readouterr()
    assert command("ask", KETTLE) == 0
    told = capsys.readouterr()
    assert "four minutes" in told.out
    assert "There is no folder" in told.err or "Nothing can be written" in told.err


def test_with_nothing_to_answer_from_it_is_an_error(
    command: Callable[..., int], content: Path, tmp_path: Path
) -> None:
    (tmp_path / "index").mkdir()
    content.rename(content.with_name("elsewhere"))
    assert command("ask", KETTLE) == 2


# A full disk.


@pytest.mark.real
def test_a_disk_that_fills_up_at_any_write(content: Path, tmp_path: Path) -> None:
    """Files may not grow beyond a size, which is raised until all of it fits."""
    rng = range(40)
    for number in rng:
        (content / f"{number}.txt").write_text(f"The shelf {number} holds jars. " * 40)
    failed, limit = 0, 1_000
    while True:
        process = PROCESSES.Process(
            target=_update_within, args=(limit, content, tmp_path / "index")
        )
        process.start()
        process.join()
        status = process.exitcode
        assert status in (0, FULL), status
        if (tmp_path / "index" / "catalog.sqlite").exists():
            with Library.open(
                content, tmp_path / "index", encoder=WordHashEncoder()
            ) as library:
                assert library.notices == ()
                faults = library.examine(mend=False).faults
                assert {f.remedy for f in faults} <= {*DERIVED, Remedy.CLEAN}
        if not status:
            break
        failed += 1
        limit = int(limit * 1.5)
    assert failed > 5
    same_as_fresh(content, tmp_path / "index", tmp_path / "fresh")


def _update_within(limit: int, content: Path, index: Path) -> None:
    """Ends with 0 where all was done, FULL where it was said that the disk is full."""
    read_here()  # what reads is not to be hindered
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        with Library.open(content, index, encoder=WordHashEncoder()) as library:
            sys.exit(FULL if library.update().notices else 0)
    except StorageFullError:
        sys.exit(FULL)


# Drives and clocks.


def test_an_emptied_folder_is_emptied_and_a_missing_drive_is_missing(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    for file in content.iterdir():
        file.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(build, "drive", lambda _: "another")
        with pytest.raises(ContentError, match="connect that drive"):
            library.update()
        assert library.ask(KETTLE).hits[0].passage.path == "kettle.txt"
    assert sorted(library.update().removed) == sorted(TEXTS)


def test_a_folder_that_is_meant_to_be_empty_can_be(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    for file in content.iterdir():
        file.unlink()
    monkeypatch.setattr(build, "drive", lambda _: "another")
    library.update(rebuild=True)
    assert library.size().documents == 0
    library.update()


def test_a_missing_content_folder_forgets_nothing(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    content.rename(content.with_name("elsewhere"))
    with pytest.raises(ContentError, match="There is no folder"):
        library.update()
    assert {file.state for file in library.files()} == {FileState.INDEXED}
    assert library.ask(KETTLE).hits[0].passage.path == "kettle.txt"


def test_a_clock_that_goes_back(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    real = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: real[0]() - 10**8)
    monkeypatch.setattr(time, "time_ns", lambda: real[1]() - 10**17)
    (content / "kettle.txt").write_text(TEXTS["kettle.txt"].replace("four", "nine"))
    assert library.update().changed == ("kettle.txt",)
    assert "nine" in library.ask(KETTLE).hits[0].quote
    assert library.examine(mend=False).faults == ()


def test_a_deleted_index_folder_is_said_and_made_anew(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    shutil.rmtree(tmp_path / "index")
    for call in (lambda: library.ask(KETTLE), library.update):
        with pytest.raises(CitebackError, match="deleted or replaced"):
            call()
    again = make_library()
    again.update()
    assert again.ask(KETTLE).hits[0].passage.path == "kettle.txt"
    with pytest.raises(IndexStateError, match="deleted or replaced"):
        library.update()


# What is put into the folder is there to stay.


def test_a_kill_in_the_middle_of_putting_back_leaves_one_file(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    key = library.remove("kettle.txt").key
    aside = next((content / shelf.REMOVED / key).iterdir())
    os.link(aside, content / "kettle.txt")  # as far as it came
    assert library.restore(key).path == "kettle.txt"
    assert library.removed() == ()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO])
def test_drives_that_do_not_flush_folders(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "fsync", refused)
    if number == errno.EINVAL:
        disk.flush(tmp_path)
    else:
        with pytest.raises(OSError, match="refused"):
            disk.flush(tmp_path)
