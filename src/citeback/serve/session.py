"""What one visitor of the page does: ask, open a citation, open a document.

Knows the library and the records, not the page; errors become sentences here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from citeback.errors import CitebackError
from citeback.records import Answer, Hit
from citeback.serve.reading import (
    Cited,
    ReaderView,
    cited_in,
    cited_place,
    reader_view,
)
from citeback.serve.render import answer_html, problem_html

if TYPE_CHECKING:
    from citeback.library import Library

# Every question redraws the conversation, so very old ones leave it.
TURNS_KEPT = 30

CHANGED = (
    "This document has changed since the answer was given, so the passage is"
    " not marked. Ask again to find it in the new text."
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session, numbered from 0, and what came of it.

    Either `answer` is there or `problem` is a sentence. `lead_ins` holds pairs of a
    passage's id and the text that introduces its list.
    """

    number: int
    question: str
    answer: Answer | None
    lead_ins: tuple[tuple[int, str], ...]
    problem: str

    @property
    def html(self) -> str:
        """The library's side of the turn."""
        if self.answer is None:
            return problem_html(self.problem, self.number, self.question)
        return answer_html(self.answer, self.number, dict(self.lead_ins))


@dataclass(frozen=True, slots=True)
class Request:
    """What a click asks the reader for: a citation of a turn, or a document.

    `also` is the position of a near-duplicate's place, or -1; `around` the offset
    at which to go on reading a long document, or -1.
    """

    turn: int = -1
    number: int = 0
    also: int = -1
    document: str = ""
    around: int = -1


def well_formed(question: str) -> str:
    """The question without what UTF-8 cannot carry (half a surrogate pair)."""
    return question.encode("utf-8", "replace").decode("utf-8").strip()


def take_turn(library: Library, question: str, turns: Sequence[Turn]) -> list[Turn]:
    """The session's turns with the new question answered at the end."""
    number = turns[-1].number + 1 if turns else 0
    try:
        answer = library.ask(question)
        lead_ins = tuple(
            (hit.passage.id, _lead_in(library, hit))
            for hit in answer.hits
            if hit.passage.lead_in is not None
        )
        turn = Turn(number, question, answer, lead_ins, "")
    except CitebackError as error:
        turn = Turn(number, question, None, (), str(error))
    return [*turns, turn][-TURNS_KEPT:]


def open_request(
    library: Library, turns: Sequence[Turn], request: Request
) -> ReaderView | None:
    """What the reader shows for a click; None if there is no such citation.

    Raises UnknownDocumentError for a document that is no longer there.
    """
    if request.turn < 0:
        document = library.document(request.document)
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


def _hit(turns: Sequence[Turn], request: Request) -> Hit | None:
    for turn in turns:
        if turn.number == request.turn and turn.answer is not None:
            for hit in turn.answer.hits:
                if hit.number == request.number:
                    return hit
    return None


def _lead_in(library: Library, hit: Hit) -> str:
    span = hit.passage.lead_in
    if span is None:
        return ""
    return library.document(hit.source.path).text[span.start : span.end]
