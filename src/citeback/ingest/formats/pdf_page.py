"""A PDF's page as it looks, and where on it a stretch of the document's text stands.

Nothing is stored for this: the page's lines are made again and found in the text that
the document has of that page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from citeback.errors import PageError
from citeback.ingest.formats.pdf_align import align
from citeback.ingest.formats.pdf_file import PdfFile, opened
from citeback.ingest.formats.pdf_grids import grids, regions_with_grids
from citeback.ingest.formats.pdf_letters import Glyph, Sheet
from citeback.ingest.formats.pdf_lines import Line, as_seen, lines
from citeback.ingest.text_builder import BETWEEN_CELLS
from citeback.records import Box, Mark, PagePicture, Span

# A page whose letters are the document's but for a few that could not be found.
SAME = 0.9
# Shares of the page: boxes on one line, and the widest space between its words.
LEVEL, WIDE_SPACE = 0.002, 0.06
NARROWEST, WIDEST = 50, 3000  # pixels


def picture(
    data: bytes, text: str, marks: Sequence[Mark], *, page: int, width: int
) -> PagePicture:
    """A page, from 1, `width` pixels wide; the last one where there are fewer.

    `text` and `marks` are the document's. Raises UnreadableFileError, and PageError
    where the page has other words.
    """
    with opened(data) as file:
        place = min(max(page, 1), file.pages) - 1
        stretches = _by_page(file, text, marks).get(place, [])
        _Sheet(file.sheet(place), text, stretches, ()).check()
        png = file.picture(place, min(max(width, NARROWEST), WIDEST))
        return PagePicture(place + 1, file.pages, file.label(place), png)


def boxes(
    data: bytes, text: str, marks: Sequence[Mark], span: Span, *, begins: Sequence[int]
) -> tuple[Box, ...]:
    """Where the span of the document's text stands: a box for each piece of a line.

    In reading order. `begins` is where the document's blocks begin. Raises
    UnreadableFileError, and PageError where a page has other words.
    """
    found: list[Box] = []
    with opened(data) as file:
        for page, stretches in _by_page(file, text, marks).items():
            if any(one.start < span.end and span.start < one.end for one in stretches):
                sheet = _Sheet(file.sheet(page), text, stretches, begins)
                sheet.check()
                found += sheet.boxes(page, span)
    return tuple(found)


def _by_page(file: PdfFile, text: str, marks: Sequence[Mark]) -> dict[int, list[Span]]:
    """The stretches of text of each page that has any, by the page's place from 0."""
    places: dict[str, list[int]] = defaultdict(list)
    for page in range(file.pages):
        places[file.label(page)].append(page)
    ends = [*(mark.start for mark in marks[1:]), len(text)]
    found: dict[int, list[Span]] = defaultdict(list)
    last = -1
    for mark, end in zip(marks, ends, strict=True):
        # Two pages may have one label: the text goes on, or back by a page.
        candidates = places.get(mark.label, [])
        later = [page for page in candidates if page > last]
        before = [page for page in candidates if page < last]
        if last - 1 in before:
            last = last - 1
        elif later:
            last = later[0]
        elif before:
            last = before[-1]
        else:
            continue
        found[last].append(Span(mark.start, end))
    return found


class _Sheet:
    """A page's lines, and which letters of the document each of them is."""

    def __init__(
        self, sheet: Sheet, text: str, stretches: Sequence[Span], begins: Sequence[int]
    ) -> None:
        """Find the lines in these stretches of the text."""
        self._sheet = sheet
        self._offsets = [
            offset
            for one in stretches
            for offset in range(one.start, one.end)
            if not text[offset].isspace()
        ]
        letters = "".join(text[offset] for offset in self._offsets)
        # What parts a table's cells is not on the page.
        self._letters = len(letters) - letters.count(BETWEEN_CELLS.strip())
        known = frozenset(begins)
        firsts = {at for at, offset in enumerate(self._offsets) if offset in known}
        self._lines = _in_reading_order(sheet)
        self._own = align([line.words for line in self._lines], letters, firsts)

    def check(self) -> None:
        """Raises PageError where the page has other words than the document."""
        if not self._lines:
            return  # a picture, whose words the document has by OCR
        seen = sum(len("".join(line.words.split())) for line in self._lines)
        found = sum(length for _, length in self._own)
        if found < SAME * max(seen, self._letters):
            raise PageError(
                "The file has changed since it was indexed: update the index, then look "
                "again."
            )

    def boxes(self, page: int, span: Span) -> list[Box]:
        """Where the span stands, in the order of the text; the whole of a picture."""
        if not self._lines:
            return [Box(page + 1, 0.0, 0.0, 1.0, 1.0)]
        placed: list[tuple[int, Box]] = []
        for line, (start, length) in zip(self._lines, self._own, strict=True):
            position = start
            inside: list[Glyph] = []
            first = -1
            for glyph in line.glyphs:
                end = min(position + len("".join(glyph.text.split())), start + length)
                own = self._offsets[position:end]
                if any(span.start <= offset < span.end for offset in own):
                    inside.append(glyph)
                    first = position if first < 0 else first
                position = end
            if inside:
                placed.append((first, _box(self._sheet, page, line, inside)))
        found: list[Box] = []
        for _, box in sorted(placed, key=lambda one: one[0]):
            if found and _go_on(found[-1], box):
                found[-1] = replace(found[-1], right=box.right)
            else:
                found.append(box)
        return found


def _go_on(box: Box, after: Box) -> bool:
    """Whether the second box is on the same line, behind a wide space."""
    level = abs(box.top - after.top) + abs(box.bottom - after.bottom) < LEVEL
    return level and 0 <= after.left - box.right < WIDE_SPACE


def _in_reading_order(sheet: Sheet) -> list[Line]:
    """The lines as they are read, so that the first of two that are alike comes first."""
    order: dict[tuple[float, float], int] = {}
    found = lines(sheet)
    for region in regions_with_grids(found, grids(sheet.rules)):
        own = [line for row in region.rows for cell in row for line in cell]
        for line in (*region.lines, *own):
            for glyph in line.glyphs:
                order.setdefault((glyph.left, glyph.base), len(order))
    return sorted(
        found,
        key=lambda line: order.get((line.glyphs[0].left, line.glyphs[0].base), 0),
    )


def _box(sheet: Sheet, page: int, line: Line, glyphs: Sequence[Glyph]) -> Box:
    """The box around the letters, as high as their line."""
    around = [
        as_seen(glyph._replace(top=line.top, bottom=line.bottom), sheet)
        for glyph in glyphs
    ]
    return Box(
        page + 1,
        _share(min(left for left, *_ in around), sheet.width),
        _share(min(top for _, top, _, _ in around), sheet.height),
        _share(max(right for _, _, right, _ in around), sheet.width),
        _share(max(bottom for *_, bottom in around), sheet.height),
    )


def _share(length: float, whole: float) -> float:
    return min(max(length / whole, 0.0), 1.0) if whole > 0 else 0.0
