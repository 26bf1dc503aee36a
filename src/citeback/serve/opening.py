"""What the reader shows for a click of a visitor: a citation, a document, a link.

Knows the library and the records, not the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from citeback.records import Document, EveryAnswer, Hit, Span
from citeback.serve.found import cited_found, numbered
from citeback.serve.reading import (
    Cited,
    ReaderView,
    cited_in,
    cited_place,
    cited_span,
    paragraph_at,
    reader_view,
    surroundings,
)
from citeback.serve.reads import Reads
from citeback.serve.session import Turn

# Keys of the sentences that the reader shows above a text that is not what it was.
CHANGED = "document_changed"
LINK_CHANGED = "link_changed"


@dataclass(frozen=True, slots=True)
class Request:
    """What a click asks the reader for: a citation of a turn, or a document.

    `also` is the position of a near-duplicate's place, or -1; `around` the offset
    at which to go on reading a long document, or -1. A link asks for a document
    with the stretch from `start` to `end` marked; `state` is how its digest began.
    """

    turn: int = -1
    number: int = 0
    also: int = -1
    document: str = ""
    around: int = -1
    start: int = -1
    end: int = -1
    state: str = ""


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
    if request.turn < 0:
        document = library.document(request.document)
        if 0 <= request.start < request.end:
            return _linked(document, request)
        around = max(0, request.around)
        key = f"{request.document}:{around}"
        return reader_view(document, (), key=key, around=around)
    turn = next((turn for turn in turns if turn.number == request.turn), None)
    if turn is not None and turn.found is not None:
        return _open_found(library, turn, turn.found, request)
    hit = _hit(turns, request)
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
    document = library.document(source.path)
    changed = document.source.digest != source.digest
    marks: tuple[Cited, ...] = () if changed else cited
    return reader_view(
        document,
        marks,
        key=key,
        turn=request.turn,
        active=request.number,
        stops=[one.number for one in answer.hits],
        around=request.around if request.around >= 0 else start,
        notice=CHANGED if changed else "",
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
    if one is None:
        return None
    document = library.document(one.source.path)
    changed = document.source.digest != one.source.digest
    start = one.found.passage.start
    return reader_view(
        document,
        () if changed else cited_found(found, one.source.path, turn.shown),
        key=f"{turn.number}:{one.number}",
        turn=turn.number,
        active=one.number,
        stops=[one.number for one in listed],
        around=request.around if request.around >= 0 else start,
        notice=CHANGED if changed else "",
    )


def _linked(document: Document, request: Request) -> ReaderView:
    """The document with the stretch marked that a link names."""
    span = Span(request.start, request.end)
    changed = (
        not document.source.digest.startswith(request.state)
        or len(document.text) < span.end
    )
    marks: tuple[Cited, ...] = ()
    if not changed:
        marks = (cited_span(span, 1, paragraph_at(document, span.start)),)
    return reader_view(
        document,
        marks,
        key=f"{request.document}:{span.start}-{span.end}",
        active=1,
        around=min(span.start, len(document.text)),
        notice=LINK_CHANGED if changed else "",
    )


def _hit(turns: Sequence[Turn], request: Request) -> Hit | None:
    for turn in turns:
        if turn.number == request.turn and turn.answer is not None:
            for hit in turn.answer.hits:
                if hit.number == request.number:
                    return hit
    return None
