"""Files written so that neither a kill nor a power cut leaves half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def flush(path: Path) -> None:
    """Wait until the disk holds a file's bytes, or the names in a folder."""
    is_folder = path.is_dir()
    if os.name == "nt" and is_folder:
        return  # folders cannot be opened there; a rename is durable by itself
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network drives flush files only.
        if not (is_folder and error.errno in (errno.EINVAL, errno.ENOTSUP)):
            raise
    finally:
        os.close(handle)


def write(
    path: Path, parts: Iterable[Any], *, temporary: Path, mode: int = 0o666
) -> None:
    """Write a file of buffers; on the disk when this returns, what was there till then.

    It has the `temporary` name until it is whole. Raises OSError. Its `mode` is what the
    system allows of this.
    """
    try:
        with open(
            temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)
        ) as file:
            file.writelines(parts)
        flush(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    flush(path.parent)
