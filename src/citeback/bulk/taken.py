"""Whole shards as the origin of an update: nothing is read, split or embedded again."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from citeback.bulk.make import Job, scratch
from citeback.bulk.plan import Shard
from citeback.errors import BulkError, StorageFullError
from citeback.index import stamps
from citeback.index.catalog import Catalog
from citeback.index.database import DamagedDatabaseError
from citeback.index.encoder import Encoder
from citeback.index.packed import Packed
from citeback.index.stamps import ONCE_MORE, Stamp
from citeback.ingest.origin import Folder
from citeback.ingest.read import Outcome
from citeback.ingest.scan import FoundFile
from citeback.ingest.stage import Prepared, Stored


class Taken:
    """Gives what shards hold of the content folder. Implements Origin.

    Files of no shard are read as always: those are few and refused, or cannot be opened.
    """

    def __init__(self, job: Job, found: Sequence[FoundFile], shards: Iterable[Shard]):
        """The shards are those whose files are whole, `found` is all of the folder."""
        self._job = job
        self._folder = Folder(job.content, job.limits, files=found)
        self._shard_of = {file.name: shard for shard in shards for file in shard.files}
        self._open: _Open | None = None
        self._stored: dict[str, Catalog] = {}  # by document, those of the last file

    @property
    def names(self) -> list[str]:
        """The files that the shards hold."""
        return list(self._shard_of)

    def files(self) -> list[FoundFile]:
        """All files of the content folder by name."""
        return self._folder.files()

    def stamp(self, file: FoundFile) -> Stamp | None:
        """How the file looked when it was read."""
        shard = self._shard_of.get(file.name)
        if shard is None:
            return self._folder.stamp(file)
        stamp = self._opened(shard).stamps.get(file.name)
        return stamp and replace(stamp, limits=stamp.limits.removesuffix(ONCE_MORE))

    def outcomes(self, file: FoundFile) -> Iterable[Outcome]:
        """What became of each document in it."""
        self._stored = {}
        shard = self._shard_of.get(file.name)
        if shard is None:
            return self._folder.outcomes(file)
        return self._outcomes(self._opened(shard), file)

    def _outcomes(self, opened: _Open, file: FoundFile) -> Iterator[Outcome]:
        catalog, stamp = opened.catalog, opened.stamps.get(file.name)
        is_broken_off = stamp is not None and stamp.limits.endswith(ONCE_MORE)
        held = catalog.database.rows(
            "SELECT path, reason FROM files WHERE file = ? ORDER BY path", (file.name,)
        )
        for number, (path, reason) in enumerate(held, start=1):
            document = _document(opened, path)
            self._stored[path] = catalog
            yield Outcome(
                path,
                document,
                refusal="" if document else reason,
                remark=reason if document else "",
                share=number / len(held),
                is_broken_off=is_broken_off,
            )

    def prepared(self, outcome: Outcome, encoder: Encoder) -> Prepared:
        """The document as the shard holds it."""
        catalog = self._stored.get(outcome.name)
        if catalog is None or outcome.document is None:
            return self._folder.prepared(outcome, encoder)
        return Stored(outcome.document, catalog, outcome.remark)

    def _opened(self, shard: Shard) -> _Open:
        """The shard's catalog, copied to this machine's own disk."""
        if self._open is None or self._open.shard != shard:
            self._open = None  # unless a document still needs it, it is closed here
            self._open = _opened(self._job, shard)
        return self._open


@dataclass(frozen=True, slots=True)
class _Open:
    """A shard that is being taken over."""

    shard: Shard
    file: Path
    catalog: Catalog
    stamps: dict[str, Stamp]


def _document(opened: _Open, path: str) -> Packed | None:
    try:
        return opened.catalog.packed(path)
    except DamagedDatabaseError as error:
        raise _damaged(opened.file) from error


def _damaged(file: Path) -> BulkError:
    """To be told of a shard: damage of the index itself would have that made anew."""
    return BulkError(f"{file} is damaged. Delete it and run again: it is made anew.")


def _opened(job: Job, shard: Shard) -> _Open:
    """A copy of the shard's catalog, deleted when nobody holds it any more."""
    file = job.file(shard)
    with ExitStack() as undo:
        copy = undo.enter_context(scratch()) / file.name
        try:
            shutil.copyfile(file, copy)
            catalog = Catalog(copy)
            undo.callback(catalog.database.close)
            if not catalog.database.is_sound() or catalog.meta("recipe") != job.recipe:
                raise _damaged(file)
            held = stamps.held(catalog)
        except FileNotFoundError as error:
            raise BulkError(f"{file} is not whole yet. Run again.") from error
        except OSError as error:
            raise StorageFullError(
                f"{file} could not be copied to {copy.parent} "
                f"({error.strerror or error}). Make room there, or set TMPDIR to a "
                "folder with room, and run again."
            ) from error
        except DamagedDatabaseError as error:
            raise _damaged(file) from error
        weakref.finalize(catalog, undo.pop_all().close)
    return _Open(shard, file, catalog, held)
