"""A question as typed → its words, and what its passages must be: the query language.

    "exact words"  -word  file:name  tag:budget  after:2020  before:2021-06-30

Pure; what the filter lets through is looked up by `scope`. docs/filters.md explains it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from citeback.errors import QuestionError
from citeback.index import words
from citeback.records import WHOLE, Filter, Selection

# What opens an exact phrase, and what closes it.
QUOTES = (
    ('"', '"'),
    ("“", "”"),
    ("„", "“"),
    ("„", "”"),
    ("”", "”"),
    ("«", "»"),
    ("»", "«"),
)
_QUOTED = "|".join(
    f"{opening}[^{opening}{closing}\n]+{closing}" for opening, closing in QUOTES
)
# An operator begins after white space or "(", so that "re-entry" and 5" are none, and
# ends before white space or a mark, so that taking it out joins nothing and makes no
# other one of what follows.
_OPERATOR = re.compile(
    rf"(?:(?<!\S)|(?<=\s\()|(?<=^\())(?:(?P<phrase>{_QUOTED})"
    rf"|-(?P<without>{_QUOTED}|[^\W\d_][^\s()\"“”„«»]*+)"
    rf"|(?P<name>file|tag|after|before):(?P<value>{_QUOTED}|[^\s\"“”„«»]++))"
    r"(?=[\s).,;:!?…]|$)",
    re.IGNORECASE,
)
_MARKS = "".join(sorted({sign for pair in QUOTES for sign in pair}))
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
PHRASE, WITHOUT = "phrase", "without"
KINDS = (PHRASE, WITHOUT, "file", "tag", "after", "before")
NO_FILTER = Filter(phrases=(), without=(), files=(), tags=(), after="", before="")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question taken apart.

    `text` is what is searched for, the words of exact phrases with it; `quoted` is the
    same with their quotation marks; `operators` are the others as typed. `selection`
    are the documents that it is asked of.
    """

    text: str
    quoted: str
    operators: str
    filter: Filter
    selection: Selection = WHOLE


def parsed(question: str) -> Parsed:
    """The question taken apart. Raises QuestionError for a date that is none."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    operators = []
    for match in _operators(question):
        kind, value = _kind_and_value(match)
        found[kind].append(value)
        if kind != PHRASE:
            operators.append(match[0])
    after = max((_first_day("after", value) for value in found["after"]), default="")
    before = min((_first_day("before", value) for value in found["before"]), default="")
    if after and before and before <= after:
        raise QuestionError(
            f"No day is both on or after {after} and before {before}. Turn the two "
            "around, or leave one out."
        )
    return Parsed(
        text=text_of(question),
        quoted=_without_operators(question),
        operators=" ".join(operators),
        filter=Filter(
            phrases=tuple(dict.fromkeys(found[PHRASE])),
            without=tuple(dict.fromkeys(found[WITHOUT])),
            files=tuple(dict.fromkeys(found["file"])),
            tags=tuple(dict.fromkeys(found["tag"])),
            after=after,
            before=before,
        ),
    )


def text_of(question: str) -> str:
    """What is searched for: the question without operators and quotation marks."""
    result = question
    for match in reversed(_operators(question)):
        kind, _ = _kind_and_value(match)
        kept = match[0].strip(_MARKS) if kind == PHRASE else " "
        result = result[: match.start()] + kept + result[match.end() :]
    return result.strip() if result == question else _tidy(result)


def _without_operators(question: str) -> str:
    """The question with its exact phrases in their marks, and nothing else special."""
    result = question
    for match in reversed(_operators(question)):
        if _kind_and_value(match)[0] != PHRASE:
            result = result[: match.start()] + " " + result[match.end() :]
    return result.strip() if result == question else _tidy(result)


def _operators(question: str) -> list[re.Match[str]]:
    """The operators in order; a phrase or a word without letters or digits is none."""
    return [
        match
        for match in _OPERATOR.finditer(question)
        if any(words.words(_kind_and_value(match)[1]))
    ]


def _kind_and_value(match: re.Match[str]) -> tuple[str, str]:
    kind = match["name"].lower() if match["name"] else str(match.lastgroup)
    value = match["value"] if match["name"] else match[kind]
    value = value.strip(_MARKS).strip()
    if "(" not in value:  # as in "(file:report)"
        value = value.rstrip(")")
    return kind, value.rstrip(",;!" if kind in ("file", "tag") else ",;!?.")


def _tidy(text: str) -> str:
    """Without the gaps that operators left, and "" where only marks are left."""
    return " ".join(text.split()) if any(words.words(text)) else ""


def _first_day(name: str, value: str) -> str:
    """The first day (ISO) of the year, month or day given."""
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError(value)
        return date(*(int(part or 1) for part in match.groups())).isoformat()
    except ValueError:
        raise QuestionError(
            f"“{name}:{value}” wants a date: a year ({name}:2020), a month "
            f"({name}:2020-05) or a day ({name}:2020-05-31). To search for the word, "
            "put a space after the colon."
        ) from None


def holds_phrase(text: str, phrase: str) -> bool:
    """Whether the phrase's folded words stand in the text in a row.

    Case, accents, white space and punctuation between words do not matter; inflection
    does.
    """
    return bool(phrase_places([word for word, _ in words.words(text)], phrase))


def phrase_places(folded: list[str], phrase: str) -> list[tuple[int, int]]:
    """Where the phrase's words stand in a row, as ranges of positions."""
    wanted = [word for word, _ in words.words(phrase)]
    count = len(wanted)
    return [
        (at, at + count)
        for at in range(len(folded) - count + 1)
        if folded[at : at + count] == wanted
    ]
