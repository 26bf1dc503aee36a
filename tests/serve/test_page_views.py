"""What the reader is given of a document's pages, from a whole library."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary
from ingest.pdfs import TEXT, Paper

from citeback.errors import PageError, UnknownDocumentError
from citeback.serve.page_views import boxes, picture


def test_a_page_and_places_on_it(content: Path, make_library: MakeLibrary) -> None:
    paper = Paper()
    paper.canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    for page in range(2):
        paper.text(72, 90, 450, f"This is page {page}. {TEXT}", 11)
        paper.next()
    (content / "river.pdf").write_bytes(paper.data())
    library = make_library()
    library.update()
    png, headers = picture(library, "river.pdf", 2, 200)
    assert png.startswith(b"\x89PNG")
    assert (headers["X-Page"], headers["X-Pages"], headers["X-Label"]) == (
        "2",
        "2",
        "ii",
    )
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    at = library.document("river.pdf").text.index("This is page 1.")
    (box,) = boxes(library, "river.pdf", at, at + 15)
    assert box["page"] == 2
    assert 0 < box["left"] < box["right"] < 1


def test_what_is_no_document_is_not_shown(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    with pytest.raises(UnknownDocumentError, match="no document"):
        picture(library, "../secret.pdf", 1, 200)
    with pytest.raises(PageError, match="no pages"):
        boxes(library, "kettle.txt", 0, 5)
