"""Calls of many threads, done several at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from citeback.index.together import Together

SECONDS = 20


class Slow:
    """Doubles numbers; waits until it may, and notes what it was given together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Event()
        self.may = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.begun.set()
        assert self.may.wait(SECONDS)
        if 13 in numbers:
            raise ValueError("13 is not doubled")
        return [2 * number for number in numbers]


def test_a_single_call_is_done_at_once() -> None:
    slow = Slow()
    slow.may.set()
    double = Together(slow, most=4)
    assert [double(1), double(2)] == [2, 4]
    assert slow.batches == [[1], [2]]


def test_calls_that_wait_are_done_together_and_each_has_its_own_result() -> None:
    slow = Slow()
    double = Together(slow, most=4)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(double, 0)
        assert slow.begun.wait(SECONDS)
        others = [threads.submit(double, number) for number in range(1, 11)]
        wait_for(double, 10)
        slow.may.set()
        assert first.result(SECONDS) == 0
        assert [other.result(SECONDS) for other in others] == list(range(2, 22, 2))
    assert [len(batch) for batch in slow.batches] == [1, 4, 4, 2]
    assert sorted(chain(*slow.batches)) == list(range(11))


def test_what_fails_for_one_fails_for_no_other() -> None:
    slow = Slow()
    double = Together(slow, most=4)
    with ThreadPoolExecutor(20) as threads:
        threads.submit(double, 0)
        assert slow.begun.wait(SECONDS)
        bad = threads.submit(double, 13)
        good = [threads.submit(double, number) for number in (1, 2)]
        wait_for(double, 3)
        slow.may.set()
        assert [one.result(SECONDS) for one in good] == [2, 4]
        with pytest.raises(ValueError, match="13 is not doubled"):
            bad.result(SECONDS)
    # The next caller finds nobody at work.
    assert double(5) == 10


class Stopping(Slow):
    """Is stopped at work as by Ctrl-C, the second time."""

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        made = super().__call__(numbers)
        if len(self.batches) == 2:
            raise KeyboardInterrupt
        return made


def test_whoever_is_stopped_at_work_leaves_nobody_waiting() -> None:
    stopping = Stopping()
    double = Together(stopping, most=4)
    threads = ThreadPoolExecutor(20)
    first = threads.submit(double, 0)
    assert stopping.begun.wait(SECONDS)
    others = [threads.submit(double, number) for number in range(1, 9)]
    wait_for(double, 8)
    stopping.may.set()
    ends = [type(one.exception(SECONDS)) for one in others]
    threads.shutdown()
    assert first.result() == 0
    # Those of the batch are told, but for whoever was at work, perhaps for others.
    assert ends.count(KeyboardInterrupt) == 1
    assert set(ends[:4]) <= {RuntimeError, KeyboardInterrupt}
    assert set(ends[4:]) <= {type(None), KeyboardInterrupt}
    assert double(5) == 10


def wait_for(double: Together[int, int], waiting: int) -> None:
    pause = threading.Event()
    for _ in range(SECONDS * 100):
        if len(double._waiting) == waiting:
            return
        pause.wait(0.01)
    pytest.fail("the calls never came")
