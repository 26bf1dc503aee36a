"""How many processor cores there are to compute with, and how many of them are free."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable

# The load that the system tells is a mean over about so many seconds.
MINUTE = 60.0


def usable() -> int:
    """Physical cores that this process may use, by affinity and a container's quota."""
    from joblib import cpu_count  # takes half a second, and is needed with a model only

    return int(cpu_count(only_physical_cores=True))


class Own:
    """How much of the system's load is ours: a mean that forgets as that does."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing so far; `clock` tells seconds."""
        self.mean = 0.0
        self._clock = clock
        self._at = clock()

    def passed(self, threads: int) -> None:
        """So many of our threads have computed since the last time."""
        now = self._clock()
        share = 1 - math.exp((self._at - now) / MINUTE)
        self.mean += (threads - self.mean) * share
        self._at = now


def free(most: int, *, own: float) -> int:
    """Cores that others leave, from 1 to `most`; `own` is our share of the load.

    Threads that share out a sum wait for the last of them: with one thread more than
    there are free cores, indexing took more than twice as long as with a single one.
    """
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows does not tell
        return most
    others = max(0.0, busy - own)
    return max(1, min(most, round((os.cpu_count() or 1) - others)))
