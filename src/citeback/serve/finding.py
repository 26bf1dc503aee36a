"""Where letters stand in a whole document, for a reader that shows a part of it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TypedDict

from citeback.records import Document

NONE = -1


class FoundView(TypedDict):
    """How many matches there are, and which are in reach of the part that is shown.

    `before` counts those before the part; `previous` and `next` are the offsets of the
    nearest ones outside it, the last and the first of all where there is none that
    way, -1 without any. `place` counts those before the offset that was asked about.
    """

    total: int
    before: int
    place: int
    previous: int
    next: int


def found_in(
    document: Document, letters: str, *, start: int, end: int, at: int
) -> FoundView:
    """The matches of the letters, in any case and with any white space, each within one
    block; as reader_find.js finds them in the part from `start` to `end`.
    """
    starts = _starts(document, letters)
    before, after = bisect_left(starts, start), bisect_left(starts, end)
    around = [*starts[:1], *starts[-1:]] or [NONE, NONE]
    return FoundView(
        total=len(starts),
        before=before,
        place=bisect_left(starts, at),
        previous=starts[before - 1] if before else around[1],
        next=starts[after] if after < len(starts) else around[0],
    )


def _starts(document: Document, letters: str) -> list[int]:
    words = letters.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    return [
        match.start()
        for block in document.blocks
        for match in pattern.finditer(document.text, block.start, block.end)
    ]
