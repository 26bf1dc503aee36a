"""Which passages hold which stem, in arrays: best BM25 first, or all that hold some.

Stems are kept as numbers made of them, so that no word of a text that was taken out can
be read from the file. Knows nothing of texts, of files' names or of the catalog.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from citeback.errors import IndexStateError
from citeback.index import arrays

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

# Robertson and Zaragoza's BM25 (https://doi.org/10.1561/1500000019) with SQLite's
# numbers; a stem that half of all passages hold counts next to nothing.
K1 = 1.2
B = 0.75
LEAST_IDF = 1e-6
# A stem counts no more often than this in one passage.
MOST = 255
# So many passages are taken together while everything is read.
BLOCK = 50_000
KIND = b"citeback words 2"

# Id, and the stems with white space between.
Row = tuple[int, str]


class _Part(NamedTuple):
    """The postings of some passages. Passage numbers point into `ids`.

    `keys` ascend; the passages of `keys[i]` are `passages[starts[i]:starts[i + 1]]`,
    ascending, each of which holds it `counts` times.
    """

    ids: Ids
    lengths: npt.NDArray[np.uint32]
    keys: npt.NDArray[np.uint64]
    starts: Ids
    passages: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]

    def holding(self, key: np.uint64) -> slice:
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key:
            return slice(0, 0)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The stems of a set of passages; never changed.

    `dead` tells for each part which of its passages have been taken out since, None for
    none; `norms` what BM25 makes of their lengths.
    """

    parts: tuple[_Part, ...]
    dead: tuple[Mask | None, ...]
    orders: tuple[Ids, ...]  # for each part, what sorts its ids
    norms: tuple[Scores, ...]
    count: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """The postings of passages, each given once."""
        rows = iter(rows)
        parts = []
        while block := list(islice(rows, BLOCK)):
            parts.append(_part(block))
        return cls._made([_merged(parts, [None] * len(parts))])

    @classmethod
    def _made(
        cls, parts: Sequence[_Part], dead: Sequence[Mask | None] | None = None
    ) -> Self:
        if dead is None:
            dead = [None] * len(parts)
        count = total = 0
        for part, gone in zip(parts, dead, strict=True):
            kept = slice(None) if gone is None else ~gone
            count += len(part.ids[kept])
            total += int(part.lengths[kept].sum(dtype=np.int64))
        mean = total / max(count, 1)
        return cls(
            parts=tuple(parts),
            dead=tuple(dead),
            orders=tuple(np.argsort(part.ids) for part in parts),
            norms=tuple(_norms(part.lengths, mean) for part in parts),
            count=count,
        )

    def __len__(self) -> int:
        """How many passages there are."""
        return self.count

    @property
    def ids(self) -> Ids:
        """The ids of all passages, in no promised order."""
        held = [
            part.ids if gone is None else part.ids[~gone]
            for part, gone in zip(self.parts, self.dead, strict=True)
        ]
        return np.concatenate([np.zeros(0, np.int64), *held])

    def changed(self, gone: Ids, rows: Iterable[Row]) -> Postings:
        """Without the ids that are gone, and then with more rows."""
        parts = list(self.parts)
        dead: list[Mask | None] = []
        for part, order, old in zip(self.parts, self.orders, self.dead, strict=True):
            at = _places(part, order, gone)
            new = old
            if len(at):
                new = np.zeros(len(part.ids), np.bool_) if old is None else old.copy()
                new[at] = True
            dead.append(new)
        added = _part(list(rows))
        if len(added.ids):
            parts.append(added)
            dead.append(None)
        # Few parts, and none is written again and again: like sizes are put together.
        while len(parts) > 2 and len(parts[-2].ids) <= 2 * len(parts[-1].ids):
            merged = _merged(parts[-2:], dead[-2:])
            parts[-2:] = [merged]
            dead[-2:] = [None]
        return Postings._made(parts, dead)

    def tidied(self) -> Postings:
        """The same in one part, passages by id, with nothing of what was taken out."""
        return Postings._made([_by_id(_merged(self.parts, self.dead))])

    def holding(self, stems: Sequence[str]) -> dict[str, int]:
        """For each stem, how many passages hold it."""
        return {stem: self._holding(_key(stem)) for stem in stems}

    def _holding(self, key: np.uint64) -> int:
        found = 0
        for part, gone in zip(self.parts, self.dead, strict=True):
            held = part.holding(key)
            found += held.stop - held.start
            if gone is not None:
                found -= int(gone[part.passages[held]].sum())
        return found

    def best(
        self, stems: Sequence[str], count: int, among: Ids | None = None
    ) -> list[int]:
        """Ids of passages that hold any of the stems, best BM25 first; ties by id."""
        weighed = []
        for key in map(_key, stems):
            held = self._holding(key)
            if held:
                weight = math.log((self.count - held + 0.5) / (held + 0.5))
                weighed.append((held, key, max(weight, LEAST_IDF)))
        weighed.sort()  # the rarest first: the others are looked up in what they leave
        ids: list[Ids] = [np.zeros(0, np.int64)]
        scores: list[Scores] = [np.zeros(0, np.float32)]
        terms = [(key, weight) for _, key, weight in weighed]
        for part, order, norm, gone in zip(
            self.parts, self.orders, self.norms, self.dead, strict=True
        ):
            passed = gone
            if among is not None:
                passed = np.ones(len(part.ids), dtype=np.bool_)
                passed[_places(part, order, among)] = False
                if gone is not None:
                    passed |= gone
            found, score = _best(part, terms, count, passed, norm)
            ids.append(part.ids[found])
            scores.append(score)
        every, score = np.concatenate(ids), np.concatenate(scores)
        first = np.lexsort((every, -score))[:count]
        return [int(identity) for identity in every[first]]

    def with_all(self, stems: Sequence[str]) -> list[int]:
        """Ids of all passages that hold all of the stems, ascending."""
        found: list[int] = []
        keys = [_key(stem) for stem in dict.fromkeys(stems)]
        for part, gone in zip(self.parts, self.dead, strict=True):
            lists = sorted((part.passages[part.holding(k)] for k in keys), key=len)
            if not lists:
                continue
            held = lists[0]
            for other in lists[1:]:
                held = held[_stands(held, other)]
            if gone is not None:
                held = held[~gone[held]]
            found.extend(part.ids[held].tolist())
        return sorted(found)

    def to_bytes(self) -> bytes:
        """All of it in one part, as `from_bytes` reads it."""
        (part,) = self.tidied().parts
        return arrays.to_bytes(KIND, part)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """What `to_bytes` gave. The caller has checked that it is unchanged.

        Raises IndexStateError for what is something else.
        """
        try:
            columns = arrays.from_bytes(KIND, stored)
        except ValueError as error:
            raise IndexStateError("This is no index of words.") from error
        return cls._made([_Part(*columns)])

    def equals(self, other: Postings) -> bool:
        """Whether both hold the same stems of the same passages."""
        (mine,), (theirs,) = self.tidied().parts, other.tidied().parts
        return all(
            bool(np.array_equal(getattr(mine, column), getattr(theirs, column)))
            for column in _Part._fields
        )


@lru_cache(maxsize=200_000)
def _key(stem: str) -> np.uint64:
    """A number for a stem; among millions, two are hardly ever given the same."""
    digest = hashlib.blake2b(stem.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _part(rows: Sequence[Row]) -> _Part:
    numbers: dict[str, int] = {}
    said: list[int] = []
    lengths = np.zeros(len(rows), dtype=np.uint32)
    for at, (_, text) in enumerate(rows):
        stems = text.split()
        lengths[at] = len(stems)
        said.extend(numbers.setdefault(stem, len(numbers)) for stem in stems)
    keys = np.array([_key(stem) for stem in numbers], dtype=np.uint64)
    order = np.argsort(keys)
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys))
    passages = np.repeat(np.arange(len(rows), dtype=np.int64), lengths)
    pairs = (ranks[np.array(said, dtype=np.int64)] << 32) | passages
    pairs, counts = np.unique(pairs, return_counts=True)
    of = np.searchsorted(pairs >> 32, np.arange(len(keys) + 1))
    return _Part(
        ids=np.array([identity for identity, _ in rows], dtype=np.int64),
        lengths=lengths,
        keys=keys[order],
        starts=of.astype(np.int64),
        passages=(pairs & 0xFFFFFFFF).astype(np.uint32),
        counts=np.minimum(counts, MOST).astype(np.uint8),
    )


def _merged(parts: Sequence[_Part], dead: Sequence[Mask | None]) -> _Part:
    """The passages of all parts that are not dead, one part after the other."""
    if not parts:
        return _part([])
    kept = [_without(part, gone) for part, gone in zip(parts, dead, strict=True)]
    if len(kept) == 1:
        return kept[0]
    keys = np.unique(np.concatenate([part.keys for part in kept]))
    sizes = np.zeros(len(keys), dtype=np.int64)
    places = []
    for part in kept:
        at = np.searchsorted(keys, part.keys)
        places.append(at)
        sizes[at] += np.diff(part.starts)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    passages = np.empty(int(starts[-1]), dtype=np.uint32)
    counts = np.empty(int(starts[-1]), dtype=np.uint8)
    free = starts[:-1].copy()  # where the next posting of each key goes
    before = 0
    for part, at in zip(kept, places, strict=True):
        held = np.diff(part.starts)
        into = np.repeat(free[at] - part.starts[:-1], held) + np.arange(
            len(part.passages)
        )
        passages[into] = part.passages + np.uint32(before)
        counts[into] = part.counts
        free[at] += held
        before += len(part.ids)
    ids = np.concatenate([part.ids for part in kept])
    lengths = np.concatenate([part.lengths for part in kept])
    return _Part(ids, lengths, keys, starts, passages, counts)


def _without(part: _Part, gone: Mask | None) -> _Part:
    if gone is None:
        return part
    numbers = (np.cumsum(~gone) - 1).astype(np.uint32)
    kept = ~gone[part.passages]
    before = np.concatenate([[0], np.cumsum(kept)])
    starts = before[part.starts].astype(np.int64)
    used = np.diff(starts) > 0
    return _Part(
        ids=part.ids[~gone],
        lengths=part.lengths[~gone],
        keys=part.keys[used],
        starts=np.concatenate([starts[:-1][used], starts[-1:]]),
        passages=numbers[part.passages[kept]],
        counts=part.counts[kept],
    )


def _by_id(part: _Part) -> _Part:
    """The same with the passages in the order of their ids."""
    order = np.argsort(part.ids)
    if np.array_equal(order, np.arange(len(order))):
        return part
    numbers = np.empty(len(order), dtype=np.uint32)
    numbers[order] = np.arange(len(order), dtype=np.uint32)
    of = np.repeat(np.arange(len(part.keys), dtype=np.int64), np.diff(part.starts))
    pairs = (of << 32) | numbers[part.passages]
    again = np.argsort(pairs)
    return part._replace(
        ids=part.ids[order],
        lengths=part.lengths[order],
        passages=numbers[part.passages[again]],
        counts=part.counts[again],
    )


def _norms(lengths: npt.NDArray[np.uint32], mean: float) -> Scores:
    norms: Scores = (K1 * (1 - B + B * lengths / max(mean, 1e-9))).astype(np.float32)
    return norms


def _places(part: _Part, order: Ids, ids: Ids) -> Ids:
    """The numbers of those of the ids that the part has."""
    if not len(part.ids) or not len(ids):
        return np.zeros(0, np.int64)
    at = np.searchsorted(part.ids, ids, sorter=order)
    at = order[np.minimum(at, len(order) - 1)]
    found: Ids = at[part.ids[at] == ids]
    return found


def _stands(wanted: npt.NDArray[np.uint32], held: npt.NDArray[np.uint32]) -> Mask:
    """For each of the wanted, whether it is among those held, which ascend."""
    if not len(held):
        return np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    found: Mask = held[at] == wanted
    return found


def _best(
    part: _Part,
    terms: Sequence[tuple[np.uint64, float]],
    count: int,
    passed: Mask | None,
    norms: Scores,
) -> tuple[npt.NDArray[np.int64], Scores]:
    """Numbers and scores of the part's best passages and of all that equal the last.

    Turtle and Flood's MaxScore (1995): once so many passages have more than all the
    stems that are left could give, no passage that holds only those can be among them.
    """
    scores = np.zeros(len(part.ids), dtype=np.float32)
    most = np.cumsum([weight * (K1 + 1) for _, weight in reversed(terms)])[::-1]
    found = np.zeros(0, dtype=np.uint32)
    bar = 0.0
    for number, (key, weight) in enumerate(terms):
        held = part.holding(key)
        passages, counts = part.passages[held], part.counts[held]
        left = float(most[number])
        if bar > left:
            found = found[scores[found] + left >= bar]
            at = np.minimum(np.searchsorted(passages, found), max(len(passages) - 1, 0))
            both = passages[at] == found if len(passages) else at < 0
            at = at[both]
            passages, counts = passages[at], counts[at]
        elif passed is not None:
            kept = ~passed[passages]
            passages, counts = passages[kept], counts[kept]
        often = counts.astype(np.float32)
        score = np.float32(weight * (K1 + 1)) * often / (often + norms[passages])
        if bar <= left:
            new = passages[scores[passages] == 0]
            found = np.concatenate([found, new])
        scores[passages] += score
        if len(found) >= count:
            bar = float(np.partition(scores[found], len(found) - count)[-count])
    total = scores[found]
    if len(found) > count:
        kept = total >= np.partition(total, len(found) - count)[len(found) - count]
        found, total = found[kept], total[kept]
    return found.astype(np.int64), total


def rows_of(stored: Iterable[tuple[int, str, str]]) -> Iterator[Row]:
    """Rows from ids, contexts and sentences' stems, as the catalog has them."""
    return ((identity, f"{context} {stems}") for identity, context, stems in stored)
