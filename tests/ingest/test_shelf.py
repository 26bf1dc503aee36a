"""Files are put into the folder and taken out of it, and none is ever lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from citeback.errors import ContentError, UnknownDocumentError
from citeback.ingest import shelf as shelves
from citeback.ingest.scan import scan
from citeback.ingest.shelf import Placed, Shelf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "content"
    made.mkdir()
    return made


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    return Shelf(folder)


def sent(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sent"
    file.write_text(text, encoding="utf-8")
    return file


def everything(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nothing_is_overwritten(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.put(sent(tmp_path, "one"), "a.txt") == Placed("a.txt", True)
    assert shelf.put(sent(tmp_path, "two"), "x/a.txt") == Placed("a (2).txt", True)
    assert shelf.put(sent(tmp_path, "two"), "a.txt") == Placed("a (2).txt", False)
    assert shelf.put(sent(tmp_path, "one"), "a.txt") == Placed("a.txt", False)
    assert shelf.put(sent(tmp_path, "3"), "a.txt", taken={"a (3).txt"}).path == (
        "a (4).txt"
    )
    assert everything(folder) == {"a.txt": "one", "a (2).txt": "two", "a (4).txt": "3"}


def test_a_name_taken_in_the_last_moment_is_not_overwritten(
    folder: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shelves.shutil.copyfileobj

    def slowly(source: object, target: object) -> None:
        copy(source, target)  # type: ignore[type-var]
        if not (folder / "a.txt").exists():
            (folder / "a.txt").write_text("quicker")

    monkeypatch.setattr(shelves.shutil, "copyfileobj", slowly)
    assert shelf.put(sent(tmp_path, "one"), "a.txt").path == "a (2).txt"
    assert everything(folder) == {"a.txt": "quicker", "a (2).txt": "one"}


def test_without_hard_links_it_works_as_well(
    folder: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", none)
    shelf.put(sent(tmp_path, "one"), "a.txt")
    shelf.put(sent(tmp_path, "two"), "a.txt")
    assert everything(folder) == {"a.txt": "one", "a (2).txt": "two"}


def test_a_failed_copy_leaves_nothing(
    folder: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelves.shutil, "copyfileobj", full)
    with pytest.raises(shelves.StorageFullError, match="Make room"):
        shelf.put(sent(tmp_path, "one"), "a.txt")
    assert list(folder.iterdir()) == []


def test_what_is_removed_comes_back_as_it_was(folder: Path, shelf: Shelf) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    file = folder / "deep" / "er" / "a.txt"
    file.write_text("one")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    removed = shelf.remove("deep/er/a.txt")
    assert not file.exists()
    assert scan(folder) == []
    assert Shelf(folder).removed() == (removed,)
    assert removed.path == "deep/er/a.txt"
    assert removed.when[:2] == "20"
    assert Shelf(folder).restore(removed.key) == Placed("deep/er/a.txt", True)
    assert file.read_text() == "one"
    assert file.stat().st_mtime == 1_000_000_000
    assert everything(folder) == {"deep/er/a.txt": "one"}
    assert not (folder / ".removed").exists()
    with pytest.raises(UnknownDocumentError, match="come back already"):
        shelf.restore(removed.key)


def test_the_last_removed_stands_first_and_places_may_be_taken(
    folder: Path, shelf: Shelf, tmp_path: Path
) -> None:
    (folder / "a.txt").write_text("one")
    first = shelf.remove("a.txt")
    (folder / "a.txt").write_text("two")
    assert [one.key for one in shelf.removed()] == [first.key]
    assert shelf.restore(first.key).path == "a (2).txt"
    assert everything(folder) == {"a.txt": "two", "a (2).txt": "one"}


@pytest.mark.parametrize("key", ["../..", "..", "", "x", "/etc"])
def test_a_key_that_is_none_leads_nowhere(folder: Path, shelf: Shelf, key: str) -> None:
    (folder / "a.txt").write_text("one")
    shelf.remove("a.txt")
    with pytest.raises(UnknownDocumentError):
        shelf.restore(key)


def test_a_path_that_leads_out_is_not_removed(
    folder: Path, shelf: Shelf, tmp_path: Path
) -> None:
    outside = sent(tmp_path, "mine")
    for path in ("../sent", "none.txt", str(outside)):
        with pytest.raises(UnknownDocumentError):
            shelf.remove(path)
    assert outside.read_text() == "mine"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="There is no folder"):
        Shelf(tmp_path / "none").put(sent(tmp_path, "x"), "a.txt")
