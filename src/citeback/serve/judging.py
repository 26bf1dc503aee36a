"""A thumb in the page → a judgement in the question set, and what the page is told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from citeback.errors import CitebackError
from citeback.evaluate.judgements import Judgement, note
from citeback.records import Answer, Verdict
from citeback.serve.session import Turn

_clicks = count(1)


def judged(turns: Sequence[Turn], event: Any, path: Path) -> dict[str, Any] | None:
    """What became of a judgement; None for what the page would never send.

    A follow-up is written down as what it was understood as, so that it can be asked
    alone.
    """
    try:
        turn, number = int(event.turn), int(event.number)
        good, taken_back = event.good is True, event.back is True
    except (AttributeError, TypeError, ValueError):
        return None
    answer = next((one.answer for one in turns if one.number == turn), None)
    if answer is None:
        return None
    quote = _quote(answer, number)
    if quote is None:
        return None
    problem = ""
    try:
        judgement = Judgement(answer.searched or answer.question, quote, good)
        note(path, judgement, taken_back=taken_back)
    except CitebackError as error:
        problem = str(error)
    return {
        "turn": turn,
        "number": number,
        "file": path.name,
        "problem": problem,
        "click": next(_clicks),
    }


def _quote(answer: Answer, number: int) -> str | None:
    """The judged passage's best sentence; "" for the verdict, None if there is none."""
    if number == 0:
        return "" if answer.verdict is Verdict.SILENT else None
    quotes = (hit.quote for hit in answer.hits if hit.number == number)
    return next(quotes, None)
