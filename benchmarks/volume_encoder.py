"""An encoder that costs next to nothing, and one that logs what another embeds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from citeback.index.encoder import Encoded, Encoder

DIMENSION = 384


class RandomEncoder:
    """For each text a vector at random, always the same, and a piece for each word."""

    fingerprint = "random-1"
    dimension = DIMENSION
    word_piece_limit = 254

    def __init__(self) -> None:
        rows = np.random.default_rng(1).normal(size=(1_000, DIMENSION))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        self._rows = rows.astype(np.float32)

    def word_pieces(self, text: str) -> int:
        return len(text.split())

    def piece_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        spans = []
        for text in texts:
            end, found = 0, []
            for word in text.split():
                start = text.index(word, end)
                end = start + len(word)
                found.append((start, end))
            spans.append(found)
        return spans

    def vocabulary(self) -> Sequence[str]:
        return ["water", "bridge", "mill"]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.encode_question(text) for text in texts]

    def encode_question(self, question: str) -> Encoded:
        digest = hashlib.sha256(question.encode()).digest()
        at = int.from_bytes(digest[:8]) % len(self._rows)
        words = range(at, at + len(question.split()))
        vector = self._rows[at] + self._rows[digest[9]]
        return Encoded(
            vector / np.linalg.norm(vector),
            self._rows[[word % len(self._rows) for word in words]],
        )


class Logging:
    """Another encoder, each of whose texts is written down before it is embedded."""

    def __init__(self, encoder: Encoder, log: Path) -> None:
        self._encoder = encoder
        self._log = log
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension
        self.word_piece_limit = encoder.word_piece_limit
        self.word_pieces = encoder.word_pieces
        self.piece_spans = encoder.piece_spans
        self.vocabulary = encoder.vocabulary
        self.encode_question = encoder.encode_question

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        with self._log.open("a", encoding="utf-8") as file:
            file.writelines(
                hashlib.sha256(text.encode()).hexdigest() + "\n" for text in texts
            )
        return self._encoder.encode_passages(texts)
