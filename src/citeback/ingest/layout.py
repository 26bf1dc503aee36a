"""Number the paragraphs and give each block the path of headings above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from citeback.records import Block, BlockKind, Span


def draft(
    kind: BlockKind,
    start: int,
    end: int,
    *,
    items: tuple[Span, ...] = (),
    level: int = 0,
    title: str = "",
    note: str = "",
    lead_in: Span | None = None,
) -> Block:
    """A block that `lay_out` has not seen: no number, and no path above it.

    A heading's `title`, which may be tidier than its text, waits in `headings`.
    """
    headings = (title,) if title else ()
    return Block(kind, start, end, 0, headings, level, items, note, lead_in)


def lay_out(drafts: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks with paragraph numbers from 1 and heading paths.

    A heading ends those of its own level and deeper; furniture changes neither
    the path nor the count. A heading with words that has no paragraph under it is
    counted like one: nothing else would lead to it.
    """
    drafts = tuple(drafts)
    bare = _bare_headings(drafts)
    blocks: list[Block] = []
    above: list[tuple[int, str]] = []
    paragraph = 0
    for position, block in enumerate(drafts):
        if block.kind is BlockKind.FURNITURE:
            blocks.append(replace(block, headings=()))
            continue
        if block.kind is BlockKind.HEADING:
            while above and above[-1][0] >= block.level:
                above.pop()
            path = tuple(title for _, title in above)
            paragraph += position in bare
            number = paragraph if position in bare else 0
            blocks.append(replace(block, paragraph=number, headings=path))
            above.extend((block.level, title) for title in block.headings)
            continue
        paragraph += 1
        path = tuple(title for _, title in above)
        blocks.append(replace(block, paragraph=paragraph, headings=path))
    return tuple(blocks)


def _bare_headings(drafts: Sequence[Block]) -> set[int]:
    """The positions of headings with words but no paragraph or list under them."""
    bare: set[int] = set()
    open_: list[int] = []
    for position, block in enumerate(drafts):
        if block.kind is BlockKind.HEADING:
            open_ = [one for one in open_ if drafts[one].level < block.level]
            open_.append(position)
            if any(sign.isalnum() for title in block.headings for sign in title):
                bare.add(position)
        elif block.kind is not BlockKind.FURNITURE:
            bare.difference_update(open_)
    return bare
