"""The blocks of plain text: paragraphs, lists, and headings where they are sure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from citeback.ingest.formats import plain_headings
from citeback.ingest.layout import draft
from citeback.ingest.lines import Line, bounds, ends_in_colon, runs
from citeback.records import Block, BlockKind, Span

# Hard-wrapped lines are 60 to 100 code points long. A line longer than this was not
# wrapped, so each line beside it is a paragraph of its own.
WRAPPED = 160
# A numbered paragraph longer than this is a paragraph, not an item of a short list.
LONG_ITEM = 300

_WORD = re.compile(r"\w")


def blocks(text: str, begin: int = 0) -> tuple[Block, ...]:
    """The blocks of the text from `begin` on, in order, not yet numbered.

    Blank lines part paragraphs; so does every line end where lines are longer than
    WRAPPED. A list takes in the paragraph that leads into it: the one before it that
    ends in a colon, or that it follows without a blank line.
    """
    chunks = [part for run in runs(text, begin) for part in _parted(run)]
    pile = _Pile(text)
    for position, chunk in enumerate(chunks):
        following = chunks[position + 1] if position + 1 < len(chunks) else []
        if not any(_WORD.search(line.words) for line in chunk):
            note = "a line without words"
            pile.put(draft(BlockKind.FURNITURE, *bounds(chunk), note=note))
        elif heading := plain_headings.heading(
            text, chunk, following, in_list=bool(pile.items)
        ):
            pile.put(heading)
        else:
            pile.add(chunk)
    return pile.closed()


def _parted(run: list[Line]) -> Iterator[list[Line]]:
    """The run, its lines apart if they were not wrapped, an underlined title too."""
    if plain_headings.underlined(run):
        yield run[:2]
        run = run[2:]
    # An address on the web may be long in text that is wrapped.
    if any(len(line.words) > WRAPPED and "://" not in line.words for line in run):
        yield from ([line] for line in run)
    elif run:
        yield run


class _Pile:
    """Takes chunks of lines one by one, and keeps a list open while it goes on."""

    def __init__(self, text: str) -> None:
        """Begin with no block, in `text`."""
        self.text = text
        self.made: list[Block] = []
        # The open list: its items (none: no list is open), where it begins, whether
        # a paragraph leads into it, and the marker of its last item.
        self.items: list[Span] = []
        self.start = 0
        self.introduced = False
        self.marker = ""

    def put(self, block: Block) -> None:
        """Add a block that is no list."""
        self._close()
        self.made.append(block)

    def add(self, chunk: list[Line]) -> None:
        """Add the chunk as a paragraph or a list, or to the list before it."""
        start, end = bounds(chunk)
        first = _first_item(chunk)
        marker = chunk[0].marker
        if self.items and marker == self.marker and (self.introduced or first == 0):
            self._extend(chunk)
        elif self.items and all(line.indent > 1 and not line.marker for line in chunk):
            self.items[-1] = Span(self.items[-1].start, end)
        elif marker and not self.items and self._led_into():
            self._open(self.made.pop().start, chunk, introduced=True)
        elif first < len(chunk):
            self._close()
            self._open(start, chunk[first:], introduced=first > 0)
        else:
            self.put(draft(BlockKind.PARAGRAPH, start, end))

    def closed(self) -> tuple[Block, ...]:
        """All the blocks."""
        self._close()
        return tuple(self.made)

    def _open(self, start: int, chunk: list[Line], *, introduced: bool) -> None:
        self.start = start
        self.introduced = introduced
        self._extend(chunk)

    def _extend(self, chunk: list[Line]) -> None:
        self.items.extend(_items(chunk))
        self.marker = next(line.marker for line in reversed(chunk) if line.marker)

    def _close(self) -> None:
        if self.items:
            items = tuple(self.items)
            end = items[-1].end
            self.made.append(draft(BlockKind.LIST, self.start, end, items=items))
        self.items = []

    def _led_into(self) -> bool:
        before = self.made[-1] if self.made else None
        return (
            before is not None
            and before.kind is BlockKind.PARAGRAPH
            and ends_in_colon(self.text[before.start : before.end])
        )


def _first_item(chunk: list[Line]) -> int:
    """The index of the line at which the chunk becomes a list; its length if none.

    A dash or a number may begin a wrapped line by chance, so inside a paragraph two
    markers of one kind are needed, or a colon before.
    """
    kinds = [line.marker for line in chunk]
    if kinds[0]:
        # A long numbered paragraph stands for itself.
        long = sum(len(line.words) for line in chunk) > LONG_ITEM
        alone = len(kinds) - kinds.count("") == 1
        return len(chunk) if long and alone else 0
    for index in range(1, len(chunk)):
        kind = kinds[index]
        if kind and (ends_in_colon(chunk[index - 1].words) or kinds.count(kind) > 1):
            return index
    return len(chunk)


def _items(chunk: list[Line]) -> tuple[Span, ...]:
    starts = [index for index, line in enumerate(chunk) if line.marker or not index]
    ends = [*starts[1:], len(chunk)]
    return tuple(
        Span(*bounds(chunk[start:end])) for start, end in zip(starts, ends, strict=True)
    )
