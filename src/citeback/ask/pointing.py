"""Words that point back ("them", "its", "that report") → what they stand for.

English closed classes and word order alone. Where nothing fits, the word stays, and
`points_back` tells so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from citeback.ask.noun_phrases import (
    AUXILIARIES,
    BE,
    LIGHT,
    PREPOSITIONS,
    NounPhrase,
    Token,
    noun_phrases,
    tokens,
)
from citeback.index import words
from citeback.records import Span, Turn

PLURAL = frozenset("they them their theirs these those".split())
PERSON = frozenset("he she him her his hers".split())
THING = frozenset("it its this that".split())
POSSESSIVE = frozenset("its their his her theirs hers".split())
POINTING = frozenset("this that these those such".split())
# Before one of these, "one" and "ones" stand for a thing named before.
BEFORE_ONE = frozenset(
    "another each every first former last latter new next old other previous second"
    " that this third which with without".split()
)
OPPOSITES = {
    "with": "without",
    "without": "with",
    "before": "after",
    "after": "before",
    "inside": "outside",
    "outside": "inside",
}
# A clause begins after these, so that a pronoun may stand for what is before them.
CLAUSE = frozenset(
    "after although and because before but if or since so than that though unless"
    " to until when where whether which while who".split()
)
# "It takes", "it rains": no thing is meant.
EMPTY_IT = frozenset(
    "cost mean means take takes took rain rains snow snows seem seems".split()
)
# After "is it …" these begin what "it" only announces.
ANNOUNCED = frozenset("to that how whether why who when what".split())
SAYING = frozenset(
    "say says said claim claims claimed think thinks thought show shows showed believe"
    " believes believed state states stated mean means meant know knows knew find finds"
    " found suggest suggests suggested".split()
)


def named_again(text: str, turns: Sequence[Turn]) -> str:
    """The text with words that point back replaced by what the turns named."""
    marked = tokens(text)
    taken: set[str] = set()
    chosen = [_replacement(marked, at, text, turns, taken) for at in range(len(marked))]
    result = text
    for span, named in reversed([one for one in chosen if one]):
        result = put(result, span, named)
    return result


def _replacement(
    marked: Sequence[Token],
    at: int,
    text: str,
    turns: Sequence[Turn],
    taken: set[str],
) -> tuple[Span, str] | None:
    """What to put for the word there and for which stretch, None to leave it."""
    word = marked[at].word
    if word in {"one", "ones"} and at and marked[at - 1].word in BEFORE_ONE:
        before = marked[at - 1].word
        if before in OPPOSITES:  # "without one", after "with a meter"
            thing = _thing_after({before, OPPOSITES[before]}, turns)
            return (marked[at].span, thing.text) if thing else None
        thing = _thing("one", turns, taken)
        return (marked[at].span, _bare_name(thing)) if thing else None
    if word in POINTING and _is_determiner(marked, at):
        return _pointed_at(marked, at, turns)
    if word in {"many", "much"} and _stands_for_a_thing(marked, at):
        thing = _thing("they" if word == "many" else "it", turns, taken)
        if thing is None:
            return None
        return marked[at].span, f"{word} {_without_article(thing.text)}"
    if word == "there" and not _is_existential(marked, at):
        place = _place(turns)
        return (marked[at].span, place) if place else None
    if word not in PLURAL | PERSON | THING or not _is_pronoun(marked, at):
        return None
    if _is_inside(marked, at, text) or word in {"this", "that"}:
        return None  # the latter mostly stand for what a whole sentence said
    if word not in {"it", "its", "them"} and _is_the_answer(marked, at, turns):
        return None
    thing = _thing(word, turns, taken)
    if thing is None:
        return None
    is_possessive = word in POSSESSIVE and not marked[at].ends
    named = thing.text
    if at and marked[at - 1].word == "of":  # "how many of them"
        named = "the " + _without_article(named)
    if is_possessive:
        named += "'" if named.endswith("s") else "'s"
    return marked[at].span, named


def _stands_for_a_thing(marked: Sequence[Token], at: int) -> bool:
    """After "how many were …": the thing that is counted is left out."""
    return (
        0 < at < len(marked) - 1
        and marked[at - 1].word == "how"
        and marked[at + 1].word in BE
        and (at + 2 == len(marked) or marked[at + 2].word != "there")
    )


def _is_the_answer(marked: Sequence[Token], at: int, turns: Sequence[Turn]) -> bool:
    """Whether "they" as a subject stands for whom the question before asked after."""
    is_subject = at == 0 or marked[at - 1].word in AUXILIARIES
    return is_subject and tokens(turns[-1].searched)[0].word == "who"


def _is_pronoun(marked: Sequence[Token], at: int) -> bool:
    word, written = marked[at].word, marked[at].written
    after = marked[at + 1].word if at + 1 < len(marked) else ""
    before = marked[at - 1] if at else None
    if written.isupper() or not written.isalpha():  # information technology; "it's"
        return False
    if word == "it":
        if any(t.word in EMPTY_IT for t in marked[at + 1 :]):
            return not any(t.word == "to" for t in marked[at + 1 :])
        return not (
            before is not None
            and before.word in BE
            and any(t.word in ANNOUNCED for t in marked[at + 1 :])
        )
    if word == "that":
        stands_free = before is None or not before.is_content
        return (
            marked[at].ends
            or (stands_free and after in BE)
            or (before is not None and before.word in BE)
        )
    if word in {"these", "those", "this"}:
        begins = (
            before is not None and before.word in BE and after in {"a", "an", "the"}
        )
        return not begins and after not in PREPOSITIONS | {"who", "that", "which"}
    return True


def _is_determiner(marked: Sequence[Token], at: int) -> bool:
    """Whether "this", "that" or "such" belongs to the thing named after it."""
    if marked[at].ends:
        return False
    word, after = marked[at].word, marked[at + 1]
    if not after.is_content or after.word in LIGHT:
        return False
    if word == "such":
        return not (at + 2 < len(marked) and marked[at + 1].word == "as")
    if word != "that":
        return True
    before = marked[at - 1] if at else None
    if before is None or before.word in PREPOSITIONS:
        return True
    if before.word in AUXILIARIES:  # but "what do they have that others lack"
        return not any(t.word in AUXILIARIES for t in marked[: at - 1])
    return before.word not in SAYING and after.ends


def _pointed_at(
    marked: Sequence[Token], at: int, turns: Sequence[Turn]
) -> tuple[Span, str] | None:
    """What is put for "that project": its fuller name of before, if it had one."""
    end = at + 1
    while end + 1 < len(marked) and marked[end + 1].is_content and not marked[end].ends:
        end += 1
    for phrase in _things(turns):
        for last in range(at + 1, end + 1):
            span = Span(marked[at].span.start, marked[last].span.end)
            said = {token.word for token in marked[at + 1 : last + 1]}
            says_more = {t.word for t in tokens(phrase.text) if t.is_content} > said
            if words.stem(marked[last].word) == phrase.head and says_more:
                return span, phrase.text
    return None


def _is_existential(marked: Sequence[Token], at: int) -> bool:
    around = marked[max(0, at - 1) : at + 2]
    return any(token.word in BE for token in around) or at == 0


def _is_inside(marked: Sequence[Token], at: int, text: str) -> bool:
    """Whether the pronoun stands for a thing in the same question."""
    word = marked[at].word
    if word in PERSON and any(is_name(token) for token in marked[1:]):
        return True
    things = [
        phrase
        for phrase in noun_phrases(text)
        if phrase.span.end <= marked[at].span.start
    ]
    if not things:
        return False
    if word in POSSESSIVE:  # but "the cause of its failure" says nothing of "it"
        return len(things) > 1 or marked[at - 1].word != "of"
    between = [token for token in marked[:at] if token.span.end >= things[0].span.end]
    return any(token.ends or token.word in CLAUSE for token in between)


def is_name(token: Token) -> bool:
    """Whether it is written like a name."""
    return token.is_content and token.written[0].isupper()


def _agrees(word: str, phrase: NounPhrase) -> bool:
    if word in PERSON:
        return phrase.is_name
    if word in PLURAL:
        return phrase.is_plural
    return not phrase.is_plural


def _things(turns: Sequence[Turn]) -> list[NounPhrase]:
    """What the last two turns were about, latest turn first."""
    return [
        phrase for turn in reversed(turns[-2:]) for phrase in _by_weight(turn.searched)
    ]


def _by_weight(question: str) -> list[NounPhrase]:
    """Its things, the subject before what is asked for ("How much water does …")."""
    marked = tokens(question)
    asked_for: list[NounPhrase] = []
    others: list[NounPhrase] = []
    for phrase in noun_phrases(question):
        before = [t.word for t in marked if t.span.end <= phrase.span.start]
        after = [t.word for t in marked if t.span.start >= phrase.span.end]
        is_asked_for = (
            bool(before)
            and before[-1] in {"what", "which", "much", "many"}
            and bool(after)
            and after[0] in AUXILIARIES - BE
        )
        if not phrase.text.isdigit():
            (asked_for if is_asked_for else others).append(phrase)
    return others + asked_for


def _thing(word: str, turns: Sequence[Turn], taken: set[str]) -> NounPhrase | None:
    """What a pronoun stands for; no two pronouns stand for the same."""
    for phrase in _things(turns):
        if phrase.text not in taken and (word == "one" or _agrees(word, phrase)):
            taken.add(phrase.text)
            return phrase
    return None


def _thing_after(prepositions: set[str], turns: Sequence[Turn]) -> NounPhrase | None:
    question = turns[-1].searched
    for phrase in noun_phrases(question):
        before = tokens(question[: phrase.span.start])
        if before and before[-1].word in prepositions:
            return phrase
    return None


def _without_article(name: str) -> str:
    return re.sub(
        r"^(?:an?|the|this|these|those|its|their) ", "", name, flags=re.IGNORECASE
    )


def _bare_name(thing: NounPhrase) -> str:
    """The thing without its article and without what follows its main word."""
    for token in tokens(thing.text):
        if words.stem(token.word) == thing.head:
            return token.written
    return thing.text


def _place(turns: Sequence[Turn]) -> str:
    """The last place named: a name after "in", "at" or the like."""
    for turn in reversed(turns[-2:]):
        marked = tokens(turn.searched)
        for at in reversed(range(1, len(marked))):
            before = marked[at - 1].word
            if before in {"in", "at", "from", "to", "on"} and (
                marked[at].written[0].isupper()
            ):
                end = at
                while not marked[end].ends and marked[end + 1].written[0].isupper():
                    end += 1
                span = Span(marked[at - 1].span.start, marked[end].span.end)
                return turn.searched[span.start : span.end]
    return ""


def points_back(marked: Sequence[Token], text: str) -> bool:
    """Whether a word points at a thing that could not be put in its place."""
    for at, token in enumerate(marked):
        if token.word in {"then", "else", "others"} and token.ends:
            return True
        if token.word in POINTING and _is_determiner(marked, at):
            if not _is_explained(marked, at):
                return True
            continue
        is_pronoun = token.word in PLURAL | PERSON | THING and _is_pronoun(marked, at)
        if is_pronoun and not _is_inside(marked, at, text):
            return True
    return False


def _is_explained(marked: Sequence[Token], at: int) -> bool:
    """The "those persons who …" are told in the same question."""
    after = [token.word for token in marked[at + 1 : at + 5]]
    return any(word in {"who", "whom", "that", "which"} for word in after)


def put(text: str, span: Span, new: str) -> str:
    """The text with new words in the span's place."""
    return text[: span.start] + new + text[span.end :]
