"""Receipts of what was shown, from the documents as they were then."""

from __future__ import annotations

from collections.abc import Iterable

from citeback.cite.receipt import digest_of, paragraph_at, receipt_of
from citeback.cite.records import (
    ReadReceipt,
    Receipt,
    ReceiptFinding,
    VerifiedReceipt,
    WrittenReceipt,
)
from citeback.cite.versions import Versions
from citeback.cite.written import DAMAGED, read_receipts
from citeback.index.engine import View
from citeback.records import Document, Source, Span

# Of so many it is counted how often each stands in its document.
FEW = 100


def receipts(
    cited: Iterable[tuple[Source, Span]], view: View, versions: Versions
) -> tuple[Receipt | None, ...]:
    """The receipts of stretches in their order, from one state of the index.

    Of very many it is not counted how often each stands in its document. None for one whose document has changed since, and is not kept as it was.
    """
    cited = list(cited)
    count = len(cited) <= FEW
    documents: dict[tuple[str, str], Document | None] = {}
    made: list[Receipt | None] = []
    build = view.state.build
    for source, span in cited:
        key = source.path, source.digest
        if key not in documents:
            documents[key] = as_cited(*key, view, versions)
        document = documents[key]
        if document is None:
            made.append(None)
        else:
            made.append(receipt_of(document, span, build, count=count))
    return tuple(made)


def restored(written: WrittenReceipt, view: View, versions: Versions) -> Receipt | None:
    """The whole receipt of one that stood in a text, with its quote.

    None where the document is not as it was nor kept so, or the quote is another.
    """
    document = as_cited(written.path, written.document, view, versions)
    if document is None or not written.start < written.end <= len(document.text):
        return None
    if not written.proves(digest_of(document.text[written.start : written.end])):
        return None
    return receipt_of(document, Span(written.start, written.end), written.build)


def verified_receipts(
    text: str, view: View, versions: Versions
) -> tuple[VerifiedReceipt, ...]:
    """Each receipt that stands in a text, and what it proves."""
    return tuple(_verified(one, view, versions) for one in read_receipts(text))


def _verified(read: ReadReceipt, view: View, versions: Versions) -> VerifiedReceipt:
    written = read.receipt
    if written is None or not _is_writable(written.path):
        finding = ReceiptFinding.DAMAGED
        return VerifiedReceipt(read.span, None, finding, "", read.problem or DAMAGED)
    document = as_cited(written.path, written.document, view, versions)
    if document is None or not (
        document.source.path == written.path
        or versions.is_named(document.source.digest, written.path)
    ):
        return VerifiedReceipt(read.span, written, ReceiptFinding.UNKNOWN, "", "")
    quote = document.text[written.start : written.end]
    if not quote or not written.proves(digest_of(quote)):
        return VerifiedReceipt(read.span, written, ReceiptFinding.FALSE, "", "")
    span = Span(written.start, written.end)
    if not _is_placed(written, document, span):
        finding = ReceiptFinding.MISPLACED
        return VerifiedReceipt(read.span, written, finding, quote, "")
    now = view.document(written.path)
    same = now is not None and written.names(now.source.digest)
    finding = ReceiptFinding.HOLDS if same else ReceiptFinding.EARLIER
    return VerifiedReceipt(read.span, written, finding, quote, "")


def _is_writable(path: str) -> bool:
    """Whether it holds no lone surrogates, which no document's path does."""
    return not any("\ud800" <= sign <= "\udfff" for sign in path)


def _is_placed(written: WrittenReceipt, document: Document, span: Span) -> bool:
    """Whether the paragraph and the page that a receipt names are those of its words."""
    paragraph = paragraph_at(document, span.start)
    locator = document.locator(span)
    return written.paragraph in (0, paragraph) and written.locator in (None, locator)


def as_cited(path: str, digest: str, view: View, versions: Versions) -> Document | None:
    """The document whose digest begins so, if it is there or kept."""
    document = view.document(path)
    if document is not None and document.source.digest.startswith(digest):
        return document
    return versions.find(digest)
