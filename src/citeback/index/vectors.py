"""Vectors by id, searched by inner product. The only file that imports faiss and threadpoolctl.

Some thousands of vectors are kept and searched as they are. More are searched by codes
an eighth as long, up to twenty times faster, and what is found is scored again by the
vectors themselves: those are held in memory, too, or of still more read from a file.
Of very many, only those in lists near the question are looked at. docs/benchmarks.md has
the measurements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from citeback.errors import IndexStateError
from citeback.index import arrays
from citeback.index.vector_file import VectorFile

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

KIND = b"citeback vectors 2"
# More vectors than these are searched by codes: up to here, to go through all of them is
# as fast. To learn the codes takes half a second.
PLAIN_MOST = 5_000
# Up to so many, the vectors themselves are held, too: half a gigabyte.
HELD_MOST = 800_000
# Where they are searched by codes, so many times the wanted ones are scored exactly: of
# six millions that finds 99.6 % of the ten nearest, where three times found 88 %.
SPARE = 10
# From so many rows the codes are learned, with so many rounds of k-means.
LEARNED_ROWS = 20_000
LEARNED_ROUNDS = 12
SEED = 20261123
# Where sign, exponent and fraction of a float16 lie in a float32; 127 - 15 apart.
WIDE_BITS = np.uint32(0x8FFFE000).astype(np.int32)
EXPONENTS = np.float32(2.0**112)
# What has been added since is searched as it is until it is so much.
FRESH_MOST = 10_000
# Two dimensions make one half byte: 4 bits are what a register looks up at once.
DIMENSIONS = 2
# More vectors than these are parted into lists, of which the nearest are looked at.
WHOLE_MOST = 400_000
LISTS = 2_048
LOOKED_AT = 320
# Of still more, twice as many: their lists are longer, and the nearest spread wider.
MANY = 2_000_000
LISTED_ROWS = 60_000
LISTED_ROUNDS = 8


class _Segment:
    """Vectors that never change, as codes under ids.

    `codec` makes codes of vectors and vectors of codes; it holds no vectors itself.
    `held` are the vectors as float16, where they are not the codes and are at hand.
    """

    def __init__(
        self,
        ids: Ids,
        codes: Codes,
        codec: Any,
        held: Codes | VectorFile | None = None,
    ) -> None:
        self.ids = ids
        self.codes = codes
        self.codec = codec
        self.held = held

    @property
    def is_plain(self) -> bool:
        """Whether the codes are the vectors, to float16."""
        return isinstance(self.codec, faiss.IndexScalarQuantizer)

    @property
    def is_exact(self) -> bool:
        """Whether vectors come out as they went in, to float16."""
        return self.is_plain or self.held is not None

    @property
    def is_in_memory(self) -> bool:
        """Whether the vectors themselves are in memory."""
        return self.is_plain or isinstance(self.held, np.ndarray)

    @property
    def is_parted(self) -> bool:
        """Whether the vectors are in lists."""
        return not self.is_plain and bool(self.codec.nlist > 1)

    @cached_property
    def _order(self) -> Ids:
        return np.argsort(self.ids)

    @cached_property
    def _searched(self) -> faiss.Index:
        held = faiss.clone_index(self.codec)
        held.add_sa_codes(self.codes)
        return held if self.is_plain else faiss.IndexIVFPQFastScan(held)

    def places(self, ids: Ids) -> Ids:
        """The row of each id, -1 for one that is not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        at = np.searchsorted(self.ids, ids, sorter=self._order)
        at = self._order[np.minimum(at, len(self.ids) - 1)]
        return np.where(self.ids[at] == ids, at, -1)

    def decoded(self, rows: Ids | slice) -> Vectors:
        """The vectors of some rows, as exactly as they are at hand."""
        if self.held is not None:
            return widened(self.held[rows])
        if self.is_plain:
            return widened(self.codes[rows])
        numbers: Vectors = self.codec.sa_decode(np.ascontiguousarray(self.codes[rows]))
        return numbers

    def nearest(
        self, vector: Vectors, count: int, kept: Mask | None
    ) -> tuple[Ids, Vectors]:
        """Rows and scores of the nearest of those kept, best first."""
        left = len(self.ids) if kept is None else int(kept.sum())
        wanted = min(count if self.is_plain else SPARE * count, left)
        if not wanted:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        chosen: Any = None
        if kept is not None:
            chosen = faiss.IDSelectorBatch(np.flatnonzero(kept))
            if 2 * left > len(kept):  # shorter the other way round
                passed = faiss.IDSelectorBatch(np.flatnonzero(~kept))
                chosen = faiss.IDSelectorNot(passed)
        options: faiss.SearchParameters
        if self.is_plain:
            options = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        else:
            # The lists near the question may hold none of the few that are kept.
            lists = LOOKED_AT if len(self.ids) <= MANY else 2 * LOOKED_AT
            if 2 * left <= len(self.ids):
                lists = self.codec.nlist
            options = faiss.SearchParametersIVF(
                nprobe=min(lists, self.codec.nlist), sel=chosen
            )  # type: ignore[call-arg]
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        scores, rows = self._searched.search(question, wanted, params=options)
        found = rows[0] >= 0  # faiss fills what it does not find with -1
        rows, scores = rows[0][found], scores[0][found]
        if self.is_plain:
            return rows, scores
        if self.is_exact:
            scores = self.decoded(rows) @ question[0]
            order = np.argsort(-scores, kind="stable")[:count]
            return rows[order], scores[order]
        return rows, scores


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """Unit vectors under 64-bit ids, score = cosine, higher is nearer; never changed.

    Exact to float16 while there are few, see `is_exact`. `gone` tells for each segment
    which of its vectors have been taken out since, None for none. Knows nothing of text
    or of files' names; NaN and infinity are refused.
    """

    dimension: int
    segments: tuple[_Segment, ...] = ()
    gone: tuple[Mask | None, ...] = ()

    def __len__(self) -> int:
        """How many vectors there are."""
        return sum(
            len(segment.ids) - (0 if gone is None else int(gone.sum()))
            for segment, gone in self._each()
        )

    def _each(self) -> Iterator[tuple[_Segment, Mask | None]]:
        return zip(self.segments, self.gone, strict=True)

    @property
    def ids(self) -> Ids:
        """All ids, int64, in no promised order."""
        held = [
            one.ids if gone is None else one.ids[~gone] for one, gone in self._each()
        ]
        return np.concatenate([np.zeros(0, np.int64), *held])

    @property
    def is_exact(self) -> bool:
        """Whether fetched vectors and scores are as exact as what was added."""
        return all(segment.is_exact for segment in self.segments)

    @property
    def is_in_memory(self) -> bool:
        """Whether `to_bytes` gives the vectors themselves, and not only codes."""
        return all(segment.is_in_memory for segment in self.segments)

    def whole(self) -> VectorIndex:
        """The same in one segment, as `to_bytes` gives it."""
        return self._of([_whole(self.segments, self.gone, self.dimension)])

    def reading(self, file: Path) -> VectorIndex:
        """The same, which is as `to_bytes` gave it, with its vectors in a file.

        A row of float16 for each id, in their order. Raises OSError where the file is
        missing, or of others.
        """
        (one,) = self.segments
        rows = VectorFile(file, len(one.ids), 2 * self.dimension)
        return self._of([_Segment(one.ids, one.codes, one.codec, rows)])

    def for_many(self, count: int, sample: Vectors) -> VectorIndex:
        """An index of nothing for so many vectors as there are to come, like the sample."""
        if count <= PLAIN_MOST or self.dimension % DIMENSIONS:
            return VectorIndex(self.dimension)
        codec = _learned(sample)
        if count > WHOLE_MOST:
            codec = _parted(codec, sample)
        held = None
        if count <= HELD_MOST:
            held = _nothing(_plain(self.dimension))[1]
        return self._of([_Segment(*_nothing(codec), codec, held)])

    def added(self, ids: Ids, vectors: Vectors) -> VectorIndex:
        """The same with rows under ids that are not yet there."""
        if vectors.shape != (len(ids), self.dimension):
            raise ValueError(f"{vectors.shape} is not {(len(ids), self.dimension)}")
        if not np.isfinite(vectors).all():
            raise IndexStateError("A vector holds NaN or infinity; it was not added.")
        if not len(ids):
            return self
        plain = _plain(self.dimension)
        codes = plain.sa_encode(np.ascontiguousarray(vectors))
        segments = [*self.segments, _Segment(np.array(ids, np.int64), codes, plain)]
        return _settled(self.dimension, segments, [*self.gone, None])

    def removed(self, ids: Ids) -> VectorIndex:
        """The same without the ids that are there; others are passed over."""
        gone = []
        for segment, old in self._each():
            rows = segment.places(ids)
            rows = rows[rows >= 0]
            new = old
            if len(rows):
                new = (
                    np.zeros(len(segment.ids), np.bool_) if old is None else old.copy()
                )
                new[rows] = True
            gone.append(new)
        return VectorIndex(self.dimension, self.segments, tuple(gone))

    def _of(self, segments: Sequence[_Segment]) -> VectorIndex:
        return VectorIndex(self.dimension, tuple(segments), (None,) * len(segments))

    def search(
        self, vector: Vectors, count: int, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        """The nearest ids and their cosines, best first, at most `count`.

        Where it `is_exact`; else up to SPARE times as many, among which they are. With
        `among` only those ids are looked at; ids that are not there are passed over.
        """
        if len(self.segments) == 1 and self.gone[0] is None and among is None:
            rows, found = self.segments[0].nearest(vector, count, None)
            return self.segments[0].ids[rows], found
        ids = [np.zeros(0, np.int64)]
        scores = [np.zeros(0, np.float32)]
        for segment, gone in self._each():
            kept = None if gone is None else ~gone
            if among is not None:
                rows = segment.places(among)
                kept = np.zeros(len(segment.ids), dtype=np.bool_)
                kept[rows[rows >= 0]] = True
                if gone is not None:
                    kept &= ~gone
            rows, found = segment.nearest(vector, count, kept)
            ids.append(segment.ids[rows])
            scores.append(found)
        every, score = np.concatenate(ids), np.concatenate(scores)
        most = count if self.is_exact else SPARE * count
        first = np.argsort(-score, kind="stable")[:most]
        return every[first], score[first]

    def fetch(self, ids: Ids) -> Vectors:
        """The vectors of ids that are there, in the ids' order. KeyError otherwise.

        Where it is not exact, about those.
        """
        found = np.empty((len(ids), self.dimension), dtype=np.float32)
        missing = np.ones(len(ids), dtype=np.bool_)
        for segment, here, rows in self._places(ids):
            if here.all():
                return segment.decoded(rows)
            found[here] = segment.decoded(rows)
            missing &= ~here
        if missing.any():
            raise KeyError("An id is not in the index.")
        return found

    def _places(self, ids: Ids) -> Iterator[tuple[_Segment, Mask, Ids]]:
        """Of each segment which of the ids it holds, and in what rows."""
        for segment, gone in self._each():
            rows = segment.places(ids)
            here = rows >= 0
            if gone is not None:
                here[here] = ~gone[rows[here]]
            if here.any():
                yield segment, here, rows[here]

    def holds(self, ids: Ids, vectors: Vectors) -> Mask:
        """For each id that is there, whether it stands for that very vector."""
        same = np.zeros(len(ids), dtype=np.bool_)
        for segment, here, rows in self._places(ids):
            wanted = np.ascontiguousarray(vectors[here])
            codec: Any = segment.codec
            codes: Codes | VectorFile = segment.codes
            if segment.held is not None:
                codec, codes = _plain(self.dimension), segment.held
            made = codec.sa_encode(wanted)
            # In what list it is may have been told of what its code stands for.
            first = 0 if segment.is_exact else made.shape[1] - codec.code_size
            same[here] = (made[:, first:] == codes[rows][:, first:]).all(axis=1)
        return same

    def to_bytes(self) -> bytes:
        """The whole index in one segment, as FAISS writes it."""
        whole = _whole(self.segments, self.gone, self.dimension)
        parts: list[Any] = [faiss.serialize_index(whole.codec), whole.ids, whole.codes]
        if isinstance(whole.held, np.ndarray):
            parts.append(whole.held)
        return arrays.to_bytes(KIND, parts)

    @classmethod
    def from_bytes(cls, stored: bytes, dimension: int) -> VectorIndex:
        """What `to_bytes` gave. The caller has checked that it is unchanged.

        Raises IndexStateError where it is of another kind or dimension.
        """
        try:
            codec, ids, codes, *held = arrays.from_bytes(KIND, stored)
            read = faiss.deserialize_index(codec.copy())
        except (ValueError, RuntimeError) as error:
            raise IndexStateError("This is no vector index.") from error
        if read.d != dimension:
            raise IndexStateError("This index is of another dimension.")
        return cls(dimension)._of([_Segment(ids, codes, read, *held)])


def widened(halves: Codes) -> Vectors:
    """Finite float16 as float32, exactly; by their bits, three times as fast as numpy.

    The sign stays where it is, exponent and fraction move to theirs, and the exponent's
    other zero is made up for by multiplying.
    """
    bits = halves.view("<i2").astype(np.int32)
    bits <<= 13
    bits &= WIDE_BITS
    numbers: Vectors = bits.view(np.float32)
    numbers *= EXPONENTS
    return numbers


def _plain(dimension: int) -> Any:
    """As exact as the catalog, which holds float16, and half the memory to read."""
    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def _learned(sample: Vectors) -> Any:
    """Product quantization (Jégou, Douze and Schmid, 2011), 4 bits a code; one list."""
    chance = np.random.default_rng(SEED)
    count = min(LEARNED_ROWS, len(sample))
    rows = sample[chance.choice(len(sample), count, replace=False)]
    dimension = sample.shape[1]
    quantizer = faiss.ProductQuantizer(dimension, dimension // DIMENSIONS, 4)
    quantizer.cp.niter = LEARNED_ROUNDS
    quantizer.train(np.ascontiguousarray(rows))
    return _codec(quantizer, np.zeros((1, dimension), dtype=np.float32))


def _parted(codec: Any, sample: Vectors) -> Any:
    """The same codes in lists around points that are spread as the sample is."""
    lists = min(LISTS, len(sample))
    points = faiss.Kmeans(
        codec.d,
        lists,
        niter=LISTED_ROUNDS,
        spherical=True,
        seed=SEED,
        min_points_per_centroid=1,
    )
    points.train(np.ascontiguousarray(sample))
    return _codec(codec.pq, points.centroids)


def _codec(quantizer: Any, points: Any) -> Any:
    dimension = points.shape[1]
    nearest = faiss.IndexFlatIP(dimension)
    nearest.add(points)
    made = faiss.IndexIVFPQ(
        nearest, dimension, len(points), quantizer.M, 4, faiss.METRIC_INNER_PRODUCT
    )
    made.by_residual = False
    made.pq = quantizer
    made.is_trained = True
    return faiss.clone_index(made)  # which holds its points itself


def _nothing(codec: Any) -> tuple[Ids, Codes]:
    return np.zeros(0, np.int64), np.zeros((0, codec.sa_code_size()), np.uint8)


def _settled(
    dimension: int, segments: list[_Segment], gone: list[Mask | None]
) -> VectorIndex:
    """Few segments; those with many vectors by codes, and in lists where it is time to."""
    plain = next((n for n, one in enumerate(segments) if one.is_plain), len(segments))
    _join(segments, gone, plain)
    count = sum(len(segment.ids) for segment in segments[plain:])
    if count > (FRESH_MOST if plain else PLAIN_MOST) and not dimension % DIMENSIONS:
        fresh = _merged(segments[plain:], gone[plain:])
        codec = segments[0].codec if plain else _learned(_sample([fresh]))
        segments[plain:] = [_by_codes(fresh, codec)]
        gone[plain:] = [None]
    total = sum(len(segment.ids) for segment in segments)
    shortened = [one for one in segments if not one.is_plain]
    if total > WHOLE_MOST and shortened and not shortened[0].is_parted:
        codec = _parted(shortened[0].codec, _sample(segments))
        segments[:] = [
            one if one.is_plain else _by_codes(one, codec) for one in segments
        ]
    plain = len(shortened)
    segments[:plain] = _lightened(segments[:plain])
    tail, tail_gone = segments[plain:], gone[plain:]
    del segments[plain:], gone[plain:]
    _join(segments, gone, 0)
    return VectorIndex(dimension, (*segments, *tail), (*gone, *tail_gone))


def _lightened(segments: Sequence[_Segment]) -> list[_Segment]:
    """Segments of codes, without vectors that memory should not hold."""
    held = [one for one in segments if one.is_in_memory]
    count = sum(len(one.ids) for one in held)
    # Nor with some vectors, which are of no use without those of the others.
    if count <= HELD_MOST and all(one.is_exact for one in segments):
        return list(segments)
    return [
        _Segment(one.ids, one.codes, one.codec) if one in held else one
        for one in segments
    ]


def _join(segments: list[_Segment], gone: list[Mask | None], first: int) -> None:
    """Put like sizes together from there on: no vector is moved again and again."""
    while len(segments) - first > 1 and len(segments[-2].ids) <= 2 * len(
        segments[-1].ids
    ):
        segments[-2:] = [_merged(segments[-2:], gone[-2:])]
        gone[-2:] = [None]


def _sample(segments: Sequence[_Segment]) -> Vectors:
    """Some of the vectors, spread over all."""
    total = sum(len(segment.ids) for segment in segments)
    chance = np.random.default_rng(SEED)
    share = min(1.0, LISTED_ROWS / max(total, 1))
    rows = [
        one.decoded(np.flatnonzero(chance.random(len(one.ids)) < share))
        for one in segments
    ]
    return np.concatenate(rows)


def _by_codes(segment: _Segment, codec: Any) -> _Segment:
    """The same by other codes, a part at a time, to bound memory."""
    codes = [_nothing(codec)[1]]
    for start in range(0, len(segment.ids), FRESH_MOST):
        vectors = segment.decoded(slice(start, start + FRESH_MOST))
        codes.append(codec.sa_encode(np.ascontiguousarray(vectors)))
    held = segment.codes if segment.is_plain else segment.held
    return _Segment(segment.ids, np.concatenate(codes), codec, held)


def _merged(segments: Sequence[_Segment], gone: Sequence[Mask | None]) -> _Segment:
    """What is left of segments of one kind."""
    each = list(zip(segments, gone, strict=True))
    ids = [one.ids if g is None else one.ids[~g] for one, g in each]
    codes = [one.codes if g is None else one.codes[~g] for one, g in each]
    held = [
        one.held if g is None else one.held[~g]
        for one, g in each
        if isinstance(one.held, np.ndarray)
    ]
    whole = np.concatenate(held) if len(held) == len(each) else None
    return _Segment(
        np.concatenate(ids), np.concatenate(codes), segments[0].codec, whole
    )


def _whole(
    segments: Sequence[_Segment], gone: Sequence[Mask | None], dimension: int
) -> _Segment:
    """What is left of all segments, by codes if any is."""
    if not segments:
        codec = _plain(dimension)
        return _Segment(*_nothing(codec), codec)
    if len(segments) == 1 and gone[0] is None:
        return segments[0]
    first = segments[0]
    alike = [
        one if one.is_plain == first.is_plain else _by_codes(one, first.codec)
        for one in segments
    ]
    return _merged(alike, gone)


def use_one_thread() -> None:
    """Search, and multiply in numpy, with one thread, in the whole process.

    A question's arithmetic is too short to be shared out: on a busy machine, threads
    that waited for each other made it ten times slower. The model is not concerned.
    """
    faiss.omp_set_num_threads(1)
    ThreadpoolController().limit(limits=1, user_api="blas")
