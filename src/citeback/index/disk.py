"""Waits until the disk holds what was written, so that a power cut cannot undo it."""

from __future__ import annotations

import errno
import os
from pathlib import Path


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
