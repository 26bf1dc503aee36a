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
    query: Query, pieces: Floats, counts: Sequence[int], passages: Sequence[int]
) -> tuple[Floats, Floats]:
    """For each sentence how well it meets the question, about 0 to 1.

    First with its neighbours' help, then by itself. `pieces` are the sentences' small
    word pieces, unit rows, shape (all pieces, kept), sentence after sentence; `counts`
    says how many each has, and `passages` how many sentences each passage.
    """
    met = np.zeros((len(counts), len(query.pieces)), dtype=np.float32)
    sizes = np.array(counts)
    full = sizes > 0
    if full.any():
        starts = (np.cumsum(sizes) - sizes)[full]
        likeness = pieces @ query.pieces.T
        met[full] = np.maximum.reduceat(likeness, starts, axis=0)
    own = met.copy()
    # A sentence has no neighbour in another passage.
    has_next = np.ones(len(counts) - 1, dtype=bool)
    has_next[np.cumsum(passages)[:-1] - 1] = False
    before, after = np.flatnonzero(has_next), np.flatnonzero(has_next) + 1
    met[before] = np.maximum(met[before], NEIGHBOUR * own[after])
    met[after] = np.maximum(met[after], NEIGHBOUR * own[before])
    helped, alone = met @ query.weights, own @ query.weights
    return helped.astype(np.float32), alone.astype(np.float32)
