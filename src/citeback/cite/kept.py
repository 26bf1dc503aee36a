"""Small JSON files that several tabs and processes change, and no crash may harm."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from citeback.errors import CitationsError
from citeback.index import disk

# Whoever holds the lock reads and writes one small file.
PATIENCE_SECONDS = 10.0

Value = dict[str, Any]
T = TypeVar("T")


class KeptFile:
    """A JSON object in a file; each change is made to what the file holds by then.

    Safe to use from threads and processes.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is made before something is written."""
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> Value:
        """What the file holds, {} where there is none. Raises CitationsError."""
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise CitationsError(
                f"{self._path} cannot be read ({error.strerror}). Look at its rights, "
                "and at the drive that it lies on."
            ) from error
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        raise CitationsError(
            f"{self._path} is damaged. Put a copy from a backup in its place, or move "
            "it away to begin with an empty one. Nothing was changed in it."
        )

    def change(self, change: Callable[[Value], T]) -> T:
        """Apply a change and keep what came of it; returns what the change returns.

        What was kept is on the disk when this returns. Raises CitationsError; the
        file is as it was then.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.with_name(f".{self._path.name}.lock")
            with self._lock, FileLock(lock, timeout=PATIENCE_SECONDS):
                value = self.read()
                result = change(value)
                self._write(value)
                return result
        except Timeout:
            raise CitationsError(
                f"Another process is writing {self._path}. Try again in a moment."
            ) from None
        except OSError as error:
            raise CitationsError(
                f"Nothing can be written in {self._path.parent} ({error.strerror}). Make "
                "room there, or set CITEBACK_CITATIONS to a folder you may write in."
            ) from error

    def _write(self, value: Value) -> None:
        text = json.dumps(value, ensure_ascii=True, indent=1)
        write_whole(self._path, text.encode("ascii"))


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file, on the disk when this returns; what was there stays until then.

    Raises OSError. Its `mode` is what the system allows of this.
    """
    # A name of its own: several processes may write the same file.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    disk.write(path, [data], temporary=temporary, mode=mode)


def now() -> str:
    """The time, as ISO 8601 in UTC to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
