"""Puts a document's text together, block by block, for formats that are not text.

What stands in the blocks is what the file says; only white space is evened out, and
signs that no text may hold (NUL, halves of a surrogate pair) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from citeback.ingest.layout import draft
from citeback.records import Block, BlockKind, LocatorKind, Mark, Span

BETWEEN_BLOCKS = "\n\n"
BETWEEN_LINES = "\n"
BULLET = "- "
BETWEEN_CELLS = " | "

_NO_TEXT = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


class TextBuilder:
    """A text that grows; each method adds one block, and nothing for empty words."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[Mark] = []
        self._waiting: tuple[LocatorKind, str] | None = None

    @property
    def text(self) -> str:
        """All that was added, a blank line between blocks."""
        return "".join(self._pieces)

    @property
    def drafts(self) -> tuple[Block, ...]:
        """The blocks, without numbers."""
        return tuple(self._blocks)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that text stands under."""
        return tuple(self._marks)

    def mark(self, kind: LocatorKind, label: str) -> None:
        """What is added from here on stands on that page, slide, row or at that time."""
        self._waiting = (kind, label)

    def heading(self, words: str, level: int) -> None:
        """A heading of a depth from 1."""
        words = spaced(words)
        if words:
            span = self._add(words)
            self._note(BlockKind.HEADING, span, level=level, title=words)

    def paragraph(self, words: str, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        """A paragraph or a footnote; its own line ends stay."""
        words = lined(words)
        if words:
            self._note(kind, self._add(words))

    def list(self, items: Sequence[str], lead_in: str = "") -> None:
        """A list below the words that lead into it; items have their marker or get one."""
        wanted = [item for item in map(lined, items) if item]
        if not wanted:
            self.paragraph(lead_in)
            return
        introduction = lined(lead_in)
        begun = self._add(introduction) if introduction else None
        spans = [
            self._add(item, BETWEEN_LINES if begun or number else BETWEEN_BLOCKS)
            for number, item in enumerate(wanted)
        ]
        whole = Span((begun or spans[0]).start, spans[-1].end)
        self._note(BlockKind.LIST, whole, items=tuple(spans))

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

    def furniture(self, words: str, note: str) -> None:
        """What belongs to the page and not to the text; `note` says what it is."""
        words = lined(words)
        if words:
            self._note(BlockKind.FURNITURE, self._add(words), note=note)

    def _cells(
        self, cells: Sequence[str], before: str
    ) -> tuple[Span | None, tuple[Span, ...]]:
        words = [spaced(cell) for cell in cells]
        if not any(words):
            return None, ()
        span = self._add(BETWEEN_CELLS.join(words), before)
        spans = []
        start = span.start
        for word in words:
            spans.append(Span(start, start + len(word)))
            start += len(word) + len(BETWEEN_CELLS)
        return span, tuple(one for one in spans if one.start < one.end)

    def _add(self, words: str, before: str = BETWEEN_BLOCKS) -> Span:
        gap = before if self._length else ""
        start = self._length + len(gap)
        self._pieces += (gap, words)
        self._length = start + len(words)
        if self._waiting:
            self._marks.append(Mark(start, *self._waiting))
            self._waiting = None
        return Span(start, self._length)

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
