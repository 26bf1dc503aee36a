"""Vectors by id, searched by inner product. The only file that imports faiss and threadpoolctl.

Up to some ten thousands of vectors are kept as they are. More are searched by codes an
eighth as long, twenty times faster: docs/benchmarks.md has the measurements. Whoever
wants those exactly looks more of them up than are needed and scores them again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from citeback.errors import IndexStateError

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

# So many bytes are written or read at once.
PIECE = 1 << 20
# More vectors than these are searched by codes: up to here, going through all of them
# takes at most 2 ms.
PLAIN_MOST = 50_000
# From so many rows the codes are learned, with so many rounds of k-means.
LEARNED_ROWS = 20_000
LEARNED_ROUNDS = 12
SEED = 20261123
# What has been added since is searched as it is until it is so much.
FRESH_MOST = 10_000
# Two dimensions make one half byte: 4 bits are what a register looks up at once.
DIMENSIONS = 2


class _Segment:
    """Vectors that never change, as codes under ids.

    `codec` makes codes of vectors and vectors of codes; it holds no vectors itself.
    """

    def __init__(self, ids: Ids, codes: Codes, codec: faiss.Index) -> None:
        self.ids = ids
        self.codes = codes
        self.codec = codec

    @property
    def is_plain(self) -> bool:
        """Whether vectors come out as they went in, to float16."""
        return isinstance(self.codec, faiss.IndexScalarQuantizer)

    @cached_property
    def _order(self) -> Ids:
        return np.argsort(self.ids)

    @cached_property
    def _searched(self) -> faiss.Index:
        held = faiss.clone_index(self.codec)
        held.add_sa_codes(self.codes)
        return held if self.is_plain else faiss.IndexPQFastScan(held)  # type: ignore[arg-type]

    def places(self, ids: Ids) -> Ids:
        """The row of each id, -1 for one that is not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        at = np.searchsorted(self.ids, ids, sorter=self._order)
        at = self._order[np.minimum(at, len(self.ids) - 1)]
        return np.where(self.ids[at] == ids, at, -1)

    def decoded(self, rows: Ids | slice) -> Vectors:
        """The vectors of some rows."""
        numbers: Vectors = self.codec.sa_decode(np.ascontiguousarray(self.codes[rows]))
        return numbers

    def nearest(
        self, vector: Vectors, count: int, kept: Mask | None
    ) -> tuple[Ids, Vectors]:
        """Rows and scores of the nearest of those kept, best first."""
        if kept is None:
            return self._first(vector, min(count, len(self.ids)))
        left = int(kept.sum())
        count = min(count, left)
        if self.is_plain:
            chosen = faiss.IDSelectorBatch(np.flatnonzero(kept))
            options = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            return self._first(vector, count, options)
        # Codes cannot be passed over while they are searched: more are asked for, until
        # there are enough that are kept, or all have been seen.
        asked = count * len(self.ids) // max(left, 1) + count
        while count:
            asked = min(2 * asked, len(self.ids))
            rows, scores = self._first(vector, asked)
            held = kept[rows]
            if held.sum() >= count or asked == len(self.ids):
                return rows[held][:count], scores[held][:count]
        return np.zeros(0, np.int64), np.zeros(0, np.float32)

    def _first(
        self, vector: Vectors, count: int, options: faiss.SearchParameters | None = None
    ) -> tuple[Ids, Vectors]:
        if not count:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        scores, rows = self._searched.search(question, count, params=options)
        found = rows[0] >= 0  # faiss fills what it does not find with -1
        return rows[0][found], scores[0][found]


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """Unit vectors under 64-bit ids, score = cosine, higher is nearer; never changed.

    Exact to float16 while there are few, see `is_exact`. `gone` tells for each segment
    which of its vectors have been taken out since. Knows nothing of text or of files'
    names; NaN and infinity are refused.
    """

    dimension: int
    segments: tuple[_Segment, ...] = ()
    gone: tuple[Mask, ...] = ()

    def __len__(self) -> int:
        """How many vectors there are."""
        return sum(int((~gone).sum()) for gone in self.gone)

    @property
    def ids(self) -> Ids:
        """All ids, int64, in no promised order."""
        held = [
            segment.ids[~gone]
            for segment, gone in zip(self.segments, self.gone, strict=True)
        ]
        return np.concatenate([np.zeros(0, np.int64), *held])

    @property
    def is_exact(self) -> bool:
        """Whether searches and fetched vectors are as exact as what was added."""
        return all(segment.is_plain for segment in self.segments)

    def with_codes(self, sample: Vectors) -> VectorIndex:
        """An index of nothing whose codes are learned from a sample of vectors."""
        if self.dimension % DIMENSIONS:
            return VectorIndex(self.dimension)
        codec = _learned(sample)
        return self._of([_Segment(*_nothing(codec), codec)])

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
        gone = [*self.gone, np.zeros(len(ids), dtype=np.bool_)]
        return self._settled(segments, gone)

    def removed(self, ids: Ids) -> VectorIndex:
        """The same without the ids that are there; others are passed over."""
        gone = []
        for segment, old in zip(self.segments, self.gone, strict=True):
            rows = segment.places(ids)
            rows = rows[rows >= 0]
            new = old
            if len(rows):
                new = old.copy()
                new[rows] = True
            gone.append(new)
        return VectorIndex(self.dimension, self.segments, tuple(gone))

    def _settled(self, segments: list[_Segment], gone: list[Mask]) -> VectorIndex:
        """Few segments of like kind; those with many vectors made short."""
        fresh = len(segments)
        while fresh and segments[fresh - 1].is_plain:
            fresh -= 1
        # Like sizes are put together, so that no vector is moved again and again.
        while len(segments) - fresh > 1 and len(segments[-2].ids) <= 2 * len(
            segments[-1].ids
        ):
            merged = _merged(segments[-2:], gone[-2:])
            segments[-2:] = [merged]
            gone[-2:] = [np.zeros(len(merged.ids), dtype=np.bool_)]
        count = sum(len(segment.ids) for segment in segments[fresh:])
        if count > (FRESH_MOST if fresh else PLAIN_MOST):
            if fresh:
                codec = segments[0].codec
            elif self.dimension % DIMENSIONS == 0:
                codec = _learned(_sample(segments))
            else:
                return VectorIndex(self.dimension, tuple(segments), tuple(gone))
            merged = _short(_merged(segments[fresh:], gone[fresh:]), codec)
            segments[fresh:] = [merged]
            gone[fresh:] = [np.zeros(len(merged.ids), dtype=np.bool_)]
            while len(segments) > 1 and len(segments[-2].ids) <= 2 * len(
                segments[-1].ids
            ):
                merged = _merged(segments[-2:], gone[-2:])
                segments[-2:] = [merged]
                gone[-2:] = [np.zeros(len(merged.ids), dtype=np.bool_)]
        return VectorIndex(self.dimension, tuple(segments), tuple(gone))

    def _of(self, segments: Sequence[_Segment]) -> VectorIndex:
        gone = tuple(np.zeros(len(one.ids), dtype=np.bool_) for one in segments)
        return VectorIndex(self.dimension, tuple(segments), gone)

    def search(
        self, vector: Vectors, count: int, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        """The nearest ids and their cosines, best first, at most `count`.

        With `among` only those ids are looked at; ids that are not there are passed
        over.
        """
        ids = [np.zeros(0, np.int64)]
        scores = [np.zeros(0, np.float32)]
        for segment, gone in zip(self.segments, self.gone, strict=True):
            kept = ~gone if gone.any() else None
            if among is not None:
                rows = segment.places(among)
                kept = np.zeros(len(segment.ids), dtype=np.bool_)
                kept[rows[rows >= 0]] = True
                kept &= ~gone
            rows, found = segment.nearest(vector, count, kept)
            ids.append(segment.ids[rows])
            scores.append(found)
        every, score = np.concatenate(ids), np.concatenate(scores)
        first = np.argsort(-score, kind="stable")[:count]
        return every[first], score[first]

    def fetch(self, ids: Ids) -> Vectors:
        """The vectors of ids that are there, in the ids' order. KeyError otherwise."""
        found = np.zeros((len(ids), self.dimension), dtype=np.float32)
        missing = np.ones(len(ids), dtype=np.bool_)
        for segment, gone in zip(self.segments, self.gone, strict=True):
            rows = segment.places(ids)
            here = rows >= 0
            here[here] = ~gone[rows[here]]
            if here.any():
                found[here] = segment.decoded(rows[here])
                missing &= ~here
        if missing.any():
            raise KeyError("An id is not in the index.")
        return found

    def holds(self, ids: Ids, vectors: Vectors) -> Mask:
        """For each id that is there, whether it stands for that very vector."""
        same = np.zeros(len(ids), dtype=np.bool_)
        for segment, gone in zip(self.segments, self.gone, strict=True):
            rows = segment.places(ids)
            here = rows >= 0
            here[here] = ~gone[rows[here]]
            if here.any():
                codes = segment.codec.sa_encode(np.ascontiguousarray(vectors[here]))
                same[here] = (codes == segment.codes[rows[here]]).all(axis=1)
        return same

    def to_bytes(self) -> bytes:
        """The whole index in one segment, as FAISS writes it."""
        segment = _whole(self.segments, self.gone, self.dimension)
        index = faiss.IndexIDMap(faiss.clone_index(segment.codec))
        index.index.add_sa_codes(np.ascontiguousarray(segment.codes))
        index.index.ntotal = index.ntotal = len(segment.ids)
        faiss.copy_array_to_vector(segment.ids, index.id_map)
        # By the way of bytes in memory of its own, FAISS would hold them three times.
        buffer = io.BytesIO()
        writer = faiss.PyCallbackIOWriter(buffer.write, PIECE)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes, dimension: int) -> VectorIndex:
        """What `to_bytes` gave. The caller has checked that it is unchanged.

        Raises IndexStateError where it is of another kind or dimension.
        """
        try:
            file = io.BytesIO(stored)
            reader = faiss.PyCallbackIOReader(file.read, PIECE)  # type: ignore[attr-defined]
            read = faiss.read_index(reader)
        except RuntimeError as error:
            raise IndexStateError("This is no vector index.") from error
        held: Any = faiss.downcast_index(read.index) if hasattr(read, "index") else read
        ids: Any = getattr(read, "id_map", None)
        known = isinstance(held, faiss.IndexScalarQuantizer | faiss.IndexPQ)
        if not known or read.d != dimension:
            raise IndexStateError("This index is of another kind or dimension.")
        ids = faiss.vector_to_array(ids).astype(np.int64)
        codes = faiss.vector_to_array(held.codes).reshape(len(ids), held.sa_code_size())
        held.reset()
        # A copy: what was read goes, and takes along what it holds.
        return cls(dimension)._of([_Segment(ids, codes, faiss.clone_index(held))])


def _plain(dimension: int) -> faiss.Index:
    """As exact as the catalog, which holds float16, and half the memory to read."""
    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def _learned(sample: Vectors) -> faiss.Index:
    """Product quantization (Jégou, Douze and Schmid, 2011), 4 bits a code."""
    dimension = sample.shape[1]
    codec = faiss.IndexPQ(
        dimension, dimension // DIMENSIONS, 4, faiss.METRIC_INNER_PRODUCT
    )
    codec.pq.cp.niter = LEARNED_ROUNDS
    codec.train(np.ascontiguousarray(sample))
    return codec


def _sample(segments: Iterable[_Segment]) -> Vectors:
    """Some of the vectors, spread over all."""
    rows = np.concatenate([one.decoded(slice(None)) for one in segments])
    chance = np.random.default_rng(SEED)
    return rows[chance.choice(len(rows), min(LEARNED_ROWS, len(rows)), replace=False)]


def _nothing(codec: faiss.Index) -> tuple[Ids, Codes]:
    return np.zeros(0, np.int64), np.zeros((0, codec.sa_code_size()), np.uint8)


def _short(segment: _Segment, codec: faiss.Index) -> _Segment:
    """The same by codes, a part at a time, to bound memory."""
    codes = [_nothing(codec)[1]]
    for start in range(0, len(segment.ids), FRESH_MOST):
        vectors = segment.decoded(slice(start, start + FRESH_MOST))
        codes.append(codec.sa_encode(np.ascontiguousarray(vectors)))
    return _Segment(segment.ids, np.concatenate(codes), codec)


def _merged(segments: Sequence[_Segment], gone: Sequence[Mask]) -> _Segment:
    """What is left of segments of one kind."""
    kept = [(one.ids[~g], one.codes[~g]) for one, g in zip(segments, gone, strict=True)]
    ids, codes = (np.concatenate(column) for column in zip(*kept, strict=True))
    return _Segment(ids, codes, segments[0].codec)


def _whole(
    segments: Sequence[_Segment], gone: Sequence[Mask], dimension: int
) -> _Segment:
    """What is left of all segments, by codes if any is."""
    if not segments:
        codec = _plain(dimension)
        return _Segment(*_nothing(codec), codec)
    codec = segments[0].codec
    alike = [
        one if one.is_plain == segments[0].is_plain else _short(one, codec)
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
