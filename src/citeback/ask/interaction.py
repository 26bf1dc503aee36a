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


def interaction(
    query: Query, pieces: Floats, counts: Sequence[int]
) -> tuple[Floats, Floats]:
    """For each sentence of a passage how well it meets the question, about 0 to 1.

    First with its neighbours' help, then by itself. `pieces` are the sentences' small word pieces, unit rows, shape (all pieces, kept),
    sentence after sentence, and `counts` says how many each has.
    """
    met = np.zeros((len(counts), len(query.pieces)), dtype=np.float32)
    full = [row for row, count in enumerate(counts) if count]
    if full:
        starts = np.cumsum([0, *(counts[row] for row in full)])[:-1]
        likeness = pieces @ query.pieces.T
        met[full] = np.maximum.reduceat(likeness, starts, axis=0)
    own = met.copy()
    met[:-1] = np.maximum(met[:-1], NEIGHBOUR * own[1:])
    met[1:] = np.maximum(met[1:], NEIGHBOUR * own[:-1])
    helped, alone = met @ query.weights, own @ query.weights
    return helped.astype(np.float32), alone.astype(np.float32)
