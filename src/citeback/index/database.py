"""One SQLite file with transactions and plain errors. The only importer of sqlite3.

Writers go through `writing`, one transaction each; whoever reads inside `reading`
sees the last commit, unchanged until the block ends. Each thread has a connection.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from citeback.errors import IndexStateError, StorageFullError

# What a cell may hold; rows come back as tuples of these.
Value = str | int | float | bytes | None
# Cells are as the schema says, which types cannot know.
Row = tuple[Any, ...]

WAIT_SECONDS = 30


class DamagedDatabaseError(IndexStateError):
    """The file is not a database any more, or parts of it do not agree."""


class Database:
    """A SQLite database in write-ahead mode; readers never wait for the writer."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating it if it is missing."""
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        with _plain_errors(path):
            self._connection().execute("PRAGMA schema_version")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "value", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path,
                timeout=WAIT_SECONDS,
                isolation_level=None,  # transactions are begun by name, below
                check_same_thread=False,  # so that `close` can close them all
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.value = connection
            with self._guard:
                self._opened.append(connection)
        return connection

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        with _plain_errors(self.path):
            return self._connection().execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Carry out one statement; returns how many rows it changed."""
        with _plain_errors(self.path):
            return self._connection().execute(sql, values).rowcount

    def run_each(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry out one statement for each row of values."""
        with _plain_errors(self.path):
            self._connection().executemany(sql, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one commit. May be nested."""
        if self._connection().in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            self.run("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything written inside is kept together or, on any error, not at all.

        Inside another such block it is a part of that one.
        """
        if self._connection().in_transaction:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if self._connection().in_transaction:
                self.run("ROLLBACK")
            raise

    def is_sound(self) -> bool:
        """Whether SQLite finds the whole file in order (reads all of it)."""
        try:
            return self.rows("PRAGMA quick_check") == [("ok",)]
        except DamagedDatabaseError:
            return False

    def close(self) -> None:
        """Close every thread's connection; the database is not usable afterwards."""
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with what a person can do about them."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StorageFullError(
                f"The disk did not take more of {path} ({error}). Make room and start "
                "again: what was complete before is kept and still answers."
            ) from error
        if code == sqlite3.SQLITE_BUSY:
            raise IndexStateError(
                f"{path} has been held by another process for {WAIT_SECONDS} s. "
                "Wait until it is done and try again."
            ) from error
        raise IndexStateError(
            f"{path} cannot be used ({error}). Check that the folder exists and that "
            "you may write in it."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedDatabaseError(f"{path} is damaged ({error}).") from error
