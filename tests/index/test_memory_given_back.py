"""Memory that is free is given back to the system."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from citeback.index import memory


def held() -> float:
    """Megabytes that this process holds."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1e3


glibc = pytest.mark.skipif(
    memory._allocator() is None, reason="another C library than glibc's"
)
SIZE = 100_000  # below what the allocator asks the system for by itself


@glibc
@pytest.mark.parametrize("by_a_thread", [False, True])
def test_what_lies_free_between_what_is_used_is_given_back(by_a_thread: bool) -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    blocks: list[int] = []

    def take() -> None:
        blocks.extend(library.malloc(SIZE) for _ in range(6_000))

    if by_a_thread:  # which takes it from a store of its own
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    else:
        take()
    for block in blocks:
        ctypes.memset(block, 1, SIZE)
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


STORES_OF_THREADS = """
import ctypes, sys, threading
from citeback.index import memory
if sys.argv[1] == "shared":
    memory.share_stores()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)
def take():
    together.wait()
    library.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library.fdopen.restype = ctypes.c_void_p
sys.stdout.flush()
out = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


@glibc
def test_threads_share_few_stores() -> None:
    stores = {}
    for way in ("shared", "apart"):
        told = subprocess.run(
            [sys.executable, "-c", STORES_OF_THREADS, way],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        stores[way] = told.stdout.count("<heap nr")
    assert stores["shared"] <= memory.STORES < stores["apart"]


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_allocator", lambda: None)
    memory.give_back()
    memory.share_stores()
