"""Stand-ins for the tests: an encoder that needs no model."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from citeback.index import words


@dataclass
class WordHashEncoder:
    """Adds up a fixed random direction for each stem: shared words score nearer.

    `seconds` is how long each text takes, `seen` every text that was embedded.
    """

    fingerprint: str = "word-hash-1"
    dimension: int = 64
    word_piece_limit: int = 254
    seconds: float = 0.0
    seen: list[str] = field(default_factory=list)

    def word_pieces(self, text: str) -> int:
        return sum(1 for _ in words.words(text))

    def encode_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        time.sleep(self.seconds * len(texts))
        self.seen.extend(texts)
        rows = [self._vector(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def encode_question(self, question: str) -> npt.NDArray[np.float32]:
        return self._vector(question)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        total = np.full(self.dimension, 1e-3)
        for stem in words.content_stems(text):
            seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return (total / np.linalg.norm(total)).astype(np.float32)
