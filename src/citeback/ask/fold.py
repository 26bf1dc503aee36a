"""Passages that say the same in the same words are shown once, with all their places."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from citeback.index import words

# Texts whose vectors are further apart than this are not compared word by word.
ALIKE = 0.9
# Words that may be there or not without a change of what is said.
LIGHT = frozenset("a also an of that the these this those".split())


# Marks that change what is said, beside the words.
_MARKS = re.compile(r"[%‰$€£¥₹<>=±?]|(?<!\S)[-−](?=\d)")


def suspects(vectors: npt.NDArray[np.float32]) -> list[int]:
    """The rows of unit vectors that have another one nearby, in order."""
    near = vectors @ vectors.T >= ALIKE
    return [int(row) for row in np.flatnonzero(near.sum(axis=1) > 1)]


def groups(count: int, texts: Mapping[int, str]) -> list[list[int]]:
    """The positions 0 to count - 1, near-duplicates together behind their first.

    `texts` holds those positions' texts that may have a duplicate. Two texts are the
    same if they have the same words in the same order, light ones left out: one more
    "not", another name or figure makes another statement, which must be seen.
    """
    keys = {position: _key(text) for position, text in texts.items()}
    grouped: list[list[int]] = []
    for position in range(count):
        for group in grouped if position in keys else ():
            if keys.get(group[0]) == keys[position]:
                group.append(position)
                break
        else:
            grouped.append([position])
    return grouped


def _key(text: str) -> tuple[str, ...]:
    folded = tuple(word for word, _ in words.words(text))
    heavy = tuple(word for word in folded if word not in LIGHT) or folded
    return (*heavy, *_MARKS.findall(text))
