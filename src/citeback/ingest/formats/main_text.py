"""Which part of a web page is its main text, and what the page says of itself.

The only file that imports trafilatura.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import trafilatura

from citeback.ingest.formats.html_tree import Piece
from citeback.records import BlockKind

# So many letters in a row are not found again by chance.
TELLING = 25
# Of what a page says outside links and margins, less than this is not its main text:
# the page is then made in a way that is not understood, and all of it counts.
LEAST = 0.3
# A piece that is links for the most part is a menu.
LINKED = 0.5

# Dates that a page does not state must not be guessed from its words.
_DATES = {"extensive_search": False, "original_date": True}


@dataclass(frozen=True, slots=True)
class Extract:
    """What a page says of itself, "" where it does not, and its main text."""

    title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""
    text: str = ""


def extracted(page: str) -> Extract:
    """The extract of a page, all empty where none can be made."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    found = trafilatura.bare_extraction(
        page,
        include_comments=False,
        include_tables=True,
        date_extraction_params=_DATES,
        with_metadata=True,
    )
    if found is None:
        return Extract()
    about = found if isinstance(found, dict) else found.as_dict()
    named = {key: about.get(key) for key in ("title", "author", "date", "url", "text")}
    return Extract(**{key: str(value or "") for key, value in named.items()})


def main_part(pieces: Sequence[Piece], main: str) -> list[bool]:
    """For each piece whether it belongs to the main text.

    That reaches from the first to the last piece that the extract has, with the title
    before it; menus and margins within stay out.
    """
    wanted = [not piece.edge and piece.linked <= LINKED for piece in pieces]
    if not any(wanted):  # what calls itself the main part is empty
        pieces = [replace(piece, edge=False) for piece in pieces]
        wanted = [piece.linked <= LINKED for piece in pieces]
    lines = {_key(line) for line in main.splitlines()} - {""}
    whole = _key(main)
    known = [
        not piece.edge and _is_known(_key(_words(piece)), lines, whole)
        for piece in pieces
    ]
    at = [number for number, yes in enumerate(known) if yes]
    if not at:
        return wanted
    inside = [
        at[0] <= number <= at[-1] or piece.kind is BlockKind.NOTE
        for number, piece in enumerate(pieces)
    ]
    for number in range(at[0] - 1, -1, -1):
        piece = pieces[number]
        if piece.kind is BlockKind.HEADING and (piece.level == 1 or inside[number + 1]):
            inside[number] = True
    chosen = [
        yes or (within and one)
        for yes, within, one in zip(known, inside, wanted, strict=True)
    ]
    if _letters(pieces, chosen) < LEAST * _letters(pieces, wanted):
        return wanted
    return chosen


def _is_known(key: str, lines: set[str], whole: str) -> bool:
    return bool(key) and (key in lines or (len(key) >= TELLING and key in whole))


def _words(piece: Piece) -> str:
    if piece.kind is BlockKind.ROW:
        return " ".join(piece.rows[0]) if piece.rows else ""
    return piece.words


def _key(words: str) -> str:
    """The letters and figures alone: what stays however a text is taken out."""
    return "".join(filter(str.isalnum, words)).lower()


def _letters(pieces: Sequence[Piece], chosen: Sequence[bool]) -> int:
    return sum(
        len(_key(piece.words)) + sum(len(_key(c)) for row in piece.rows for c in row)
        for piece, yes in zip(pieces, chosen, strict=True)
        if yes
    )
