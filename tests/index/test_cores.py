"""As many threads compute as there are cores that others leave."""

from __future__ import annotations

import math
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


def test_others_keep_their_cores_from_the_first_batch_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sixteen cores, half of them busy: the load tells of our threads a minute late."""
    now, load = 0.0, 8.0
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    own = cores.Own(lambda: now)
    chosen = []
    for _ in range(300):  # a batch a second
        own.passed(0)
        threads = cores.free(16, own=own.mean)
        chosen.append(threads)
        now += 1
        load += (8 + threads - load) * (1 - math.exp(-1 / 60))
        own.passed(threads)
    assert set(chosen) <= {7, 8, 9}


def test_what_we_did_is_forgotten_as_the_load_forgets_it() -> None:
    now = 0.0
    own = cores.Own(lambda: now)
    now = 600.0
    own.passed(2)
    assert own.mean == pytest.approx(2, abs=0.01)
    now = 1200.0
    own.passed(0)
    assert own.mean == pytest.approx(0, abs=0.01)
