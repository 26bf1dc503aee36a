"""Pages, slides and times of a stretch of text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from citeback.index.catalog import Catalog
from citeback.index.marks import locator
from citeback.records import Document, Locator, LocatorKind, Mark, Source, Span

PAGE = LocatorKind.PAGE
DIGEST = hashlib.sha256(b"x" * 30).hexdigest()


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with catalog.database.writing():
        for path, marks in (
            ("a.pdf", (Mark(0, PAGE, "iv"), Mark(10, PAGE, "1"), Mark(20, PAGE, "2"))),
            ("b.txt", ()),
            ("c.pdf", (Mark(5, PAGE, "9"),)),
        ):
            source = Source(path, DIGEST, "", "", "", "")
            catalog.replace_document(Document(source, "x" * 30, (), marks), ())
    return catalog


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(0, 10), ("iv", "iv")),
        (Span(3, 11), ("iv", "1")),
        (Span(10, 20), ("1", "1")),
        (Span(5, 25), ("iv", "2")),
        (Span(29, 30), ("2", "2")),
    ],
)
def test_a_stretch_stands_on_its_pages(
    catalog: Catalog, span: Span, expected: tuple[str, str]
) -> None:
    assert locator(catalog, "a.pdf", span) == Locator(PAGE, *expected)
    document = catalog.document("a.pdf")
    assert document is not None
    assert document.locator(span) == Locator(PAGE, *expected)


def test_text_without_marks_has_no_place(catalog: Catalog) -> None:
    assert locator(catalog, "b.txt", Span(0, 10)) is None
    assert locator(catalog, "c.pdf", Span(0, 5)) is None
    document = catalog.document("c.pdf")
    assert document is not None
    assert document.locator(Span(0, 5)) is None


def test_marks_go_with_their_document(catalog: Catalog) -> None:
    with catalog.database.writing():
        catalog.remove("a.pdf")
    assert locator(catalog, "a.pdf", Span(0, 10)) is None
