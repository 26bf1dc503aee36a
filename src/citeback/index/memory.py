"""Memory that is not used any more, given back to the system.

The C library of Linux keeps what the model's arithmetic has freed, in pieces between what
is still used, and does so once more for each of many threads; over an hour of indexing
that came to more than a gigabyte. Elsewhere there is nothing to do.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any

# Threads share so many stores of memory. With the C library's own sixteen, each keeps
# what one of them has freed; Python runs one thread at a time anyway.
STORES = 2
_M_ARENA_MAX = -8  # of glibc's malloc.h


def give_back() -> None:
    """Give back what is free, in all threads' stores. Takes some milliseconds."""
    library = _allocator()
    if library is not None:
        library.malloc_trim(0)


def share_stores() -> None:
    """Let the threads that are started from now on share few stores of memory."""
    library = _allocator()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, STORES)


@lru_cache(maxsize=1)
def _allocator() -> Any:
    """The C library, None where it is another than glibc."""
    try:
        library = ctypes.CDLL(None)
        library.malloc_trim.argtypes = [ctypes.c_size_t]
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
    except (OSError, TypeError, AttributeError):
        return None
    return library
