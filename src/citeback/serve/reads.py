"""What a visitor's questions are put to: one library, or two as if they were one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from citeback.cite.records import (
    Anchored,
    ClaimReport,
    Draft,
    Receipt,
    VerifyReport,
    WrittenReceipt,
)
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


class Reads(Protocol):
    """What front doors read of a library; each as `Library` has it."""

    def ask(
        self,
        question: str,
        *,
        limit: int | None = None,
        turns: Sequence[Turn] = (),
        selection: Selection = WHOLE,
    ) -> Answer:
        """The passages that answer a question best, and whether they do."""

    def every(self, question: str, *, selection: Selection = WHOLE) -> EveryAnswer:
        """Every passage that holds the question's words."""

    def absent(self, phrase: str) -> AbsenceReport:
        """Where a phrase stands, or that it stands nowhere."""

    def verify(self, draft: Draft) -> VerifyReport:
        """Whether a draft's quotations stand in the documents."""

    def claims(self, draft: Draft) -> ClaimReport:
        """What is related to each sentence of a draft."""

    def document(self, path: str) -> Document:
        """A document by its path. Raises UnknownDocumentError."""

    def receipt(self, path: str, span: Span) -> Receipt:
        """What proves a stretch of a document."""

    def receipts(
        self, cited: Iterable[tuple[Source, Span]]
    ) -> tuple[Receipt | None, ...]:
        """What proves each stretch that was shown; None if its text is no more."""

    def quoted(self, path: str, quote: str) -> Receipt:
        """What proves a quote, by its words."""

    def restored(self, written: WrittenReceipt) -> Receipt | None:
        """The whole receipt of one that stood in a text; None if its text is no more."""

    def anchor(self, receipt: Receipt) -> Anchored:
        """Where a quotation stands now."""

    def keep(self, path: str) -> None:
        """Keep a document's text of now, since it is cited. Raises CitationsError."""

    def version(self, digest: str) -> Document:
        """A text as it was kept. Raises UnknownDocumentError."""

    def page(self, path: str, number: int, width: int) -> PagePicture:
        """How a page of a document looks."""

    def boxes(self, path: str, span: Span) -> tuple[Box, ...]:
        """Where a stretch of a document's text stands on its pages."""

    def files(self) -> tuple[FileReport, ...]:
        """Every file, read or refused."""

    def size(self) -> LibrarySize:
        """How much can be found."""

    def example_questions(self, limit: int = 4) -> tuple[str, ...]:
        """Questions to begin with."""
