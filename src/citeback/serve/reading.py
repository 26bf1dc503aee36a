"""What the reader pane shows of a document, as plain values for JSON. Pure.

Texts stay texts: the page's script writes them with `textContent`, so nothing
here is escaped. Marks are cut per block into runs, so that joining a block's
runs gives the block's text back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict

from citeback.records import Answer, Block, BlockKind, Document, Place, Span
from citeback.serve.render import keeps_lines, place_label

# A document longer than this (code points) is shown in a window: drawing 1 MB took
# 1.5 seconds in Chromium on two cores, 5 MB six.
WHOLE_DOCUMENT_CHARACTERS = 200_000
WINDOW_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage to mark: its number in the answer, its extent, its best sentence."""

    number: int
    passage: Span
    best: Span
    label: str


class Run(TypedDict):
    """A stretch of text with the numbers of the passages and sentences it lies in."""

    text: str
    cited: list[int]
    best: list[int]


class BlockView(TypedDict):
    """One block as the reader draws it."""

    kind: str
    start: int
    paragraph: int
    level: int
    note: str
    verse: bool
    runs: list[Run]


class CitedView(TypedDict):
    """A passage that is marked in the document."""

    number: int
    label: str


class ReaderView(TypedDict):
    """A document, or the window of it around the active passage.

    `key` names what is shown; `stops` are the numbers of all the answer's passages,
    in this document and others, for going from one to the next; `document` is the
    path (a key of that name would be taken for an upload by the page); `around` is where to scroll if no mark is active;
    `earlier` and `later` are the offsets at which the window ends, or -1.
    """

    key: str
    document: str
    turn: int
    active: int
    title: str
    byline: str
    blocks: list[BlockView]
    cited: list[CitedView]
    stops: list[int]
    around: int
    earlier: int
    later: int
    notice: str


def cited_in(answer: Answer, path: str) -> tuple[Cited, ...]:
    """The passages of an answer that lie in one document, in reading order."""
    found = [
        Cited(
            number=hit.number,
            passage=Span(hit.passage.start, hit.passage.end),
            best=hit.best,
            label=place_label(
                hit.passage.paragraph, hit.passage.part, hit.passage.parts
            ),
        )
        for hit in answer.hits
        if hit.source.path == path
    ]
    return tuple(sorted(found, key=lambda cited: cited.passage.start))


def cited_place(place: Place, number: int) -> Cited:
    """A near-duplicate's place, to be marked as a whole."""
    span = Span(place.start, place.end)
    return Cited(number, span, span, place_label(place.paragraph))


def reader_view(
    document: Document,
    cited: Sequence[Cited],
    *,
    key: str,
    turn: int = -1,
    active: int = 0,
    stops: Sequence[int] = (),
    around: int = 0,
    notice: str = "",
) -> ReaderView:
    """The document with its marks; of a long one the window around an offset."""
    window = _window(document, around)
    blocks = [
        _block(document, block, cited, window)
        for block in document.blocks
        if block.start < window.end and block.end > window.start
    ]
    source = document.source
    return ReaderView(
        key=key,
        document=source.path,
        turn=turn,
        active=active,
        title=source.title or source.path,
        byline=" · ".join(filter(None, (source.author, source.date, source.path))),
        blocks=blocks,
        cited=[CitedView(number=c.number, label=c.label) for c in cited],
        stops=list(stops),
        around=around,
        earlier=window.start if window.start > 0 else -1,
        later=window.end if window.end < len(document.text) else -1,
        notice=notice,
    )


def _window(document: Document, around: int) -> Span:
    length = len(document.text)
    if length <= WHOLE_DOCUMENT_CHARACTERS:
        return Span(0, length)
    middle = min(max(around, 0), length)
    start = max(0, middle - WINDOW_CHARACTERS)
    end = min(length, middle + WINDOW_CHARACTERS)
    return Span(*_widened(document.blocks, start, end))


def _widened(blocks: Sequence[Block], start: int, end: int) -> tuple[int, int]:
    """The window grown to the bounds of the blocks at its ends, if they are short."""
    for block in blocks:
        if block.end - block.start > WINDOW_CHARACTERS:
            continue
        if block.start < start < block.end:
            start = block.start
        if block.start < end < block.end:
            end = block.end
    return start, end


def _block(
    document: Document, block: Block, cited: Sequence[Cited], window: Span
) -> BlockView:
    start, end = max(block.start, window.start), min(block.end, window.end)
    text = document.text[block.start : block.end]
    return BlockView(
        kind=block.kind.value,
        start=block.start,
        paragraph=block.paragraph,
        level=block.level,
        note=block.note,
        verse=block.kind is BlockKind.LIST or keeps_lines(text),
        runs=_runs(document.text, start, end, cited),
    )


def _runs(text: str, start: int, end: int, cited: Sequence[Cited]) -> list[Run]:
    """The text from start to end, cut wherever a mark begins or ends."""
    cuts = {start, end}
    for mark in cited:
        for span in (mark.passage, mark.best):
            cuts.update(cut for cut in (span.start, span.end) if start < cut < end)
    ordered = sorted(cuts)
    return [
        Run(
            text=text[a:b],
            cited=[c.number for c in cited if _within(a, b, c.passage)],
            best=[c.number for c in cited if _within(a, b, c.best)],
        )
        for a, b in pairwise(ordered)
    ]


def _within(start: int, end: int, span: Span) -> bool:
    return span.start <= start and end <= span.end
