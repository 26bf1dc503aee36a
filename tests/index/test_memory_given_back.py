"""Memory that is free is given back to the system."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import pytest

from citeback.index import memory


def held() -> float:
    """Megabytes that this process holds."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1e3


@pytest.mark.skipif(
    memory._allocator() is None, reason="another C library than glibc's"
)
def test_what_lies_free_between_what_is_used_is_given_back() -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    size = 100_000  # below what the allocator asks the system for by itself
    blocks = [library.malloc(size) for _ in range(6_000)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    used, free = blocks[::20], [b for n, b in enumerate(blocks) if n % 20]
    try:
        for block in free:
            library.free(block)
        before = held()
        memory.give_back()
        assert held() < before - 300
    finally:
        for block in used:
            library.free(block)
    memory.give_back()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_allocator", lambda: None)
    memory.give_back()
