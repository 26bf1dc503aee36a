"""Arrays of numbers one after the other in a file, and back without copying them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


# Each array begins at a multiple of this: numpy copies a whole array that lies askew each
# time it is searched.
ALIGNED = 64


def to_bytes(kind: bytes, arrays: Sequence[Array]) -> bytes:
    """The arrays behind a line that says of what kind the file is."""
    shapes = json.dumps([[array.dtype.str, *array.shape] for array in arrays])
    parts: list[bytes | memoryview] = [kind + b"\n" + shapes.encode() + b"\n"]
    length = len(parts[0])
    for array in arrays:
        parts.append(bytes(-length % ALIGNED))
        parts.append(np.ascontiguousarray(array).data)
        length += -length % ALIGNED + array.nbytes
    return b"".join(parts)


def from_bytes(kind: bytes, stored: bytes) -> list[Array]:
    """What `to_bytes` was given; unchangeable. Raises ValueError for another kind."""
    if not stored.startswith(kind + b"\n"):
        raise ValueError("a file of another kind")
    at = stored.index(b"\n", len(kind) + 1) + 1
    arrays = []
    for name, *shape in json.loads(stored[len(kind) : at]):
        at += -at % ALIGNED
        size = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(stored, name, size, at) if size else np.zeros(0, name)
        arrays.append(array.reshape(shape))
        at += array.nbytes
    return arrays
