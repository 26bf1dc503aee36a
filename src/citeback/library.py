"""The library: what every front door opens, updates and asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from citeback.ask.absence import absence
from citeback.ask.answer import PARTIAL, answer
from citeback.ask.every import every
from citeback.ask.examples import example_questions
from citeback.ask.filters import NO_FILTER, Parsed, parsed, text_of
from citeback.ask.followup import resolve
from citeback.ask.question import well_formed
from citeback.checking import claims, read_draft
from citeback.cite import proofs
from citeback.cite.anchoring.anchor import only_place
from citeback.cite.anchoring.anchored import anchored
from citeback.cite.receipt import receipt_of
from citeback.cite.records import (
    Anchored,
    ClaimReport,
    Draft,
    Receipt,
    VerifyReport,
    WrittenReceipt,
)
from citeback.cite.verifying.verify import verify
from citeback.cite.versions import Versions
from citeback.errors import (
    IndexBusyError,
    IndexStateError,
    QuestionError,
    StorageFullError,
    UnknownDocumentError,
)
from citeback.index import stamps
from citeback.index.catalog import Catalog
from citeback.index.database import DamagedDatabaseError
from citeback.index.days import day_of
from citeback.index.embedded import Embedded
from citeback.index.encoder import Encoder, load_encoder
from citeback.index.engine import Engine, View
from citeback.index.folder import IndexFolder, back_up
from citeback.index.memory import share_stores
from citeback.index.milvus import connect
from citeback.index.pieces import Projection
from citeback.index.publish import Told, publish
from citeback.index.vectors import use_one_thread
from citeback.ingest.build import UNSWEPT, Build, Report
from citeback.ingest.check import faults
from citeback.ingest.formats import SUFFIXES
from citeback.ingest.mend import mend as prepare
from citeback.ingest.origin import Limits, Origin, Stop
from citeback.ingest.pages import Pages
from citeback.ingest.shelf import Placed, Shelf, added_file
from citeback.ingest.watch import changes
from citeback.records import (
    WHOLE,
    AbsenceReport,
    AddedFile,
    AddReport,
    Answer,
    Baseline,
    Box,
    Document,
    EveryAnswer,
    Examination,
    Fault,
    FileReport,
    FileState,
    LibrarySize,
    PagePicture,
    Publishing,
    Remedy,
    Removed,
    Selection,
    Source,
    Span,
    Turn,
    UpdateReport,
)
from citeback.settings import Settings

OTHER_VERSION = (
    "The index was made by another version of Citeback and is made anew from the "
    "documents."
)
OUTDATED = (
    "The index was made by another version of Citeback. Bring it up to date: "
    "python -m citeback index"
)
EXAMPLE_DOCUMENTS = 20
OTHER_MODEL = (
    "The index was made with another model than the one in use. Run: "
    "python -m citeback index, then start again."
)
BROKEN_OFF = (
    "What is indexed is in the index folder; of the {1:,} documents that differ some {0:,} "
    "are on the cluster. To go on there: python -m citeback index"
)
# An update that finds nothing to do is over by then.
PATIENCE_SECONDS = 2.0


class Library:
    """A folder of documents and the index made of it. Safe to use from threads.

    Asking never writes. Only one process at a time may update.
    """

    def __init__(self, settings: Settings, encoder: Encoder | None) -> None:
        """Use `Library.open`."""
        self.settings = settings
        self._encoder = encoder
        self._loading = threading.Lock()
        self._updating = threading.RLock()
        self._shelf = Shelf(settings.content)
        self._pages = Pages()
        self._versions = Versions(settings.citations)
        self._folder = IndexFolder(settings.index)
        self._opened = self._folder.open_catalog()
        self._embedded = Embedded(lambda: self._catalog, settings.index)
        self._engine: Engine = self._embedded
        if settings.engine:
            self._engine = connect.reader(settings.engine)
        use_one_thread()
        share_stores()

    @classmethod
    def open(
        cls,
        content: Path | str | None = None,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
    ) -> Self:
        """The library of a content folder and its index, as last committed.

        Folders left out are those of the settings. The model is loaded when it is
        first needed, unless an encoder is given. A damaged catalog is put aside and
        started anew (see `notices`); `update` fills it again from the documents.
        Raises IndexStateError where the index folder cannot be used.
        """
        settings = settings or Settings()
        if content is not None:
            settings = replace(settings, content=Path(content))
        if index is not None:
            settings = replace(settings, index=Path(index))
        return cls(settings, encoder)

    def close(self) -> None:
        """Give back the files. The library is not usable afterwards."""
        self._engine.close()
        self._opened.database.close()

    def __enter__(self) -> Self:
        """The library itself, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def encoder(self) -> Encoder:
        """The model, loaded now if it was not yet. Raises EncoderError."""
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(
                    self.settings.model, batch=self.settings.batch_size
                )
            return self._encoder

    def projection(self) -> Projection | None:
        """What makes the model's word pieces small here, None if nothing has yet."""
        if self._opened.outdated:
            return None
        return self._opened.projection(self.encoder.fingerprint)

    def can_answer(self, *, model: bool) -> bool:
        """Whether there is an index to search: with the model, or by words alone.

        Where a model is needed it is loaded now if it was not yet.
        """
        if self._opened.outdated and not self.is_elsewhere:
            return False
        with self._engine.reading() as view:
            if not view.size().documents:
                return False
            return not model or view.state.encoder == self.encoder.fingerprint

    @property
    def is_elsewhere(self) -> bool:
        """Whether a cluster is asked: then only `citeback index` brings it up to date."""
        return self.settings.engine != ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should be told of the index, until the next update."""
        notices = list(self._folder.notices)
        if self._opened.outdated and not self.is_elsewhere:
            notices.append(OUTDATED)
        return (*notices, *self._engine.notices)

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of file names that are read; "" is no ending."""
        return SUFFIXES

    def update(
        self,
        *,
        progress: Report | None = None,
        rebuild: bool = False,
        only: Collection[str] | None = None,
        stop: Stop = lambda: False,
        origin: Origin | None = None,
        publishing: Told | None = None,
    ) -> UpdateReport:
        """Bring the index in step with the content folder.

        What is complete can be found while the rest is still being indexed. With
        `rebuild` everything is read and embedded anew, and takes the place of the
        present index when it is complete. With `only`, files of other paths are left as
        they are. `stop` is asked before each batch; when it says so the update ends,
        and what is complete stays. With an `origin`, documents are not read from their
        files but had from there. A cluster is brought in step last, of which
        `publishing` is told. Updates of one library wait for each other.

        Raises ContentError, EncoderError, IndexBusyError, IndexStateError or
        StorageFullError; what was complete before is kept in each case.
        """
        encoder = self.encoder
        with self._updating, self._folder.locked():
            if self._opened.outdated:
                self._folder.notices.append(OTHER_VERSION)
                self._opened.reset()
            try:
                report = self._build(
                    encoder, progress, anew=rebuild, only=only, stop=stop, origin=origin
                )
            except DamagedDatabaseError:
                self._opened.database.close()
                self._opened = self._folder.repaired()
                report = self._rebuild(encoder, progress, stop=stop, origin=origin)
            notices = [*self._folder.notices, *report.notices]
            try:
                self._embedded.save()
            except StorageFullError as error:
                notices.append(str(error))
            self._folder.notices.clear()
            if self.is_elsewhere:
                notices += self._publish(publishing or (lambda _: None), stop)
            return replace(report, notices=tuple(notices))

    def _publish(self, told: Told, stop: Stop) -> tuple[str, ...]:
        """Bring the cluster in step with the catalog; returns what is to be told."""
        catalog = self._catalog
        projection = catalog.projection(catalog.meta("encoder"))
        if projection is None:
            return ()  # there has never been anything to publish
        writer = connect.writer(
            self.settings.engine, catalog=catalog.name, projection=projection
        )
        how_far = Publishing("", 0, 0)

        def tell(now: Publishing) -> None:
            nonlocal how_far
            how_far = now
            told(now)

        try:
            published = publish(catalog, writer, told=tell, stop=stop)
            writer.close()
        except IndexStateError as error:
            writer.abandon()
            raise IndexStateError(
                f"{error} {BROKEN_OFF.format(how_far.done, how_far.total)}"
            ) from error
        except BaseException:
            writer.abandon()
            raise
        return published.refused

    def add(
        self,
        files: Sequence[tuple[Path, str]],
        *,
        taken: Container[str] = (),
        progress: Report | None = None,
        stop: Stop = lambda: False,
    ) -> AddReport:
        """Copy files into the content folder, each under a name to go by, and index them.

        Nothing is overwritten: the same file is told to be there already, and another
        one of the same name, or of one that is `taken`, gets a number. Files that are
        refused, or not yet indexed when it is stopped or fails, do not stay. Raises what
        `update` raises.
        """
        with self._updating:
            placed: list[Placed] = []
            try:
                for file, name in files:
                    placed.append(self._shelf.put(file, name, taken=taken))
                paths = [one.path for one in placed]
                report = self.update(only=paths, progress=progress, stop=stop)
            except BaseException:
                self._take_back(placed)
                raise
            held = self._by_file(paths)
            added = tuple(
                added_file(name, one, held.get(one.path, ()), stopped=report.unfinished)
                for (_, name), one in zip(files, placed, strict=True)
            )
            self._take_back(
                [p for p, a in zip(placed, added, strict=True) if not a.path]
            )
            return AddReport(added, report.notices)

    def remove(self, path: str) -> Removed:
        """Put a document's file aside, from where `restore` brings it back.

        All that the file holds goes with it. Raises UnknownDocumentError,
        IndexBusyError while the library is being indexed, and ContentError where the
        file cannot be moved.
        """
        with self.at_once(), self._folder.locked():
            held = self._catalog.files_of()
            file = path if path in held.values() else held.get(path)
            if file is None:
                raise UnknownDocumentError(f"There is no file {path!r} in the library.")
            removed = self._shelf.remove(file)
            self._forget([file])
            return removed

    def removed(self) -> tuple[Removed, ...]:
        """What has been put aside and not come back, newest first."""
        return self._shelf.removed()

    def restore(self, key: str) -> AddedFile:
        """Bring back what was put aside, as it was. Raises what `remove` raises."""
        with self.at_once():
            path = next((one.path for one in self.removed() if one.key == key), "")
            placed = self._shelf.restore(key)
            self.update(only=[placed.path])
            held = self._by_file([placed.path])[placed.path]
            return added_file(path, placed, held)

    def _by_file(self, files: Sequence[str]) -> dict[str, list[FileReport]]:
        """The documents of each of those files of the folder, read or refused."""
        held = self._catalog.paths()
        reports = {
            report.source.path: report for report in self._catalog.files_within(files)
        }
        return {
            file: [reports[path] for path in held.get(file, ()) if path in reports]
            for file in files
        }

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Nothing else changes the library meanwhile; waits for that only a moment.

        Raises IndexBusyError.
        """
        if not self._updating.acquire(timeout=PATIENCE_SECONDS):
            raise IndexBusyError(
                "The library is being indexed just now. Wait until that is done, or "
                "stop it, and try again."
            )
        try:
            yield
        finally:
            self._updating.release()

    def changes(self, stop: threading.Event) -> Iterator[None]:
        """Comes back when `update` will find something new, until `stop` is set."""
        return changes(self.settings.content, stop)

    def examine(self, *, mend: bool = True) -> Examination:
        """Look the whole index through, and make anew what is not as it should be.

        Loads the model only where something must be embedded. Raises what `update`
        raises.
        """
        started = time.monotonic()
        with self._updating:
            found = left = self._faults()
            notices: tuple[str, ...] = ()
            if found and mend:
                notices = self._mended(found)
                left = self._faults()
            return Examination(
                size=self.size(),
                faults=found,
                left=left,
                notices=notices,
                seconds=time.monotonic() - started,
            )

    def back_up(self, folder: Path) -> None:
        """Copy the index, as last committed, into an empty folder that serves as one.

        While another process indexes, too. Raises IndexStateError and StorageFullError.
        """
        back_up(self._catalog, folder)

    def _faults(self) -> tuple[Fault, ...]:
        return tuple(faults(self._catalog, self.settings.index))

    def _mended(self, found: Sequence[Fault]) -> tuple[str, ...]:
        remedies = {fault.remedy for fault in found}
        if Remedy.REBUILD in remedies:
            return self.update(rebuild=True).notices
        with self._folder.locked():
            prepare(self._catalog, self.settings.content, found)
            self._catalog.database.checkpoint()
            self._embedded.forget()
        if remedies & {Remedy.INDEX, Remedy.VECTORS}:
            return self.update().notices
        with self._folder.locked():
            self._embedded.save()
        return ()

    def _take_back(self, placed: Sequence[Placed]) -> None:
        """Take files out of the content folder that have just been put there."""
        if not placed:
            return
        for one in placed:
            self._shelf.discard(one)
        with self._folder.locked():
            self._forget([one.path for one in placed if one.is_new])

    def _forget(self, files: Sequence[str]) -> None:
        """Forget files that have been taken out, and all documents in them."""
        with self._catalog.database.writing():
            held = self._catalog.paths()
            for path in (path for file in files for path in held.get(file, {})):
                self._catalog.remove(path)
            stamps.forget(self._catalog, files)
            if self._catalog.meta(UNSWEPT):
                self._catalog.clean()
            else:
                self._catalog.drop_loose()
        self._catalog.database.checkpoint()
        if files:
            with suppress(StorageFullError):  # the next update writes them
                self._embedded.save()

    def ask(
        self,
        question: str,
        *,
        limit: int | None = None,
        baseline: Baseline | None = None,
        turns: Sequence[Turn] = (),
        selection: Selection = WHOLE,
    ) -> Answer:
        """The passages that answer a question best, and whether they do.

        `limit` is how many at most, by default as set; `baseline` ranks them in a
        simpler way, to compare with. `turns` are the conversation before, oldest
        first: a question that leans on them ("and in Europe?") is completed from
        them, and `searched` tells to what. Exact phrases and other filters in the
        question hold for it alone; only the documents of the `selection` are asked.
        Raises QuestionError for what cannot be searched for, EncoderError and
        IndexStateError.
        """
        question = well_formed(question)
        asked = parsed(question)
        # A filter holds for the question that it was typed with.
        before = [
            replace(turn, searched=text_of(turn.searched or turn.question))
            for turn in turns
        ]
        resolved = resolve(asked.quoted, before)
        searched = ""
        if resolved.why:
            searched = f"{resolved.searched} {asked.operators}".strip()
            asked = parsed(searched)
        asked = replace(asked, selection=selection)
        return replace(
            self._asked(asked, limit=limit, baseline=baseline),
            question=question.strip(),
            searched=searched,
            new_topic=resolved.topic_changed,
        )

    def every(self, question: str, *, selection: Selection = WHOLE) -> EveryAnswer:
        """Every passage that holds the question's content words and fits its filter.

        Only the documents of the `selection` are asked. Raises QuestionError where
        there is nothing to look for.
        """
        question = well_formed(question)
        with self._engine.reading() as view:
            asked = replace(parsed(question), selection=selection)
            return every(question.strip(), asked, view=view)

    def _asked(
        self, asked: Parsed, *, limit: int | None, baseline: Baseline | None = None
    ) -> Answer:
        started = time.perf_counter()
        if limit is not None and limit < 1:
            raise QuestionError(
                f"The limit is {limit}, but at least one passage must be asked for."
            )
        encoder = self.encoder
        with self._engine.reading() as view:
            if view.state.encoder not in ("", encoder.fingerprint):
                raise IndexStateError(OTHER_MODEL)
            found = answer(
                asked,
                view=view,
                encoder=encoder,
                limit=limit or self.settings.passages_per_answer,
                max_characters=self.settings.max_question_characters,
                baseline=baseline,
            )
        return replace(found, seconds=time.perf_counter() - started)

    def absent(self, phrase: str) -> AbsenceReport:
        """Where a phrase stands, or that it stands nowhere and what comes nearest.

        Raises QuestionError for a phrase without words, and what `ask` raises.
        """
        phrase = well_formed(phrase)
        with self._engine.reading() as view:
            plain = Parsed(phrase, phrase, "", NO_FILTER)
            nearest = self._asked(plain, limit=None)
            return absence(phrase, view=view, nearest=nearest)

    def draft(self, path: Path, name: str = "") -> Draft:
        """A file whose quotations are to be checked; it is not put into the library.

        `name`, by default the file's own, tells what kind it is. Raises DraftError.
        """
        return read_draft(path, name or path.name, self.settings)

    def verify(self, draft: Draft) -> VerifyReport:
        """Whether the draft's quotations stand in the documents as they are quoted."""
        with self._engine.reading() as view:
            report = verify(draft, view, self._versions)
            _check_whole(view)
            return report

    def claims(self, draft: Draft) -> ClaimReport:
        """What is related to each sentence of the draft. Raises what `ask` raises."""

        def ask(sentence: str) -> Answer:
            text = sentence[: self.settings.max_question_characters]
            return self._asked(Parsed(text, text, "", NO_FILTER), limit=1)

        with self._engine.reading() as view:
            build = view.state.build
        return claims(draft, ask, build)

    def document(self, path: str) -> Document:
        """A document by its path. Raises UnknownDocumentError."""
        with self._engine.reading() as view:
            return _document(view, path)

    def receipt(self, path: str, span: Span) -> Receipt:
        """What proves a stretch of a document, and finds it again after edits.

        Raises UnknownDocumentError, and ValueError for what is no stretch of it.
        """
        with self._engine.reading() as view:
            return receipt_of(_document(view, path), span, view.state.build)

    def receipts(
        self, cited: Iterable[tuple[Source, Span]]
    ) -> tuple[Receipt | None, ...]:
        """The receipts of stretches that were shown, in their order.

        None for one whose document has changed since, and is not kept as it was.
        """
        with self._engine.reading() as view:
            return proofs.receipts(cited, view, self._versions)

    def quoted(self, path: str, quote: str) -> Receipt:
        """The receipt of a quote by its words, whatever its spaces and signs.

        Raises UnknownDocumentError, and QuestionError where the document does not hold
        just these words, or holds them in several places.
        """
        with self._engine.reading() as view:
            document = _document(view, path)
            place = only_place(document, quote)
            return receipt_of(document, place, view.state.build)

    def restored(self, written: WrittenReceipt) -> Receipt | None:
        """The whole receipt of one that stood in a text, with its quote.

        None where the document has changed since and is not kept as it was, or where
        the quote that stands there is not the one that is meant.
        """
        with self._engine.reading() as view:
            return proofs.restored(written, view, self._versions)

    def anchor(self, receipt: Receipt) -> Anchored:
        """Where a quotation stands now: unchanged, moved, edited, or gone.

        Also when its document was renamed, or the quote is in another one by now.
        """
        before = self._versions.find(receipt.document)
        with self._engine.reading() as view:
            found = anchored(receipt, view, before.text if before else None)
            _check_whole(view)
            return found

    def keep(self, path: str) -> None:
        """Keep a document's text of now, since it is cited.

        It stays readable as a `version` when the document changes. Raises
        UnknownDocumentError and CitationsError.
        """
        self.keep_text(self.document(path))

    def keep_text(self, document: Document) -> None:
        """Keep a text of any library here. Raises CitationsError."""
        self._versions.keep(document)

    def version(self, digest: str) -> Document:
        """A document's text as it was kept when it was cited, by its digest.

        At least the first 12 digits of that. Raises UnknownDocumentError.
        """
        document = self._versions.find(digest)
        if document is None:
            raise UnknownDocumentError(
                "That version of the document is not kept. A text is kept when it is "
                "cited: when a link, a quote or a reference is copied, or it is pinned."
            )
        return document

    def page(self, path: str, number: int, width: int) -> PagePicture:
        """How a page of a document looks, from 1, `width` pixels wide.

        Raises UnknownDocumentError, and PageError where it has no pages or its file is
        not the one that was indexed.
        """
        file = self.settings.content / path
        return self._pages.picture(file, self.document(path), number, width)

    def boxes(self, path: str, span: Span) -> tuple[Box, ...]:
        """Where a stretch of a document's text stands on its pages.

        Raises UnknownDocumentError and PageError.
        """
        file = self.settings.content / path
        return self._pages.boxes(file, self.document(path), span)

    def files(self) -> tuple[FileReport, ...]:
        """Every file of the content folder as of the last update, by path."""
        with self._engine.reading() as view:
            return view.files()

    def archives(self) -> dict[str, str]:
        """The file that each document lies in, by its path, where it is none itself."""
        with self._engine.reading() as view:
            files = {held.source.path: held.file for held in view.held()}
        return {path: file for path, file in files.items() if path != file}

    def day_of(self, source: Source) -> str:
        """The day that dates in a selection are compared with, "" if none is known."""
        return day_of(source.date)

    def size(self) -> LibrarySize:
        """How much the library holds."""
        with self._engine.reading() as view:
            return view.size()

    def example_questions(self, limit: int = 4) -> tuple[str, ...]:
        """Questions made from the documents' own headings, names and phrases."""
        with self._engine.reading() as view:
            paths = [
                held.source.path
                for held in view.held()
                if held.state is not FileState.REFUSED
            ]
            documents = map(view.document, paths[:EXAMPLE_DOCUMENTS])
            return example_questions((d for d in documents if d), limit)

    @property
    def _catalog(self) -> Catalog:
        """The catalog, of this version. Raises IndexStateError if it is of another."""
        if self._opened.outdated:
            raise IndexStateError(OUTDATED)
        return self._opened

    def _rebuild(
        self,
        encoder: Encoder,
        progress: Report | None,
        *,
        stop: Stop,
        origin: Origin | None,
    ) -> UpdateReport:
        """Everything anew; what there is answers meanwhile, if it can be read at all."""
        try:
            return self._build(encoder, progress, anew=True, stop=stop, origin=origin)
        except DamagedDatabaseError:
            self._opened.reset()
            return self._build(encoder, progress, anew=True, stop=stop, origin=origin)

    def _build(
        self,
        encoder: Encoder,
        progress: Report | None,
        *,
        anew: bool,
        stop: Stop,
        only: Collection[str] | None = None,
        origin: Origin | None = None,
    ) -> UpdateReport:
        return Build(
            self._catalog,
            encoder,
            self.settings.content,
            limits=limits_of(self.settings),
            report=progress or (lambda _: None),
            anew=anew,
            only=only,
            stop=stop,
            origin=origin,
        ).run()


def limits_of(settings: Settings) -> Limits:
    """What one file may cost."""
    return Limits(
        max_bytes=settings.max_file_bytes,
        max_seconds=settings.max_seconds_per_file,
        ocr=settings.ocr,
    )


def _check_whole(view: View) -> None:
    """Raise IndexStateError where it cannot be said what the library does not hold."""
    if view.may_be_partial:
        raise IndexStateError(PARTIAL)


def _document(view: View, path: str) -> Document:
    """The document of a path. Raises UnknownDocumentError."""
    document = view.document(path)
    if document is None:
        raise UnknownDocumentError(
            f"There is no document {path!r} in the library (any more). "
            "`python -m citeback list` shows what there is."
        )
    return document
