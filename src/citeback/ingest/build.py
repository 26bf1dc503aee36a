"""Brings the catalog in step with the content folder: reads, splits, embeds, writes.

Only files that look different are read, and only texts that are new are embedded. A
kill at any moment loses at most the texts of one embedding batch: vectors are committed
as they come, and each document in one transaction of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from citeback.errors import ContentError, FileAccessError
from citeback.index import stamps, words
from citeback.index.catalog import Catalog
from citeback.index.encoder import Encoder
from citeback.index.engine import PassageEntry
from citeback.index.stamps import Stamp
from citeback.ingest.embed import Embedding
from citeback.ingest.ending import Stopped
from citeback.ingest.origin import Folder, Limits, Origin, Stop
from citeback.ingest.pace import Pace
from citeback.ingest.read import Outcome
from citeback.ingest.scan import FoundFile, drive
from citeback.ingest.split import SPLITTER
from citeback.ingest.stage import ENTRY, Part, Prepared
from citeback.records import FileState, Progress, UpdateReport

# Documents are embedded together until they hold so many texts, for full batches, or
# so many letters.
CHUNK_TEXTS = 2_000
CHUNK_LETTERS = 4_000_000
# To write so many of one document takes a tenth of a second.
UNASKED_PASSAGES = 1_000
# Noted while there may be vectors whose document is not yet written: an update that
# goes to its end leaves none, and looking for them takes seconds in a large index.
UNSWEPT = "unswept"
NOT_REACHED = (
    "reading its archive was broken off before its turn came; its last text is kept"
)

Report = Callable[[Progress], None]


@dataclass(slots=True)
class _Changes:
    """What an update has done so far, in paths of documents."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _FilePart:
    """Some of a file's documents as they have been read, ready to be written.

    `same` are those that stand as they are, by path. With the last part it is known
    which are `gone`, and the file's stamp, without which it is read again.
    """

    file: FoundFile
    kept: str  # why the last text is kept, if it is
    staged: list[Prepared] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    same: dict[str, tuple[FileState, str]] = field(default_factory=dict)
    size: int = 0
    is_last: bool = False
    gone: list[str] = field(default_factory=list)
    stamp: Stamp | None = None
    weight: int = 0  # of what is staged
    letters: int = 0


def recipe(encoder: Encoder) -> str:
    """Names all that decides which vector stands under an id."""
    return f"{encoder.fingerprint} {SPLITTER} {ENTRY} {words.FINGERPRINT}"


class Build:
    """One update of a catalog from a content folder."""

    def __init__(
        self,
        catalog: Catalog,
        encoder: Encoder,
        content: Path,
        *,
        limits: Limits,
        report: Report,
        anew: bool = False,
        only: Collection[str] | None = None,
        stop: Stop = lambda: False,
        origin: Origin | None = None,
    ) -> None:
        """Prepare; `report` is called with the progress at first and before each batch.

        `stop` is asked before each batch: when it says so the update ends, and what is
        complete stays. With `only`, no other files are looked at, unless all must be
        indexed anew. With `anew` nothing that is stored is relied on: all texts are
        read and embedded again, and take the place of the old ones in one commit. The
        documents are read from the content folder, where there is no other `origin`.
        """
        self._catalog = catalog
        self._encoder = encoder
        self._content = content
        self._limits = limits
        self._report = report
        self._only = only
        self._stop = stop
        self._origin = origin or Folder(content, limits, stop=stop)
        self._embedding = Embedding(catalog, encoder, anew=anew)
        self._everything = anew
        self._held = catalog.paths()
        self._pace = Pace()
        self._changes = _Changes()
        self._unfinished: dict[str, int] = {}  # files' bytes by name, in order
        self._files_total = 0
        # Whether vectors may be left that no document needs any more.
        self._leaves = bool(catalog.meta(UNSWEPT))
        self._done = 0
        self._total = 0
        self._passages = 0

    def run(self) -> UpdateReport:
        """Update the catalog. The caller holds the folder's lock.

        Raises ContentError, EncoderError, StorageFullError; what was committed before
        stays and answers.
        """
        started = time.monotonic()
        notices = []
        if self._catalog.meta("recipe") not in ("", recipe(self._encoder)):
            notices.append(
                "The model or the way of splitting texts has changed: "
                "the whole library is indexed anew."
            )
            self._everything = True
        if self._everything:
            self._only = None
            self._leaves = True
        found = self._origin.files()
        self._check_drive(found)
        files = self._different(found)
        self._unfinished = {file.name: _size(file) for file in files}
        self._files_total = len(files)
        self._total = sum(self._unfinished.values())
        self._pace = Pace()
        if files:  # the first of them may take long to read
            self._tell(files[0].name)
        try:
            if self._everything:
                self._replace_all(files)
            else:
                self._add_all(files)
        except Stopped:
            pass  # vectors that no document has yet are kept for the next update
        else:
            with self._catalog.database.writing():
                if self._leaves:
                    self._catalog.drop_unused_vectors(self._encoder.fingerprint)
                else:
                    self._catalog.drop_loose()
                if self._catalog.meta(UNSWEPT):
                    self._catalog.set_meta(UNSWEPT, "")
                if self._only is None:
                    now = datetime.now(UTC).isoformat(timespec="seconds")
                    self._catalog.set_meta("built", now)
                    self._catalog.set_meta("drive", drive(self._content))
            self._catalog.database.checkpoint()
        changes = self._changes
        return UpdateReport(
            added=tuple(changes.added),
            changed=tuple(changes.changed),
            removed=tuple(changes.removed),
            unchanged=tuple(sorted(changes.unchanged)),
            refused=self._catalog.not_indexed(),
            unfinished=tuple(self._unfinished),
            embedded=self._embedding.embedded,
            reused=self._embedding.reused,
            notices=tuple(notices),
            seconds=time.monotonic() - started,
        )

    def _check_drive(self, found: list[FoundFile]) -> None:
        """Raise ContentError for the empty place of a drive that is not connected."""
        if found or not self._held or self._everything:
            return
        if self._catalog.meta("drive") not in ("", drive(self._content)):
            raise ContentError(
                f"The folder {self._content} is empty, and not on the drive that the "
                "documents were on: connect that drive; the documents answer meanwhile. "
                "If the folder is meant to be empty, run: "
                "python -m citeback index --rebuild"
            )

    def _different(self, found: list[FoundFile]) -> list[FoundFile]:
        """The files to be read; documents of files that are gone are forgotten."""
        held = self._held
        if self._only is not None:
            found = [file for file in found if file.name in self._only]
            held = {name: held[name] for name in self._only if name in held}
        gone = sorted(held.keys() - {file.name for file in found})
        with self._catalog.database.writing():
            for name in gone:
                for path, state in held[name].items():
                    self._catalog.remove(path)
                    if state is not FileState.REFUSED:
                        self._changes.removed.append(path)
            stamps.forget(self._catalog, gone)
        known = {} if self._everything else stamps.held(self._catalog)
        different = []
        for file in found:
            if self._is_read(file, known.get(file.name)):
                self._note_same(held.get(file.name, {}))
            else:
                different.append(file)
        return different

    def _is_read(self, file: FoundFile, stamp: Stamp | None) -> bool:
        """Whether the file is as it was when it was read, by limits as good as these."""
        if stamp is None:
            return False
        as_good = stamp.limits in self._limits.met_by()
        limits = stamp.limits if as_good else str(self._limits)
        return stamp == stamps.take(file.path, limits)

    def _note_same(self, states: dict[str, FileState]) -> None:
        self._changes.unchanged.extend(
            path for path, state in states.items() if state is not FileState.REFUSED
        )

    def _add_all(self, files: list[FoundFile]) -> None:
        """Index the files, each document visible as soon as it is complete."""
        with self._catalog.database.writing():
            self._note_recipe()
        for chunk in self._chunks(files):
            self._embed(chunk)
            for one in chunk:
                self._write(one)

    def _replace_all(self, files: list[FoundFile]) -> None:
        """Index the files by a new recipe or anew; all become visible in one commit."""
        for chunk in self._chunks(files):
            self._embed(chunk)
        # What has just been embedded need not be once more.
        self._embedding.anew = False
        before = deepcopy(self._changes), dict(self._unfinished)
        try:
            with self._catalog.database.writing():
                self._note_recipe()
                self._catalog.rename()  # no vector that was read before stands any more
                for chunk in self._chunks(files):
                    # Only what changed on disk in the meantime:
                    for parts in _together(chunk):
                        self._embedding.embed(parts, lambda _: None)
                    for one in chunk:
                        self._write(one)
        except Stopped:
            self._changes, self._unfinished = before  # as if none had been written
            raise

    def _note_recipe(self) -> None:
        self._catalog.set_meta("recipe", recipe(self._encoder))
        self._catalog.set_meta("encoder", self._encoder.fingerprint)

    # One file after another.

    def _chunks(self, files: list[FoundFile]) -> Iterator[list[_FilePart]]:
        """The files as read, as many together as fill some batches."""
        chunk: list[_FilePart] = []
        for file in files:
            self._check_stop()
            for part in self._read(file):
                chunk.append(part)
                if _is_full(chunk):
                    yield chunk
                    chunk = []
        if chunk:
            yield chunk

    def _read(self, file: FoundFile) -> Iterator[_FilePart]:
        """What the file holds now, and what of it is new: one part or more."""
        states = self._held.get(file.name, {})
        stamp = self._origin.stamp(file)
        left = size = _size(file)
        kept = ""
        try:
            outcomes = self._origin.outcomes(file)
        except FileAccessError as error:
            stamp = None  # to be tried again
            kept = f"{str(error).rstrip('.')}; its last text is kept"
            outcomes = self._last_outcomes(file, states, error)
        gone, is_broken_off = dict(states), False
        part = _FilePart(file, kept)
        for outcome in outcomes:
            if _is_full([part]):
                yield part
                part = _FilePart(file, kept)
            self._sort(part, outcome, known=outcome.name in states)
            is_broken_off |= outcome.is_broken_off
            gone.pop(outcome.name, None)
            part.size += left - int(size * (1 - outcome.share))
            left = int(size * (1 - outcome.share))
        if is_broken_off:
            stamp = stamps.broken_off(self._catalog, file.name, stamp)
            for path in [p for p, s in gone.items() if s is not FileState.REFUSED]:
                del gone[path]  # for all that is known it is there
                part.same[path] = FileState.KEPT, NOT_REACHED
        part.is_last, part.gone, part.stamp = True, list(gone), stamp
        yield part

    def _last_outcomes(
        self, file: FoundFile, states: dict[str, FileState], error: FileAccessError
    ) -> Iterator[Outcome]:
        """What was read last of a file that cannot be opened just now."""
        held = [path for path, s in states.items() if s is not FileState.REFUSED]
        for path in held:
            yield Outcome(path, self._catalog.packed(path))
        if not held:
            yield Outcome(file.name, refusal=str(error))

    def _sort(self, part: _FilePart, outcome: Outcome, *, known: bool) -> None:
        """Put an outcome to those that are refused, the same as before, or new."""
        if outcome.document is None:
            part.refused.append(outcome)
            return
        known = known and not self._everything
        if known and self._catalog.packed(outcome.name) == outcome.document:
            state = FileState.KEPT if part.kept else FileState.INDEXED
            part.same[outcome.name] = state, part.kept or outcome.remark
        else:
            staged = self._origin.prepared(outcome, self._encoder)
            part.staged.append(staged)
            part.weight += staged.weight
            part.letters += len(staged.document.text)

    def _write(self, part: _FilePart) -> None:
        """Write what became of files' documents; the last one together with the rest."""
        for staged in part.staged[:-1]:
            with self._catalog.database.writing():
                self._write_document(part, staged)
            self._note_written(part, staged)
        with self._catalog.database.writing():
            for staged in part.staged[-1:]:
                self._write_document(part, staged)
            for outcome in part.refused:
                self._catalog.refuse(outcome.name, outcome.refusal, file=part.file.name)
            for path, (state, reason) in part.same.items():
                self._catalog.set_state(path, state, reason)
            for path in part.gone:
                self._catalog.remove(path)
            # Of what is half written nothing may count as read.
            stamps.note(self._catalog, part.file.name, part.stamp)
        for staged in part.staged[-1:]:
            self._note_written(part, staged)
        self._note_changes(part)

    def _write_document(self, part: _FilePart, staged: Prepared) -> None:
        path = staged.document.source.path
        stamps.forget(self._catalog, [part.file.name])
        self._catalog.replace_document(
            staged.document,
            self._while_wanted(staged.entries()),
            file=part.file.name,
            remark=staged.remark,
        )
        if part.kept:
            self._catalog.set_state(path, FileState.KEPT, part.kept)

    def _while_wanted(self, entries: Iterable[PassageEntry]) -> Iterator[PassageEntry]:
        """The same; a stop leaves the document as it was before this."""
        for number, entry in enumerate(entries, start=1):
            if number % UNASKED_PASSAGES == 0:
                self._check_stop()
            yield entry

    def _note_written(self, part: _FilePart, staged: Prepared) -> None:
        path = staged.document.source.path
        known = self._was_read(part, path)
        (self._changes.changed if known else self._changes.added).append(path)

    def _was_read(self, part: _FilePart, path: str) -> bool:
        state = self._held.get(part.file.name, {}).get(path, FileState.REFUSED)
        return state is not FileState.REFUSED

    def _note_changes(self, part: _FilePart) -> None:
        self._changes.unchanged.extend(part.same)
        self._changes.removed.extend(
            path for path in part.gone if self._was_read(part, path)
        )
        if part.is_last:
            self._unfinished.pop(part.file.name, None)
        self._tell(part.file.name)

    def _embed(self, chunk: list[_FilePart]) -> None:
        """Store the vectors that the chunk needs and the catalog does not have."""
        size = sum(one.size for one in chunk)
        if any(one.staged for one in chunk):
            with self._catalog.database.writing():
                self._catalog.set_meta(UNSWEPT, "yes")
        whole = max(1, sum(one.letters for one in chunk))
        read = 0
        for parts in _together(chunk):
            letters = sum(part.letters for part in parts)
            passages = sum(len(part.entries) for part in parts)

            told = partial(
                self._before_batch,
                name=chunk[0].file.name,
                begin=size * read // whole,
                end=size * (read + letters) // whole,
                passages=passages,
            )
            self._embedding.embed(parts, told)
            read += letters
            self._passages += passages
        self._done += size

    def _before_batch(
        self, share: float, *, name: str, begin: int, end: int, passages: int
    ) -> None:
        """Tell that a share of what goes from one byte of the chunk to another is done."""
        self._tell(name, begin + int((end - begin) * share), int(passages * share))
        self._check_stop()

    def _check_stop(self) -> None:
        if self._stop():
            raise Stopped

    def _tell(self, name: str, size: int = 0, passages: int = 0) -> None:
        """Tell how far it is, with so much of the present chunk done."""
        done = min(self._done + size, self._total)
        self._report(
            Progress(
                path=name,
                done=done,
                total=self._total,
                files=self._files_total - len(self._unfinished),
                files_total=self._files_total,
                passages=self._passages + passages,
                seconds_left=self._pace.seconds_left(done, self._total),
            )
        )


def _is_full(chunk: Sequence[_FilePart]) -> bool:
    """Whether it is time to embed what has been read."""
    return (
        sum(part.weight for part in chunk) >= CHUNK_TEXTS
        or sum(part.letters for part in chunk) >= CHUNK_LETTERS
    )


def _together(chunk: Sequence[_FilePart]) -> Iterator[list[Part]]:
    """The parts of the chunk's documents, as many together as fill some batches."""
    parts: list[Part] = []
    texts = 0
    for staged in (staged for one in chunk for staged in one.staged):
        for part in staged.parts():
            parts.append(part)
            texts += part.weight
            if texts >= CHUNK_TEXTS:
                yield parts
                parts, texts = [], 0
    if parts:
        yield parts


def _size(file: FoundFile) -> int:
    """The file's bytes, which progress is told in."""
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
