"""Libraries of visitors' own: made for one each, asked with the shared one, deleted."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from citeback.ask.merge import merged, merged_absence, merged_every
from citeback.cite.records import (
    Anchored,
    ClaimReport,
    Draft,
    Receipt,
    Standing,
    VerifyReport,
    WrittenReceipt,
)
from citeback.cite.verifying.joined import best_verified, most_related
from citeback.errors import IndexStateError, UnknownDocumentError
from citeback.index.folder import RunFolder
from citeback.library import Library
from citeback.records import (
    WHOLE,
    AbsenceReport,
    Answer,
    Box,
    Document,
    EveryAnswer,
    FileReport,
    LibrarySize,
    PagePicture,
    Selection,
    Source,
    Span,
    Turn,
)

PRIVATE = "private"


class PrivateLibraries:
    """Makes libraries beside a shared one; they last no longer than this process."""

    def __init__(self, shared: Library) -> None:
        """What another process has left behind is deleted."""
        self.shared = shared
        self._lock = threading.Lock()
        self._run: RunFolder | None = None
        # What can be read only is served as well, until someone adds something.
        with contextlib.suppress(IndexStateError):
            self._run = self._made()

    def _made(self) -> RunFolder:
        return RunFolder(self.shared.settings.index / PRIVATE)

    def folder(self) -> Path:
        """A new empty folder, of a name that nobody can guess. Raises IndexStateError."""
        with self._lock:
            self._run = self._run or self._made()
        made = self._run.path / secrets.token_hex(16)
        made.mkdir(mode=0o700)  # other users of the machine have no business there
        return made

    def open(self, folder: Path) -> Library:
        """A new library in such a folder; it uses the shared one's model."""
        content = folder / "content"
        content.mkdir(exist_ok=True)
        settings = replace(
            self.shared.settings,
            content=content,
            index=folder / "index",
            citations=folder / "citations",
            engine="",
        )
        return Library.open(settings=settings, encoder=self.shared.encoder)

    def close(self) -> None:
        """Delete all of them."""
        if self._run is not None:
            self._run.close()


def discard(folder: Path, library: Library | None) -> None:
    """Delete a folder with all that lies in it."""
    if library is not None:
        library.close()
    shutil.rmtree(folder, ignore_errors=True)


class Both:
    """A library of a visitor's own before the one that is shared.

    The paths of their documents differ, since a new file avoids those of the other;
    should one come later, the visitor's own stands before it.
    """

    def __init__(self, own: Library, shared: Library) -> None:
        """Neither is changed."""
        self._own = own
        self._shared = shared

    def ask(
        self,
        question: str,
        *,
        limit: int | None = None,
        turns: Sequence[Turn] = (),
        selection: Selection = WHOLE,
    ) -> Answer:
        """The best of both, judged anew."""
        libraries = [one for one in (self._shared, self._own) if one.size().passages]
        if len(libraries) < 2:
            (only,) = libraries or [self._shared]
            return only.ask(question, limit=limit, turns=turns, selection=selection)
        wanted = self._shared.settings.passages_per_answer if limit is None else limit
        # Beside the best of a library that has it, the best of the other counts.
        answers = [
            one.ask(
                question,
                limit=wanted if wanted < 1 else max(2, wanted),
                turns=turns,
                selection=selection,
            )
            for one in libraries
        ]
        return merged(answers, wanted)

    def every(self, question: str, *, selection: Selection = WHOLE) -> EveryAnswer:
        """The visitor's own documents first."""
        return merged_every(
            [one.every(question, selection=selection) for one in self._each()]
        )

    def absent(self, phrase: str) -> AbsenceReport:
        """Every place in both, the visitor's own documents first."""
        return merged_absence([one.absent(phrase) for one in self._each()])

    def verify(self, draft: Draft) -> VerifyReport:
        """Each quotation as the library has it in which it stands best."""
        return best_verified([one.verify(draft) for one in self._each()])

    def claims(self, draft: Draft) -> ClaimReport:
        """Each sentence beside the passage of either that is most related to it."""
        return most_related([one.claims(draft) for one in self._each()])

    def document(self, path: str) -> Document:
        """The visitor's own if there is one of that path."""
        return self._holding(path).document(path)

    def receipt(self, path: str, span: Span) -> Receipt:
        """Of the visitor's own document if there is one of that path."""
        return self._holding(path).receipt(path, span)

    def receipts(
        self, cited: Iterable[tuple[Source, Span]]
    ) -> tuple[Receipt | None, ...]:
        """Each from the library that holds its document."""
        return tuple(
            receipt
            for source, span in cited
            for receipt in self._holding(source.path).receipts([(source, span)])
        )

    def quoted(self, path: str, quote: str) -> Receipt:
        """Of the visitor's own document if there is one of that path."""
        return self._holding(path).quoted(path, quote)

    def restored(self, written: WrittenReceipt) -> Receipt | None:
        """From the visitor's own library where that can tell."""
        return self._own.restored(written) or self._shared.restored(written)

    def anchor(self, receipt: Receipt) -> Anchored:
        """In the library that holds its document, or else where it is found."""
        holding = self._holding(receipt.path)
        now = holding.anchor(receipt)
        if now.standing is not Standing.GONE:
            return now
        other = self._shared if holding is self._own else self._own
        elsewhere = other.anchor(receipt)
        return now if elsewhere.standing is Standing.GONE else elsewhere

    def keep(self, path: str) -> None:
        """Beside the visitor's own library, whichever holds the document."""
        self._own.keep_text(self._holding(path).document(path))

    def version(self, digest: str) -> Document:
        """The visitor's own if there is one."""
        try:
            return self._own.version(digest)
        except UnknownDocumentError:
            return self._shared.version(digest)

    def page(self, path: str, number: int, width: int) -> PagePicture:
        """Of the visitor's own document if there is one of that path."""
        return self._holding(path).page(path, number, width)

    def boxes(self, path: str, span: Span) -> tuple[Box, ...]:
        """In the visitor's own document if there is one of that path."""
        return self._holding(path).boxes(path, span)

    def files(self) -> tuple[FileReport, ...]:
        """The visitor's own first."""
        return (*self._own.files(), *self._shared.files())

    def size(self) -> LibrarySize:
        """Both together."""
        sizes = [one.size() for one in self._each()]
        return LibrarySize(
            documents=sum(size.documents for size in sizes),
            paragraphs=sum(size.paragraphs for size in sizes),
            passages=sum(size.passages for size in sizes),
            sentences=sum(size.sentences for size in sizes),
        )

    def example_questions(self, limit: int = 4) -> tuple[str, ...]:
        """Those of the shared library, or else of the visitor's own."""
        return self._shared.example_questions(limit) or self._own.example_questions(
            limit
        )

    def _holding(self, path: str) -> Library:
        """The library to look for a document in."""
        try:
            self._own.document(path)
        except UnknownDocumentError:
            return self._shared
        return self._own

    def _each(self) -> tuple[Library, Library]:
        return self._own, self._shared
