"""A receipt → where its quote stands in the library as it is now, whatever was edited.

First where it stood, then in a document that has only another name, then in others
that hold its words.
"""

from __future__ import annotations

from collections.abc import Iterator

from citeback.cite.anchoring.anchor import KEPT_WELL, Place, find, quoted
from citeback.cite.difference import differences
from citeback.cite.records import Anchored, Difference, Receipt, Standing
from citeback.index import words
from citeback.index.engine import EVERYWHERE, View
from citeback.records import Document, Span

# Of other documents so many that share the most words are looked through, by so many
# of the quote's longest words.
OTHERS = 4
PASSAGES = 12
WORDS = 24


def anchored(receipt: Receipt, view: View, before: str | None) -> Anchored:
    """Where a quotation stands now, from one state of the index.

    `before` is the text that was quoted, None if it is not at hand.
    """
    there = view.document(receipt.path)
    if there is not None and _is_untouched(receipt, there):
        return _standing(receipt, there, receipt.span, certain=True)
    wanted = quoted(receipt, before)
    place = find(there.text, wanted) if there is not None else None
    if there is not None and place is not None and place.certain:
        return _placed(receipt, there, place)
    for document in _of_same_text(receipt, view):
        return _standing(receipt, document, receipt.span, certain=True)
    if there is None or place is None or place.best.kept < KEPT_WELL:
        for document in _others(receipt, view):
            other = find(document.text, wanted)
            if other is not None and other.best.kept >= KEPT_WELL:
                return _placed(receipt, document, other)
    if there is not None and place is not None:
        return _placed(receipt, there, place)
    return Anchored(Standing.GONE, receipt, receipt.path, None, "", ())


def _is_untouched(receipt: Receipt, document: Document) -> bool:
    """Whether the document is the one that was quoted, and the quote in its place."""
    return (
        receipt.document != ""
        and document.source.digest.startswith(receipt.document)
        and document.text[receipt.start : receipt.end] == receipt.quote
    )


def _of_same_text(receipt: Receipt, view: View) -> Iterator[Document]:
    """The same text under other names."""
    if not receipt.document:
        return
    for source in (held.source for held in view.held()):
        if source.path != receipt.path and source.digest.startswith(receipt.document):
            document = view.document(source.path)
            if document is not None and _is_untouched(receipt, document):
                yield document


def _others(receipt: Receipt, view: View) -> Iterator[Document]:
    """Other documents that hold many of the quote's words, likeliest first."""
    stems = sorted(words.content_stems(receipt.quote), key=len)[-WORDS:]
    wanted = stems or words.stems(receipt.quote)[:WORDS]
    ids = view.with_words(wanted, PASSAGES, EVERYWHERE)
    found = view.passages(ids)
    paths = dict.fromkeys(found[one][0].path for one in ids if one in found)
    for path in [path for path in paths if path != receipt.path][:OTHERS]:
        document = view.document(path)
        if document is not None:
            yield document


def _placed(receipt: Receipt, document: Document, place: Place) -> Anchored:
    return _standing(
        receipt, document, place.best.span, certain=place.certain, others=place.others
    )


def _standing(
    receipt: Receipt,
    document: Document,
    span: Span,
    *,
    certain: bool,
    others: tuple[Span, ...] = (),
) -> Anchored:
    quote = document.text[span.start : span.end]
    same_place = document.source.path == receipt.path and span == receipt.span
    standing = Standing.UNCHANGED if same_place else Standing.MOVED
    told: tuple[Difference, ...] = ()
    if quote != receipt.quote:
        standing, told = Standing.EDITED, differences(receipt.quote, quote)
    return Anchored(
        standing=standing,
        receipt=receipt,
        path=document.source.path,
        span=span,
        quote=quote,
        differences=told,
        certain=certain,
        others=others,
    )
