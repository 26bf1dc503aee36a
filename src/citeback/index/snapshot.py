"""The vectors of every passage and sentence at one state of the catalog.

They are kept in FAISS files, which are derived: a missing, damaged or outdated one is
made again from the vectors in the catalog, and nothing is embedded for it. In a large
library the files may be some changes behind; those are looked up in the catalog. The
vectors of a very large one lie in files beside these, and are read when they are wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from citeback.errors import IndexStateError
from citeback.index import derived, vector_file
from citeback.index.catalog import Catalog, Changes
from citeback.index.pieces import Projection
from citeback.index.vectors import LISTED_ROWS, PLAIN_MOST, SEED, VectorIndex
from citeback.index.word_index import FILE as WORDS

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

TABLES = ("passages", "sentences")
FILES = (*(f"{table}.faiss" for table in TABLES), WORDS)
# How many vectors are read from the catalog at once, to bound memory.
READ_COUNT = 20_000
# Up to so many passages, files are written at each change: a tenth of a second.
WRITTEN_PASSAGES = 20_000
# Beyond, when so many in a hundred passages have changed.
CHANGED_PERCENT = 5
# So much of the digest of the file that it goes with stands in the name of another.
DIGITS = 16
# So many builds are told of longer than the files need: others may be a bit behind.
KEPT_BUILDS = 100
# Of so few vectors the nearest are found by comparing with each, which is exact.
EXACTLY = 5_000
# For a library into which nothing has been put yet.
NONE = Projection(np.zeros(1, dtype=np.float32), np.zeros((1, 1), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vectors of every passage and sentence of one build; never changed."""

    catalog: str
    build: int
    projection: Projection
    passages: VectorIndex
    sentences: VectorIndex

    @property
    def is_new(self) -> bool:
        """Whether nothing has ever been put into the library."""
        return self.projection is NONE

    @property
    def is_exact(self) -> bool:
        """Whether all vectors are at hand, without the catalog."""
        return self.passages.is_exact and self.sentences.is_exact

    def nearest(
        self,
        catalog: Catalog,
        table: str,
        vector: Floats,
        count: int,
        among: Ids | None = None,
    ) -> list[int]:
        """The ids of "passages" or "sentences" nearest to a vector, best first.

        With `among` only of those ids.
        """
        index = self._index(table)
        if among is not None and len(among) <= EXACTLY:
            scores = self.exactly(catalog, table, among) @ vector
            return _listed(among[np.argsort(-scores, kind="stable")[:count]])
        if index.is_exact:
            return _listed(index.search(vector, count, among)[0])
        ids, _ = index.search(vector, count, among)  # and some more
        scores = self.exactly(catalog, table, ids) @ vector
        return _listed(ids[np.argsort(-scores, kind="stable")[:count]])

    def exactly(self, catalog: Catalog, table: str, ids: Ids) -> Floats:
        """The vectors of ids, as the catalog has them."""
        index = self._index(table)
        if index.is_exact:
            return index.fetch(ids)
        found = dict(catalog.vectors(table, ids.tolist()))
        rows = [found[identity] for identity in ids.tolist()]
        return np.stack(rows) if rows else np.zeros((0, index.dimension), np.float32)

    def _index(self, table: str) -> VectorIndex:
        return self.passages if table == TABLES[0] else self.sentences


def _listed(ids: Ids) -> list[int]:
    return [int(identity) for identity in ids]


def load(catalog: Catalog, folder: Path) -> Snapshot:
    """The state of the last commit, from the files as far as they still serve."""
    with catalog.database.reading():
        projection = catalog.projection(catalog.meta("encoder")) or NONE
        passages, sentences = (
            _read(catalog, folder / f"{table}.faiss", table, len(projection.mean))
            for table in TABLES
        )
        return Snapshot(catalog.name, catalog.build, projection, passages, sentences)


def refresh(catalog: Catalog, old: Snapshot) -> Snapshot:
    """The state of the last commit, from an earlier one and what has changed since.

    Raises IndexStateError if the catalog misses a vector, which no update leaves.
    """
    with catalog.database.reading():
        name, build = catalog.name, catalog.build
        if (name, build) == (old.catalog, old.build):
            return old
        changes = catalog.changes(old.build) if name == old.catalog else None
        passages, sentences = (
            _in_step(catalog, index, table, changes)
            if name == old.catalog
            else _from_scratch(catalog, table, index.dimension)
            for table, index in zip(TABLES, (old.passages, old.sentences), strict=True)
        )
        return _made(catalog, passages, sentences)


def is_due(catalog: Catalog, folder: Path) -> bool:
    """Whether it is time to write files: some are missing, or much has changed."""
    with catalog.database.reading():
        builds = [derived.build_of(catalog, folder / file) for file in FILES]
        count = catalog.count("passages")
        if min(builds) == catalog.build:
            if not all(vectors_there(catalog, folder, table) for table in TABLES):
                return True
            if count > WRITTEN_PASSAGES:
                return False  # to read large ones through takes seconds; `doctor` does
            return not all(derived.stored(catalog, folder / file) for file in FILES)
        changes = catalog.changes(min(builds))
        if changes is None or count <= WRITTEN_PASSAGES:
            return True
        changed = len(changes.passages) + len(catalog.passages_in(changes.written))
        return 100 * changed > CHANGED_PERCENT * count


def save(catalog: Catalog, folder: Path, snapshot: Snapshot) -> Snapshot:
    """Write the files that are not of this very build; returns what reads from them.

    Raises StorageFullError.
    """
    saved = [_saved(catalog, folder, table, snapshot) for table in TABLES]
    words = folder / WORDS
    if derived.build_of(catalog, words) != catalog.build or not derived.stored(
        catalog, words
    ):
        catalog.words.save()
    with catalog.database.writing():
        until = min(derived.build_of(catalog, folder / file) for file in FILES)
        catalog.forget_changes(until - KEPT_BUILDS)
    # Last, since they take the most room: without them the others serve.
    passages, sentences = (
        _with_saved_vectors(catalog, folder, table, snapshot, index)
        for table, index in zip(TABLES, saved, strict=True)
    )
    return replace(snapshot, passages=passages, sentences=sentences)


def tidy(catalog: Catalog, folder: Path) -> None:
    """Delete files of vectors, whole or half written, that nothing goes with any more."""
    with catalog.database.reading():
        kept = {_apart(catalog, folder, table) for table in TABLES}
    for table in TABLES:
        for file in {*folder.glob(f"{table}.*.vectors*")} - kept:
            with suppress(OSError):  # still read from, on Windows
                file.unlink()


def _saved(
    catalog: Catalog, folder: Path, table: str, snapshot: Snapshot
) -> VectorIndex:
    """The index whose codes are in the file now."""
    file = folder / f"{table}.faiss"
    index = snapshot._index(table)
    if (
        derived.build_of(catalog, file) == snapshot.build
        and vectors_there(catalog, folder, table)
        and derived.stored(catalog, file)
    ):
        return index
    whole = index.whole()
    content = whole.to_bytes()
    size = 0 if whole.is_in_memory else 2 * index.dimension * len(whole)
    with catalog.database.writing():  # noted together, or a kill hides what is missing
        derived.write(
            catalog, file, content, name=snapshot.catalog, build=snapshot.build
        )
        catalog.set_meta(f"{file.name} apart", str(size))
    return whole


def _with_saved_vectors(
    catalog: Catalog, folder: Path, table: str, snapshot: Snapshot, saved: VectorIndex
) -> VectorIndex:
    """What was saved, with the file of its vectors if they lie apart."""
    apart = _apart(catalog, folder, table)
    if saved is snapshot._index(table) or not apart:
        return saved
    ids = saved.ids
    parts = (
        snapshot.exactly(catalog, table, ids[start : start + READ_COUNT])
        for start in range(0, len(ids), READ_COUNT)
    )
    vector_file.write(
        apart,
        (part.astype("<f2").view(np.uint8) for part in parts),
        size=int(catalog.meta(f"{table}.faiss apart")),
    )
    return _with_vectors(catalog, saved, folder, table)


def _apart(catalog: Catalog, folder: Path, table: str) -> Path | None:
    """The file of the vectors that the file of codes goes with, None if it holds them."""
    file = f"{table}.faiss"
    if catalog.meta(f"{file} apart") in ("", "0"):
        return None
    return folder / f"{table}.{catalog.meta(file)[:DIGITS]}.vectors"


def vectors_there(catalog: Catalog, folder: Path, table: str) -> bool:
    """Whether the vectors that lie apart from their codes are where they should be."""
    apart = _apart(catalog, folder, table)
    try:
        return apart is None or str(apart.stat().st_size) == catalog.meta(
            f"{table}.faiss apart"
        )
    except OSError:
        return False


def stored_build(catalog: Catalog, folder: Path) -> int:
    """The build that the FAISS files are of, with all vectors; -1 if one is missing."""
    if not all(vectors_there(catalog, folder, table) for table in TABLES):
        return -1
    return min(derived.build_of(catalog, folder / f"{table}.faiss") for table in TABLES)


def stored_index(catalog: Catalog, folder: Path, table: str) -> VectorIndex | None:
    """What the file holds, with what has changed since; None if that cannot be told.

    Raises IndexStateError for what faiss cannot read.
    """
    file = folder / f"{table}.faiss"
    stored = derived.stored(catalog, file)
    projection = catalog.projection(catalog.meta("encoder"))
    changes = catalog.changes(derived.build_of(catalog, file))
    if not stored or projection is None or changes is None:
        return None
    index = VectorIndex.from_bytes(stored, len(projection.mean))
    index = _with_vectors(catalog, index, folder, table)
    return _changed(catalog, index, table, changes)


def _made(catalog: Catalog, passages: VectorIndex, sentences: VectorIndex) -> Snapshot:
    projection = catalog.projection(catalog.meta("encoder")) or NONE
    return Snapshot(catalog.name, catalog.build, projection, passages, sentences)


def _read(catalog: Catalog, file: Path, table: str, dimension: int) -> VectorIndex:
    """The state of now, from the file if it serves."""
    stored = derived.stored(catalog, file)
    if stored:
        try:
            index = VectorIndex.from_bytes(stored, dimension)
        except IndexStateError:
            pass  # written by another version of faiss: made anew below
        else:
            index = _with_vectors(catalog, index, file.parent, table)
            changes = catalog.changes(derived.build_of(catalog, file))
            return _in_step(catalog, index, table, changes)
    return _from_scratch(catalog, table, dimension)


def _with_vectors(
    catalog: Catalog, index: VectorIndex, folder: Path, table: str
) -> VectorIndex:
    """The same with the file of its vectors, if they lie apart and can be read."""
    apart = _apart(catalog, folder, table)
    with suppress(OSError):
        return index.reading(apart) if apart else index
    return index  # they are looked up in the catalog


def _in_step(
    catalog: Catalog, old: VectorIndex, table: str, changes: Changes | None
) -> VectorIndex:
    """The state of now, by what has changed, or by comparing all ids."""
    if changes is not None:
        return _changed(catalog, old, table, changes)
    wanted = catalog.ids(table)
    held = np.sort(old.ids)
    index = old.removed(np.setdiff1d(held, wanted, assume_unique=True))
    missing = np.setdiff1d(wanted, held, assume_unique=True)
    return _added(catalog, index, table, missing)


def _changed(
    catalog: Catalog, old: VectorIndex, table: str, changes: Changes
) -> VectorIndex:
    if table == TABLES[0]:
        gone, new = changes.passages, catalog.passages_in(changes.written)
    else:
        gone, new = changes.sentences, catalog.sentences_in(changes.written)
    # What was written again may be there under the same id, with another vector.
    index = old.removed(np.concatenate([gone, new]))
    return _added(catalog, index, table, new)


def _from_scratch(catalog: Catalog, table: str, dimension: int) -> VectorIndex:
    ids = catalog.ids(table)
    index = VectorIndex(dimension)
    if len(ids) > PLAIN_MOST:
        chance = np.random.default_rng(SEED)
        sample = chance.choice(ids, min(LISTED_ROWS, len(ids)), replace=False)
        vectors = [rows for _, rows in _vectors(catalog, table, sample)]
        index = index.for_many(len(ids), np.concatenate(vectors))
    return _added(catalog, index, table, ids)


def _added(catalog: Catalog, index: VectorIndex, table: str, ids: Ids) -> VectorIndex:
    for found, vectors in _vectors(catalog, table, ids):
        index = index.added(found, vectors)
    return index


def _vectors(catalog: Catalog, table: str, ids: Ids) -> Iterator[tuple[Ids, Floats]]:
    """The ids with their vectors, some at a time. Raises IndexStateError."""
    for start in range(0, len(ids), READ_COUNT):
        some = ids[start : start + READ_COUNT]
        pairs = list(catalog.vectors(table, some))
        if len(pairs) != len(some):
            raise IndexStateError(
                f"The catalog misses {len(some) - len(pairs)} vectors of its {table}. "
                "Run: python -m citeback index --rebuild"
            )
        found, vectors = zip(*pairs, strict=True)
        yield np.array(found, dtype=np.int64), np.stack(vectors)
