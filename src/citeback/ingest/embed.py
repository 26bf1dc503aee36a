"""Stores the vectors that parts of documents need, embedding only what is new.

Vectors are committed as they come, so a kill costs at most those of one commit. What
another catalog holds already is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from citeback.errors import EncoderError
from citeback.index import transfer
from citeback.index.catalog import Catalog
from citeback.index.encoder import Encoder
from citeback.index.memory import give_back
from citeback.index.pieces import Projection, fit, sample_lines
from citeback.ingest.stage import Part

# So many texts are embedded between two commits.
COMMIT_TEXTS = 256


class Embedding:
    """Embeds for one catalog; `embedded` and `reused` count its texts."""

    def __init__(self, catalog: Catalog, encoder: Encoder, *, anew: bool) -> None:
        """With `anew` no vector that is stored is relied on."""
        self._catalog = catalog
        self._encoder = encoder
        self.anew = anew
        self.embedded = 0
        self.reused = 0

    def embed(
        self, parts: Collection[Part], before_batch: Callable[[float], None]
    ) -> None:
        """Store what is missing; `before_batch` is told the share that is done."""
        texts = {d: text for part in parts for d, text in part.texts.items()}
        sentences = set().union(*(part.sentences for part in parts))
        known = set() if self.anew else self._known(texts, sentences)
        known |= self._copied(parts, known, sentences)
        self.reused += len(known)
        # Texts of like length together waste the least padding.
        missing = sorted(texts.keys() - known, key=lambda d: (len(texts[d]), d))
        letters = sum(len(texts[d]) for d in missing)
        read = 0
        for start in range(0, len(missing), COMMIT_TEXTS):
            before_batch(read / letters)
            batch = {d: texts[d] for d in missing[start : start + COMMIT_TEXTS]}
            self._embed_batch(batch, sentences)
            read += sum(map(len, batch.values()))
        # Not after each batch: the next would ask for the same memory again, which took
        # up to a twelfth of the time.
        give_back()

    def _copied(
        self, parts: Collection[Part], known: set[str], sentences: set[str]
    ) -> set[str]:
        """Those of the other texts whose vectors another catalog could give."""
        copied: set[str] = set()
        for part in parts:
            missing = part.texts.keys() - known - copied
            if part.held_in is not None and missing:
                copied |= transfer.copy_vectors(
                    part.held_in,
                    self._catalog,
                    self._encoder.fingerprint,
                    missing,
                    with_pieces=missing & sentences,
                )
        return copied

    def _known(self, texts: dict[str, str], sentences: set[str]) -> set[str]:
        """Those of the texts that need not be embedded."""
        name = self._encoder.fingerprint
        known = self._catalog.known(name, list(texts), pieces=False)
        whole = self._catalog.known(name, list(sentences), pieces=True)
        return known - (sentences - whole)

    def _embed_batch(self, texts: dict[str, str], sentences: set[str]) -> None:
        """Encode the texts and commit what came out."""
        encoded = self._encoder.encode_passages(list(texts.values()))
        vectors = {d: e.vector for d, e in zip(texts, encoded, strict=True)}
        if not all(np.isfinite(vector).all() for vector in vectors.values()):
            raise EncoderError(
                "The model gave vectors that hold NaN; nothing of them is kept. "
                "Use another model (CITEBACK_MODEL)."
            )
        projection = self._projection()
        pieces = {
            d: projection.to_bytes(e.pieces)
            for d, e in zip(texts, encoded, strict=True)
            if d in sentences
        }
        with self._catalog.database.writing():
            self._catalog.add_vectors(self._encoder.fingerprint, vectors)
            self._catalog.add_pieces(self._encoder.fingerprint, pieces)
        self.embedded += len(texts)

    def _projection(self) -> Projection:
        """The encoder's projection, made when it is first needed."""
        name = self._encoder.fingerprint
        projection = self._catalog.projection(name)
        if projection is None:
            projection = projection_of(self._encoder)
            with self._catalog.database.writing():
                self._catalog.set_projection(name, projection)
        return projection


def projection_of(encoder: Encoder) -> Projection:
    """What makes the encoder's word pieces small, found from words that it knows."""
    encoded = encoder.encode_passages(sample_lines(encoder.vocabulary()))
    return fit(np.concatenate([one.pieces for one in encoded]))
