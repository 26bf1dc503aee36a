"""Puts a PDF's text together from its chunks and marks where its pages begin.

A mark may lie inside a block: a paragraph may run over the end of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from citeback.ingest.formats.pdf_lines import Line
from citeback.ingest.formats.pdf_paragraphs import INDENT, Chunk
from citeback.ingest.formats.pdf_words import Vocabulary, join
from citeback.ingest.lines import Line as TextLine
from citeback.ingest.lines import ends_in_colon
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import (
    BETWEEN_BLOCKS,
    BETWEEN_CELLS,
    BETWEEN_LINES,
    TextBuilder,
)
from citeback.records import BlockKind, LocatorKind, Mark

# A block's words, and where in them the lines of which page begin.
_Words = tuple[str, list[tuple[int, int]]]


class PdfText:
    """A text that grows by chunks; a list is open while its items come."""

    def __init__(self, vocabulary: Vocabulary, labels: Mapping[int, str]) -> None:
        """Begin with no text. `labels` are those of the pages, by number."""
        self._vocabulary = vocabulary
        self._labels = labels
        self._builder = TextBuilder()
        self._marks: list[Mark] = []
        self._page = -1
        self._furniture: dict[int, list[tuple[Line, str]]] = {}
        self._lead: Chunk | None = None
        self._items: list[Chunk] = []

    def furniture(self, page: int, line: Line, note: str) -> None:
        """Remember what stands on a page and is no text; it is put before the rest."""
        self._furniture.setdefault(page, []).append((line, note))

    def add(self, chunk: Chunk, level: int, *, note: bool) -> None:
        """Add a heading of a depth from 1, or with 0 a footnote or what it looks like."""
        plain = not (level or note or chunk.rows or chunk.lines[0].turn)
        if plain and TextLine.kind(chunk.lines[0].words):
            if self._items and not self._same_list(chunk):
                self._close()
            self._items.append(chunk)
            return
        if plain and self._items and self._goes_on(chunk):
            self._items[-1].extend(chunk)
            return
        self._close()
        if plain and ends_in_colon(chunk.lines[-1].words):
            self._lead = chunk
        else:
            self._put(chunk, level, note=note)

    def reading(self) -> Reading:
        """All that was added."""
        self._close()
        self._put_furniture(max(self._labels, default=0))
        builder = self._builder
        return Reading(builder.text, builder.drafts, marks=tuple(self._marks))

    def _same_list(self, chunk: Chunk) -> bool:
        """Whether the item is of the open list: marked alike, or further in or out."""
        kinds = {TextLine.kind(item.lines[0].words) for item in self._items}
        first = self._items[0].lines[0]
        own = chunk.lines[0]
        return (
            TextLine.kind(own.words) in kinds
            or own.left > first.left + INDENT * own.size
            or chunk.page != self._items[-1].page
        )

    def _goes_on(self, chunk: Chunk) -> bool:
        """Whether the chunk is a further paragraph of the last item."""
        item, own = self._items[-1], chunk.lines[0]
        marker = item.lines[0]
        inner = item.lines[1].left if len(item.lines) > 1 else 0.0
        return (
            chunk.page == item.page == item.pages[-1]
            and own.left > marker.left + INDENT * own.size
            and own.left >= inner - 1
            and own.base > item.lines[-1].base
            and own.base - item.lines[-1].base < 3 * own.size
            and abs(own.size - marker.size) < 0.1 * own.size
            and chunk.left == item.left
        )

    def _close(self) -> None:
        """Put the open list and what leads into it."""
        lead, items = self._lead, self._items
        self._lead, self._items = None, []
        if lead:
            self._put(lead, 0, note=False)
        for item in items:
            self._put_furniture(item.page)
            words = self._words(item)
            self._builder.item(words[0])
            self._mark(words)

    def _put(self, chunk: Chunk, level: int, *, note: bool) -> None:
        self._put_furniture(chunk.page)
        if chunk.rows:
            self._put_table(chunk)
            return
        words = self._words(chunk)
        if level:
            self._builder.heading(words[0], level)
        else:
            kind = BlockKind.NOTE if note else BlockKind.PARAGRAPH
            self._builder.paragraph(words[0], kind)
        self._mark(words)

    def _put_table(self, chunk: Chunk) -> None:
        rows = [[self._cell(cell) for cell in row] for row in chunk.rows]
        start = self._builder.end + len(BETWEEN_BLOCKS) * bool(self._builder.end)
        self._builder.table(rows, headed=_has_header(chunk.rows, rows))
        self._turn(start, chunk.page)

    def _put_furniture(self, page: int) -> None:
        """Put the furniture of the pages up to this one that is not put yet."""
        for number in sorted(one for one in self._furniture if one <= page):
            for line, note in self._furniture.pop(number):
                self._builder.furniture(line.words, note)
                self._turn(self._builder.end - len(line.words), number)

    def _cell(self, cell: Sequence[Line]) -> str:
        words, _ = self._joined(cell, [0] * len(cell), [False] * len(cell))
        # What parts cells must not stand in one.
        return words.replace(BETWEEN_CELLS, BETWEEN_CELLS.strip())

    def _words(self, chunk: Chunk) -> _Words:
        return self._joined(chunk.lines, chunk.pages, chunk.breaks)

    def _joined(
        self, lines: Sequence[Line], pages: Sequence[int], breaks: Sequence[bool]
    ) -> _Words:
        """The words of the lines: a line that ended early keeps its end."""
        made = ""
        turns: list[tuple[int, int]] = []
        for line, page, anew in zip(lines, pages, breaks, strict=True):
            if made:
                made, between = join(made, line.words, self._vocabulary)
                made += BETWEEN_LINES if anew and between else between
            if not turns or turns[-1][1] != page:
                turns.append((len(made), page))
            made += line.words
        return made, turns

    def _mark(self, words: _Words) -> None:
        """Mark the pages of the words that were put last."""
        start = self._builder.end - len(words[0])
        for offset, page in words[1]:
            self._turn(start + offset, page)

    def _turn(self, start: int, page: int) -> None:
        if page != self._page:
            self._marks.append(Mark(start, LocatorKind.PAGE, self._labels[page]))
            self._page = page


def _has_header(
    rows: Sequence[Sequence[Sequence[Line]]], words: Sequence[Sequence[str]]
) -> bool:
    """Whether the first row names the columns: bold, or words above numbers."""
    if len(rows) < 2:
        return False
    first = [line for cell in rows[0] for line in cell]
    rest = [line for row in rows[1:] for cell in row for line in cell]
    if all(line.bold for line in first) and not all(line.bold for line in rest):
        return True
    if any(map(_is_number, words[0])):
        return False
    columns: Iterable[Sequence[str]] = zip(*words, strict=True)
    return any(
        column[0] and 2 * sum(map(_is_number, column[1:])) > len(column) - 1
        for column in columns
    )


def _is_number(words: str) -> bool:
    digits = sum(sign.isdigit() for sign in words)
    return digits > 0 and 2 * digits >= sum(sign.isalnum() for sign in words)
