"""What each file of the content folder looked like when it was read.

A file that looks the same is not read again. A stamp is taken before reading, and not
kept of a file so new that it may have changed since without looking different.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from citeback.index.catalog import Catalog

# Noted with the limits of a file whose reading was broken off: by it, it differs.
ONCE_MORE = " once more"
# Some file systems tell times only to two seconds.
COARSEST_CLOCK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size in bytes, times of change in nanoseconds, and by what limits it was read."""

    size: int
    modified: int
    changed: int
    limits: str


def take(path: Path, limits: str) -> Stamp | None:
    """How the file looks now; None if that would not tell a change from none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > time.time_ns() - COARSEST_CLOCK:  # just now, or by a clock that is off
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, limits)


def held(catalog: Catalog) -> dict[str, Stamp]:
    """The stamps of all files that are known, by name."""
    rows = catalog.database.rows(
        "SELECT file, size, modified, changed, limits FROM stamps"
    )
    return {file: Stamp(*stamp) for file, *stamp in rows}


def broken_off(catalog: Catalog, file: str, stamp: Stamp | None) -> Stamp | None:
    """What to keep of a file whose reading was broken off: it is tried twice in all.

    The second time nothing but a change of it makes it worth another try, which may
    take as long as a file may take, at each update.
    """
    if stamp is None:
        return None
    again = replace(stamp, limits=stamp.limits + ONCE_MORE)
    rows = catalog.database.rows(
        "SELECT size, modified, changed, limits FROM stamps WHERE file = ?", (file,)
    )
    return stamp if rows and Stamp(*rows[0]) == again else again


def note(catalog: Catalog, file: str, stamp: Stamp | None) -> None:
    """Keep a file's stamp, or forget it."""
    forget(catalog, [file])
    if stamp is not None:
        catalog.database.run(
            "INSERT INTO stamps VALUES (?, ?, ?, ?, ?)",
            (file, stamp.size, stamp.modified, stamp.changed, stamp.limits),
        )


def forget(catalog: Catalog, files: Iterable[str]) -> None:
    """Forget files' stamps, so that they are read again."""
    catalog.database.run_each(
        "DELETE FROM stamps WHERE file = ?", ((file,) for file in files)
    )
