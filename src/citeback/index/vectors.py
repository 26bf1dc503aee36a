"""Vectors by id, searched by inner product. The only file that imports faiss and threadpoolctl."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Self

import faiss
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from citeback.errors import IndexStateError

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

# So many bytes are written or read at once.
PIECE = 1 << 20


class VectorIndex:
    """Unit vectors under 64-bit ids; exact search, score = cosine, higher is nearer.

    Numbers are kept as float16. Knows nothing of text or of files' names; NaN and
    infinity are refused.
    """

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        # As exact as the catalog, which holds float16, and half the memory to read.
        exact = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index: faiss.IndexIDMap2 = faiss.IndexIDMap2(exact)
        self._dimension = dimension
        self._rows: _Rows | None = None  # made when it is first needed

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    @property
    def ids(self) -> Ids:
        """All ids, int64, in no promised order."""
        return faiss.vector_to_array(self._index.id_map).astype(np.int64)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add rows under ids that are not yet there."""
        if vectors.shape != (len(ids), self._dimension):
            raise ValueError(f"{vectors.shape} is not {(len(ids), self._dimension)}")
        if not np.isfinite(vectors).all():
            raise IndexStateError("A vector holds NaN or infinity; it was not added.")
        if len(ids):
            self._rows = None
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Remove the ids that are there; others are passed over."""
        if len(ids):
            self._rows = None
            self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(
        self, vector: Vectors, count: int, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        """The nearest ids and their cosines, best first, at most `count`.

        With `among` only those ids are looked at; ids that are not there are passed
        over.
        """
        count = min(count, len(self) if among is None else len(among))
        if count == 0 or len(self) == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        options = None
        if among is not None:
            selector = faiss.IDSelectorBatch(among)
            options = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), count, params=options)
        found = ids[0] >= 0  # faiss fills what it does not find with -1
        return ids[0][found], scores[0][found]

    def fetch(self, ids: Ids) -> Vectors:
        """The vectors of ids that are there, in the ids' order. KeyError otherwise."""
        if len(ids) == 0:
            return np.zeros((0, self._dimension), np.float32)
        rows = self._rows
        if rows is None:
            rows = self._rows = _Rows.of(self._index)
        return rows.at(ids)

    def copy(self) -> VectorIndex:
        """An independent copy, so that searches go on while this one is changed."""
        twin = VectorIndex(self._dimension)
        twin._index = faiss.clone_index(self._index)  # type: ignore[assignment]
        return twin

    def emptied(self) -> VectorIndex:
        """A new index of the same dimension with nothing in it."""
        return VectorIndex(self._dimension)

    def to_bytes(self) -> bytes:
        """The whole index, as FAISS writes it."""
        # By the way of bytes in memory of its own, FAISS would hold them three times.
        buffer = io.BytesIO()
        writer = faiss.PyCallbackIOWriter(buffer.write, PIECE)  # type: ignore[attr-defined]
        faiss.write_index(self._index, writer)
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
        if not isinstance(read, faiss.IndexIDMap2) or read.d != dimension:
            raise IndexStateError("This index is of another kind or dimension.")
        loaded = cls(dimension)
        loaded._index = read
        return loaded


@dataclass(frozen=True, slots=True)
class _Rows:
    """The stored numbers themselves, five times faster to take than through FAISS.

    `ids` ascend, and `places[i]` is the row of `codes` that belongs to `ids[i]`;
    `codec` makes numbers of them, several times faster than numpy does of float16.
    """

    ids: Ids
    places: Ids
    codes: npt.NDArray[np.uint8]
    codec: faiss.Index

    @classmethod
    def of(cls, index: faiss.IndexIDMap2) -> Self:
        """The numbers of an index, which must not change while they are used."""
        ids = faiss.vector_to_array(index.id_map).astype(np.int64)
        places = np.argsort(ids)
        exact = faiss.downcast_index(index.index)
        stored = faiss.rev_swig_ptr(exact.codes.data(), exact.codes.size())  # type: ignore[attr-defined]
        return cls(ids[places], places, stored.reshape(len(ids), -1), exact)

    def at(self, ids: Ids) -> Vectors:
        """The ids' vectors in their order. KeyError for one that is not there."""
        found = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        if not len(self.ids) or not np.array_equal(self.ids[found], ids):
            raise KeyError("An id is not in the index.")
        numbers: Vectors = self.codec.sa_decode(self.codes[self.places[found]])
        return numbers


def use_one_thread() -> None:
    """Search, and multiply in numpy, with one thread, in the whole process.

    A question's arithmetic is too short to be shared out: on a busy machine, threads
    that waited for each other made it ten times slower. The model is not concerned.
    """
    faiss.omp_set_num_threads(1)
    ThreadpoolController().limit(limits=1, user_api="blas")
