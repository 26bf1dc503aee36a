"""Whole documents, as another index holds them, written into a catalog."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from citeback.errors import UnfitDocumentError
from citeback.index import whole
from citeback.index.catalog import Catalog
from citeback.index.engine import PassageEntry, State, WholeDocument, WholeEntry
from citeback.index.pieces import Projection
from citeback.records import FileState

TOGETHER = 256


class EmbeddedWriter:
    """Writes into the index in a folder; the caller holds the folder's lock."""

    def __init__(
        self, catalog: Catalog, *, encoder: str, projection: Projection
    ) -> None:
        """`encoder` is the fingerprint of what made the vectors."""
        self._catalog = catalog
        self._encoder = encoder
        with catalog.database.writing():
            catalog.set_meta("encoder", encoder)
            if catalog.projection(encoder) is None:
                catalog.set_projection(encoder, projection)

    def versions(self) -> dict[str, str]:
        """The version of each document that is there and whole, by path."""
        return whole.versions(self._catalog)

    def upsert(self, document: WholeDocument) -> None:
        """Put a document in the place of what its path held."""
        catalog, path = self._catalog, document.packed.source.path
        with catalog.database.writing():
            if document.state is FileState.REFUSED:
                catalog.refuse(path, document.reason, file=document.file)
                return
            catalog.replace_document(
                document.packed,
                self._with_vectors(document.entries),
                file=document.file,
                remark=document.reason,
            )
            catalog.set_state(path, document.state, document.reason)

    def delete_document(self, path: str) -> None:
        """Take a document out; nothing happens where there is none."""
        with self._catalog.database.writing():
            if path in self._catalog.files_of():
                self._catalog.remove(path)

    def commit(
        self, state: State, holding: Mapping[str, int], *, is_whole: bool
    ) -> None:
        """Note what it is in step with. What was written is found already."""
        with self._catalog.database.writing():
            self._catalog.set_meta("built", state.built)
            self._catalog.clean()

    def close(self) -> None:
        """Nothing: the catalog belongs to whoever opened it."""

    def abandon(self) -> None:
        """Nothing, the same."""

    def _with_vectors(self, entries: Iterable[WholeEntry]) -> Iterator[PassageEntry]:
        each = iter(entries)
        while some := list(itertools.islice(each, TOGETHER)):
            vectors, pieces = {}, {}
            for one in some:
                vectors[one.entry.digest] = one.vector
                for at, sentence in enumerate(one.entry.sentences):
                    vectors[sentence.digest] = one.sentences[at]
                    pieces[sentence.digest] = one.pieces[at]
            if not all(np.isfinite(vector).all() for vector in vectors.values()):
                raise UnfitDocumentError("A vector of it holds NaN or infinity.")
            self._catalog.add_vectors(self._encoder, vectors)
            self._catalog.add_pieces(self._encoder, pieces)
            yield from (one.entry for one in some)
