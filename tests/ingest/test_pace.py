"""Seconds left are told from how fast it has gone, the latest counting most."""

from __future__ import annotations

import pytest

from citeback.ingest.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_steady_pace_tells_the_seconds_left() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.seconds_left(0, 1000) is None
    for second in range(1, 10):
        clock.now = second
        assert pace.seconds_left(second * 10, 1000) == pytest.approx(100 - second)


def test_the_latest_pace_counts_most_but_does_not_make_it_jump() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 10
    pace.seconds_left(100, 1000)  # 10 a second
    clock.now = 11
    soon = pace.seconds_left(101, 1000)
    assert soon is not None
    assert 89.9 < soon < 110
    for second in range(12, 90):
        clock.now = second
        later = pace.seconds_left(90 + second, 1000)  # 1 a second
    assert later is not None
    assert later == pytest.approx(1000 - 179, rel=0.1)


def test_nothing_is_guessed_too_early_and_nothing_is_left_at_the_end() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 0.1
    assert pace.seconds_left(10, 1000) is None
    assert pace.seconds_left(1000, 1000) == 0


def test_next_to_nothing_done_is_no_ground_for_a_guess() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 1
    assert pace.seconds_left(9, 1000) is None
    clock.now = 4
    assert pace.seconds_left(9, 1000) is None
    clock.now = 6
    assert pace.seconds_left(9, 1000) is not None
