"""Vectors in a file, one after the other, for more of them than memory should hold.

They are read when they are asked for and never mapped, so that what was looked at does
not stay in the process.
"""

from __future__ import annotations

import shutil
import threading
import weakref
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from citeback.errors import IndexStateError, StorageFullError
from citeback.index import disk

Ids = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]


class VectorFileError(IndexStateError):
    """The file's vectors cannot be read any more; the catalog has them."""


class VectorFile:
    """Rows of bytes by their number, read from a file. Safe to use from threads."""

    def __init__(self, path: Path, rows: int, width: int) -> None:
        """The file of so many rows of so many bytes each. Raises OSError."""
        if path.stat().st_size != rows * width:
            raise FileNotFoundError(f"{path} is not of {rows} rows")
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self._path = path
        self._rows = rows
        self._width = width
        self._reading = threading.Lock()

    def __len__(self) -> int:
        """How many rows there are."""
        return self._rows

    def __getitem__(self, rows: Ids | slice) -> Codes:
        """Some rows, uint8 (count, width), in their order. Raises VectorFileError."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self._rows)
            found = np.empty((max(stop - start, 0), self._width), dtype=np.uint8)
            places = [(start, found)]
        else:
            found = np.empty((len(rows), self._width), dtype=np.uint8)
            places = [(row, found[at : at + 1]) for at, row in enumerate(rows.tolist())]
        with self._reading:
            for row, part in places:
                self._read(row, part)
        return found

    def _read(self, row: int, into: Codes) -> None:
        try:
            self._file.seek(row * self._width)
            if not into.nbytes or self._file.readinto(into.data) == into.nbytes:
                return
            reason = "it ends too early"
        except OSError as error:
            reason = str(error)
        raise VectorFileError(
            f"{self._path} cannot be read ({reason}). Ask again: what it holds is in the "
            "catalog, too. python -m citeback doctor makes it anew."
        )


def write(path: Path, parts: Iterable[Codes], *, size: int) -> None:
    """Write rows of `size` bytes in all under a temporary name, then under the path.

    Raises StorageFullError.
    """
    try:
        if shutil.disk_usage(path.parent).free < size:
            raise OSError(f"{size / 1e9:.1f} GB are needed")
        disk.write(path, parts, temporary=path.with_name(f"{path.name}.new"))
    except OSError as error:
        raise StorageFullError(
            f"{path} could not be written ({error}). Make room on the disk and start "
            "again; questions take longer without it, and nothing is lost."
        ) from error
