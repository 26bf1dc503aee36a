"""Copies of the index, made at rest and while it is written, used elsewhere."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary
from crash.judge import MAY_BE_LEFT, contents
from doubles import WordHashEncoder

from citeback.errors import IndexStateError
from citeback.index.database import DamagedDatabaseError
from citeback.index.snapshot import FILES
from citeback.library import Library
from citeback.records import Remedy
from citeback.serve.command_line import main

KETTLE = "How long does the blue kettle take to boil water?"


def check_restored(index: Path, library: Library) -> None:
    """It answers the same, without its documents and without embedding anything."""
    encoder = WordHashEncoder()
    with Library.open(index.parent / "nowhere", index, encoder=encoder) as copy:
        assert copy.notices == ()
        assert copy.ask(KETTLE).hits == library.ask(KETTLE).hits
        assert copy.size() == library.size()
        faults = copy.examine(mend=False).faults
        assert {fault.remedy for fault in faults} <= {Remedy.FAISS, Remedy.WORDS}
    assert encoder.seen == []
    assert contents(index) == contents(library.settings.index)


@pytest.mark.parametrize("closed", [True, False])
def test_the_folder_copied_at_rest(
    make_library: MakeLibrary, tmp_path: Path, closed: bool
) -> None:
    library = make_library()
    library.update()
    library.ask(KETTLE)
    if closed:
        library.close()
        library = make_library()
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    check_restored(tmp_path / "copy", library)


def test_at_rest_the_catalog_alone_holds_all(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "index" / "catalog.sqlite", tmp_path / "copy")
    check_restored(tmp_path / "copy", library)
    with Library.open(
        tmp_path / "content", tmp_path / "copy", encoder=WordHashEncoder()
    ) as copy:
        for name in FILES:
            shutil.copy(tmp_path / "index" / name, tmp_path / "copy")
        assert copy.examine(mend=False).faults == ()


def test_the_command_copies_while_documents_are_indexed(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    stop = threading.Event()
    problems: list[Exception] = []

    def keep_changing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            for file in ("one.txt", "two.txt"):
                (content / file).write_text(f"Shelf {number} holds jars. " * 50)
            try:
                writer.update()
            except Exception as error:  # noqa: BLE001
                problems.append(error)

    writer = make_library()
    thread = threading.Thread(target=keep_changing)
    thread.start()
    try:
        for number in range(10):
            copy = tmp_path / f"copy {number}"
            library.back_up(copy)
            assert [path.name for path in copy.iterdir()] == ["catalog.sqlite"]
            with Library.open(
                tmp_path / "nowhere", copy, encoder=WordHashEncoder()
            ) as restored:
                assert restored.ask(KETTLE).hits[0].passage.path == "kettle.txt"
                faults = restored.examine(mend=False).faults
                assert {f.remedy for f in faults} <= MAY_BE_LEFT
    finally:
        stop.set()
        thread.join()
    assert problems == []


def test_the_command(
    make_library: MakeLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = make_library()
    library.update()
    folders = [
        "--content",
        str(tmp_path / "content"),
        "--index",
        str(tmp_path / "index"),
    ]
    copy = tmp_path / "backups" / "first"
    assert main(["backup", str(copy), *folders]) == 0
    assert f"{len(TEXTS)} documents" in capsys.readouterr().out
    check_restored(copy, library)
    assert main(["backup", str(copy), *folders]) == 2
    assert "not empty" in capsys.readouterr().err


def test_a_backup_is_never_put_over_another(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    library.back_up(tmp_path / "copy")
    before = (tmp_path / "copy" / "catalog.sqlite").read_bytes()
    with pytest.raises(IndexStateError, match="not empty"):
        library.back_up(tmp_path / "copy")
    assert (tmp_path / "copy" / "catalog.sqlite").read_bytes() == before


def test_a_damaged_copy_is_told_at_once(
    make_library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    database = library._catalog.database
    real = type(database).copy_to

    def torn(self: object, target: Path) -> None:
        real(self, target)  # type: ignore[arg-type]
        with target.open("r+b") as file:
            file.seek(5000)
            file.write(b"\xff" * 20_000)

    monkeypatch.setattr(type(database), "copy_to", torn)
    with pytest.raises(DamagedDatabaseError, match="damaged"):
        library.back_up(tmp_path / "copy")
    assert not (tmp_path / "copy" / "catalog.sqlite").exists()


def test_a_restored_copy_goes_on_where_it_was(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    library.back_up(tmp_path / "copy")
    (content / "new.txt").write_text("The lamp is red.")
    encoder = WordHashEncoder()
    with Library.open(content, tmp_path / "copy", encoder=encoder) as copy:
        assert copy.update().added == ("new.txt",)
        assert set(encoder.seen) == {"The lamp is red."} or len(encoder.seen) == 1
        assert copy.examine(mend=False).faults == ()
    with sqlite3.connect(tmp_path / "copy" / "catalog.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
