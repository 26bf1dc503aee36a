"""How long something takes, less what it waited for a processor on a busy machine."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

STEP_SECONDS = 0.005


def seconds_to_end(process: subprocess.Popen[bytes], *, timeout: float) -> float:
    """Wait for the end of a process; the seconds that took, as if nothing else ran.

    What Linux tells of the waiting of its main thread, and of this one, is taken off;
    elsewhere it is the time by the clock. Raises TimeoutExpired, by the clock.
    """
    began = time.monotonic()
    waited_before = _waited("self")
    first = last = _waited(str(process.pid))
    while process.poll() is None:
        if time.monotonic() - began > timeout:
            raise subprocess.TimeoutExpired(process.args, timeout)
        time.sleep(STEP_SECONDS)
        last = _waited(str(process.pid)) or last
    # Both may have waited at once.
    starved = max(last - first, _waited("self") - waited_before)
    return time.monotonic() - began - starved


def _waited(process: str) -> float:
    """For how many seconds its main thread could have run and was not let; 0 if unknown."""
    try:
        fields = Path(f"/proc/{process}/schedstat").read_text().split()
    except OSError:
        return 0.0
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0
