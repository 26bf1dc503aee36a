"""Late interaction: each word piece of a question against its best match in a text.

After Khattab and Zaharia's ColBERT (2020), with word pieces of the sentence encoder
itself, sentence by sentence, and the question's rare words counting up to three times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from citeback.ask.question import Query

Floats = npt.NDArray[np.float32]

# What a match in the sentence before or after counts: a pronoun's name stands there.
NEIGHBOUR = 0.85


def interaction(query: Query, sentences: Sequence[Floats]) -> Floats:
    """For each sentence how well it meets the question, about 0 to 1.

    `sentences` are small word pieces, unit rows, shape (pieces, kept).
    """
    best = np.stack([_best_match(query.pieces, rows) for rows in sentences])
    met = best.copy()
    met[:-1] = np.maximum(met[:-1], NEIGHBOUR * best[1:])
    met[1:] = np.maximum(met[1:], NEIGHBOUR * best[:-1])
    return np.asarray(met @ query.weights, dtype=np.float32)


def _best_match(question: Floats, sentence: Floats) -> Floats:
    """The highest dot product of each question piece; 0 with an empty sentence."""
    if not len(sentence):
        return np.zeros(len(question), dtype=np.float32)
    return np.asarray((question @ sentence.T).max(axis=1), dtype=np.float32)
