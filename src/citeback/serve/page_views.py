"""What the reader is given of a document's pages: a picture, and places on it."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import quote

from citeback.records import Span
from citeback.serve.reads import Reads

# A page elsewhere may not show these; a changed file has another picture at once.
SAFE = {"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store"}


def picture(
    library: Reads, path: str, number: int, width: int
) -> tuple[bytes, dict[str, str]]:
    """A page as PNG, and headers that say which one it is. Raises CitebackError."""
    made = library.page(path, number, width)
    about = {
        "X-Page": str(made.page),
        "X-Pages": str(made.pages),
        "X-Label": quote(made.label),
    }
    return made.png, SAFE | about


def boxes(
    library: Reads, path: str, start: int, end: int
) -> list[dict[str, int | float]]:
    """Where a stretch of text stands on its pages. Raises CitebackError."""
    return [asdict(box) for box in library.boxes(path, Span(start, end))]
