"""What the index lives through: interrupted rebuilds, damage, lost rights, deletion."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary
from doubles import WordHashEncoder

from citeback.errors import (
    CitebackError,
    EncoderError,
    FileAccessError,
    IndexStateError,
    StorageFullError,
)
from citeback.index.database import DamagedDatabaseError
from citeback.index.folder import IndexFolder
from citeback.records import FileState

KETTLE = "How long does the blue kettle take to boil water?"


class Failing(WordHashEncoder):
    """Fails at the first passage."""

    def encode_passages(self, texts):  # type: ignore[no-untyped-def]
        raise EncoderError("broken")


def test_a_rebuild_that_fails_leaves_the_old_index(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    failing = make_library(Failing())
    with pytest.raises(EncoderError, match="broken"):
        failing.update(rebuild=True)
    assert library.ask(KETTLE).hits == before
    assert make_library().ask(KETTLE).hits == before


def test_a_rebuild_elsewhere_is_seen_by_old_and_new_threads(
    make_library: MakeLibrary, content: Path
) -> None:
    one, other = make_library(), make_library()
    one.update()
    one.ask(KETTLE)
    (content / "kettle.txt").write_text(TEXTS["kettle.txt"].replace("four", "six"))
    other.update(rebuild=True)
    quotes = [one.ask(KETTLE).hits[0].quote]
    thread = threading.Thread(
        target=lambda: quotes.append(one.ask(KETTLE).hits[0].quote)
    )
    thread.start()
    thread.join()
    assert quotes == ["The blue kettle boils water in six minutes."] * 2


def test_an_unreadable_file_survives_a_change_of_the_model(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_library().update()

    def unreadable(*_: object) -> None:
        raise FileAccessError("it cannot be opened")

    other = make_library(WordHashEncoder(fingerprint="word-hash-2"))
    with monkeypatch.context() as patch:
        patch.setattr("citeback.ingest.origin.Folder.outcomes", unreadable)
        other.update()
    assert other.ask(KETTLE).hits[0].source.path == "kettle.txt"
    assert {file.state for file in other.files()} == {FileState.KEPT}
    other.update()
    assert {file.state for file in other.files()} == {FileState.INDEXED}


def test_altered_text_in_the_catalog_is_never_quoted(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    library.close()
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as connection:
        connection.execute("UPDATE files SET text = replace(text, 'four', 'nine')")
    connection.close()
    again = make_library()
    with pytest.raises(DamagedDatabaseError, match="--rebuild"):
        again.ask(KETTLE)
    with pytest.raises(DamagedDatabaseError, match="--rebuild"):
        again.document("kettle.txt")
    again.update(rebuild=True)
    assert "four" in again.ask(KETTLE).hits[0].quote


def test_text_that_is_no_text_is_damage_without_the_text(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    library.close()
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as connection:
        connection.execute("UPDATE files SET text = CAST(x'ff41' AS TEXT)")
    connection.close()
    with pytest.raises(DamagedDatabaseError, match="not UTF-8") as caught:
        make_library().document("kettle.txt")
    assert "kettle boils" not in str(caught.value)


def test_two_that_find_damage_repair_it_once(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    first = make_library()
    first.update()
    first.close()
    file = tmp_path / "index" / "catalog.sqlite"
    file.write_bytes(b"no database" * 1000)
    one = make_library()
    one.update()
    # The second one found the damage before, and comes to repair it only now.
    second = IndexFolder(tmp_path / "index")
    with second.locked():
        catalog = second.repaired()
    assert catalog.size().documents == len(TEXTS)
    assert second.notices == []
    assert len(list(file.parent.glob("damaged-*"))) == 1


def test_where_nothing_can_be_written_what_is_there_answers(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    library.close()
    real = sqlite3.connect

    def full(name: str, **options: object) -> sqlite3.Connection:
        """As on a full disk: the files beside the database cannot be made."""
        connection = real(name, **options)  # type: ignore[call-overload]
        if "immutable" not in name:
            connection.close()
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return connection

    monkeypatch.setattr(sqlite3, "connect", full)
    again = make_library()
    assert again.ask(KETTLE).hits == before
    with pytest.raises(StorageFullError, match="answers meanwhile"):
        again.update()


def test_connections_do_not_grow_with_threads(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    for _ in range(20):
        thread = threading.Thread(target=library.ask, args=(KETTLE,))
        thread.start()
        thread.join()
    assert len(library._catalog.database._idle) <= 2


def test_a_closed_library_says_so(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    library.close()
    with pytest.raises(IndexStateError, match="has been closed"):
        library.ask(KETTLE)


def test_a_deleted_index_is_said_while_running(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    (tmp_path / "index" / "catalog.sqlite").unlink()
    for call in (lambda: library.ask(KETTLE), library.update):
        with pytest.raises(IndexStateError, match="deleted or replaced"):
            call()


def test_links_that_lead_nowhere_do_not_stop_the_others(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "loop.txt").symlink_to(content / "loop.txt")
    (content / "gone.txt").symlink_to(content / "nothing.txt")
    library = make_library()
    report = library.update()
    assert len(report.added) == len(TEXTS)
    assert [file.source.path for file in report.refused] == ["gone.txt", "loop.txt"]


def test_asking_from_threads_while_updating(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    problems: list[Exception] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            try:
                assert library.ask(KETTLE).hits[0].source.path == "kettle.txt"
            except (AssertionError, CitebackError, KeyError) as error:
                problems.append(error)
                return

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(5):
        (content / "other.txt").write_text(f"The shelf holds {number} jars.")
        library.update(rebuild=number == 3)
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
