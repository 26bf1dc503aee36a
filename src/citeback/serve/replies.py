"""What the page's parts are given after each event, as plain values for its scripts.

Errors of the library become sentences here. None means: leave it as it is.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import Any

from citeback.errors import CitebackError
from citeback.records import Verdict
from citeback.serve.finding import found_in
from citeback.serve.found import count_sentence
from citeback.serve.opening import Request, around_passage, open_request
from citeback.serve.reading import ReaderView
from citeback.serve.reads import Reads
from citeback.serve.render import spoken_answer
from citeback.serve.session import Turn
from citeback.serve.strings import Words

# Nobody looks for more at once.
MOST_LETTERS = 1000

_clicks = count(1)


def beside(library: Reads, turns: list[Turn], words: Words) -> dict[str, Any]:
    """The reader beside a new answer: its first passage, unless the text is silent."""
    turn = turns[-1]
    if turn.found is not None:
        said = count_sentence(turn.found, words)
        return _first(library, turns, said=said)
    if turn.answer is None:
        return reader_value(None)
    said = spoken_answer(turn.answer, words)
    if turn.answer.verdict is Verdict.SILENT or not turn.answer.hits:
        return reader_value(None, said=said)
    return _first(library, turns, said=said)


def _first(library: Reads, turns: list[Turn], *, said: str) -> dict[str, Any]:
    """The reader at the first passage of the newest turn, if there is one."""
    try:
        view = open_request(library, turns, Request(turn=turns[-1].number, number=1))
    except CitebackError:
        view = None
    return reader_value(view, said=said)


def opened(
    library: Reads,
    turns: list[Turn],
    wanted: object,
    *,
    focus: bool = False,
    reply: bool = False,
) -> dict[str, Any] | None:
    """The reader after a click on a citation, a file or a link."""
    request = _request(wanted)
    if request is None:
        return None
    try:
        view = open_request(library, turns, request)
    except CitebackError as error:
        return reader_value(None, opened=focus, problem=str(error))
    if view is None:
        return None
    return reader_value(view, opened=focus, reply=reply)


def around(library: Reads, turns: list[Turn], wanted: object) -> dict[str, Any] | None:
    """What a card shows around its passage; empty if that is gone."""
    request = _request(wanted)
    if request is None:
        return None
    try:
        view = around_passage(library, turns, request)
    except CitebackError:
        view = None
    place = {"turn": request.turn, "number": request.number}
    texts = {"before": "", "after": ""} if view is None else view
    return {**place, **texts, "click": next(_clicks)}


def found(library: Reads, wanted: Any) -> dict[str, Any] | None:
    """What the reader's search finds in the whole of a document."""
    try:
        end = int(wanted["end"])
        view = found_in(
            library.document(str(wanted["document"])),
            str(wanted["letters"])[:MOST_LETTERS],
            start=int(wanted["start"]),
            end=sys.maxsize if end < 0 else end,
            at=int(wanted["at"]),
        )
        return {**view, "ask": int(wanted["ask"])}
    except (CitebackError, KeyError, TypeError, ValueError):
        return None


def reader_value(
    view: ReaderView | None,
    *,
    opened: bool = False,
    reply: bool = False,
    said: str = "",
    problem: str = "",
) -> dict[str, Any]:
    """What reader.js draws; `click` makes each value new, so that repeats are seen.

    `opened` asks for the focus; `reply` says that the page had asked for this view.
    """
    return {
        "view": view,
        "opened": opened,
        "reply": reply,
        "said": said,
        "problem": problem,
        "click": next(_clicks),
    }


def _request(wanted: Any) -> Request | None:
    """What the page's scripts ask for; None for what they would never send."""
    try:
        return Request(
            turn=int(wanted.get("turn", -1)),
            number=int(wanted.get("number", 0)),
            also=int(wanted.get("also", -1)),
            document=str(wanted.get("document", "")),
            around=int(wanted.get("around", -1)),
            start=int(wanted.get("start", -1)),
            end=int(wanted.get("end", -1)),
            state=str(wanted.get("state", "")),
            quote=str(wanted.get("quote", "")),
            prefix=str(wanted.get("prefix", "")),
            suffix=str(wanted.get("suffix", "")),
            copies=str(wanted.get("copies", "")),
            version=str(wanted.get("version", "")),
        )
    except (AttributeError, TypeError, ValueError):
        return None
