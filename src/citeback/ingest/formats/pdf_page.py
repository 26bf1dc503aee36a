"""A PDF's page as it looks, and where on it a stretch of the document's text stands.

Nothing is stored for this: the page's lines are made again and found in the text that
the document has of that page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from citeback.ingest.formats.pdf_align import align
from citeback.ingest.formats.pdf_columns import regions
from citeback.ingest.formats.pdf_file import PdfFile, opened
from citeback.ingest.formats.pdf_letters import Glyph, Sheet
from citeback.ingest.formats.pdf_lines import Line, as_seen, lines
from citeback.records import Box, Document, LocatorKind, PagePicture, Span

NARROWEST, WIDEST = 50, 3000  # pixels


def picture(data: bytes, page: int, width: int) -> PagePicture:
    """A page, from 1, `width` pixels wide; the last one where there are fewer.

    Raises UnreadableFileError.
    """
    with opened(data) as file:
        place = min(max(page, 1), file.pages) - 1
        png = file.picture(place, min(max(width, NARROWEST), WIDEST))
        return PagePicture(place + 1, file.pages, file.label(place), png)


def boxes(data: bytes, document: Document, span: Span) -> tuple[Box, ...]:
    """Where the span of the document's text stands: a box for each piece of a line.

    In reading order; empty where the file has other text. Raises UnreadableFileError.
    """
    found: list[Box] = []
    with opened(data) as file:
        for page, stretches in _by_page(file, document).items():
            if any(one.start < span.end and span.start < one.end for one in stretches):
                found += _on_page(file.sheet(page), page, document, stretches, span)
    return tuple(found)


def _by_page(file: PdfFile, document: Document) -> dict[int, list[Span]]:
    """The stretches of text of each page that has any, by the page's place from 0."""
    places: dict[str, list[int]] = defaultdict(list)
    for page in range(file.pages):
        places[file.label(page)].append(page)
    marks = [mark for mark in document.marks if mark.kind is LocatorKind.PAGE]
    ends = [*(mark.start for mark in marks[1:]), len(document.text)]
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


def _on_page(
    sheet: Sheet, page: int, document: Document, stretches: Sequence[Span], span: Span
) -> Iterator[Box]:
    text = document.text
    offsets = [
        offset
        for one in stretches
        for offset in range(one.start, one.end)
        if not text[offset].isspace()
    ]
    letters = "".join(text[offset] for offset in offsets)
    placed: list[tuple[int, Line, list[Glyph]]] = []
    begins = {block.start for block in document.blocks}
    begins.update(item.start for block in document.blocks for item in block.items)
    firsts = {at for at, offset in enumerate(offsets) if offset in begins}
    ordered = _in_reading_order(lines(sheet))
    own = align([line.words for line in ordered], letters, firsts)
    for line, (start, length) in zip(ordered, own, strict=True):
        position = start
        inside: list[Glyph] = []
        first = -1
        for glyph in line.glyphs:
            end = min(position + len("".join(glyph.text.split())), start + length)
            if any(span.start <= offsets[at] < span.end for at in range(position, end)):
                inside.append(glyph)
                first = position if first < 0 else first
            position = end
        if inside:
            placed.append((first, line, inside))
    for _, line, inside in sorted(placed, key=lambda one: one[0]):
        yield _box(sheet, page, line, inside)


def _in_reading_order(found: Sequence[Line]) -> list[Line]:
    """The lines as they are read, so that the first of two that are alike comes first."""
    order: dict[tuple[float, float], int] = {}
    for region in regions(found):
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
