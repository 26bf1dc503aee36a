"""What the reader shows for a click of a visitor: a citation, a document, a link.

Knows the library and the records, not the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from citeback.errors import UnknownDocumentError
from citeback.records import Document, EveryAnswer, Hit, Source, Span
from citeback.serve.found import cited_found, numbered
from citeback.serve.links import linked_receipt
from citeback.serve.reading import (
    ReaderView,
    cited_in,
    cited_place,
    reader_view,
    surroundings,
)
from citeback.serve.reads import Reads
from citeback.serve.reopening import (
    earlier_version,
    hit_receipt,
    passage_receipt,
    receipt_of_link,
    reopened,
)
from citeback.serve.session import Turn

# Keys of the sentences that the reader shows above a text that is not what it was.
CHANGED = "document_changed"
LINK_CHANGED = "link_changed"
# More of a quote is no link's.
MOST_LETTERS = 20_000


@dataclass(frozen=True, slots=True)
class Request:
    """What a click asks the reader for: a citation of a turn, or a document.

    `also` is the position of a near-duplicate's place, or -1; `around` the offset
    at which to go on reading a long document, or -1. A link asks for a document
    with the stretch from `start` to `end` marked; `state` is how its digest began, and
    `quote` with what stood around it, and how many `copies` of it, find it after edits.
    `version` asks for an earlier text of the document, by its digest.
    """

    turn: int = -1
    number: int = 0
    also: int = -1
    document: str = ""
    around: int = -1
    start: int = -1
    end: int = -1
    state: str = ""
    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    copies: str = ""
    version: str = ""

    @property
    def key(self) -> str:
        """Names what a link asks for."""
        place = f"{self.document}:{self.start}-{self.end}"
        return f"{place}@{self.version}:{self.around}" if self.version else place


class AroundView(TypedDict):
    """The paragraphs before and after a cited passage; "" where there is none."""

    turn: int
    number: int
    before: str
    after: str


def open_request(
    library: Reads, turns: Sequence[Turn], request: Request
) -> ReaderView | None:
    """What the reader shows for a click; None if there is no such citation.

    Raises UnknownDocumentError for a document that is no longer there.
    """
    if request.turn < 0 and request.version:
        return earlier_version(
            library,
            request.version,
            Span(request.start, request.end),
            key=request.key,
            around=request.around,
        )
    if request.turn < 0 and 0 <= request.start < request.end:
        return _linked(library, request)
    if request.turn < 0:
        document = library.document(request.document)
        around = max(0, request.around)
        key = f"{request.document}:{around}"
        return reader_view(document, (), key=key, around=around)
    turn = next((turn for turn in turns if turn.number == request.turn), None)
    if turn is not None and turn.found is not None:
        return _open_found(library, turn, turn.found, request)
    hit = _hit(turns, request)
    if request.quote and (hit is None or hit.quote != request.quote):
        # The question finds something else by now than what was being read.
        return _linked(library, replace(request, turn=-1, around=-1))
    answer = turn.answer if turn is not None else None
    if hit is None or answer is None:
        return None
    key = f"{request.turn}:{request.number}"
    source, cited = hit.source, cited_in(answer, hit.source.path)
    start = hit.best.start
    if request.also >= 0:
        if request.also >= len(hit.also_in):
            return None
        place = hit.also_in[request.also]
        key = f"{key}:{request.also}"
        source, start = place.source, place.start
        cited = (cited_place(place, request.number),)
    stops = [one.number for one in answer.hits]
    unchanged = _unchanged(library, source)
    if unchanged is None and request.also < 0:
        return reopened(
            library,
            hit_receipt(hit),
            key=key,
            turn=request.turn,
            number=request.number,
            stops=stops,
            around=request.around,
        )
    return reader_view(
        unchanged or library.document(source.path),
        cited if unchanged else (),
        key=key,
        turn=request.turn,
        active=request.number,
        stops=stops,
        around=request.around if request.around >= 0 else start,
        notice="" if unchanged else CHANGED,
    )


def around_passage(
    library: Reads, turns: Sequence[Turn], request: Request
) -> AroundView | None:
    """What stands around a cited passage; None if there is no such citation.

    Empty where the document has changed. Raises UnknownDocumentError.
    """
    hit = _hit(turns, request)
    if hit is None:
        return None
    document = library.document(hit.source.path)
    before, after = "", ""
    if document.source.digest == hit.source.digest:
        before, after = surroundings(document, hit.passage.paragraph)
    return AroundView(
        turn=request.turn, number=request.number, before=before, after=after
    )


def _open_found(
    library: Reads, turn: Turn, found: EveryAnswer, request: Request
) -> ReaderView | None:
    """The document with all its passages marked that were found and are shown."""
    listed = list(numbered(found, turn.shown))
    one = next((one for one in listed if one.number == request.number), None)
    if request.quote and (one is None or one.found.passage.text != request.quote):
        return _linked(library, replace(request, turn=-1, around=-1))
    if one is None:
        return None
    key, stops = f"{turn.number}:{one.number}", [one.number for one in listed]
    document = _unchanged(library, one.source)
    if document is None:
        return reopened(
            library,
            passage_receipt(one.source, one.found.passage),
            key=key,
            turn=turn.number,
            number=one.number,
            stops=stops,
            around=request.around,
        )
    start = one.found.passage.start
    return reader_view(
        document,
        cited_found(found, one.source.path, turn.shown),
        key=key,
        turn=turn.number,
        active=one.number,
        stops=stops,
        around=request.around if request.around >= 0 else start,
    )


def _unchanged(library: Reads, source: Source) -> Document | None:
    """The document, None if it is not as it was any more or not there."""
    try:
        document = library.document(source.path)
    except UnknownDocumentError:
        return None
    return document if document.source.digest == source.digest else None


def _linked(library: Reads, request: Request) -> ReaderView:
    """The document with the stretch marked that a link names, wherever it is by now."""
    span = Span(request.start, request.end)
    receipt = linked_receipt(
        request.document,
        span,
        request.state,
        quote=request.quote[:MOST_LETTERS],
        prefix=request.prefix[:MOST_LETTERS],
        suffix=request.suffix[:MOST_LETTERS],
        copies=request.copies,
    )
    whole = receipt_of_link(library, receipt)
    if whole is None:
        return reader_view(
            library.document(request.document),
            (),
            key=request.key,
            active=1,
            around=span.start,
            notice=LINK_CHANGED,
        )
    return reopened(library, whole, key=request.key, around=request.around)


def _hit(turns: Sequence[Turn], request: Request) -> Hit | None:
    for turn in turns:
        if turn.number == request.turn and turn.answer is not None:
            for hit in turn.answer.hits:
                if hit.number == request.number:
                    return hit
    return None
