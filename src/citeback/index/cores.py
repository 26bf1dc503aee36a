"""How many processor cores there are to compute with, and how many of them are free."""

from __future__ import annotations

import os


def usable() -> int:
    """Physical cores that this process may use, by affinity and a container's quota."""
    from joblib import cpu_count  # takes half a second, and is needed with a model only

    return int(cpu_count(only_physical_cores=True))


def free(most: int, *, own: int) -> int:
    """Cores that others leave, from 1 to `most`; `own` is how many we keep busy now.

    Threads that share out a sum wait for the last of them: with one thread more than
    there are free cores, indexing took more than twice as long as with a single one.
    """
    try:
        busy = os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows does not tell
        return most
    others = max(0.0, busy - own)
    return max(1, min(most, round((os.cpu_count() or 1) - others)))
