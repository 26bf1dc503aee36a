"""As many threads compute as there are cores that others leave."""

from __future__ import annotations

import os

import pytest

from citeback.index import cores


@pytest.mark.parametrize(
    ("load", "own", "expected"),
    [
        (0.0, 0, 4),  # nothing else is done
        (4.0, 4, 4),  # all that is busy is ours
        (1.0, 0, 3),
        (3.4, 2, 3),
        (9.0, 1, 1),  # more work than cores: one thread waits for nobody
        (0.2, 4, 4),  # we have just stopped
    ],
)
def test_what_others_leave(
    monkeypatch: pytest.MonkeyPatch, load: float, own: int, expected: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert cores.free(4, own=own) == expected


def test_a_quota_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    assert cores.free(2, own=0) == 2


def test_where_the_load_is_not_told_all_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "getloadavg")
    assert cores.free(2, own=0) == 2


def test_a_process_may_use_at_least_one() -> None:
    assert 1 <= cores.usable() <= (os.cpu_count() or 1)
