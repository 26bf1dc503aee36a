"""The index folder: one indexing process at a time, and a catalog that can be opened."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from citeback.errors import IndexBusyError, IndexStateError, StorageFullError
from citeback.index.catalog import Catalog
from citeback.index.database import DamagedDatabaseError, Database
from citeback.index.disk import flush

CATALOG = "catalog.sqlite"
# Below this size the whole catalog is checked when it is opened (about a second).
CHECKED_BYTES = 256_000_000


class RunFolder:
    """A folder that lasts as long as the process that made it.

    Those of processes that are gone are deleted when the next one is made.
    """

    def __init__(self, parent: Path) -> None:
        """Make a new one. Raises IndexStateError where nothing can be written."""
        self.path = parent / secrets.token_hex(8)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _clear(parent)
            self._lock = FileLock(self.path.with_suffix(".lock"), timeout=0)
            self._lock.acquire()
            self.path.mkdir()
        except OSError as error:
            raise IndexStateError(
                f"Nothing can be written in {parent} ({error.strerror}). Set "
                "CITEBACK_INDEX to a folder you may write in."
            ) from error

    def close(self) -> None:
        """Delete it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()
        self.path.with_suffix(".lock").unlink(missing_ok=True)


def _clear(parent: Path) -> None:
    """Delete the folders whose locks nobody holds."""
    for left in (path for path in parent.iterdir() if path.is_dir()):
        lock = FileLock(left.with_suffix(".lock"), timeout=0)
        try:
            with lock:
                shutil.rmtree(left, ignore_errors=True)
        except Timeout:
            continue
        left.with_suffix(".lock").unlink(missing_ok=True)


class IndexFolder:
    """Where the index lies. `notices` are what a person should be told of it."""

    def __init__(self, path: Path) -> None:
        """Make the folder if it is missing. Raises IndexStateError."""
        self.path = path
        self.notices: list[str] = []
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexStateError(
                f"The index folder {path} cannot be made ({error.strerror}). "
                "Set CITEBACK_INDEX to a folder you may write in."
            ) from error

    def open_catalog(self) -> Catalog:
        """The catalog as last committed; a damaged one is put aside for an empty one."""
        try:
            return self._sound()
        except DamagedDatabaseError:
            with self.locked():
                return self.repaired()

    def repaired(self) -> Catalog:
        """The same for the process that holds the lock."""
        try:
            return self._sound()  # another process may have been quicker
        except DamagedDatabaseError:
            self._put_aside()
            return self._sound()

    def _sound(self) -> Catalog:
        file = self.path / CATALOG
        catalog = Catalog(file)
        if file.stat().st_size > CHECKED_BYTES or catalog.database.is_sound():
            return catalog
        catalog.database.close()
        raise DamagedDatabaseError(f"{file} is damaged.")

    def _put_aside(self) -> None:
        """Keep the damaged files under other names, so that nothing is destroyed."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for number in itertools.count(1):
            name = f"damaged-{stamp}-{number}-{CATALOG}"
            if not (self.path / name).exists():
                break
        for ending in ("", "-wal", "-shm"):
            file = self.path / f"{CATALOG}{ending}"
            if file.exists():
                os.replace(file, self.path / f"{name}{ending}")
        self.notices.append(
            "The index was damaged and is made anew from the documents. What was left "
            f"of it is kept as {self.path / name}; you may delete it."
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No other process indexes meanwhile. Raises IndexBusyError if one does."""
        lock = FileLock(self.path / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexBusyError(
                f"Another process is indexing into {self.path}. Wait until it is done; "
                "what was complete before answers meanwhile."
            ) from None
        except OSError as error:
            raise StorageFullError(
                f"Nothing can be written in {self.path} ({error.strerror}). Set "
                "CITEBACK_INDEX to a folder you may write in; what is indexed already "
                "answers meanwhile."
            ) from error
        try:
            yield
        finally:
            lock.release()


def back_up(catalog: Catalog, target: Path) -> None:
    """Copy the catalog as last committed into an empty folder, whoever writes meanwhile.

    That folder serves as an index; its FAISS files are made when they are first needed.
    Raises IndexStateError and StorageFullError.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise IndexStateError(
                f"{target} is not empty. Name a folder that is, or a new one: a backup "
                "is never put over another."
            )
        copy = target / f"{CATALOG}.new"
        catalog.database.copy_to(copy)
        _check(copy)
        flush(copy)
        os.replace(copy, target / CATALOG)
        flush(target)
    except OSError as error:
        raise StorageFullError(
            f"The backup could not be written into {target} ({error.strerror}). Name "
            "a folder that you may write in, on a disk with room."
        ) from error


def _check(copy: Path) -> None:
    """Read all of the copy: one that is damaged would be found too late."""
    database = Database(copy)
    try:
        if not database.is_sound():
            raise DamagedDatabaseError(f"{copy} is damaged. Try another disk.")
    finally:
        database.close()
