"""A follow-up question → the same, complete in itself, from the turns before it.

English rules over closed classes of words; nothing is guessed by a model, and what
came of it is shown and can be edited. docs/followup.md has the measurements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citeback.ask.noun_phrases import (
    AUXILIARIES,
    BE,
    LIGHT,
    PREPOSITIONS,
    QUESTION_WORDS,
    Token,
    noun_phrases,
    tokens,
)
from citeback.ask.pointing import OPPOSITES, is_name, named_again, points_back, put
from citeback.index import words
from citeback.records import Span, Turn

LEAD = re.compile(
    r"(?:(?:and|but|or|so|also|then|ok|okay|well)\b[\s,:–-]*)+", re.IGNORECASE
)
ABOUT = re.compile(r"(?:what|how) (?:about|of)\s+", re.IGNORECASE)
# "The reason", "the alternative": of something that was named before.
RELATIONAL = frozenset(
    """
    advantage advantages aim aims alternative alternatives cause causes consequence
    consequences cost costs difference disadvantage disadvantages drawback drawbacks
    effect effects example examples goal goals outcome outcomes price purpose reason
    reasons remainder rest result results
    """.split()
)
BELONGING = frozenset("at behind between for from in of on that to".split())
COMMANDS = frozenset(
    "compare define describe explain find give list name quote show summarize tell".split()
)
# With these beside it, a question word is still alone.
BESIDE = frozenset("else exactly many much not so that then this".split())
# A fragment of more words than this is taken for a search by key words.
FRAGMENT_WORDS = 4


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a question was understood as.

    `why` says in a few words what was completed, "" where `searched` is the question
    as typed. `topic_changed` tells that it shares nothing with the turns before.
    """

    searched: str
    topic_changed: bool
    why: str


def resolve(question: str, turns: Sequence[Turn]) -> Resolved:
    """The question complete in itself; `turns` are those before, oldest first."""
    text = question.strip()
    turns = [turn for turn in turns if tokens(turn.searched)]
    if not turns or not tokens(text):
        return Resolved(question, False, "")
    body = LEAD.sub("", text, count=1) if LEAD.match(text) else text
    body = body if tokens(body) else text
    before = _shortened(turns[-1].searched.strip())
    searched, why = _completed(body, before, is_led=body != text, turns=turns)
    if not why:
        return Resolved(question, _is_new_topic(text, turns), "")
    return Resolved(searched[:1].upper() + searched[1:], False, why)


def _shortened(searched: str) -> str:
    """Of questions joined to one, the last and the one that it all began with."""
    joined = re.split(r"(?<=\?) ", searched)
    return searched if len(joined) < 3 else f"{joined[0]} {joined[-1]}"


def _completed(
    body: str, before: str, *, is_led: bool, turns: Sequence[Turn]
) -> tuple[str, str]:
    """The question completed, and why it was not complete ("" if it was)."""
    about = ABOUT.match(body)
    fragment = body[about.end() :] if about else body
    if about or _is_fragment(fragment, is_led=is_led):
        return _continued(fragment, before, turns), "a question cut short"
    marked = tokens(body)
    if _is_bare(marked):
        return _asked_again(body, before), "a question word alone"
    completed = named_again(body, turns)
    is_full = len(_content(body)) > 1 or len(_content(completed)) > 2
    if completed != body and is_full:
        return completed, "words that point back"
    if (
        completed != body
        or points_back(marked, body)
        or _lacks_a_thing(marked)
        or _is_relational(marked)
        or (is_led and len(_content(body)) < 2)
    ):
        return f"{body} {before}", "a question that leaves out its topic"
    return body, ""


# Questions cut short: "And in Europe?", "What about them?"


def _is_fragment(text: str, *, is_led: bool) -> bool:
    marked = tokens(text)
    if any(t.word in QUESTION_WORDS | AUXILIARIES for t in marked):
        return False
    if marked[0].word in COMMANDS:
        return False
    is_asked = is_led or text.rstrip().endswith("?")
    is_short = len(marked) <= FRAGMENT_WORDS
    return is_asked and (is_led or is_short or marked[0].word in PREPOSITIONS)


def _continued(fragment: str, before: str, turns: Sequence[Turn]) -> str:
    """The question before with the fragment in the place of what it replaces."""
    named = named_again(fragment, turns)
    core = named.rstrip("?!. ")
    marked = tokens(core)
    if not marked:
        return before
    first = marked[0].word
    if first in PREPOSITIONS:
        for preposition in (first, OPPOSITES.get(first, "")):
            place = _after(preposition, before)
            if place:
                return put(before, place, core)
        return f"{before.rstrip('?!. ')} {core}?"
    new = noun_phrases(core)
    old = noun_phrases(before)
    if new:
        for phrase in old:
            if phrase.head == new[-1].head and phrase.text.lower() != core.lower():
                return put(before, phrase.span, core)
    return f"{core}? {before}"


def _after(preposition: str, text: str) -> Span | None:
    """The preposition and the thing after it in the text."""
    marked = tokens(text)
    for at, token in enumerate(marked[:-1]):
        if token.word == preposition and marked[at + 1].word not in QUESTION_WORDS:
            end = _one_past(marked, at + 1)
            if end > at + 1:
                return Span(token.span.start, marked[end - 1].span.end)
    return None


def _one_past(marked: Sequence[Token], start: int) -> int:
    """One past the thing named from there on; a name ends with its capitals."""
    end = start + (marked[start].word in {"the", "a", "an"})
    capitals = end < len(marked) and is_name(marked[end])
    while end < len(marked) and marked[end].is_content:
        if capitals and not is_name(marked[end]):
            break
        end += 1
        if marked[end - 1].ends:
            break
    return end


# Question words alone: "Why?", "Since when?"


def _is_bare(marked: Sequence[Token]) -> bool:
    """Whether nothing is asked about but who, when, why or how much."""
    if not any(t.word in QUESTION_WORDS for t in marked[:2]):
        return False
    rest = {t.word for t in marked} - QUESTION_WORDS - PREPOSITIONS - BE
    return rest <= BESIDE


def _asked_again(bare: str, before: str) -> str:
    """What "Why?" asks: with the words of the question before where they fit."""
    marked = tokens(before)
    asked = [t.word for t in tokens(bare)]
    if (
        len(marked) > 2
        and marked[0].word in {"when", "where", "why", "how"}
        and marked[1].word in AUXILIARIES
        and not BE.intersection(asked)
        and "not" not in asked
    ):
        kept = bare.rstrip("?!. ").removesuffix(" then")
        return f"{kept} {before[marked[1].span.start :]}"
    return f"{bare} {before}"


# Questions that leave their topic out: "Who paid?", "Which other countries?"


def _lacks_a_thing(marked: Sequence[Token]) -> bool:
    """Too little to search for: "Who paid?", "How deep?", "Which countries?"."""
    if marked[0].word not in QUESTION_WORDS or any(
        t.word in AUXILIARIES for t in marked
    ):
        return False
    content = [t for t in marked if t.is_content and t.word not in LIGHT]
    return len(content) <= 1


def _is_relational(marked: Sequence[Token]) -> bool:
    """An alternative, a reason, a cost, and not of what."""
    for at, token in enumerate(marked[1:], start=1):
        if token.word in RELATIONAL and marked[at - 1].word in {"the", "any", "some"}:
            belongs = not token.ends and marked[at + 1].word in BELONGING
            others = [t for t in marked if t.is_content and t.word not in RELATIONAL]
            return not belongs and len(others) <= 1
    return False


def _content(text: str) -> set[str]:
    return {
        words.stem(t.word) for t in tokens(text) if t.is_content and t.word not in LIGHT
    }


def _is_new_topic(text: str, turns: Sequence[Turn]) -> bool:
    """Whether a complete question shares no content word with the turns before."""
    before = {stem for turn in turns[-2:] for stem in _content(turn.searched)}
    before |= _content(turns[-1].quote)
    return not before & _content(text)
