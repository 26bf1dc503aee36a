"""Ends the process that reads a file, when it is late or nobody wants it any more."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Self

# How soon it is noticed that nobody wants the file any more.
STOP_SECONDS = 0.1


class Stopped(Exception):
    """Whoever asked wants no more."""


class Watched:
    """While this is entered, the process is ended when it is late, or not wanted."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        seconds: int,
        stop: Callable[[], bool],
    ) -> None:
        """Watch nothing yet."""
        self.is_late = False
        self.is_unwanted = False
        self._process = process
        self._seconds = seconds
        self._stop = stop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; the process is not touched afterwards."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        ends = time.monotonic() + self._seconds
        while not self._over.wait(STOP_SECONDS):
            self.is_unwanted = self._stop()
            self.is_late = time.monotonic() >= ends
            if self.is_unwanted or self.is_late:
                kill(self._process)
                return


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process with what it started itself, as OCR is."""
    if os.name == "nt":
        process.kill()
    elif process.returncode is None:  # not waited for: no other has its number yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
