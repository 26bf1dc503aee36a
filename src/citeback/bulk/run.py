"""A library's documents, embedded by many processes, and brought into its index."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from citeback.bulk.make import ARRIVING, Job, clear, make, read_projection
from citeback.bulk.plan import SHARD_BYTES, Shard, planned, shards
from citeback.bulk.taken import Taken
from citeback.errors import CitebackError, StorageFullError
from citeback.index.catalog import format_name
from citeback.index.disk import flush
from citeback.index.encoder import Encoder, load_encoder
from citeback.index.publish import Told
from citeback.ingest.build import Report, recipe
from citeback.ingest.embed import projection_of
from citeback.ingest.scan import FoundFile, scan
from citeback.library import Library, limits_of
from citeback.records import UpdateReport
from citeback.settings import Settings

LOST = "the process that had it ended each time."


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a shard somewhere: `failure` says why it is not whole, or ""."""

    shard: str
    failure: str
    machine: str
    seconds: float


class Machines(Protocol):
    """Processes that make shards."""

    def make(self, job: Job, wanted: Sequence[Shard]) -> Iterator[Made]:
        """Each shard as it is made, in any order; one that is lost may not be told of."""


class ThisProcess:
    """Makes the shards one after another. Implements Machines."""

    def __init__(self, encoder: Encoder) -> None:
        """Embed with a model that is loaded already."""
        self._encoder = encoder

    def make(self, job: Job, wanted: Sequence[Shard]) -> Iterator[Made]:
        """Each shard in its turn."""
        for shard in wanted:
            yield attempt(job, shard, self._encoder)


def loading(settings: Settings, threads: int) -> Callable[[], Encoder]:
    """Loads the settings' model, to be called in another process."""
    batch = settings.batch_size
    return partial(load_encoder, settings.model, batch=batch, threads=threads)


def attempt(job: Job, shard: Shard, encoder: Encoder, machine: str = "") -> Made:
    """Make a shard, and tell what became of it."""
    started = time.monotonic()
    try:
        make(job, shard, encoder)
        failure = ""
    except CitebackError as error:
        failure = str(error)
    return Made(shard.name, failure, machine, time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class Plan:
    """All files of the content folder, and the shards of those that can be read."""

    job: Job
    found: tuple[FoundFile, ...]
    shards: tuple[Shard, ...]

    def missing(self) -> list[Shard]:
        """The shards that are not whole yet."""
        there = {entry.name for entry in os.scandir(self.job.folder)}
        return [one for one in self.shards if self.job.file(one).name not in there]


def plan(library: Library, folder: Path, *, shard_bytes: int = SHARD_BYTES) -> Plan:
    """What is to be made in the folder. Reads all documents' bytes, loads the model.

    Raises ContentError, EncoderError and StorageFullError.
    """
    content = library.settings.content.absolute()
    limits = limits_of(library.settings)
    found = scan(content)
    try:
        folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        clear(folder)
        projection = _projection(library, folder)
    except OSError as error:
        raise StorageFullError(
            f"Nothing can be written in {folder} ({error.strerror or error}). Name a "
            "folder that you may write in, on a disk with room."
        ) from error
    job = Job(content, folder, limits, recipe(library.encoder), projection)
    basis = _name(read_projection(projection).basis.tobytes())
    making = f"{job.recipe} {format_name()} {limits} {basis}"
    files = planned(found, max_bytes=limits.max_bytes)
    return Plan(job, tuple(found), tuple(shards(files, making, size=shard_bytes)))


def embed(
    plan: Plan, machines: Machines, tell: Callable[[Made], None] = lambda _: None
) -> dict[str, str]:
    """Have the shards made that are not whole; returns why some are not, by name.

    `tell` is given each as it is made. What a process has lost is made again, as long
    as that makes any of them whole.
    """
    failures: dict[str, str] = {}
    missing = plan.missing()
    while missing:
        for made in machines.make(plan.job, missing):
            failures[made.shard] = made.failure
            tell(made)
        before, missing = len(missing), plan.missing()
        if len(missing) == before:
            break
    return {one.name: failures.get(one.name) or LOST for one in missing}


def take(
    library: Library,
    plan: Plan,
    *,
    progress: Report | None = None,
    without: Iterable[str] = (),
    publishing: Told | None = None,
) -> UpdateReport:
    """Bring what the shards hold into the library's index, embedding nothing.

    `without` names shards that are not whole: their files are left as they are. Raises
    what `Library.update` raises, and BulkError for a shard that is damaged.
    """
    left_out = set(without)
    whole = [shard for shard in plan.shards if shard.name not in left_out]
    taken = Taken(plan.job, plan.found, whole)
    only = taken.names if left_out else None
    return library.update(
        progress=progress, only=only, origin=taken, publishing=publishing
    )


def _projection(library: Library, folder: Path) -> Path:
    """The file in the folder of what makes word pieces small, for all machines.

    That of the index, where it has one; else the folder's own, kept from the first run
    on: a model may give other last digits when it is asked again.
    """
    encoder, held = library.encoder, library.projection()
    file = folder / f"projection-{_name(encoder.fingerprint.encode())}.npz"
    if held is not None and file.exists() and not read_projection(file).equals(held):
        file = file.with_stem(f"{file.stem}-{_name(held.basis.tobytes())}")
    if not file.exists():
        made = held or projection_of(encoder)
        arriving = folder / f"{ARRIVING}{secrets.token_hex(8)}.npz"
        np.savez(arriving, mean=made.mean, basis=made.basis)
        flush(arriving)
        os.replace(arriving, file)
        flush(folder)
    return file


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
