"""What one visitor of the page does: ask, open a citation, open a document.

Knows the library and the records, not the page; errors become sentences here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from citeback.errors import CitebackError, UnknownDocumentError
from citeback.records import Answer, Document, Hit, Span
from citeback.records import Turn as Before
from citeback.serve.asking import Asked, Manner
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
from citeback.serve.render import answer_html, problem_html
from citeback.serve.strings import Words

if TYPE_CHECKING:
    from citeback.library import Library

# Every question redraws the conversation, so very old ones leave it.
TURNS_KEPT = 30

# Keys of the sentences that the reader shows above a text that is not what it was.
CHANGED = "document_changed"
LINK_CHANGED = "link_changed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session, numbered from 0, and what came of it.

    Either `answer` is there or `problem` is a sentence. `lead_ins` holds pairs of a
    passage's id and the text that introduces its list. `changed` says that the
    question was asked before, of documents that were not the same; `manner` how it
    stands to the questions before.
    """

    number: int
    question: str
    answer: Answer | None
    lead_ins: tuple[tuple[int, str], ...]
    problem: str
    changed: bool
    manner: Manner = Manner.FOLLOWS

    def html(self, words: Words) -> str:
        """The library's side of the turn."""
        if self.answer is None:
            return problem_html(
                self.problem, self.number, self.question, data=self._data()
            )
        note = words("answer_changed") if self.changed else ""
        return answer_html(
            self.answer,
            self.number,
            words,
            dict(self.lead_ins),
            note,
            data=self._data(),
        )

    def _data(self) -> dict[str, str]:
        """How it was asked, for the browser to ask again in the same way."""
        return {"manner": self.manner}


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


def take_turn(
    library: Library, asked: Asked, turns: Sequence[Turn], *, changed: bool = False
) -> list[Turn]:
    """The session's turns with the new question answered at the end."""
    number = turns[-1].number + 1 if turns else 0
    blank = Turn(number, asked.question, None, (), "", False, asked.manner)
    try:
        before = earlier(turns) if asked.manner is Manner.FOLLOWS else ()
        answer = library.ask(asked.question, turns=before)
        lead_ins = tuple(
            (hit.passage.id, _lead_in(library, hit))
            for hit in answer.hits
            if hit.passage.lead_in is not None
        )
        turn = replace(blank, answer=answer, lead_ins=lead_ins, changed=changed)
    except CitebackError as error:
        turn = replace(blank, problem=str(error))
    return [*turns, turn][-TURNS_KEPT:]


def earlier(turns: Sequence[Turn]) -> list[Before]:
    """What a follow-up question may lean on: the turns since the topic began."""
    begun = [at for at, turn in enumerate(turns) if turn.manner is Manner.TOPIC]
    return [
        _before(turn) for turn in turns[begun[-1] if begun else 0 :] if not turn.problem
    ]


def _before(turn: Turn) -> Before:
    if turn.answer is None:
        return Before(turn.question, turn.question, "", "")
    searched = turn.answer.searched or turn.question
    if not turn.answer.hits:
        return Before(turn.question, searched, "", "")
    best = turn.answer.hits[0]
    return Before(turn.question, searched, best.quote, best.source.title)


def take_again(library: Library, asked: Sequence[Asked]) -> Iterator[list[Turn]]:
    """The turns of a remembered conversation, after each question asked again."""
    digests = {file.source.path: file.source.digest for file in library.files()}
    turns: list[Turn] = []
    for one in asked:
        changed = any(
            not digest or not digests.get(path, "").startswith(digest)
            for path, digest in one.seen.items()
        )
        turns = take_turn(library, one, turns, changed=changed)
        yield turns


def open_request(
    library: Library, turns: Sequence[Turn], request: Request
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
    hit = _hit(turns, request)
    answer = next((t.answer for t in turns if t.number == request.turn), None)
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
    library: Library, turns: Sequence[Turn], request: Request
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


def _lead_in(library: Library, hit: Hit) -> str:
    """The text that introduces the hit's list, "" if the document has changed since."""
    span = hit.passage.lead_in
    if span is None:
        return ""
    try:
        document = library.document(hit.source.path)
    except UnknownDocumentError:
        return ""
    if document.source.digest != hit.source.digest:
        return ""
    return document.text[span.start : span.end]
