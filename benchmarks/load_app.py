"""The page's server for load.py: with a stand-in for passages, or without batches.

    python benchmarks/load_app.py [--stand-in] [--one-by-one]

With `--stand-in` passages get vectors at random, so that 100,000 of them are indexed in
minutes; questions go through the real model all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

from volume_encoder import RandomEncoder

from citeback import library
from citeback.index import encoder as encoders
from citeback.index.encoder import Encoded, Encoder
from citeback.serve.start import main

load_encoder = encoders.load_encoder
flags = set(sys.argv[1:])


class StandIn:
    """Questions by the real model, passages at random."""

    fingerprint = "real questions, random passages"

    def __init__(self, real: Encoder) -> None:
        self._real = real
        self._random = RandomEncoder()
        self.dimension = real.dimension
        self.word_piece_limit = real.word_piece_limit
        self.vocabulary = real.vocabulary

    def word_pieces(self, text: str) -> int:
        return self._random.word_pieces(text)

    def piece_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        # A question is one text, and asked for by itself.
        spans = self._real if len(texts) == 1 else self._random
        return spans.piece_spans(texts)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return self._random.encode_passages(texts)

    def encode_question(self, question: str) -> Encoded:
        return self._real.encode_question(question)


def load(model: str, *, batch: int) -> Encoder:
    real = load_encoder(model, batch=batch)
    return StandIn(real) if "--stand-in" in flags else real


if "--one-by-one" in flags:
    encoders.QUESTIONS_AT_ONCE = 1
library.load_encoder = load
sys.argv = sys.argv[:1]
sys.exit(main())
