"""Applications with accounts, whose passwords cost little to check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from guarded import OpenApp, Opened, opening

from citeback.serve.guard import passwords


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes that cost little; what they are made with otherwise has a test of its own."""
    patch = pytest.MonkeyPatch()
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "_HASHER", hasher)
    passwords._nobodys.cache_clear()
    yield
    patch.undo()
    passwords._nobodys.cache_clear()


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[OpenApp]:
    """Opens applications with settings of one's own."""
    with ExitStack() as stack:
        yield lambda **settings: opening(stack, tmp_path / "app", **settings)


@pytest.fixture
def opened(open_app: OpenApp) -> Opened:
    """One with what is usual."""
    return open_app()
