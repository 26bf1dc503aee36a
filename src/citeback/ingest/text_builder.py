"""Puts a document's text together, block by block, for formats that are not text.

What stands in the blocks is what the file says, with the bullets and numbers that a
person sees before items; only white space is evened out, and signs that no text may
hold (NUL, halves of a surrogate pair) or that nobody sees (soft hyphens) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from citeback.ingest.layout import draft
from citeback.ingest.lines import Line, ends_in_colon
from citeback.records import Block, BlockKind, LocatorKind, Mark, Span

BETWEEN_BLOCKS = "\n\n"
BETWEEN_LINES = "\n"
BULLET = "-"
BETWEEN_CELLS = " | "
# A longer item is a paragraph of its own, as the numbered ones of a contract are.
LONG_ITEM = 300
# A longer cell names no column.
LONGEST_NAME = 80

_NO_TEXT = re.compile(
    "[\0-\x08\x0e-\x1b\x7f\u00ad\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]"
)
_FIGURES = re.compile(r"\W*\d[\d\W]*\w{0,3}\W*")


class TextBuilder:
    """A text that grows; each method adds one block, and nothing for empty words."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[Mark] = []
        self._waiting: tuple[LocatorKind, str] | None = None
        # Each stretch set apart as a quotation, and the number of the quotation.
        self._quoted: list[tuple[int, Span]] = []
        # The open list: where it begins, and its items (none: no list is open).
        self._start = 0
        self._items: list[Span] = []

    @property
    def text(self) -> str:
        """All that was added, a blank line between blocks."""
        return "".join(self._pieces)

    @property
    def drafts(self) -> tuple[Block, ...]:
        """The blocks, without numbers."""
        self._close()
        return tuple(self._blocks)

    @property
    def end(self) -> int:
        """How long the text is."""
        return self._length

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that text stands under."""
        return tuple(self._marks)

    @property
    def quoted(self) -> tuple[Span, ...]:
        """The stretches that are set apart as quotations."""
        return tuple(span for _, span in self._quoted)

    def mark(self, kind: LocatorKind, label: str) -> None:
        """What is added from here on stands on that page, slide, row or at that time."""
        self._close()
        self._waiting = (kind, label)

    def heading(self, words: str, level: int) -> None:
        """A heading of a depth from 1."""
        words = spaced(words)
        if words:
            span = self._add(words)
            self._note(BlockKind.HEADING, span, level=max(1, level), title=words)

    def paragraph(
        self, words: str, kind: BlockKind = BlockKind.PARAGRAPH, *, quotation: int = 0
    ) -> None:
        """A paragraph or a footnote; its own line ends stay.

        `quotation` is the number of the one that it is set apart as part of, 0 if none.
        """
        words = lined(words)
        if words:
            span = self._add(words)
            self._note(kind, span)
            self._quote(span, quotation)

    def stretches(self, kind: LocatorKind, parts: Iterable[tuple[str, str]]) -> None:
        """A paragraph of several stretches, each with the label of the place it is at."""
        start = None
        for label, words in parts:
            line = spaced(words)
            if line:
                self._waiting = (kind, label)
                span = self._add(line, BETWEEN_BLOCKS if start is None else " ")
                start = span.start if start is None else start
        if start is not None:
            self._note(BlockKind.PARAGRAPH, Span(start, self._length))

    def item(self, words: str, marker: str = "") -> None:
        """An item of the list that is open; the first one opens it.

        A paragraph that ends in a colon, just before, leads into the list. An item
        without a marker of its own gets a bullet.
        """
        words = lined(words)
        if not words:
            return
        marker = marker or ("" if Line.kind(words) else BULLET)
        words = f"{marker} {words}".strip()
        if len(words) > LONG_ITEM:
            self.paragraph(words)
            return
        opened = bool(self._items)
        leads_in = not opened and self._led_into()
        span = self._put(words, BETWEEN_LINES if opened or leads_in else BETWEEN_BLOCKS)
        if not opened:
            self._start = self._blocks.pop().start if leads_in else span.start
        self._items.append(span)

    def list(self, items: Sequence[str], lead_in: str = "") -> None:
        """A list below the words that lead into it."""
        self._close()
        self.paragraph(lead_in)
        for item in items:
            self.item(item)
        self._close()

    def row(self, cells: Sequence[str], header: Span | None = None) -> Span | None:
        """A table's row; `header` is the span of its header, as this method gave it.

        The header itself is added by `header_row`.
        """
        span, items = self._cells(cells, BETWEEN_LINES if header else BETWEEN_BLOCKS)
        if span:
            self._note(BlockKind.ROW, span, items=items, lead_in=header)
        return span

    def header_row(self, cells: Sequence[str]) -> Span | None:
        """A table's header: text, but no block of its own, as no answer stands there."""
        return self._cells(cells, BETWEEN_BLOCKS)[0]

    def table(self, rows: Sequence[Sequence[str]], *, headed: bool) -> None:
        """A whole table; `headed` says that its first row is known to be its header.

        A first row that only looks like one serves as header and as a row, so that
        nothing is lost where the guess is wrong; above figures it is certain.
        """
        filled = [row for row in rows if any(map(spaced, row))]
        header = None
        for number, row in enumerate(filled):
            if number == 0 and headed and len(filled) > 1:
                header = self.header_row(row)
            elif number == 0 and names_columns(filled):
                certain = holds_figures(filled[1:])
                header = self.header_row(row) if certain else self.row(row)
            else:
                self.row(row, header)

    def furniture(self, words: str, note: str, *, quotation: int = 0) -> None:
        """What belongs to the page and not to the text; `note` says what it is."""
        words = lined(words)
        if words:
            span = self._add(words)
            self._note(BlockKind.FURNITURE, span, note=note)
            self._quote(span, quotation)

    def _led_into(self) -> bool:
        if not self._blocks:
            return False
        before = self._blocks[-1]
        ends_here = before.end == self._length
        return (
            before.kind is BlockKind.PARAGRAPH
            and ends_here
            and ends_in_colon(self._pieces[-1])
        )

    def _close(self) -> None:
        if self._items:
            items = tuple(self._items)
            whole = Span(self._start, items[-1].end)
            self._items = []
            self._note(BlockKind.LIST, whole, items=items)

    def _cells(
        self, cells: Sequence[str], before: str
    ) -> tuple[Span | None, tuple[Span, ...]]:
        words = [spaced(cell) for cell in cells]
        while words and not words[-1]:
            words.pop()
        if not words:
            return None, ()
        joined = BETWEEN_CELLS.join(words)
        shown = joined.strip()
        span = self._add(shown, before)
        spans = []
        start = span.start - joined.index(shown)
        for word in words:
            spans.append(Span(start, start + len(word)))
            start += len(word) + len(BETWEEN_CELLS)
        return span, tuple(one for one in spans if one.start < one.end)

    def _add(self, words: str, before: str = BETWEEN_BLOCKS) -> Span:
        self._close()
        return self._put(words, before)

    def _put(self, words: str, before: str) -> Span:
        gap = before if self._length else ""
        start = self._length + len(gap)
        self._pieces += (gap, words)
        self._length = start + len(words)
        if self._waiting:
            self._marks.append(Mark(start, *self._waiting))
            self._waiting = None
        return Span(start, self._length)

    def _quote(self, span: Span, quotation: int) -> None:
        if quotation and self._quoted and self._quoted[-1][0] == quotation:
            span = Span(self._quoted.pop()[1].start, span.end)
        if quotation:
            self._quoted.append((quotation, span))

    def _note(
        self,
        kind: BlockKind,
        span: Span,
        *,
        items: tuple[Span, ...] = (),
        level: int = 0,
        title: str = "",
        note: str = "",
        lead_in: Span | None = None,
    ) -> None:
        self._blocks.append(
            draft(
                kind,
                span.start,
                span.end,
                items=items,
                level=level,
                title=title,
                note=note,
                lead_in=lead_in,
            )
        )


def spaced(words: str) -> str:
    """The words in one line."""
    return " ".join(_NO_TEXT.sub("", words).split())


def lined(words: str) -> str:
    """The words with their lines, none of them blank."""
    lines = (spaced(line) for line in _NO_TEXT.sub("", words).splitlines())
    return BETWEEN_LINES.join(line for line in lines if line)


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row looks like a table's header.

    It names every column, each in its own few words, none of them a figure, while
    below it there are other rows.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    names = [spaced(cell) for cell in rows[0]]
    return (
        all(names)
        and len(set(names)) == len(names)
        and all(len(name) <= LONGEST_NAME for name in names)
        and not any(_FIGURES.fullmatch(name) or ends_in_colon(name) for name in names)
    )


def holds_figures(rows: Sequence[Sequence[str]]) -> bool:
    """Whether some column holds figures: what stands above it, without any, is a name."""
    columns = zip_longest(*rows, fillvalue="")
    return any(
        2 * sum(bool(_FIGURES.fullmatch(cell)) for cell in column) > len(rows)
        for column in columns
    )
