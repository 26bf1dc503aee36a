"""A shard's files → one file that holds all that is stored of them.

That file is a catalog like any other. It is made on the machine's own disk, and copied
to where the shards are under a name of its own, renamed when all of it is there: a file
of a shard's name is whole, whenever anything died, and however often it was made.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citeback.bulk.plan import Shard, is_unchanged
from citeback.errors import (
    BulkError,
    EncoderError,
    IndexStateError,
    StorageFullError,
)
from citeback.index.catalog import Catalog
from citeback.index.disk import flush
from citeback.index.encoder import Encoder
from citeback.index.folder import RunFolder
from citeback.index.pieces import Projection
from citeback.ingest.build import Build, recipe
from citeback.ingest.origin import Folder, Limits
from citeback.ingest.scan import FoundFile

ENDING = ".sqlite"
ARRIVING = ".arriving-"
# What has been arriving for longer was left behind by a process that died.
STALE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Job:
    """What every machine must know: the folders, and how everything is made.

    `recipe` names the model and the rules of reading and splitting. `projection` is the
    file that tells what makes word pieces small: two machines may find it otherwise.
    """

    content: Path
    folder: Path
    limits: Limits
    recipe: str
    projection: Path

    def file(self, shard: Shard) -> Path:
        """What is, or will be, made of a shard."""
        return self.folder / f"{shard.name}{ENDING}"


def read_projection(file: Path) -> Projection:
    """The projection in a job's file."""
    with np.load(file, allow_pickle=False) as held:
        return Projection(held["mean"], held["basis"])


def make(job: Job, shard: Shard, encoder: Encoder) -> None:
    """Read, split and embed a shard's files, unless that is done.

    Raises BulkError where a file is not what it was when the shard was planned,
    EncoderError where this machine would make other vectors, and StorageFullError.
    """
    file = job.file(shard)
    if file.exists():
        return
    if recipe(encoder) != job.recipe:
        raise EncoderError(
            "It has another model, another version of Citeback or of a library, or a "
            "processor that the model runs on in another way; their vectors do not mix. "
            "Install the same on all machines, and start from one of their kind."
        )
    with scratch() as folder:
        made = folder / file.name
        _build(job, shard, encoder, made)
        for one in shard.files:
            if not is_unchanged(one, job.content):
                raise BulkError(
                    f"{one.name} has changed, or cannot be opened there. Check that "
                    f"{job.content} is the same folder on all machines, and run again."
                )
        _deliver(made, file)


def _build(job: Job, shard: Shard, encoder: Encoder, made: Path) -> None:
    """Make the catalog, as indexing would."""
    files = [FoundFile(one.name, job.content / one.name, "") for one in shard.files]
    catalog = Catalog(made)
    try:
        with catalog.database.writing():
            projection = read_projection(job.projection)
            catalog.set_projection(encoder.fingerprint, projection)
        Build(
            catalog,
            encoder,
            job.content,
            limits=job.limits,
            report=lambda _: None,
            origin=Folder(job.content, job.limits, files=files),
        ).run()
    finally:
        catalog.database.close()


def _deliver(made: Path, file: Path) -> None:
    """Copy the file to its place, where it appears when it is whole."""
    arriving = file.with_name(f"{ARRIVING}{secrets.token_hex(8)}")
    try:
        shutil.copyfile(made, arriving)
        flush(arriving)
        os.replace(arriving, file)
        flush(file.parent)
    except OSError as error:
        raise StorageFullError(
            f"Nothing more could be written into {file.parent} "
            f"({error.strerror or error}). Make room, check that all machines may "
            "write there, and run again; what is complete is kept."
        ) from error
    finally:
        with suppress(OSError):
            arriving.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Delete what processes that died have left half copied."""
    for left in folder.glob(f"{ARRIVING}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - STALE_SECONDS:
                left.unlink()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on this machine's own disk, for nobody else, deleted after the block.

    Those of processes that were killed are deleted by the next one here.
    """
    user = f"-{os.getuid()}" if os.name != "nt" else ""  # there each has a folder
    parent = Path(tempfile.gettempdir(), f"citeback-bulk{user}")
    try:
        parent.mkdir(mode=0o700, exist_ok=True)
        if user and os.lstat(parent).st_uid != os.getuid():
            raise PermissionError(errno.EPERM, "another user has made it")
        run = RunFolder(parent)
    except (OSError, IndexStateError) as error:
        raise StorageFullError(
            f"Nothing can be written in {parent} ({error}). Set TMPDIR to a folder on "
            "this machine's own disk that you may write in, with room for some shards."
        ) from error
    try:
        yield run.path
    finally:
        run.close()
