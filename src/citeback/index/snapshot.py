"""Both FAISS indexes at one state of the catalog, kept in step with it on disk.

The files are derived: a missing, damaged or outdated one is made again from the
vectors in the catalog, and nothing is embedded for it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from citeback.errors import IndexStateError, StorageFullError
from citeback.index.catalog import Catalog
from citeback.index.disk import flush
from citeback.index.pieces import Projection
from citeback.index.vectors import VectorIndex

TABLES = ("passages", "sentences")
# How many vectors are read from the catalog at once, to bound memory.
READ_COUNT = 20_000
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


def load(catalog: Catalog, folder: Path, dimension: int) -> Snapshot:
    """The state of the last commit, from the files as far as they still serve."""
    with catalog.database.reading():
        indexes = [_read(catalog, folder, table, dimension) for table in TABLES]
        return refresh(catalog, Snapshot(catalog.name, -1, NONE, *indexes))


def refresh(catalog: Catalog, old: Snapshot) -> Snapshot:
    """The state of the last commit, from an earlier one and what has changed since.

    Raises IndexStateError if the catalog misses a vector, which no update leaves.
    """
    with catalog.database.reading():
        name, build = catalog.name, catalog.build
        if (name, build) == (old.catalog, old.build):
            return old
        indexes = (old.passages, old.sentences)
        if name != old.catalog:  # the same ids stand for other vectors
            indexes = (old.passages.emptied(), old.sentences.emptied())
        passages, sentences = (
            _in_step(catalog, index, table)
            for table, index in zip(TABLES, indexes, strict=True)
        )
        projection = catalog.projection(catalog.meta("encoder")) or NONE
        return Snapshot(name, build, projection, passages, sentences)


def save(catalog: Catalog, folder: Path, snapshot: Snapshot) -> None:
    """Write both files, each under a temporary name first, and note their digests.

    A file that is whole and of this very build is left as it is.

    A kill in between leaves a file that does not match its note, which `load` then
    passes over. Raises StorageFullError.
    """
    for table, index in zip(
        TABLES, (snapshot.passages, snapshot.sentences), strict=True
    ):
        final = folder / f"{table}.faiss"
        if catalog.meta(f"{table}.faiss build") == str(snapshot.build) and _stored(
            catalog, final, table
        ):
            continue
        temporary = final.with_suffix(".faiss.new")
        content = index.to_bytes()
        try:
            temporary.write_bytes(content)
            flush(temporary)
            os.replace(temporary, final)
            flush(folder)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StorageFullError(
                f"{final} could not be written ({error}). Make room on the disk and "
                "start again; nothing has to be embedded anew."
            ) from error
        with catalog.database.writing():
            catalog.set_meta(f"{table}.faiss", hashlib.sha256(content).hexdigest())
            catalog.set_meta(f"{table}.faiss of", snapshot.catalog)
            catalog.set_meta(f"{table}.faiss build", str(snapshot.build))


def stored_index(catalog: Catalog, folder: Path, table: str) -> VectorIndex | None:
    """What the file holds; None if it is missing or not the one of this very build.

    Raises IndexStateError for what faiss cannot read.
    """
    stored = _stored(catalog, folder / f"{table}.faiss", table)
    projection = catalog.projection(catalog.meta("encoder"))
    if catalog.meta(f"{table}.faiss build") != str(catalog.build) or not stored:
        return None
    if projection is None:
        return None
    return VectorIndex.from_bytes(stored, len(projection.mean))


def _read(catalog: Catalog, folder: Path, table: str, dimension: int) -> VectorIndex:
    stored = _stored(catalog, folder / f"{table}.faiss", table)
    if stored:
        try:
            return VectorIndex.from_bytes(stored, dimension)
        except IndexStateError:
            pass  # written by another version of faiss: made anew below
    return VectorIndex(dimension)


def _stored(catalog: Catalog, path: Path, table: str) -> bytes:
    """The file's content if it is the one that was noted for this catalog, else b"".

    Checked before faiss reads it: faiss trusts what it is given.
    """
    if catalog.meta(f"{table}.faiss of") != catalog.name or not path.is_file():
        return b""
    content = path.read_bytes()
    noted = hashlib.sha256(content).hexdigest() == catalog.meta(f"{table}.faiss")
    return content if noted else b""


def _in_step(catalog: Catalog, old: VectorIndex, table: str) -> VectorIndex:
    wanted = catalog.ids(table)
    held = np.sort(old.ids)
    gone = np.setdiff1d(held, wanted, assume_unique=True)
    missing = np.setdiff1d(wanted, held, assume_unique=True)
    if not len(gone) and not len(missing):
        return old
    index = old.copy()
    index.remove(gone)
    for start in range(0, len(missing), READ_COUNT):
        _add(catalog, index, table, missing[start : start + READ_COUNT])
    return index


def _add(
    catalog: Catalog,
    index: VectorIndex,
    table: str,
    ids: npt.NDArray[np.int64],
) -> None:
    pairs = list(catalog.vectors(table, ids))
    if len(pairs) != len(ids):
        raise IndexStateError(
            f"The catalog misses {len(ids) - len(pairs)} vectors of its {table}. Run: "
            "python -m citeback index --rebuild"
        )
    found, vectors = zip(*pairs, strict=True)
    index.add(np.array(found, dtype=np.int64), np.stack(vectors))
