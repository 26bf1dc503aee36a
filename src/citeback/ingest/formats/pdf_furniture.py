"""Finds running heads, running feet and page numbers: what a page has and a text not.

They stand at the edge of the page, apart from the text, and come again on the next
pages at the same height: the same words, or words that differ in their numbers only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citeback.ingest.formats.pdf_grids import Grid
from citeback.ingest.formats.pdf_lines import Line

# The edge: so much of the page's height, and at most so many rows of lines.
BAND = 0.15
ROWS = 3
# Left and right pages may differ, so the page after the next counts as well.
NEAR = 2
SAME_HEIGHT = 4.0  # points
# What stands apart, in sizes of the writing.
APART = 1.5

HEAD = "runs along the head of the pages"
FOOT = "runs along the foot of the pages"
NUMBER = "a page number"

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]+", re.IGNORECASE)
_ONLY_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite|página|صفحة)?\s*(?:#|~)(?:\s*(?:of|/|von|sur|de|من)\s*#)?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines and the grids drawn on it. `label` is its number as printed; measures are in points."""

    number: int
    label: str
    width: float
    height: float
    lines: tuple[Line, ...]
    grids: tuple[Grid, ...] = ()


def furniture(pages: Sequence[Page]) -> list[Mapping[int, str]]:
    """For each page the places of its lines that are furniture, with a note why."""
    edges = [_edges(page) for page in pages]
    heights: list[dict[str, list[float]]] = []
    for page, (top, bottom) in zip(pages, edges, strict=True):
        found: dict[str, list[float]] = defaultdict(list)
        for row in (*top, *bottom):
            for place in row:
                found[_key(page.lines[place].words)].append(page.lines[place].base)
        heights.append(found)
    notes: list[Mapping[int, str]] = []
    for position, page in enumerate(pages):
        near = [
            heights[other]
            for other in range(max(0, position - NEAR), position + NEAR + 1)
            if other != position and other < len(pages)
        ]
        noted: dict[int, str] = {}
        for rows, note in zip(edges[position], (HEAD, FOOT), strict=True):
            noted.update(_of_edge(page, rows, near, note))
        if len(noted) == len(page.lines):
            # A page with nothing else on it has text, though it is like the others'.
            noted = {place: note for place, note in noted.items() if note == NUMBER}
        notes.append(noted)
    return [
        {**noted, **_in_place(page, edges[position], _near(pages, notes, position))}
        for position, (page, noted) in enumerate(zip(pages, notes, strict=True))
    ]


def _near(
    pages: Sequence[Page], notes: Sequence[Mapping[int, str]], position: int
) -> list[tuple[Line, str]]:
    """The furniture of the pages beside one, with its notes."""
    return [
        (pages[other].lines[place], note)
        for other in (position - 1, position + 1)
        if 0 <= other < len(pages)
        for place, note in notes[other].items()
        if note != NUMBER
    ]


def _in_place(
    page: Page,
    edges: Sequence[Sequence[Sequence[int]]],
    near: Sequence[tuple[Line, str]],
) -> Mapping[int, str]:
    """The outermost lines that stand where a page beside this one has furniture.

    A running head may name the section, another on each page.
    """
    found: dict[int, str] = {}
    if sum(map(len, edges)) < 3:
        return found
    for rows, side in zip(edges, (HEAD, FOOT), strict=True):
        for place in rows[0] if rows else ():
            line = page.lines[place]
            for other, note in near:
                same = (
                    abs(other.base - line.base) < 1
                    and abs(other.size - line.size) < 0.1
                )
                if note == side and same and other.bold == line.bold:
                    found[place] = note
    return found


def _of_edge(
    page: Page,
    rows: Sequence[Sequence[int]],
    near: Sequence[Mapping[str, Sequence[float]]],
    note: str,
) -> Mapping[int, str]:
    """The furniture of one edge, whose rows are given from the outside in."""
    taken: list[Sequence[int]] = []
    for row in rows[:ROWS]:
        if BAND < page.lines[row[0]].base / page.height < 1 - BAND:
            break
        if not all(_comes_again(page, page.lines[place], near) for place in row):
            break
        taken.append(row)
    # What is not apart from the text is the text's.
    while taken and len(taken) < len(rows):
        last = [page.lines[place] for place in taken[-1]]
        after = [page.lines[place] for place in rows[len(taken)]]
        far = min(abs(one.base - other.base) for one in last for other in after)
        if far > APART * max(line.size for line in (*last, *after)):
            break
        taken.pop()
    return {
        place: NUMBER if _is_number(page.lines[place].words) else note
        for row in taken
        for place in row
    }


def _comes_again(
    page: Page, line: Line, near: Sequence[Mapping[str, Sequence[float]]]
) -> bool:
    if line.raised:
        return False  # a footnote
    if _is_number(line.words) and _DIGITS.search(line.words) is None:
        return True if line.words.strip(" -–—") == page.label else bool(near)
    if line.words.strip(" -–—") == page.label:
        return True
    heights = [height for page in near for height in page.get(_key(line.words), ())]
    return any(abs(height - line.base) < SAME_HEIGHT for height in heights)


def _is_number(words: str) -> bool:
    return bool(_ONLY_NUMBER.fullmatch(_key(words)))


def _key(words: str) -> str:
    """The words with their numbers as "#", a Roman one that stands alone as "~"."""
    if _ROMAN.fullmatch(words.strip(" -–—")):
        return "~"
    return _DIGITS.sub("#", words.casefold())


def _edges(page: Page) -> tuple[list[list[int]], list[list[int]]]:
    """The rows of lines at the upper and the lower edge, from the outside in.

    One row more than may be furniture, to see how far it is from the text.
    """
    order = sorted(
        (place for place, line in enumerate(page.lines) if line.turn == 0),
        key=lambda place: page.lines[place].base,
    )
    rows: list[list[int]] = []
    for place in order:
        line = page.lines[place]
        if rows and line.base - page.lines[rows[-1][0]].base < 0.4 * line.size:
            rows[-1].append(place)
        else:
            rows.append([place])
    high, low = BAND * page.height, (1 - BAND) * page.height

    def edge(rows: Sequence[list[int]]) -> list[list[int]]:
        found = []
        for row in rows[: ROWS + 1]:
            found.append(row)
            if high < page.lines[row[0]].base < low:
                break
        return found

    return edge(rows), edge(rows[::-1])
