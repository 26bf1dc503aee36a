"""Which texts go through the model together: those of like length, within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# Attention is computed for so many word pieces at a time, and for what is left over one by
# one. Measured with all-MiniLM-L6-v2 in bfloat16: one left over costs, for each piece of
# its text, a sixtieth of what a piece more costs that only fills up.
AT_A_TIME = 16
FILLING = 60


def by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """The texts' numbers in batches, the shortest first; `lengths` counts word pieces.

    A batch, filled up to its longest text, takes at most `budget` pieces, or is one text.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * filled(lengths[number]) > budget:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def filled(longest: int) -> int:
    """To how many pieces a batch is filled up whose longest text has so many."""
    over = longest % AT_A_TIME
    missing = AT_A_TIME - over
    return longest + missing if longest * over > FILLING * missing else longest
