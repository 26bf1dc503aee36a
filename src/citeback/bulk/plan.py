"""The content folder → shards: small lots of files, the same ones at every run.

A shard is named by all that decides what is made of it, so a name that is there has its
work done, and a shard of which a file has changed has another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from citeback.index.encoder import file_digest
from citeback.ingest.scan import FoundFile

# A shard is what is lost when a process dies: on one core half a minute's work, and what
# is made of it takes some 80 MB.
SHARD_BYTES = 2_000_000
# However the names fall, none is larger than so many times that, but for a single file
# that is.
MOST_TIMES = 4


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of the content folder: its name there, its bytes, their SHA-256."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Files that are read and embedded together, by name, under a name of their own."""

    name: str
    files: tuple[PlannedFile, ...]

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(file.size for file in self.files)

    def to_json(self) -> str:
        """The shard as ASCII, to be sent."""
        files = [(file.name, file.size, file.digest) for file in self.files]
        return json.dumps([self.name, files])


def from_json(stored: str) -> Shard:
    """The shard of `to_json`."""
    name, files = json.loads(stored)
    return Shard(name, tuple(PlannedFile(*file) for file in files))


def planned(files: Iterable[FoundFile], *, max_bytes: int) -> list[PlannedFile]:
    """The files that are worth sending anywhere, with what is in them now.

    Left out are those that cannot be opened just now, or need not be to be refused.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        looked_at = threads.map(lambda file: _planned(file, max_bytes), files)
        return [file for file in looked_at if file is not None]


def _planned(file: FoundFile, max_bytes: int) -> PlannedFile | None:
    if file.refusal:
        return None
    try:
        size = file.path.stat().st_size
        if size > max_bytes:
            return None
        return PlannedFile(file.name, size, file_digest(file.path))
    except OSError:
        return None


def is_unchanged(file: PlannedFile, content: Path) -> bool:
    """Whether the file holds what it held when it was planned."""
    try:
        return file_digest(content / file.name) == file.digest
    except OSError:
        return False


def shards(
    files: Iterable[PlannedFile], making: str, *, size: int = SHARD_BYTES
) -> Iterator[Shard]:
    """The files in their order, in lots of about `size` bytes.

    `making` names all else that decides what is made of them. Where a lot ends is told
    by the names, so that a file more or less changes one or two shards and no others.
    """
    lot: list[PlannedFile] = []
    filled = 0
    for file in files:
        if lot and filled + file.size > MOST_TIMES * size:
            yield _shard(lot, making)
            lot, filled = [], 0
        lot.append(file)
        filled += file.size
        if _ends_a_lot(file, size):
            yield _shard(lot, making)
            lot, filled = [], 0
    if lot:
        yield _shard(lot, making)


def _ends_a_lot(file: PlannedFile, size: int) -> bool:
    """True as often as the file's share of `size`, and always the same for a name."""
    digest = hashlib.sha256(file.name.encode()).digest()
    return int.from_bytes(digest[:8]) < file.size / size * 2**64


def _shard(files: Iterable[PlannedFile], making: str) -> Shard:
    kept = tuple(files)
    named = json.dumps([making, [(file.name, file.digest) for file in kept]])
    return Shard(hashlib.sha256(named.encode()).hexdigest()[:32], kept)
