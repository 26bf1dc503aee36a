"""Word pieces in their context, made small enough to store for every sentence.

The encoder's last layer gives each word piece a vector that means the piece *there*.
They share a strong common direction, which says nothing and is taken out, and most of
what differs lies in a third of the dimensions: those are kept, one byte each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]

# With 128 of 384 dimensions the ranking is as good as with all (docs/retrieval.md).
KEPT = 128
# So many steps to 1. In 128 dimensions hardly a number of a unit row is over a half,
# so half the range is spent on none: such a number is stored as a half.
STEPS = 254
# The projection is fitted on so many lines of so many random words of the vocabulary,
# so that it does not depend on which document came first.
LINES = 400
WORDS = 12
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Projection:
    """From an encoder's piece vectors to small ones: unit, minus mean, times basis.

    `mean` is float32 (dimension,), `basis` float32 (dimension, kept), its columns
    orthonormal. Both depend on the encoder alone.
    """

    mean: Floats
    basis: Floats

    def equals(self, other: Projection) -> bool:
        """Whether both make the same small pieces."""
        return np.array_equal(self.mean, other.mean) and np.array_equal(
            self.basis, other.basis
        )

    def apply(self, pieces: Floats) -> Floats:
        """Unit rows, float32, shape (len(pieces), kept); a zero row stays zero."""
        small = (_unit(pieces) - self.mean) @ self.basis
        return _unit(small.astype(np.float32))

    def to_bytes(self, pieces: Floats) -> bytes:
        """The small rows as one signed byte a number, row after row."""
        steps = np.round(self.apply(pieces) * STEPS)
        return np.clip(steps, -127, 127).astype(np.int8).tobytes()

    def count(self, stored: bytes) -> int:
        """How many rows `to_bytes` stored there."""
        return len(stored) // int(self.basis.shape[1])

    def from_bytes(self, stored: bytes) -> Floats:
        """The rows of `to_bytes`, to within half a step."""
        rows: Bytes = np.frombuffer(stored, dtype=np.int8)
        numbers = rows.reshape(-1, self.basis.shape[1]).astype(np.float32)
        numbers *= np.float32(1 / STEPS)
        return numbers


def fit(pieces: Floats) -> Projection:
    """The projection that keeps most of the pieces' spread around their mean."""
    unit = _unit(pieces)
    mean: Floats = unit.mean(axis=0, dtype=np.float32)
    centred = _unit(unit - mean)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    strongest = np.argsort(values)[::-1][:KEPT]
    basis: Floats = vectors[:, strongest].astype(np.float32)
    return Projection(mean, basis)


def sample_lines(vocabulary: Sequence[str]) -> list[str]:
    """Lines of random words, the same for the same vocabulary in any order."""
    known = set(vocabulary)
    plain = sorted(word for word in known if word.isalpha() and len(word) > 1)
    chosen = np.random.default_rng(SEED).choice(
        plain or sorted(known), size=(LINES, WORDS)
    )
    return [" ".join(line) + "." for line in chosen]


def _unit(rows: Floats) -> Floats:
    """Rows of length one; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-9), dtype=np.float32)
