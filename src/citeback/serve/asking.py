"""How a question is asked: after earlier ones or alone, for the best passages or all.

Reads what the page's scripts send and trusts none of it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from citeback.records import WHOLE, Selection


class Manner(StrEnum):
    """How a question stands to those before it.

    One that is TYPED is searched for letter by letter; a TOPIC, too, and what follows
    it leans on nothing that was asked earlier.
    """

    FOLLOWS = "follows"
    TYPED = "typed"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a browser sends it, or remembers it.

    `seen` maps each document's path to the beginning of its digest, as it was when
    the question was answered. `every` asks for all passages, not the best; only the
    documents of the `selection` are asked.
    """

    question: str
    seen: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.FOLLOWS
    every: bool = False
    selection: Selection = WHOLE


def well_formed(question: str) -> str:
    """The question without what UTF-8 cannot carry (half a surrogate pair)."""
    return question.encode("utf-8", "replace").decode("utf-8").strip()


def asked_now(question: str, way: object) -> Asked:
    """The question that is asked, in the way that the page's switches stand."""
    chosen = way if isinstance(way, dict) else {}
    return Asked(
        well_formed(question),
        manner=_manner(chosen.get("manner")),
        every=chosen.get("every") is True,
        selection=selected(chosen.get("scope")),
    )


def selected(payload: object) -> Selection:
    """The documents that a browser says are chosen; what is no choice chooses all."""
    chosen = payload if isinstance(payload, dict) else {}
    return Selection(
        paths=_texts(chosen.get("paths")),
        tags=_texts(chosen.get("tags")),
        after=_day(chosen.get("after")),
        before=_day(chosen.get("before")),
    )


def _texts(payload: object) -> tuple[str, ...]:
    listed = payload if isinstance(payload, list) else []
    return tuple(
        dict.fromkeys(well_formed(one) for one in listed if isinstance(one, str))
    )


def _day(payload: object) -> str:
    try:
        return date.fromisoformat(str(payload)).isoformat()
    except ValueError:
        return ""


def remembered(payload: object, most: int) -> list[Asked]:
    """What a browser sent of a conversation, at `most` the newest, without what is no
    question.
    """
    asked = []
    for entry in payload if isinstance(payload, list) else []:
        question = entry.get("question") if isinstance(entry, dict) else None
        if not isinstance(question, str) or not well_formed(question):
            continue
        seen = entry.get("seen")
        states = seen if isinstance(seen, dict) else {}
        asked.append(
            Asked(
                well_formed(question),
                {str(path): str(digest) for path, digest in states.items()},
                _manner(entry.get("manner")),
                entry.get("every") is True,
                selected(entry.get("scope")),
            )
        )
    return asked[-most:]


def _manner(name: object) -> Manner:
    try:
        return Manner(str(name))
    except ValueError:
        return Manner.FOLLOWS
