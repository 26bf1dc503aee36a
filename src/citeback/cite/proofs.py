"""Receipts of what was shown, from the documents as they were then."""

from __future__ import annotations

from collections.abc import Iterable

from citeback.cite.receipt import digest_of, receipt_of
from citeback.cite.records import Receipt, WrittenReceipt
from citeback.cite.versions import Versions
from citeback.index.catalog import Catalog
from citeback.records import Document, Source, Span

# Of so many it is counted how often each stands in its document.
FEW = 100


def receipts(
    cited: Iterable[tuple[Source, Span]], catalog: Catalog, versions: Versions
) -> tuple[Receipt | None, ...]:
    """The receipts of stretches in their order, from one state of the catalog.

    Of very many it is not counted how often each stands in its document. None for one whose document has changed since, and is not kept as it was.
    """
    cited = list(cited)
    count = len(cited) <= FEW
    documents: dict[tuple[str, str], Document | None] = {}
    made: list[Receipt | None] = []
    build = catalog.build
    for source, span in cited:
        key = source.path, source.digest
        if key not in documents:
            documents[key] = as_cited(*key, catalog, versions)
        document = documents[key]
        if document is None:
            made.append(None)
        else:
            made.append(receipt_of(document, span, build, count=count))
    return tuple(made)


def restored(
    written: WrittenReceipt, catalog: Catalog, versions: Versions
) -> Receipt | None:
    """The whole receipt of one that stood in a text, with its quote.

    None where the document is not as it was nor kept so, or the quote is another.
    """
    document = as_cited(written.path, written.document, catalog, versions)
    if document is None or not written.start < written.end <= len(document.text):
        return None
    if not written.proves(digest_of(document.text[written.start : written.end])):
        return None
    return receipt_of(document, Span(written.start, written.end), written.build)


def as_cited(
    path: str, digest: str, catalog: Catalog, versions: Versions
) -> Document | None:
    """The document whose digest begins so, if it is there or kept."""
    document = catalog.document(path)
    if document is not None and document.source.digest.startswith(digest):
        return document
    return versions.find(digest)
