"""The audit log: who did what, when and from where, as JSON lines that only grow.

No question, no text of a document, no password or token ever stands in it.
"""

from __future__ import annotations

import json
import logging
import os
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from citeback.cite.kept import now

FILE = "audit.jsonl"
MOST_BYTES = 5_000_000
FILES_KEPT = 5
LONGEST = 200
_PATIENCE_SECONDS = 2.0

_logger = logging.getLogger(__name__)


class Result(StrEnum):
    """What came of it."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Audit:
    """The log in a folder. Safe to use from threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before there is something to note."""
        self._path = folder / FILE

    def note(
        self, who: str, what: str, result: Result, *, where: str = "", about: str = ""
    ) -> None:
        """Add a line. What cannot be written is told in the log of the server."""
        line = {"when": now(), "who": who, "what": what, "about": about}
        line |= {"where": where, "result": str(result)}
        short = {key: text[:LONGEST] for key, text in line.items() if text}
        data = json.dumps(short, ensure_ascii=True).encode("ascii") + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = self._path.with_name(f".{FILE}.lock")
            with FileLock(lock, timeout=_PATIENCE_SECONDS, mode=0o600):
                self._rotate(len(data))
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
                handle = os.open(self._path, flags, 0o600)
                try:
                    os.write(handle, data)
                finally:
                    os.close(handle)
        except (OSError, Timeout) as error:
            _logger.error("The audit log cannot be written: %s", type(error).__name__)

    def _rotate(self, more: int) -> None:
        if not self._path.exists() or self._path.stat().st_size + more <= MOST_BYTES:
            return
        for number in range(FILES_KEPT - 1, 0, -1):
            older = self._path.with_name(f"{FILE}.{number}")
            if older.exists():
                os.replace(older, self._path.with_name(f"{FILE}.{number + 1}"))
        os.replace(self._path, self._path.with_name(f"{FILE}.1"))
