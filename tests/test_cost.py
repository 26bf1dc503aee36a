"""What asking costs beside encoding the question, on 2,000 passages in one run.

The question goes through the real model. The passages' vectors are random, which costs
the same to search and saves minutes of embedding.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from citeback.index.encoder import Encoded, Encoder
from citeback.library import Library

SET = Path(__file__).resolve().parents[2] / "shared" / "eval" / "squadshifts-reddit"
PASSAGES = 2_000
QUESTIONS = 40
# The machine may be busy with something else; that makes no question cheaper, so the
# least that each has taken is what it costs.
RUNS = 12
MOST = 2.0

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SET.is_dir(), reason="the question sets are not here"),
]


class RandomPassages:
    """The real encoder, but for passages."""

    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint = f"{encoder.fingerprint} random"
        self.dimension = encoder.dimension
        self.word_piece_limit = encoder.word_piece_limit
        self.vocabulary = encoder.vocabulary
        self.word_pieces = encoder.word_pieces
        self.piece_spans = encoder.piece_spans
        self.encode_question = encoder.encode_question
        self._chance = np.random.default_rng(1)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        spans = self.piece_spans(texts)
        return [Encoded(self._unit(1)[0], self._unit(len(one))) for one in spans]

    def _unit(self, count: int) -> np.ndarray:
        rows = self._chance.normal(size=(count, self.dimension)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_asking_takes_at_most_twice_the_time_of_encoding(
    real_encoder: Encoder, tmp_path: Path
) -> None:
    content = tmp_path / "content"
    content.mkdir()
    corpus = (SET / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, corpus[: PASSAGES * 3 // 4]):
        (content / f"{row['_id']}.txt").write_text(row["text"], encoding="utf-8")
    rows = (SET / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(row)["text"] for row in rows[:QUESTIONS]]
    with Library.open(
        content, tmp_path / "index", encoder=RandomPassages(real_encoder)
    ) as library:
        library.update()
        assert 0.9 < library.size().passages / PASSAGES < 1.1
        costs = [cost(library, questions) for _ in range(RUNS)]
    encoding, asking = np.array(costs).min(axis=0)
    ratio = np.median(asking) / np.median(encoding)
    assert ratio <= MOST, f"{ratio:.2f}"


def cost(library: Library, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds for encoding each question, and for asking it."""
    encoding, asking = [], []
    for question in questions:
        started = time.perf_counter()
        library.encoder.encode_question(question)
        encoded = time.perf_counter()
        library.ask(question)
        encoding.append(encoded - started)
        asking.append(time.perf_counter() - encoded)
    return encoding, asking
