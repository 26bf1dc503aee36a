"""A document's blocks as compact JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from citeback.records import Block, BlockKind, Span


def to_json(blocks: Iterable[Block]) -> str:
    """The blocks as one array each, the fields in their order."""
    return json.dumps([_row(block) for block in blocks], separators=(",", ":"))


def from_json(stored: str) -> tuple[Block, ...]:
    """The blocks of `to_json`."""
    return tuple(
        Block(
            kind=BlockKind(kind),
            start=start,
            end=end,
            paragraph=paragraph,
            headings=tuple(headings),
            level=level,
            items=tuple(Span(*item) for item in items),
            note=note,
            lead_in=Span(*lead_in) if lead_in else None,
        )
        for kind, start, end, paragraph, headings, level, items, note, lead_in in (
            json.loads(stored)
        )
    )


def _row(block: Block) -> list[object]:
    lead_in = block.lead_in
    return [
        block.kind,
        block.start,
        block.end,
        block.paragraph,
        block.headings,
        block.level,
        [(item.start, item.end) for item in block.items],
        block.note,
        lead_in and (lead_in.start, lead_in.end),
    ]
