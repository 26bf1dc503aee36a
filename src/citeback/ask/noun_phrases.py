"""The things that an English question is about, in its own words.

Told from closed classes of words, endings and word order alone: rough, but it needs no
model and always gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from citeback.index import words
from citeback.records import Span

DETERMINERS = frozenset("a an the this these those its their his her our".split())
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
BE = frozenset("is are was were be been being".split())
AUXILIARIES = BE | frozenset(
    "do does did can could will would shall should may might must has have had".split()
)
PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below"
    " between beyond by despite during except for from in inside into like near of on"
    " onto outside over per since than through throughout to toward towards under"
    " until up upon via with within without".split()
)
# These join two things to one: "the wells at Long Meadow", "oil and gas".
JOINING = frozenset("of in at on from around under near and or".split())
# What people ask with; cut where a thing is followed by what it does.
VERBS = frozenset(
    """
    affect apply become begin belong break bring build buy call carry cause change
    choose come consist contain contribute cost cover create die differ do draw eat
    end face fall feed find focus follow fund gain get give go grow happen have help
    hold include involve keep know lack last lead learn leave like live look lose make
    mean meet need object occur open operate organize own pay plan play produce protect
    provide put reach receive recommend release remain replace require run say see seem
    sell serve set show spend stand start stay stop supply support take tell think try
    use want win work write
    """.split()
)
PARTICIPLES = frozenset(
    """
    born bought bred broken brought built called chosen done drawn driven eaten fed fought
    found given grown held kept known laid led left lost made meant met paid put read
    run said seen sent set shown sold spent spoken sung taken taught thought told won
    worn written
    """.split()
)
# Words that a question asks with rather than about: "how many", "most", "next".
LIGHT = frozenset(
    """
    actually also always another big certain common deep different early exactly far
    fast first former frequent good great hard happen happened high important kind kinds
    large last late later latter little long low main major many mostly much next often
    old one ones part parts particular possible quickly really rest same several short
    similar small soon sort sorts thing things thought today type types various well
    yes yet
    """.split()
)
PLURALS = frozenset("people men women children larvae police data media".split())
SINGULAR_ENDINGS = ("ss", "us", "is", "news")


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A thing named in a question: its place, words as written, and its main word."""

    span: Span
    text: str
    head: str
    is_plural: bool
    is_name: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A word folded, and as written with its place; `ends` before a mark or the end."""

    word: str
    written: str
    span: Span
    ends: bool

    @property
    def is_content(self) -> bool:
        """Whether it carries a topic."""
        return self.word not in words.STOP_WORDS and self.word not in PREPOSITIONS


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    found = [(_without_ending(word), span) for word, span in words.words(text)]
    starts = [*(span.start for _, span in found[1:]), len(text)][: len(found)]
    return [
        Token(
            word,
            text[span.start : span.end],
            span,
            any(sign not in " -–'’\n\t" for sign in text[span.end : following])
            or following == len(text),
        )
        for (word, span), following in zip(found, starts, strict=True)
    ]


def _without_ending(word: str) -> str:
    """ "What's" is "what"; a name keeps its ending."""
    bare = word.split("'")[0]
    return bare if bare in words.STOP_WORDS else word


def noun_phrases(text: str) -> list[NounPhrase]:
    """The question's noun phrases in order; "the wells at Long Meadow" is one."""
    marked = tokens(text)
    found = []
    at = 0
    while at < len(marked):
        if _is_verb_place(marked, at):
            at += 1
            continue
        end = _end(marked, at)
        if end > at:
            found.append(_made(text, marked[at:end]))
        at = max(end, at + 1)
    return found


def _is_verb_place(marked: list[Token], at: int) -> bool:
    """Whether the word there is the verb of "who …", "what …", "to …" or "it …"."""
    token, before = marked[at], marked[at - 1].word if at else ""
    after = marked[at + 1].word if at + 1 < len(marked) else ""
    if before == "who" or before in {"it", "they", "he", "she", "we", "you"}:
        return token.is_content
    if before in {"what", "which"} and token.is_content:
        is_verb = token.word.endswith(("ed", "s")) or token.word in VERBS
        return is_verb and after not in AUXILIARIES | {"of"}
    if before == "to" and token.is_content:
        return token.word in VERBS or after in DETERMINERS
    return token.is_content and (token.word in PARTICIPLES or token.word in VERBS)


def _end(marked: list[Token], start: int) -> int:
    """One past the noun phrase that starts there, `start` where none does."""
    has_determiner = marked[start].word in DETERMINERS
    at = start + has_determiner
    if not has_determiner and _begins_none(marked, start):
        return start
    first = at
    before = [token.word for token in marked[:start] if token.word not in LIGHT]
    after_do = bool(before) and before[-1] in AUXILIARIES - BE
    while at < len(marked):
        token = marked[at]
        follows = at > first
        if token.is_content:
            if follows and _is_participle(token.word):
                break
            if follows and after_do and token.word in VERBS:
                return at
            at += 1
            if token.ends:
                break
            continue
        if not follows or token.word not in JOINING or at + 1 >= len(marked):
            break
        inner = at + 1 + (marked[at + 1].word in DETERMINERS)
        if inner >= len(marked) or not marked[inner].is_content:
            break
        if marked[inner].word in VERBS:
            break
        at = inner
    if at == first:
        return start
    # After "does" a verb must follow: without another sign it is the last word.
    done = at == len(marked) or not (
        _is_participle(marked[at].word) or marked[at].word in BE | VERBS
    )
    if after_do and done and at - first > 1 and not marked[at - 1].written[0].isupper():
        at -= 1
    return at


def _begins_none(marked: list[Token], at: int) -> bool:
    """Whether no thing begins with this word, unless "the" or the like stands before."""
    word = marked[at].word
    alone = marked[at].ends or not marked[at + 1].is_content
    return word in LIGHT or (_is_participle(word) and alone)


def _is_participle(word: str) -> bool:
    return word in PARTICIPLES or (word.endswith("ed") and len(word) > 4)


def _made(text: str, part: list[Token]) -> NounPhrase:
    span = Span(part[0].span.start, part[-1].span.end)
    first = next((t for t in part[1:] if t.word in JOINING), None)
    core = part[: part.index(first)] if first else part
    head = core[-1].word
    joined = any(token.word == "and" for token in part)
    plural = head in PLURALS or (
        head.endswith("s") and not head.endswith(SINGULAR_ENDINGS)
    )
    return NounPhrase(
        span=span,
        text=text[span.start : span.end],
        head=words.stem(head),
        is_plural=joined or plural,
        is_name=all(
            t.written[0].isupper() or t.written[0].isdigit()
            for t in core
            if t.is_content
        ),
    )
