"""What the reader shows of a quotation whose document has changed since.

Its place as it is now, what became of it, and the version that it was taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from citeback.cite.receipt import digest_of, paragraph_at, receipt_of
from citeback.cite.records import Anchored, Receipt, Standing
from citeback.errors import UnknownDocumentError
from citeback.records import Document, Hit, Passage, Source, Span
from citeback.serve.reading import (
    ChangeView,
    Cited,
    ReaderView,
    cited_span,
    reader_view,
)
from citeback.serve.reads import Reads


def reopened(
    library: Reads,
    receipt: Receipt,
    *,
    key: str,
    turn: int = -1,
    number: int = 1,
    stops: Sequence[int] = (),
    around: int = -1,
) -> ReaderView:
    """The document with the quotation marked where it stands now, and what was changed.

    Raises UnknownDocumentError where nothing of it is left, nor kept.
    """
    now = library.anchor(receipt)
    kept = kept_version(library, receipt.document)
    try:
        document = library.document(now.path)
    except UnknownDocumentError:
        if kept is None:
            raise
        return _earlier(kept, receipt.span, key, _change(now, kept, kept))
    marks: tuple[Cited, ...] = ()
    start = min(receipt.start, len(document.text))
    if now.span is not None:
        start = now.span.start
        marks = (cited_span(now.span, number, paragraph_at(document, start)),)
    return reader_view(
        document,
        marks,
        key=key,
        turn=turn,
        active=number,
        stops=stops,
        around=around if around >= 0 else start,
        change=_change(now, document, kept),
    )


def earlier_version(
    library: Reads, digest: str, span: Span, *, key: str, around: int = -1
) -> ReaderView:
    """A document as it was when it was cited. Raises UnknownDocumentError."""
    change = ChangeView(
        standing="earlier",
        certain=True,
        title="",
        differences=[],
        version="",
        document="",
        start=span.start,
        end=span.end,
    )
    return _earlier(library.version(digest), span, key, change, around=around)


def kept_version(library: Reads, digest: str) -> Document | None:
    """The version that a digest, or how it begins, names; None if it is not kept."""
    try:
        return library.version(digest)
    except UnknownDocumentError:
        return None


def receipt_of_link(library: Reads, linked: Receipt) -> Receipt | None:
    """What a link tells of its quote, which a long one's link does not hold itself.

    None where the text that it was made for is not at hand. Raises
    UnknownDocumentError.
    """
    if linked.quote:
        return linked
    document = kept_version(library, linked.document)
    if document is None:
        document = library.document(linked.path)
        if not document.source.digest.startswith(linked.document):
            return None
    if not linked.start < linked.end <= len(document.text):
        return None
    return replace(receipt_of(document, linked.span, 0), path=linked.path)


def hit_receipt(hit: Hit) -> Receipt:
    """What is known to find the best sentence of a passage again."""
    return _receipt(hit.source, hit.passage, hit.best)


def passage_receipt(source: Source, passage: Passage) -> Receipt:
    """What is known to find a whole passage again."""
    return _receipt(source, passage, Span(passage.start, passage.end))


def _receipt(source: Source, passage: Passage, span: Span) -> Receipt:
    start, end = span.start - passage.start, span.end - passage.start
    quote = passage.text[start:end]
    return Receipt(
        path=source.path,
        title=source.title,
        url=source.url,
        document=source.digest,
        start=span.start,
        end=span.end,
        quote=quote,
        digest=digest_of(quote),
        prefix=passage.text[:start],
        suffix=passage.text[end:],
        paragraph=passage.paragraph,
        locator=passage.locator,
        build=0,
    )


def _change(
    now: Anchored, document: Document, kept: Document | None
) -> ChangeView | None:
    """What to tell of a quotation, None where there is nothing to tell."""
    if now.standing is Standing.UNCHANGED and now.certain:
        return None
    elsewhere = now.path != now.receipt.path
    differences = [(one.change.value, one.text) for one in now.differences]
    if now.standing is Standing.GONE:
        differences = [("removed", now.receipt.quote)]
    return ChangeView(
        standing=now.standing.value,
        certain=now.certain,
        title=(document.source.title or now.path) if elsewhere else "",
        differences=differences,
        version=kept.source.digest if kept else "",
        document=now.receipt.path,
        start=now.receipt.start,
        end=now.receipt.end,
    )


def _earlier(
    document: Document,
    span: Span,
    key: str,
    change: ChangeView | None,
    *,
    around: int = -1,
) -> ReaderView:
    # Its pages are those of the file of now.
    bare = replace(document, marks=())
    marks: tuple[Cited, ...] = ()
    if 0 <= span.start < span.end <= len(document.text):
        marks = (cited_span(span, 1, paragraph_at(document, span.start)),)
    return reader_view(
        bare,
        marks,
        key=key,
        active=1,
        around=around if around >= 0 else max(0, min(span.start, len(document.text))),
        version=document.source.digest,
        change=change,
    )
