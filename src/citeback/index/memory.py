"""Memory that is not used any more, given back to the system.

The C library of Linux keeps what the model's arithmetic has freed, in pieces between what
is still used; over an hour of indexing that came to more than a gigabyte. Elsewhere there
is nothing to do.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any

# To give it back takes tens of milliseconds, so it is done where it is worth that.
WORTH_BYTES = 200_000_000


class _Held(ctypes.Structure):
    """What `mallinfo2` of glibc tells, in bytes."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def give_back() -> None:
    """Give back what is held and free, where that is much."""
    library = _allocator()
    if library is not None and library.mallinfo2().fordblks > WORTH_BYTES:
        library.malloc_trim(0)


@lru_cache(maxsize=1)
def _allocator() -> Any:
    """The C library, None where it is another than glibc of 2021 or later."""
    try:
        library = ctypes.CDLL(None)
        library.mallinfo2.restype = _Held
        library.malloc_trim.argtypes = [ctypes.c_size_t]
    except (OSError, TypeError, AttributeError):
        return None
    return library
