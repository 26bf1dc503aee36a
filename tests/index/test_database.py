"""Connections to the database file: as many as are needed, few while nobody asks."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from citeback.index.database import IDLE_CONNECTIONS, Database

READERS = 3 * IDLE_CONNECTIONS


def opened(path: Path) -> int:
    """How often this process holds the file open."""
    links = []
    for one in Path("/proc/self/fd").iterdir():
        try:
            links.append(os.readlink(one))
        except OSError:
            continue
    return links.count(str(path))


def test_few_connections_stay_after_many_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite"
    database = Database(path)
    database.run("CREATE TABLE numbers (n INTEGER)")
    database.run("INSERT INTO numbers VALUES (7)")
    together = threading.Barrier(READERS)
    found: list[object] = []
    most: list[int] = []

    def read() -> None:
        with database.reading():
            found.extend(database.rows("SELECT n FROM numbers"))
            together.wait()
            most.append(opened(path))
            together.wait()

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(7,)] * READERS
    assert max(most) >= READERS
    # SQLite keeps the file itself open for the next one, without any pages.
    assert len(database._idle) <= IDLE_CONNECTIONS
    assert database.rows("SELECT n FROM numbers") == [(7,)]
    database.close()
    assert opened(path) == 0


def test_what_is_asked_once_is_read_again_after_a_change(tmp_path: Path) -> None:
    database = Database(tmp_path / "one.sqlite")
    database.run("CREATE TABLE numbers (n INTEGER)")
    read = 0

    def count() -> int:
        def counted() -> int:
            nonlocal read
            read += 1
            return int(database.rows("SELECT count(*) FROM numbers")[0][0])

        return database.once("count", counted)

    with database.reading():
        assert (count(), count(), read) == (0, 0, 1)
        with database.writing():
            database.run("INSERT INTO numbers VALUES (7)")
            assert count() == 1
            database.run_each("INSERT INTO numbers VALUES (?)", [(8,), (9,)])
            assert count() == 3
    with database.writing():
        assert count() == 3
        database.run("DELETE FROM numbers")
        assert count() == 0
    read = 0
    assert (count(), count(), read) == (0, 0, 2)
    with database.reading():
        assert (count(), count(), read) == (0, 0, 3)
    database.close()
