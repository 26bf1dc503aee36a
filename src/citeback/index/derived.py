"""Files made from the catalog: written whole, passed over unless they are as noted.

A kill while one is written leaves a file that does not match its note, and which is then
made anew from the catalog; nothing is embedded for it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from citeback.errors import StorageFullError
from citeback.index import disk

if TYPE_CHECKING:
    from citeback.index.catalog import Catalog


def stored(catalog: Catalog, path: Path) -> bytes:
    """The file's content if it is the one that was noted for this catalog, else b"".

    Checked before anything reads it: faiss trusts what it is given.
    """
    if build_of(catalog, path) < 0:
        return b""
    try:
        content = path.read_bytes()
    except OSError:  # a bad sector, say, or no right to read it
        return b""
    noted = hashlib.sha256(content).hexdigest() == catalog.meta(path.name)
    return content if noted else b""


def build_of(catalog: Catalog, path: Path) -> int:
    """The build that the file is of, -1 for none of this catalog.

    Its content is not looked at, only whether it is as long as it was.
    """
    if catalog.meta(f"{path.name} of") != catalog.name:
        return -1
    try:
        size = path.stat().st_size
    except OSError:
        return -1
    noted = catalog.meta(f"{path.name} build")
    same = noted.isdecimal() and str(size) == catalog.meta(f"{path.name} bytes")
    return int(noted) if same else -1


def write(
    catalog: Catalog, path: Path, content: bytes, *, name: str, build: int
) -> None:
    """Write the file of a catalog's build, under a temporary name first, and note it.

    Raises StorageFullError.
    """
    try:
        disk.write(path, [content], temporary=path.with_name(f"{path.name}.new"))
    except OSError as error:
        raise StorageFullError(
            f"{path} could not be written ({error}). Make room on the disk and "
            "start again; nothing has to be embedded anew."
        ) from error
    with catalog.database.writing():
        catalog.set_meta(path.name, hashlib.sha256(content).hexdigest())
        catalog.set_meta(f"{path.name} of", name)
        catalog.set_meta(f"{path.name} build", str(build))
        catalog.set_meta(f"{path.name} bytes", str(len(content)))
