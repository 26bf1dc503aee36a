"""What the reader pane shows of a document, as plain values for JSON. Pure.

Texts stay texts: the page's script writes them with `textContent`, so nothing
here is escaped. Marks are cut per block into runs, so that joining a block's
runs gives the block's text back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TypedDict

from citeback.records import (
    Answer,
    Block,
    BlockKind,
    Document,
    LocatorKind,
    Place,
    Span,
)
from citeback.serve.cards import keeps_lines
from citeback.serve.links import DIGEST_LETTERS

# A document longer than this (code points) is shown in a window: drawing 1 MB took
# 1.5 seconds in Chromium on two cores, 5 MB six.
WHOLE_DOCUMENT_CHARACTERS = 200_000
WINDOW_CHARACTERS = 60_000

# More headings than this make no outline that anyone reads.
OUTLINE_HEADINGS = 1000


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage to mark: its number in the answer, its extent, its best sentence.

    `words` are the words in the best sentence that carried the match.
    """

    number: int
    passage: Span
    best: Span
    words: tuple[Span, ...]
    paragraph: int
    part: int
    parts: int


class Run(TypedDict):
    """A stretch of text, and of which passages, best sentences and words it is part."""

    text: str
    cited: list[int]
    best: list[int]
    words: list[int]


class BlockView(TypedDict):
    """One block as the reader draws it; `after` is the text up to the next block."""

    kind: str
    start: int
    paragraph: int
    level: int
    note: str
    verse: bool
    runs: list[Run]
    after: str


class CitedView(TypedDict):
    """A passage that is marked in the document; the spans are start and end."""

    number: int
    passage: tuple[int, int]
    best: tuple[int, int]
    paragraph: int
    part: int
    parts: int


class OutlineView(TypedDict):
    """A heading of the document, wherever the window is."""

    title: str
    level: int
    start: int


class ChangeView(TypedDict):
    """What became of a quotation since it was cited, or that this is the text of then.

    `standing` is a `Standing`, or "earlier" for a text of then; `title` is the document
    in which the quotation stands by now, "" where that is the one that was cited.
    `differences` are pairs of a `Change` and a text. `version` is the digest of the
    text of then if it can be read, and `document`, `start` and `end` the place in it.
    """

    standing: str
    certain: bool
    title: str
    differences: list[tuple[str, str]]
    version: str
    document: str
    start: int
    end: int


class ReaderView(TypedDict):
    """A document, or the window of it around the active passage.

    `key` names what is shown; `stops` are the numbers of all the answer's passages,
    in this document and others, for going from one to the next; `document` is the
    path (a key of that name would be taken for an upload by the page); `around` is
    where to scroll if no mark is active; `earlier` and `later` are the offsets at
    which the window ends, or -1; `pages` tells that its pages can be looked at;
    `notice` is the key of a sentence, or "". `state` is how the digest of the text
    begins; `version` is all of it where the text is one of before, and `change` what
    became of the quotation since, None where nothing did.
    """

    key: str
    document: str
    turn: int
    active: int
    title: str
    byline: str
    blocks: list[BlockView]
    outline: list[OutlineView]
    cited: list[CitedView]
    stops: list[int]
    around: int
    earlier: int
    later: int
    pages: bool
    notice: str
    state: str
    version: str
    change: ChangeView | None


def cited_in(answer: Answer, path: str) -> tuple[Cited, ...]:
    """The passages of an answer that lie in one document, in reading order."""
    found = [
        Cited(
            number=hit.number,
            passage=Span(hit.passage.start, hit.passage.end),
            best=hit.best,
            words=hit.words,
            paragraph=hit.passage.paragraph,
            part=hit.passage.part,
            parts=hit.passage.parts,
        )
        for hit in answer.hits
        if hit.source.path == path
    ]
    return tuple(sorted(found, key=lambda cited: cited.passage.start))


def cited_place(place: Place, number: int) -> Cited:
    """A near-duplicate's place, to be marked as a whole."""
    return cited_span(Span(place.start, place.end), number, place.paragraph)


def cited_span(span: Span, number: int, paragraph: int) -> Cited:
    """A stretch of text, to be marked as a whole."""
    return Cited(number, span, span, (), paragraph, 1, 1)


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
    version: str = "",
    change: ChangeView | None = None,
) -> ReaderView:
    """The document with its marks; of a long one the window around an offset."""
    window = _window(document, around)
    ends = [block.start for block in document.blocks[1:]] + [len(document.text)]
    blocks = [
        _block(document, block, cited, window, following)
        for block, following in zip(document.blocks, ends, strict=False)
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
        outline=_outline(document),
        cited=[
            CitedView(
                number=c.number,
                passage=(c.passage.start, c.passage.end),
                best=(c.best.start, c.best.end),
                paragraph=c.paragraph,
                part=c.part,
                parts=c.parts,
            )
            for c in cited
        ],
        stops=list(stops),
        around=around,
        earlier=window.start if window.start > 0 else -1,
        later=window.end if window.end < len(document.text) else -1,
        pages=any(mark.kind is LocatorKind.PAGE for mark in document.marks),
        notice=notice,
        state=source.digest[:DIGEST_LETTERS],
        version=version,
        change=change,
    )


def surroundings(document: Document, paragraph: int) -> tuple[str, str]:
    """The texts of the paragraphs before and after one; "" at either end."""
    texts = {
        block.paragraph: document.text[block.start : block.end]
        for block in document.blocks
        if block.paragraph > 0
    }
    return texts.get(paragraph - 1, ""), texts.get(paragraph + 1, "")


def _outline(document: Document) -> list[OutlineView]:
    headings = (b for b in document.blocks if b.kind is BlockKind.HEADING)
    return [
        OutlineView(
            title=" ".join(document.text[b.start : b.end].split()),
            level=b.level,
            start=b.start,
        )
        for b in islice(headings, OUTLINE_HEADINGS)
    ]


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
    document: Document,
    block: Block,
    cited: Sequence[Cited],
    window: Span,
    following: int,
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
        after=document.text[block.end : following],
    )


def _runs(text: str, start: int, end: int, cited: Sequence[Cited]) -> list[Run]:
    """The text from start to end, cut wherever a mark begins or ends."""
    cuts = {start, end}
    for mark in cited:
        for span in (mark.passage, mark.best, *mark.words):
            cuts.update(cut for cut in (span.start, span.end) if start < cut < end)
    ordered = sorted(cuts)
    return [
        Run(
            text=text[a:b],
            cited=[c.number for c in cited if _within(a, b, c.passage)],
            best=[c.number for c in cited if _within(a, b, c.best)],
            words=[
                c.number for c in cited if any(_within(a, b, word) for word in c.words)
            ],
        )
        for a, b in pairwise(ordered)
    ]


def _within(start: int, end: int, span: Span) -> bool:
    return span.start <= start and end <= span.end
