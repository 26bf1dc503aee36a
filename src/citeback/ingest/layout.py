"""Number the paragraphs and give each block the path of headings above it."""

from __future__ import annotations

from collections.abc import Iterable
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
) -> Block:
    """A block that `lay_out` has not seen: no number, and no path above it.

    A heading's `title`, which may be tidier than its text, waits in `headings`.
    """
    headings = (title,) if title else ()
    return Block(kind, start, end, 0, headings, level, items, note)


def lay_out(drafts: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks with paragraph numbers from 1 and heading paths.

    A heading ends those of its own level and deeper; furniture changes neither
    the path nor the count.
    """
    blocks: list[Block] = []
    above: list[tuple[int, str]] = []
    paragraph = 0
    for block in drafts:
        if block.kind is BlockKind.FURNITURE:
            blocks.append(replace(block, headings=()))
            continue
        if block.kind is BlockKind.HEADING:
            while above and above[-1][0] >= block.level:
                above.pop()
            path = tuple(title for _, title in above)
            blocks.append(replace(block, headings=path))
            above.extend((block.level, title) for title in block.headings)
            continue
        paragraph += 1
        path = tuple(title for _, title in above)
        blocks.append(replace(block, paragraph=paragraph, headings=path))
    return tuple(blocks)
