"""Pages made in a process of their own: what they show, and what goes wrong."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest
from ingest.pdfs import TEXT, Paper

from citeback.errors import PageError
from citeback.ingest.pages import START, Pages
from citeback.ingest.read import read, read_all
from citeback.records import Document, Span


@pytest.fixture
def file(tmp_path: Path) -> Path:
    paper = Paper()
    for page in range(2):
        paper.text(72, 90, 450, f"This is page {page}. {TEXT}", 11)
        paper.next()
    path = tmp_path / "river.pdf"
    path.write_bytes(paper.data())
    return path


def document(file: Path) -> Document:
    return read(file, file.name, max_bytes=10**7)


def test_a_picture_and_boxes_come_from_another_process(file: Path) -> None:
    found = document(file)
    pages = Pages()
    made = pages.picture(file, found, 2, 200)
    assert (made.page, made.pages, made.label) == (2, 2, "2")
    assert made.png.startswith(b"\x89PNG")
    at = found.text.index("This is page 1.")
    (box,) = pages.boxes(file, found, Span(at, at + 15))
    assert box.page == 2
    assert 0 < box.left < box.right < 1
    assert 0 < box.top < box.bottom < 1


def test_what_was_made_is_kept_until_the_file_changes(file: Path) -> None:
    found = document(file)
    pages = Pages()
    made = pages.picture(file, found, 1, 100)
    assert pages.picture(file, found, 1, 100) is made
    os.utime(file, ns=(0, 0))
    assert pages.picture(file, found, 1, 100) is not made


def test_a_file_that_has_changed_is_not_shown(file: Path) -> None:
    found = document(file)
    paper = Paper()
    paper.text(72, 90, 450, "Something else stands here now.", 11)
    file.write_bytes(paper.data())
    with pytest.raises(PageError, match="changed since it was indexed"):
        Pages().picture(file, found, 1, 100)
    with pytest.raises(PageError, match="changed since it was indexed"):
        Pages().boxes(file, found, Span(0, 5))


def test_a_file_that_is_gone_or_broken_is_said_to_be(file: Path) -> None:
    found = document(file)
    file.write_bytes(b"%PDF-1.4 but no more")
    with pytest.raises(PageError, match="cannot be drawn"):
        Pages().picture(file, found, 1, 100)
    file.unlink()
    with pytest.raises(PageError, match="not there any more"):
        Pages().picture(file, found, 1, 100)


def test_a_text_has_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(PageError, match="no pages"):
        Pages().picture(path, document(path), 1, 100)


@pytest.mark.parametrize(
    "act", ["os._exit(9)", "os.kill(os.getpid(), 11)", "time.sleep(60)"]
)
def test_a_process_that_crashes_or_hangs_breaks_nothing(
    file: Path, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citeback.ingest.pages.SECONDS", 1)
    found = document(file)
    started = time.monotonic()
    with pytest.raises(PageError, match="cannot be drawn"):
        Pages(f"import os, time; {act}").picture(file, found, 1, 100)
    assert time.monotonic() - started < 10
    monkeypatch.undo()
    assert Pages(START).picture(file, found, 1, 100).png


def test_a_page_of_a_file_in_an_archive_is_shown(file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as archive:
        archive.write(file, "in/river.pdf")
    file.unlink()
    outcomes = read_all(tmp_path / "box.zip", "box.zip", max_bytes=10**7)
    packed = next(iter(outcomes)).document
    assert packed is not None
    found = packed.opened()
    inner = tmp_path / found.source.path
    assert Pages().picture(inner, found, 2, 100).pages == 2
    assert Pages().boxes(inner, found, Span(0, 10))
    (tmp_path / "box.zip").unlink()
    with pytest.raises(PageError, match="not there any more"):
        Pages().picture(inner, found, 2, 100)
