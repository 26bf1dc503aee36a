"""Where in a text a quotation comes closest, word by word. Pure.

An alignment of all of the quotation with any stretch of the text, by Sellers' algorithm
(1980): edit distance, with whatever stands before and after the stretch free of cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.index import words
from citeback.records import Span

# What a word costs that stands in the quotation alone, in the text alone, that is
# another, or that is the same but for capitals, accents or its ending. Left out is the
# cheapest: so the word behind one that was left out is met, not taken for a new one.
MISSING = 10
LEFT_OUT = 9
OTHER = 10
SIMILAR = 3

Costs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A stretch of the text for each segment of the quotation, and how like it is.

    Spans are of the text; a segment of which nothing was met has an empty one.
    `likeness` is the share of the quotation's words that stand there, in order, and
    `cost` what all the differences cost.
    """

    segments: tuple[Span, ...]
    likeness: float
    cost: int


@dataclass(frozen=True, slots=True)
class _Words:
    """A text's words: as written, and folded, as numbers; where they stand."""

    written: npt.NDArray[np.int64]
    folded: npt.NDArray[np.int64]
    spans: Sequence[Span]


def closest(segments: Sequence[str], text: str) -> Aligned | None:
    """The best alignment of the segments, in order and any distance apart.

    None where there are no words to align.
    """
    numbers: dict[str, int] = {}
    quoted = [_words(segment, numbers) for segment in segments]
    held = _words(text, numbers)
    total = sum(len(one.spans) for one in quoted)
    if not total or not held.spans:
        return None
    rows, steps = _costs(quoted, held)
    at = int(np.argmin(rows[-1]))
    return _traced(quoted, held, rows, steps, at, total)


def _words(text: str, numbers: dict[str, int]) -> _Words:
    found = list(words.words(text))
    return _Words(
        np.array(
            [
                numbers.setdefault(f"={text[s.start : s.end]}", len(numbers))
                for _, s in found
            ],
            dtype=np.int64,
        ),
        np.array(
            [numbers.setdefault(words.stem(word), len(numbers)) for word, _ in found],
            dtype=np.int64,
        ),
        [span for _, span in found],
    )


def _costs(quoted: Sequence[_Words], held: _Words) -> tuple[list[Costs], list[int]]:
    """Row by row the cost of aligning so many of the quotation's words up to each place.

    `steps` names each row's word; -1 is the free gap before a further segment.
    """
    count = len(held.spans)
    places = np.arange(count + 1) * LEFT_OUT
    row = np.zeros(count + 1, dtype=np.int64)
    rows, steps = [row], [-1]
    for number, segment in enumerate(quoted):
        if number:
            row = np.minimum.accumulate(rows[-1])
            rows.append(row)
            steps.append(-1)
        for at in range(len(segment.spans)):
            change = _change(segment, at, held)
            row = rows[-1] + MISSING
            row[1:] = np.minimum(row[1:], rows[-1][:-1] + change)
            # A further word of the text: the cheapest place before, and all between.
            row = np.minimum.accumulate(row - places) + places
            rows.append(row)
            steps.append(at)
    return rows, steps


def _change(segment: _Words, at: int, held: _Words) -> Costs:
    similar = np.where(held.folded == segment.folded[at], SIMILAR, OTHER)
    same = held.written == segment.written[at]
    return np.where(same, 0, similar)


def _traced(
    quoted: Sequence[_Words],
    held: _Words,
    rows: Sequence[Costs],
    steps: Sequence[int],
    at: int,
    total: int,
) -> Aligned:
    """The way back from the cheapest end: which words of the text each segment met."""
    segment = len(quoted) - 1
    met: list[list[int]] = [[] for _ in quoted]
    same = 0
    number = len(rows) - 1
    while number > 0:
        here = rows[number][at]
        if steps[number] < 0:
            before = rows[number - 1][: at + 1]
            at -= int(np.argmin(before[::-1]))  # the nearest of the cheapest
            segment -= 1
            number -= 1
            continue
        change = _change(quoted[segment], steps[number], held)
        if at and here == rows[number - 1][at - 1] + change[at - 1]:
            met[segment].append(at - 1)
            same += int(change[at - 1] < OTHER)
            at, number = at - 1, number - 1
        elif here == rows[number - 1][at] + MISSING:
            number -= 1
        else:
            at -= 1
    spans = tuple(
        Span(held.spans[places[-1]].start, held.spans[places[0]].end)
        if places
        else Span(0, 0)
        for places in met
    )
    return Aligned(spans, same / total, int(rows[-1].min()))
