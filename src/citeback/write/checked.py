"""What a model wrote → what of it is shown. Whatever cannot be told is struck out. Pure.

A quotation is shown only where a passage that its sentence names holds it letter by
letter, and then as the passage has it. A sentence that names no passage is not shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from citeback.cite.records import Draft, Quotation
from citeback.cite.verifying.quotations import quotations
from citeback.cite.verifying.within import place_within
from citeback.ingest.sentences import sentence_spans
from citeback.records import Hit, Span
from citeback.write.plain import Paragraph, paragraphs
from citeback.write.records import Piece, PieceKind, Sentence, Struck

# More is no short answer, and each takes time.
MOST_SENTENCES = 60

# [1], [1, 2], [2-4], [passage 3], also with a full stop within.
_CITED = re.compile(
    r"\[\s*(?:(?:passages?|nos?\.?|¶)\s*)?"
    r"(\d{1,4}(?:\s*(?:[,;&–-]|and)\s*\d{1,4}){0,20})\s*\.?\]",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(\d{1,4})(?:\s*[–-]\s*(\d{1,4}))?")
_LONGEST_RANGE = 20
_MARKUP = re.compile(
    r"<\s*[A-Za-z/!?]|!\s*\[|\]\s*[(:]|\[[^\]]*\]\s*\[[^\]\d][^\]]*\]"
    r"|[A-Za-z][A-Za-z0-9+.-]*://|\b(?:www\.|mailto:|javascript:|data:)\S"
    r"|\b[\w-]+(?:\.[\w-]+)+/\S|\b[\w.+-]+@[\w-]+\.\w",
    re.IGNORECASE,
)
_DOUBLE = '"“”„‟«»「」『』｢｣﹁﹂﹃﹄'
_SINGLE = "'‘’‚‛‹›"
_MARKS = _DOUBLE + _SINGLE
# An apostrophe stands behind a letter or figure; any other may begin something.
_UNCLEAR = re.compile(
    rf"[{_DOUBLE}‘‹›‚‛]|(?<!\w)[{_SINGLE}]|(?<!\w)[ꞌꞋՙ՚՛՝׳״ߴߵʽˈˋˊ](?=\w)"
)
# What else opens or closes something in Unicode, but for round brackets, and accents
# that stand alone, which look like quotation marks.
_PAIRED = frozenset({"Pi", "Pf", "Ps", "Pe", "Sk"})
_PLAIN = frozenset("()[]{}（）’^")
_WORD = re.compile(r"\w")


@dataclass(slots=True)
class _Found:
    """A sentence as it was written: pieces of words, quotations, numbers named.

    It is `unclear` where a mark in it or just before it may begin a quotation.
    """

    parts: list[str | Quotation | list[int]] = field(default_factory=list)
    unclear: bool = False

    @property
    def named(self) -> list[int]:
        return [
            number for part in self.parts if isinstance(part, list) for number in part
        ]

    @property
    def only_names(self) -> bool:
        return not any(
            isinstance(part, Quotation)
            or (isinstance(part, str) and _WORD.search(part))
            for part in self.parts
        )

    def leading(self) -> list[str | Quotation | list[int]]:
        """What it names before its first word, taken off it."""
        at = 0
        for at, part in enumerate([*self.parts, ""]):  # noqa: B007
            if isinstance(part, Quotation):
                break
            if isinstance(part, str) and _WORD.search(part):
                break
        led, self.parts = self.parts[:at], self.parts[at:]
        return led


def checked(raw: str, hits: Sequence[Hit]) -> tuple[tuple[Sentence, ...], ...]:
    """The paragraphs of what is shown, each of its sentences in pieces."""
    by_number = {hit.number: hit for hit in hits}
    found: list[list[_Found]] = []
    left = MOST_SENTENCES
    for paragraph in paragraphs(raw):
        sentences = list(_sentences(paragraph))[:left]
        left -= len(sentences)
        found.append(sentences)
    _join_names(found)
    return tuple(
        tuple(tuple(_shown(one, by_number)) for one in sentences)
        for sentences in found
        if sentences
    )


def _join_names(found: list[list[_Found]]) -> None:
    """Give a number that stands behind a sentence's full stop back to that sentence."""
    before: _Found | None = None
    for sentences in found:
        for one in list(sentences):
            if before is not None and (one.only_names or not before.named):
                before.parts += one.leading()
                before.unclear |= one.unclear
            if not one.parts:
                sentences.remove(one)
            else:
                before = one


def _sentences(paragraph: Paragraph) -> Iterator[_Found]:
    text = paragraph.text
    if paragraph.block:
        words = text.strip(_MARKS + " ")
        yield _Found([Quotation(0, len(text), words, block=True)])
        return
    quoted = [(one, _with_marks(text, one)) for one in quotations(Draft("", text))]
    ends = [
        span.end
        for span in sentence_spans(text)
        if not any(whole.start < span.end < whole.end for _, whole in quoted)
    ]
    rest = text
    for _, whole in quoted:
        blank = " " * (whole.end - whole.start)
        rest = rest[: whole.start] + blank + rest[whole.end :]
    # Sentences may be parted between a mark and its first word.
    unclear = [match.start() for match in _UNCLEAR.finditer(rest)]
    unclear += [
        at
        for at, sign in enumerate(rest)
        if unicodedata.category(sign) in _PAIRED and sign not in _PLAIN
    ]
    start = 0
    for end in ends:
        within = [one for one in quoted if start <= one[1].start < end]
        yield _Found(
            list(_parts(text, Span(start, end), within)),
            unclear=any(start <= at + 1 and at < end for at in unclear),
        )
        start = end


def _with_marks(text: str, quotation: Quotation) -> Span:
    """The quotation with the marks around it, and spaces between."""
    start, end = quotation.start, quotation.end
    while start > 0 and text[start - 1] in " " + _MARKS:
        start -= 1
        if text[start] in _MARKS:
            break
    while end < len(text) and text[end] in " " + _MARKS and not quotation.open:
        end += 1
        if text[end - 1] in _MARKS:
            break
    return Span(start, end)


def _parts(
    text: str, span: Span, quoted: Sequence[tuple[Quotation, Span]]
) -> Iterator[str | Quotation | list[int]]:
    at = span.start
    for quotation, whole in quoted:
        yield from _named(text[at : whole.start])
        yield quotation
        at = whole.end
    yield from _named(text[at : span.end])


def _named(words: str) -> Iterator[str | list[int]]:
    at = 0
    for match in _CITED.finditer(words):
        if match.start() > at:
            yield words[at : match.start()]
        yield list(_numbers(match[1]))
        at = match.end()
    if at < len(words):
        yield words[at:]


def _numbers(listed: str) -> Iterator[int]:
    for match in _NUMBERS.finditer(listed):
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        yield from range(first, min(last, first + _LONGEST_RANGE) + 1)


def _shown(found: _Found, hits: dict[int, Hit]) -> Iterator[Piece]:
    words = "".join(part for part in found.parts if isinstance(part, str))
    named = [hits[number] for number in dict.fromkeys(found.named) if number in hits]
    if _MARKUP.search(words):
        yield _struck(Struck.MARKUP)
    elif found.unclear:
        yield _struck(Struck.MARKS)
    elif not named:
        unknown = Struck.NUMBER if found.named else Struck.UNCITED
        yield _struck(unknown)
    else:
        for part in found.parts:
            yield from _pieces(part, named, hits)


def _pieces(
    part: str | Quotation | list[int], named: Sequence[Hit], hits: dict[int, Hit]
) -> Iterator[Piece]:
    if isinstance(part, str):
        yield Piece(PieceKind.WORDS, part)
    elif isinstance(part, Quotation):
        yield _quote(part, named)
    else:
        yield from (
            Piece(PieceKind.CITED, number=number)
            if number in hits
            else _struck(Struck.NUMBER)
            for number in part
        )


def _quote(quotation: Quotation, named: Sequence[Hit]) -> Piece:
    """The document's own words, where a passage that is named holds what is quoted."""
    if quotation.open:
        return _struck(Struck.QUOTE)
    for hit in named:
        passage = hit.passage
        place = place_within(quotation, hit.source, passage.text)
        if place is not None:
            return Piece(
                PieceKind.QUOTE,
                passage.text[place.start : place.end],
                number=hit.number,
                span=Span(passage.start + place.start, passage.start + place.end),
            )
    return _struck(Struck.QUOTE)


def _struck(why: Struck) -> Piece:
    return Piece(PieceKind.STRUCK, struck=why)
