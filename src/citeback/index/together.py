"""Calls that come from many threads at once, done several at a time.

Whoever finds nobody at work works at once, and does all that is waiting; so a single
caller waits for nothing, and a queue is worked off in batches.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Together(Generic[Given, Made]):
    """A function of one thing, made of a function of several. Safe to use from threads."""

    def __init__(
        self, work: Callable[[Sequence[Given]], Sequence[Made]], *, most: int
    ) -> None:
        """`work` gives one result for each of at most so many things, in their order."""
        self._work = work
        self._most = most
        self._waiting: deque[tuple[Given, Future[Made]]] = deque()
        self._busy = False
        self._ended = threading.Condition()

    def __call__(self, given: Given) -> Made:
        """The result for one thing. Raises what the work raises for it."""
        future: Future[Made] = Future()
        with self._ended:
            self._waiting.append((given, future))
            self._ended.wait_for(lambda: future.done() or not self._busy)
            while not future.done():
                # First come, first served: one's own turn may be a batch later.
                some = min(self._most, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(some)]
                self._busy = True
                self._ended.release()
                try:
                    self._do(batch)
                except BaseException as error:
                    _give_up(batch, error)
                    raise
                finally:
                    self._ended.acquire()
                    self._busy = False
                    self._ended.notify_all()
        return future.result()

    def _do(self, batch: Sequence[tuple[Given, Future[Made]]]) -> None:
        try:
            made = self._work([given for given, _ in batch])
        except Exception as error:  # noqa: BLE001
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            # What one of them cannot have must not be kept from the others.
            for one in batch:
                self._do([one])
            return
        for (_, future), result in zip(batch, made, strict=True):
            future.set_result(result)


def _give_up(batch: Sequence[tuple[Given, Future[Made]]], error: BaseException) -> None:
    """Leave nobody waiting: whoever was at work is stopped, by Ctrl-C perhaps."""
    for _, future in batch:
        if not future.done():
            future.set_exception(RuntimeError(f"The work was stopped ({error!r})."))
