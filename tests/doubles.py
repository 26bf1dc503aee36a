"""Stand-ins for the tests: an encoder that needs no model."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from citeback.index import words
from citeback.index.encoder import Encoded

# No text of the tests begins so; the lines made of it are not counted as seen.
VOCABULARY = ("vocabularyalpha", "vocabularybeta", "vocabularygamma")


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

    def piece_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[place for _, place in words.written_at(text)] for text in texts]

    def vocabulary(self) -> Sequence[str]:
        return VOCABULARY

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        new = [text for text in texts if not text.startswith(VOCABULARY)]
        time.sleep(self.seconds * len(new))
        self.seen.extend(new)
        return [self._encoded(text) for text in texts]

    def encode_question(self, question: str) -> Encoded:
        return self._encoded(question)

    def _encoded(self, text: str) -> Encoded:
        if text.startswith(VOCABULARY):
            return vocabulary_line(text, self.dimension)
        return self._worked_out(text)

    def _worked_out(self, text: str) -> Encoded:
        content = words.content_stems(text)
        rows = [direction(stem, self.dimension) for stem in words.stems(text)]
        total = np.full(self.dimension, 1e-3)
        for stem in content:
            total += direction(stem, self.dimension)
        return Encoded(
            (total / np.linalg.norm(total)).astype(np.float32),
            np.array(rows, np.float32).reshape(-1, self.dimension),
        )


@lru_cache(maxsize=20_000)
def direction(stem: str, dimension: int) -> npt.NDArray[np.float64]:
    """The stem's own direction, the same in every process."""
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
    return np.random.default_rng(seed).normal(size=dimension)


@lru_cache(maxsize=2_000)
def vocabulary_line(text: str, dimension: int) -> Encoded:
    """One of the lines that every new index begins with, worked out once for all."""
    return WordHashEncoder(dimension=dimension)._worked_out(text)
