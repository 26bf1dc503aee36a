"""Passages that say the same in the same words are shown once, with all their places."""

from __future__ import annotations

from collections.abc import Sequence

from citeback.index import words

# Of the runs of three words in both texts, so many must be shared.
SHARED = 0.8
RUN = 3


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Positions of near-duplicate texts together, each group led by its first.

    Two texts with different numbers are never the same: a changed figure is news.
    """
    keys = [_key(text) for text in texts]
    grouped: list[list[int]] = []
    for position, key in enumerate(keys):
        for group in grouped:
            if _same(keys[group[0]], key):
                group.append(position)
                break
        else:
            grouped.append([position])
    return grouped


_Key = tuple[list[str], frozenset[tuple[str, ...]]]


def _key(text: str) -> _Key:
    folded = [word for word, _ in words.words(text)]
    numbers = sorted(word for word in folded if any(sign.isdigit() for sign in word))
    runs = zip(*(folded[start:] for start in range(RUN)), strict=False)
    return numbers, frozenset(runs) or frozenset([tuple(folded)])


def _same(one: _Key, other: _Key) -> bool:
    if one[0] != other[0]:
        return False
    return len(one[1] & other[1]) >= SHARED * len(one[1] | other[1])
