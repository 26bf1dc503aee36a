"""One SQLite file with transactions and plain errors. The only importer of sqlite3.

Writers go through `writing`, one transaction each; whoever reads inside `reading` sees
the last commit, unchanged until the block ends. Connections are lent from a pool, as
many as are needed at the same time, whatever threads come and go.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from citeback.errors import IndexStateError, StorageFullError

# What a cell may hold; rows come back as tuples of these.
Value = str | int | float | bytes | None
# Cells are as the schema says, which types cannot know.
Row = tuple[Any, ...]
Read = TypeVar("Read")

READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"
WAIT_SECONDS = 30
# A question reads for less than that.
CHECKPOINT_SECONDS = 2
# Pages that each connection keeps in memory: a question reads about one megabyte.
CACHE_BYTES = 16_000_000
# Connections that wait for the next caller; more than these are closed, with their pages.
IDLE_CONNECTIONS = 8


class DamagedDatabaseError(IndexStateError):
    """The file is not a database any more, or parts of it do not agree."""


class Database:
    """A SQLite database in write-ahead mode; readers never wait for the writer.

    Where the file can be read but nothing can be written beside it (a full disk, a
    folder without the right to write), it is opened as it stands: `read_only` is true
    and writing raises StorageFullError.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, creating it if it is missing."""
        self.path = path
        self.read_only = False
        self._lent = threading.local()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with _plain_errors(path):
            try:
                first = self._open()
            except sqlite3.OperationalError as error:
                if not (_cannot_write(error) and _is_whole(path)):
                    raise
                self.read_only = True
                first = self._open()
        self._idle.append(first)
        self._file = self._identity()

    def _open(self) -> sqlite3.Connection:
        name = quote(str(self.path.absolute()))
        mode = "immutable=1" if self.read_only else "mode=rwc"
        connection = sqlite3.connect(
            f"file:{name}?{mode}",
            uri=True,
            timeout=WAIT_SECONDS,
            isolation_level=None,  # transactions are begun by name, below
            check_same_thread=False,  # lent to one thread at a time
        )
        try:
            if not self.read_only:
                _write_ahead(connection)
                connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What is deleted is overwritten: a text taken out is nowhere any more.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_BYTES // 1024}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        """The thread's connection inside `reading` and `writing`, else any idle one."""
        held: sqlite3.Connection | None = getattr(self._lent, "connection", None)
        if held is not None:
            yield held
            return
        self._check_open()
        with _plain_errors(self.path):
            self._check_file()
            connection = self._idle.pop() if self._idle else self._open()
        try:
            yield connection
            if self.read_only:
                self._check_file()
        finally:
            if self._closed or len(self._idle) >= IDLE_CONNECTIONS:
                connection.close()
            else:
                self._idle.append(connection)

    def _check_open(self) -> None:
        if self._closed:
            raise IndexStateError("The library has been closed; open it again.")

    def _check_file(self) -> None:
        """Raise IndexStateError if the file is not the one that was opened."""
        if self.path.exists() and self._identity() == self._file:
            return
        if self.read_only and self.path.exists():
            raise IndexStateError(
                f"{self.path} has been changed by another process, and cannot be "
                "followed from a folder that may not be written in. Start again."
            )
        raise IndexStateError(
            f"{self.path} has been deleted or replaced while it was in use. "
            "Start again; the index is made anew from the documents."
        )

    def _identity(self) -> tuple[int, ...]:
        """Tells the file from another one, and where it must not change, from that."""
        status = os.stat(self.path)
        if self.read_only:  # SQLite does not look for changes there
            return status.st_ino, status.st_size, status.st_mtime_ns
        return (status.st_ino,)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        with self._borrowed() as connection, _plain_errors(self.path):
            return connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a query that gives too many to hold, from one commit."""
        with (
            self.reading(),
            self._borrowed() as connection,
            _plain_errors(self.path),
        ):
            yield from connection.execute(sql, values)

    def once(self, key: str, read: Callable[[], Read]) -> Read:
        """What `read` gives; inside `reading` it is called once for each key."""
        noted: dict[str, Any] | None = getattr(self._lent, "noted", None)
        if noted is None:
            return read()
        if key not in noted:
            noted[key] = read()
        found: Read = noted[key]
        return found

    def run(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Carry out one statement; returns how many rows it changed."""
        self._lent.noted = None  # may be what is changed
        with self._borrowed() as connection, _plain_errors(self.path):
            return connection.execute(sql, values).rowcount

    def run_each(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry out one statement for each row of values."""
        self._lent.noted = None
        with self._borrowed() as connection, _plain_errors(self.path):
            connection.executemany(sql, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one commit. May be nested."""
        with self._transaction(READ):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything written inside is kept together or, on any error, not at all.

        Inside another such block it is a part of that one.
        """
        if self.read_only:
            raise StorageFullError(_unwritable(self.path))
        with self._transaction(WRITE):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if getattr(self._lent, "connection", None) is not None:
            yield
            return
        with self._borrowed() as connection:
            self._lent.connection = connection
            try:
                self.run(begin)
                self._lent.noted = {} if begin == READ else None
                yield
                self.run("COMMIT")
            except BaseException:
                # A full disk may have ended the transaction already.
                if connection.in_transaction:
                    self.run("ROLLBACK")
                raise
            finally:
                self._lent.connection = self._lent.noted = None

    def checkpoint(self) -> None:
        """Put all that was committed into the file itself, and empty the log.

        As far as nobody reads for long at the time; what is left is done another time.
        """
        with self._borrowed() as connection, _plain_errors(self.path):
            connection.execute(f"PRAGMA busy_timeout = {CHECKPOINT_SECONDS * 1000}")
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")

    def copy_to(self, target: Path) -> None:
        """Write all of the last commit into a new file, while others go on writing."""
        with self._borrowed() as connection, _plain_errors(target):
            copy = sqlite3.connect(target)
            try:
                connection.backup(copy)
            finally:
                copy.close()

    def is_sound(self) -> bool:
        """Whether SQLite finds the whole file in order (reads all of it)."""
        try:
            return self.rows("PRAGMA quick_check") == [("ok",)]
        except DamagedDatabaseError:
            return False

    def close(self) -> None:
        """Close all connections, those in use when they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Choose the mode; SQLite does not wait there for others who open the file, too."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _cannot_write(error: sqlite3.OperationalError) -> bool:
    """Whether it may be the place around the file, and not the file, that is at fault."""
    return (error.sqlite_errorcode & 0xFF) in (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    )


def _is_whole(path: Path) -> bool:
    """Whether the file holds everything, with nothing waiting in its log."""
    log = path.with_name(f"{path.name}-wal")
    return path.is_file() and not (log.exists() and log.stat().st_size)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with what a person can do about them."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if str(error).startswith("Could not decode"):
            # The message would hold the whole document.
            raise DamagedDatabaseError(_damaged(path, "a text is not UTF-8")) from None
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StorageFullError(
                f"The disk did not take more of {path} ({error}). Make room and start "
                "again: what was complete before is kept."
            ) from error
        if code == sqlite3.SQLITE_READONLY:
            raise StorageFullError(_unwritable(path)) from error
        if code == sqlite3.SQLITE_BUSY:
            raise IndexStateError(
                f"{path} has been held by another process for {WAIT_SECONDS} s. "
                "Wait until it is done and try again."
            ) from error
        raise IndexStateError(
            f"{path} cannot be used ({error}). Check that the folder exists and that "
            "you may write in it."
        ) from error
    except sqlite3.ProgrammingError as error:
        raise IndexStateError(
            f"The library was closed while it was in use ({error})."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedDatabaseError(_damaged(path, str(error))) from error


def _unwritable(path: Path) -> str:
    return (
        f"Nothing can be written beside {path}. Make room on the disk, or set "
        "CITEBACK_INDEX to a folder you may write in; what is indexed already answers "
        "meanwhile."
    )


def _damaged(path: Path, how: str) -> str:
    return (
        f"{path} is damaged ({how}). Make it anew from the documents: "
        "python -m citeback index --rebuild"
    )
