"""How long a piece of work will take yet, from how fast it has gone."""

from __future__ import annotations

import time
from collections.abc import Callable

# What was done longer ago counts half, and half again after as long.
HALF_LIFE_SECONDS = 15.0
# Sooner than this a guess would be no more than that,
FEWEST_SECONDS = 0.5
# and sooner than this as well, where next to nothing is done yet.
SECONDS_FOR_LITTLE = 5.0
LITTLE = 0.01


class Pace:
    """Work done over time, the latest counting most, so that a guess does not jump."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock, which tells seconds."""
        self._clock = clock
        self._began = self._at = clock()
        self._done = 0
        self._work = 0.0
        self._seconds = 0.0

    def seconds_left(self, done: int, total: int) -> float | None:
        """The guess when so much is done of a total; None while it is too early."""
        now = self._clock()
        passed = now - self._at
        fading = 0.5 ** (passed / HALF_LIFE_SECONDS)
        self._work = self._work * fading + (done - self._done)
        self._seconds = self._seconds * fading + passed
        self._at, self._done = now, done
        if done >= total:
            return 0.0
        little = done < LITTLE * total
        fewest = SECONDS_FOR_LITTLE if little else FEWEST_SECONDS
        if now - self._began < fewest or self._work <= 0:
            return None
        return (total - done) * self._seconds / self._work
