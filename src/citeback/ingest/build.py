"""Brings the catalog in step with the content folder, embedding only what is new.

A kill at any moment loses at most the texts of one embedding batch: vectors are
committed as they come, and each document in one transaction of its own.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from citeback.errors import EncoderError, FileAccessError, UnreadableFileError
from citeback.index import words
from citeback.index.catalog import Catalog, PassageEntry, SentenceEntry
from citeback.index.encoder import Encoder
from citeback.index.pieces import Projection, fit, sample_lines
from citeback.ingest.pace import Pace
from citeback.ingest.read import read
from citeback.ingest.scan import FoundFile, scan
from citeback.ingest.split import SPLITTER, split
from citeback.records import (
    Document,
    FileState,
    Passage,
    Progress,
    UpdateReport,
)

# Changed by hand whenever `passage_text` or what is stored of a passage changes.
ENTRY = "entry-1"
# Room in the encoder's window for headings and lead-in beside the passage itself.
CONTEXT_PIECES = 40
CONTEXT_CHARACTERS = 160
# Documents are embedded together until they hold so many texts, for full batches.
CHUNK_TEXTS = 2_000
# So many texts are embedded between two commits: what a kill may cost.
COMMIT_TEXTS = 256

Report = Callable[[Progress], None]
Stop = Callable[[], bool]


class _Stopped(Exception):
    """The update is to end here."""


@dataclass(slots=True)
class _Changes:
    """What an update has done so far."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class _Staged:
    """A document ready to be written, and the texts whose vectors it needs."""

    document: Document
    entries: tuple[PassageEntry, ...]
    texts: dict[str, str]  # by digest

    @property
    def sentences(self) -> set[str]:
        """The digests of those texts that are sentences."""
        return {s.digest for entry in self.entries for s in entry.sentences}


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
        max_bytes: int,
        report: Report,
        anew: bool = False,
        only: Collection[str] | None = None,
        stop: Stop = lambda: False,
    ) -> None:
        """Prepare; `report` is called with the progress after each batch.

        `stop` is asked before each batch: when it says so the update ends, and what is
        complete stays. With `only`, no other files are looked at, unless all must be
        indexed anew. With `anew` nothing that is stored is relied on: all texts are
        read and embedded again, and take the place of the old ones in one commit.
        """
        self._catalog = catalog
        self._encoder = encoder
        self._content = content
        self._max_bytes = max_bytes
        self._report = report
        self._anew = anew
        self._only = only
        self._stop = stop
        self._pace = Pace()
        self._changes = _Changes()
        self._kept: dict[str, str] = {}  # why, by path
        self._done = 0
        self._total = 0
        self._unfinished: dict[str, None] = {}  # paths in order
        self._files_total = 0
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
        everything = self._anew or bool(notices)
        if everything:
            self._only = None
        changed = self._note_files(scan(self._content), everything=everything)
        self._unfinished = dict.fromkeys(file.name for file in changed)
        self._files_total = len(changed)
        self._pace = Pace()
        try:
            if everything:
                self._replace_all(changed)
            else:
                self._add_all(changed)
        except _Stopped:
            pass  # vectors that no document has yet are kept for the next update
        else:
            with self._catalog.database.writing():
                self._catalog.drop_unused_vectors(self._encoder.fingerprint)
                if self._only is None:
                    now = datetime.now(UTC).isoformat(timespec="seconds")
                    self._catalog.set_meta("built", now)
        files, left = self._catalog.files(), self._unfinished
        return UpdateReport(
            added=tuple(name for name in self._changes.added if name not in left),
            changed=tuple(name for name in self._changes.changed if name not in left),
            removed=tuple(self._changes.removed),
            unchanged=tuple(self._changes.unchanged),
            refused=tuple(f for f in files if f.state is not FileState.INDEXED),
            unfinished=tuple(left),
            embedded=self._changes.embedded,
            reused=self._changes.reused,
            notices=tuple(notices),
            seconds=time.monotonic() - started,
        )

    def _note_files(
        self, found: list[FoundFile], *, everything: bool
    ) -> list[FoundFile]:
        """Note removed and refused files; returns those whose text must be indexed."""
        held = self._catalog.digests()
        if self._only is not None:
            found = [file for file in found if file.name in self._only]
            held = {name: held[name] for name in self._only if name in held}
        with self._catalog.database.writing():
            for name in sorted(held.keys() - {file.name for file in found}):
                self._catalog.remove(name)
                self._changes.removed.append(name)
        changed = []
        for file in found:
            digest, state = held.get(file.name, ("", FileState.REFUSED))
            document = self._read(file)
            if document is None:
                continue
            if state is FileState.KEPT and file.name not in self._kept:
                with self._catalog.database.writing():
                    self._catalog.settle(file.name)
            if document.source.digest == digest and not everything:
                self._changes.unchanged.append(file.name)
                continue
            (self._changes.changed if digest else self._changes.added).append(file.name)
            changed.append(file)
            self._total += _size(document)
        return changed

    def _read(self, file: FoundFile) -> Document | None:
        """The file's document; None, with the reason noted, if there is none.

        Of a file that cannot be opened just now it is the one that was read before.
        """
        try:
            if file.refusal:
                raise UnreadableFileError(file.refusal)
            return read(file.path, file.name, max_bytes=self._max_bytes)
        except FileAccessError as error:
            held = self._catalog.document(file.name)
            if held is None:
                self._refuse(file, error)
                return None
            reason = f"{str(error).rstrip('.')}; its last text is kept"
            self._kept[file.name] = reason
            with self._catalog.database.writing():
                self._catalog.keep(file.name, reason)
            return held
        except UnreadableFileError as error:
            self._refuse(file, error)
            return None

    def _refuse(self, file: FoundFile, error: UnreadableFileError) -> None:
        with self._catalog.database.writing():
            self._catalog.refuse(file.name, str(error))

    def _add_all(self, files: list[FoundFile]) -> None:
        """Index the files, each visible as soon as it is complete."""
        with self._catalog.database.writing():
            self._note_recipe()
        for chunk in self._chunks(files):
            self._embed(chunk)
            for staged in chunk:
                with self._catalog.database.writing():
                    self._write(staged)
            self._finish(chunk)

    def _replace_all(self, files: list[FoundFile]) -> None:
        """Index the files by a new recipe or anew; all become visible in one commit."""
        for chunk in self._chunks(files):
            self._embed(chunk)
        self._anew = False  # what has just been embedded need not be once more
        self._stop = lambda: False  # nothing takes long from here on
        with self._catalog.database.writing():
            self._note_recipe()
            self._catalog.rename()  # no vector that was read before stands any more
            for chunk in self._chunks(files):
                self._embed(chunk)  # only what changed on disk in the meantime
                for staged in chunk:
                    self._write(staged)
                self._finish(chunk)

    def _note_recipe(self) -> None:
        self._catalog.set_meta("recipe", recipe(self._encoder))
        self._catalog.set_meta("encoder", self._encoder.fingerprint)

    def _write(self, staged: _Staged) -> None:
        self._catalog.replace_document(staged.document, staged.entries)
        path = staged.document.source.path
        if path in self._kept:
            self._catalog.keep(path, self._kept[path])

    def _finish(self, chunk: list[_Staged]) -> None:
        for staged in chunk:
            self._unfinished.pop(staged.document.source.path, None)
        self._progress(chunk, 0, 0, 0.0)

    def _chunks(self, files: list[FoundFile]) -> Iterator[list[_Staged]]:
        """The files' documents, split, as many together as fill some batches."""
        chunk: list[_Staged] = []
        texts = 0
        for file in files:
            self._check_stop()
            document = self._read(file)
            if document is None:
                self._unfinished.pop(file.name, None)  # it has become unreadable since
                continue
            staged = self._stage(document)
            chunk.append(staged)
            texts += len(staged.texts)
            if texts >= CHUNK_TEXTS:
                yield chunk
                chunk, texts = [], 0
        if chunk:
            yield chunk

    def _stage(self, document: Document) -> _Staged:
        passages = split(
            document,
            word_pieces=self._encoder.word_pieces,
            limit=max(16, self._encoder.word_piece_limit - CONTEXT_PIECES),
        )
        texts: dict[str, str] = {}
        entries = tuple(_entry(document, passage, texts) for passage in passages)
        return _Staged(document, entries, texts)

    def _embed(self, chunk: list[_Staged]) -> None:
        """Store the vectors that the chunk needs and the catalog does not have."""
        texts = {d: text for staged in chunk for d, text in staged.texts.items()}
        sentences = set().union(*(staged.sentences for staged in chunk))
        size = sum(_size(staged.document) for staged in chunk)
        name = self._encoder.fingerprint
        known = self._catalog.known(name, list(texts), pieces=False)
        known -= sentences - self._catalog.known(name, list(sentences), pieces=True)
        if self._anew:
            known.clear()
        self._changes.reused += len(known)
        # Texts of like length together waste the least padding.
        missing = sorted(texts.keys() - known, key=lambda d: (len(texts[d]), d))
        passages = sum(len(staged.entries) for staged in chunk)
        letters = sum(len(texts[d]) for d in missing)
        read = 0
        for start in range(0, len(missing), COMMIT_TEXTS):
            self._progress(chunk, size, passages, read / letters)
            self._check_stop()
            batch = {d: texts[d] for d in missing[start : start + COMMIT_TEXTS]}
            self._embed_batch(batch, sentences)
            read += sum(map(len, batch.values()))
        self._done += size
        self._passages += passages

    def _check_stop(self) -> None:
        if self._stop():
            raise _Stopped

    def _embed_batch(self, texts: dict[str, str], sentences: set[str]) -> None:
        """Encode the texts and commit what came out."""
        encoded = self._encoder.encode_passages(list(texts.values()))
        vectors = {d: e.vector for d, e in zip(texts, encoded, strict=True)}
        if not all(np.isfinite(vector).all() for vector in vectors.values()):
            raise EncoderError(
                "The model gave vectors that hold NaN; nothing of them is kept. "
                "Use another model (CITEBACK_MODEL)."
            )
        projection = self._projection()
        pieces = {
            d: projection.to_bytes(e.pieces)
            for d, e in zip(texts, encoded, strict=True)
            if d in sentences
        }
        with self._catalog.database.writing():
            self._catalog.add_vectors(self._encoder.fingerprint, vectors)
            self._catalog.add_pieces(self._encoder.fingerprint, pieces)
        self._changes.embedded += len(texts)

    def _projection(self) -> Projection:
        """The encoder's projection, made when it is first needed."""
        name = self._encoder.fingerprint
        projection = self._catalog.projection(name)
        if projection is None:
            lines = sample_lines(self._encoder.vocabulary())
            encoded = self._encoder.encode_passages(lines)
            projection = fit(np.concatenate([e.pieces for e in encoded]))
            with self._catalog.database.writing():
                self._catalog.set_projection(name, projection)
        return projection

    def _progress(
        self, chunk: list[_Staged], size: int, passages: int, share: float
    ) -> None:
        """Tell how far it is, with a share of the chunk's bytes and passages done."""
        done = min(self._done + int(size * share), self._total)
        left = len(self._unfinished)
        self._report(
            Progress(
                path=chunk[0].document.source.path,
                done=done,
                total=self._total,
                files=self._files_total - left,
                files_total=self._files_total,
                passages=self._passages + int(passages * share),
                seconds_left=self._pace.seconds_left(done, self._total),
            )
        )


def _entry(document: Document, passage: Passage, texts: dict[str, str]) -> PassageEntry:
    """The passage as stored; the texts to embed for it are put into `texts`."""
    context = _context(document, passage)
    digest = _text_digest(passage_text(context, passage.text), texts)
    sentences = []
    for number, span in enumerate(passage.sentences):
        text = document.text[span.start : span.end]
        spoken = _text_digest(" ".join(text.split()), texts)
        sentences.append(
            SentenceEntry(
                id=_sentence_id(passage.id, number, spoken),
                span=span,
                stems=" ".join(words.stems(text)),
                digest=spoken,
            )
        )
    stems = " ".join(words.stems(context))
    return PassageEntry(passage, stems, digest, tuple(sentences))


def _size(document: Document) -> int:
    """The text's bytes, which progress is told in."""
    return len(document.text.encode())


def passage_text(context: str, text: str) -> str:
    """What is embedded for a passage: its headings and lead-in, then its words.

    White space is evened out: where a line is wrapped means nothing.
    """
    return " ".join(f"{context} {text}".split())


def _context(document: Document, passage: Passage) -> str:
    """The headings above a passage and the words that lead into its list."""
    parts = list(passage.headings)
    if passage.lead_in:
        parts.append(document.text[passage.lead_in.start : passage.lead_in.end])
    return ". ".join(part[:CONTEXT_CHARACTERS] for part in parts[-3:])


def _text_digest(text: str, texts: dict[str, str]) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    texts[digest] = text
    return digest


def _sentence_id(passage: int, number: int, text: str) -> int:
    """A positive 63-bit id that lasts as long as the passage's and the text's digest."""
    digest = hashlib.sha256(f"{passage} {number} {text}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1
