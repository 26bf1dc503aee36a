"""A document's blocks as compact JSON and back, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from citeback.records import Block, BlockKind, Span

_DECODER = json.JSONDecoder()


def to_json(blocks: Iterable[Block]) -> str:
    """The blocks as one array each, the fields in their order."""
    rows = (json.dumps(_row(block), separators=(",", ":")) for block in blocks)
    return f"[{','.join(rows)}]"


def each(stored: str) -> Iterator[Block]:
    """The blocks of `to_json`, each made when it is asked for.

    All at once they take ten times the memory. Raises ValueError for what is no such
    JSON, where it is met.
    """
    if stored == "[]":
        return
    at, sign = 0, "["
    while sign != "]":
        if stored[at : at + 1] != sign:
            raise json.JSONDecodeError("no further block", stored, at)
        fields, at = _DECODER.raw_decode(stored, at + 1)
        yield _block(fields)
        sign = "]" if stored[at : at + 1] == "]" else ","
    if at + 1 != len(stored):
        raise json.JSONDecodeError("more than the blocks", stored, at)


def from_json(stored: str) -> tuple[Block, ...]:
    """The blocks of `to_json`."""
    return tuple(each(stored))


def _block(fields: list[Any]) -> Block:
    kind, start, end, paragraph, headings, level, items, note, lead_in = fields
    return Block(
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
