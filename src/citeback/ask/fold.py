"""Passages that say the same in the same words are shown once, with all their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.index import words

# Texts whose vectors are further apart than this are not compared word by word.
ALIKE = 0.9
# Of the runs of three words in both texts, so many must be shared.
SHARED = 0.8
RUN = 3


def suspects(vectors: npt.NDArray[np.float32]) -> list[int]:
    """The rows of unit vectors that have another one nearby, in order."""
    near = vectors @ vectors.T >= ALIKE
    return [int(row) for row in np.flatnonzero(near.sum(axis=1) > 1)]


def groups(count: int, texts: Mapping[int, str]) -> list[list[int]]:
    """The positions 0 to count - 1, near-duplicates together behind their first.

    `texts` holds those positions' texts that may have a duplicate. Two texts with
    different numbers are never the same: a changed figure is news.
    """
    keys = {position: _key(text) for position, text in texts.items()}
    grouped: list[list[int]] = []
    for position in range(count):
        for group in grouped if position in keys else ():
            if group[0] in keys and _same(keys[group[0]], keys[position]):
                group.append(position)
                break
        else:
            grouped.append([position])
    return grouped


@dataclass(frozen=True, slots=True)
class _Key:
    """A text's numbers in order of size and its runs of words."""

    numbers: Sequence[str]
    runs: frozenset[tuple[str, ...]]


def _key(text: str) -> _Key:
    folded = [word for word, _ in words.words(text)]
    numbers = sorted(word for word in folded if any(sign.isdigit() for sign in word))
    runs = zip(*(folded[start:] for start in range(RUN)), strict=False)
    return _Key(numbers, frozenset(runs) or frozenset([tuple(folded)]))


def _same(one: _Key, other: _Key) -> bool:
    if one.numbers != other.numbers:
        return False
    return len(one.runs & other.runs) >= SHARED * len(one.runs | other.runs)
