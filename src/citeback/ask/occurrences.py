"""Where a phrase's words stand in a row in a text, missing none. Pure.

Reports of absence rest on this, so every way to write the same words counts: any case,
accents and inflection; a word parted by a hyphen or the end of a line; "12,5" for
"12.5"; the addresses of links and the numbers of notes between words are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from citeback.index import words
from citeback.records import Span

# What a word may stand for: two tokens are alike if they have one in common.
Readings = frozenset[str]
Token = tuple[Readings, Span]

_HYPHEN = re.compile(r"[-‐‑]")
_BROKEN = re.compile(r"[-‐‑][ \t]*(?:\r\n|\r|\n)[ \t]*")
_HYPHENATED = re.compile(f"{_BROKEN.pattern}|{_HYPHEN.pattern}")
# The address of a Markdown link, the number of a note.
_BESIDE = re.compile(r"\]\([^()\s]*(?:\s[^()]*)?\)|\[\^?\d{1,3}\]")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SWAPPED = str.maketrans(",.", ".,")
# A shorter part of a word with an apostrophe is an ending or an article.
_SHORTEST_PART = 3


def occurrences(text: str, phrase: str) -> list[Span]:
    """Where the phrase stands in the text, in order; none without words."""
    wanted = _tokens(phrase)
    ways = [[readings for readings, _ in wanted]]
    joined = [readings for readings, _ in _joined(phrase, wanted, _HYPHENATED)]
    if len(joined) < len(wanted):
        ways.append(joined)
    held = _held(text)
    ways = [way for way in ways if not any(map(held.isdisjoint, way))]
    if not ways:
        return []
    found = {
        (span.start, span.end)
        for tokens in _variants(text)
        for way in ways
        for span in _in_a_row(tokens, way)
    }
    return [Span(*bounds) for bounds in sorted(found)]


def _held(text: str) -> set[str]:
    """Every reading of every word of the text, in all its variants."""
    plain = words.written(text)
    if _HYPHEN.search(text):
        plain |= words.written(_HYPHENATED.sub("", text))
        plain |= words.written(_BROKEN.sub("", text))
    return set().union(*map(_readings, plain))


def _variants(text: str) -> Iterator[list[Token]]:
    """The text's words, in each way to read it that differs from the others."""
    plain = _tokens(text)
    beside = [match.span() for match in _BESIDE.finditer(text)]
    for tokens in (plain, _without(plain, beside)) if beside else (plain,):
        yield tokens
        if _BROKEN.search(text):
            yield _joined(text, tokens, _BROKEN)
        if _HYPHEN.search(text):
            yield _joined(text, tokens, _HYPHENATED)


def _tokens(text: str) -> list[Token]:
    return [
        (_readings(text[span.start : span.end]), span) for _, span in words.words(text)
    ]


def _without(
    tokens: Sequence[Token], stretches: Sequence[tuple[int, int]]
) -> list[Token]:
    """The tokens that begin in none of the stretches, which are in order."""
    left = []
    waiting = iter([*stretches, (1 << 62, 1 << 62)])
    start, end = next(waiting)
    for token in tokens:
        while token[1].start >= end:
            start, end = next(waiting)
        if token[1].start < start:
            left.append(token)
    return left


def _joined(
    text: str, tokens: Sequence[Token], between: re.Pattern[str]
) -> list[Token]:
    """The tokens, those that have nothing but a hyphen between them made one."""
    made: list[Token] = []
    run: list[Span] = []
    for token, following in pairwise([*tokens, None]):
        if token is None:
            break
        run.append(token[1])
        if following and between.fullmatch(text, token[1].end, following[1].start):
            continue
        if len(run) == 1:
            made.append(token)
        else:
            whole = "".join(text[span.start : span.end] for span in run)
            made.append((_readings(whole), Span(run[0].start, run[-1].end)))
        run = []
    return made


def _in_a_row(tokens: Sequence[Token], wanted: Sequence[Readings]) -> Iterator[Span]:
    count = len(wanted)
    if not count:
        return
    for first, (readings, span) in enumerate(tokens[: len(tokens) - count + 1]):
        if not readings.isdisjoint(wanted[0]) and all(
            not tokens[first + place][0].isdisjoint(wanted[place])
            for place in range(1, count)
        ):
            yield Span(span.start, tokens[first + count - 1][1].end)


@lru_cache(maxsize=200_000)
def _readings(written: str) -> Readings:
    """The stems that a written word may have."""
    forms = {written, written.rstrip(_RAISED) or written}
    if written[0].isdigit():
        forms.add(written.translate(_SWAPPED))
    folded = {words.fold(form) for form in forms}
    for form in tuple(folded):
        folded.update(part for part in form.split("'") if len(part) >= _SHORTEST_PART)
    return frozenset(map(words.stem, folded))
