"""Where in a stretch of text a quote stands that was edited, word against word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

# What a word is worth is its letters and one, up to this: long words tell more.
MOST_WORTH = 10
# Shares of a word's worth: it is there but for its ending or beginning; another stands
# in its place; it is not there.
SIMILAR = 0.5
OTHER = -0.3
MISSING = -0.3
# For each word of the text that is not the quote's.
EXTRA = -0.25
# A match at either end with this many other words between it and the rest is taken to
# be chance, unless it is worth more than a word or two.
FAR_WORDS = 3
CHANCE_WORTH = 12.0
# So many words at either end may have been replaced by others.
REPLACED_WORDS = 4

_Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Aligned:
    """The words of the text from `first` up to `last` (not with it) that stand for the
    quote, and the share of it, by letters, that is still there (0 to 1).
    """

    first: int
    last: int
    kept: float


def aligned(
    prefix: Sequence[str],
    quote: Sequence[str],
    suffix: Sequence[str],
    text: Sequence[str],
) -> Aligned | None:
    """The best place for a quote among the words of a text; None if no word of it is there.

    The best alignment of the quote with what stood before and after it, all of it to
    any part of the text (Sellers 1980: begin and end in the text are free).
    """
    pattern = [*prefix, *quote, *suffix]
    if not quote or not text:
        return None
    same, worth = _matches(pattern, text)
    pairs = _traced(_scores(same, worth), same, worth)
    begin, end = len(prefix), len(prefix) + len(quote)
    matched = _without_chance([(i, j) for i, j in pairs if same[i, j] > 0], worth)
    matched = [(i, j) for i, j in matched if begin <= i < end]
    at = [(i, j) for i, j in pairs if begin <= i < end]
    if not matched:
        return None
    whole = float(worth[begin:end].sum())
    kept = sum(float(same[i, j] * worth[i]) for i, j in matched) / whole
    # A word at either end that another has replaced belongs to the quote.
    first = _replaced(at, matched[0], begin, step=-1)
    last = _replaced(at, matched[-1], end - 1, step=1)
    return Aligned(first, last + 1, kept)


def _matches(pattern: Sequence[str], text: Sequence[str]) -> tuple[_Scores, _Scores]:
    """How far each word is each other's (1, SIMILAR or 0), and what each is worth."""
    same = _equal(pattern, text).astype(np.float32)
    alike = _equal([w[:3] for w in pattern], [w[:3] for w in text])
    alike |= _equal([w[-3:] for w in pattern], [w[-3:] for w in text])
    long = np.array([len(w) > 3 for w in text])
    alike &= long & np.array([len(w) > 3 for w in pattern])[:, None]
    same[alike & (same == 0)] = SIMILAR
    worth = np.array([min(len(w) + 1, MOST_WORTH) for w in pattern], dtype=np.float32)
    return same, worth


def _equal(one: Sequence[str], other: Sequence[str]) -> npt.NDArray[np.bool_]:
    numbers = {word: n for n, word in enumerate({*one, *other})}
    rows = np.array([numbers[word] for word in one])
    columns = np.array([numbers[word] for word in other])
    equal: npt.NDArray[np.bool_] = rows[:, None] == columns[None, :]
    return equal


def _diagonal(same: _Scores, worth: np.float32) -> _Scores:
    return np.where(same > 0, same * worth, OTHER * worth).astype(np.float32)


def _scores(same: _Scores, worth: _Scores) -> _Scores:
    """The best score of the first i words of the pattern that ends at word j."""
    rows, columns = same.shape
    scores = np.zeros((rows + 1, columns + 1), dtype=np.float32)
    extra = EXTRA * np.arange(columns + 1, dtype=np.float32)
    for i in range(rows):
        best = scores[i] + MISSING * worth[i]
        diagonal = scores[i, :-1] + _diagonal(same[i], worth[i])
        best[1:] = np.maximum(best[1:], diagonal)
        # Any number of further words of the text, in one sweep.
        scores[i + 1] = np.maximum.accumulate(best - extra) + extra
    return scores


def _traced(scores: _Scores, same: _Scores, worth: _Scores) -> list[tuple[int, int]]:
    """The pairs of words of the best alignment, in order."""
    i, j = same.shape[0], int(scores[-1].argmax())
    pairs = []
    while i and j:
        here = scores[i, j]
        pair = same[i - 1, j - 1]
        share = pair if pair > 0 else OTHER
        if abs(here - (scores[i - 1, j - 1] + share * worth[i - 1])) < 1e-2:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif abs(here - (scores[i - 1, j] + MISSING * worth[i - 1])) < 1e-2:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _without_chance(
    matched: list[tuple[int, int]], worth: _Scores
) -> list[tuple[int, int]]:
    """The matches without a few at either end that stand far from all others."""
    for ordered in (1, -1):
        matched = matched[::ordered]
        block = 0.0
        for position, ((i, j), (_, following)) in enumerate(pairwise(matched)):
            block += float(worth[i])
            if block > CHANCE_WORTH:
                break
            if abs(following - j) - 1 > FAR_WORDS:
                matched = matched[position + 1 :]
                break
        matched = matched[::ordered]
    return matched


def _replaced(
    at: list[tuple[int, int]], end: tuple[int, int], outermost: int, *, step: int
) -> int:
    """The outermost word of the text that stands in the place of one of the quote's."""
    stands = dict(at)
    i, j = end
    for _ in range(REPLACED_WORDS):
        if i == outermost or stands.get(i + step) != j + step:
            break
        i, j = i + step, j + step
    return j
