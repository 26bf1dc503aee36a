"""A quotation → what must stand in the document for it to be exact. Pure.

By custom a quotation may leave out words with an ellipsis, change some in brackets,
add "[sic]" or "(emphasis added)", begin with another capital, and take the sentence's
end within its marks. Each such reading names what it allows, the strictest is first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from citeback.cite.records import Allowance, Quotation
from citeback.cite.verifying.canonical import QUOTE, Reading, canonical

# In place of a bracket there may have stood so many letters.
LONGEST_CHANGE = 80
# A bracket within a word may stand for so many letters more than it holds.
LONGEST_ENDING = 4

_ELLIPSIS = r"\s*(?:[\[(]\s*(?:\.{3}\s?)+\.?\s*[\])]|(?:\.{3}\s?)+(?:\.(?!\d))?)\s*"
_OMISSION = re.compile(_ELLIPSIS)
# A number in brackets is a note's, or a paragraph's of a judgment: it changes nothing.
BRACKET = re.compile(r"\[(?!\d+\])([^\[\]]{0,200})\]")
_REMARK = re.compile(
    r"\s?[\[(]\s?(?:sic\b[.!]?|!|recte\b[^\[\]()]{0,40}"
    r"|(?:emphas[ie]s|italics|boldface|underlining|highlighting)\s(?:is\s|are\s)?"
    r"(?:added|mine|ours|supplied|in\s(?:the\s)?original|removed|omitted|my\sown)"
    r"|(?:my|our|author's)\s(?:emphasis|italics|translation)|translation\s(?:mine|ours)"
    r"|(?:internal\s)?(?:citations?|footnotes?|references?|quotation\smarks)\somitted"
    r"|Hervorhebung\s[^\[\]()]{0,30}|(?:nous\s|je\s)soulign\w+|énfasis\s(?:mío|añadido)"
    r")\s?[\])]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\s?(?:\(([^()]*\d[^()]*)\)|\[([^\[\]]*\d[^\[\]]*)\])\.?\Z")
# What may follow a reference's number, and the small words that may stand before it.
_REFERENCE_TAIL = re.compile(
    r"(?:[,;]\s*(?:emphas[ie]s|italics|translation)\s\w+|\s(?:ff?|et\sseq)\.?)+\Z",
    re.IGNORECASE,
)
_BEFORE_NUMBER = frozenset(
    "page pages p pp para paras paragraph paragraphs section sections chapter chapters "
    "article articles art line lines table figure note notes n nn no vol at in página "
    "párrafo artículo capítulo párr paragraphe chapitre janvier février mars avril mai "
    "juin juillet août septembre octobre novembre décembre enero febrero marzo abril "
    "mayo junio julio agosto septiembre octubre noviembre diciembre de".split()
)
# The marks of a quotation within stay.
_END = re.compile(rf"[.,](?={QUOTE}*\Z)")
_BEFORE_OMISSION = re.compile(r"[.,;:–]+\Z")
_WORD = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Part:
    """Words that must stand in a row, as `pattern` finds them in a canonical text.

    `segments` are those between brackets; `anchor` is the longest stretch of letters
    that must stand there as it is.
    """

    segments: tuple[str, ...]
    pattern: re.Pattern[str]
    anchor: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to read a quotation: its parts in order, and what that way allows.

    `stopped` tells that a full stop at its end is taken for the writer's own.
    """

    parts: tuple[Part, ...]
    allowances: tuple[Allowance, ...]
    stopped: bool = False


def wordings(quotation: Quotation, *, markdown: bool = False) -> tuple[Wording, ...]:
    """Every way to read a quotation, strictest first; none for one without words."""
    found: dict[tuple[str, ...], Wording] = {}
    for text, allowed in _texts(quotation, markdown=markdown):
        for edited in (False, True):
            for lenient in (False, True):
                wording = _wording(text, allowed, edited=edited, lenient=lenient)
                if wording.parts:
                    key = tuple(part.pattern.pattern for part in wording.parts)
                    found.setdefault(key, wording)
    return tuple(found.values())


def segments(quotation: Quotation, *, markdown: bool = False) -> tuple[str, ...]:
    """What the quotation gives as the document's own words, in stretches in a row."""
    text = canonical(quotation.text, Reading(markdown=markdown)).text
    wording = _wording(text, (), edited=True, lenient=False)
    return tuple(one for part in wording.parts for one in part.segments)


def _texts(
    quotation: Quotation, *, markdown: bool
) -> Iterator[tuple[str, tuple[Allowance, ...]]]:
    """The quotation's words, then without what may not be part of them."""
    whole = canonical(quotation.text, Reading(markdown=markdown)).text.strip()
    bare = canonical(quotation.text, Reading(markdown=markdown, notes=False)).text
    yield whole, ()
    if bare.strip() != whole:
        yield bare.strip(), (Allowance.NOTES,)
    if quotation.block:
        for text, allowed in ((whole, ()), (bare.strip(), (Allowance.NOTES,))):
            found = _REFERENCE.search(text)
            if found and _is_reference(found[1] or found[2]):
                yield text[: found.start()], (*allowed, Allowance.REFERENCE)


def _is_reference(inside: str) -> bool:
    """Whether it ends in a number with a name, a sign or a word like "page" before it.

    "which killed 500" is a statement of the writer's.
    """
    tokens = _REFERENCE_TAIL.sub("", inside).split()
    if not tokens or not any(sign.isdigit() for sign in tokens[-1]):
        return False
    before = tokens[-2] if len(tokens) > 1 else ""
    named = not before[:1].islower() or not before[-1:].isalnum()
    return named or before.casefold() in _BEFORE_NUMBER


def _wording(
    text: str, allowed: tuple[Allowance, ...], *, edited: bool, lenient: bool
) -> Wording:
    allowances = list(allowed)
    pieces = [text]
    if edited:
        text, remarks = _REMARK.subn("", text)
        pieces = _OMISSION.split(text)
        if len(pieces) > 1:
            allowances.append(Allowance.OMISSIONS)
        if remarks or any(BRACKET.search(piece) for piece in pieces):
            allowances.append(Allowance.CHANGES)
    stopped = False
    if lenient:
        stop = _END.search(pieces[-1])
        stopped = stop is not None and stop.group() == "."
        ends = [*map(_ended, pieces[:-1]), _END.sub("", pieces[-1])]
        if ends != pieces:
            allowances.append(Allowance.END)
        pieces = ends
    parts = tuple(
        _part(piece, edited=edited) for piece in pieces if _WORD.search(piece)
    )
    return Wording(parts, tuple(allowances), stopped)


def _ended(piece: str) -> str:
    return _BEFORE_OMISSION.sub("", piece)


def _part(piece: str, *, edited: bool) -> Part:
    bits = BRACKET.split(piece.strip()) if edited else [piece.strip()]
    literals, changes = bits[::2], bits[1::2]
    gaps = []
    for at, change in enumerate(changes):
        before, after = literals[at], literals[at + 1]
        if _is_word(before[-1:]) or _is_word(after[:1]):
            gaps.append(_within(before, change, after))
        else:
            literals[at], literals[at + 1] = before.rstrip(), after.lstrip()
            gaps.append(_between(literals[at], literals[at + 1]))
    pattern = _literal(literals[0], first=True)
    for gap, literal in zip(gaps, literals[1:], strict=True):
        pattern += gap + _literal(literal, first=not pattern)
    kept = tuple(literal.strip() for literal in literals if _WORD.search(literal))
    anchor = max((literal.strip() for literal in literals), key=len)
    return Part(kept, re.compile(pattern, re.DOTALL), anchor[1:])


def _literal(text: str, *, first: bool) -> str:
    """The words as they are; the first letter of all may be a capital or none."""
    start = text[:1]
    if first and start.lower() != start.upper() and len(start.swapcase()) == 1:
        return f"[{start}{start.swapcase()}]{re.escape(text[1:])}"
    return re.escape(text)


def _within(before: str, change: str, after: str) -> str:
    """What may stand in the document in place of a bracket that touches a word."""
    if len(change) == 1 and change.isalpha():
        held = f"[{change.lower()}{change.upper()}]?"
    else:
        held = rf"\w{{0,{len(change) + LONGEST_ENDING}}}?"
    opens = "" if _is_word(before[-1:]) else r"(?<!\w)"
    closes = "" if _is_word(after[:1]) else r"(?!\w)"
    return f"{opens}{held}{closes}"


def _between(before: str, after: str) -> str:
    """What may stand there in place of a bracket between words."""
    if not before or not after:
        return ""
    opens = r"(?!\w)" if _is_word(before[-1:]) else ""
    closes = r"(?<!\w)" if _is_word(after[:1]) else ""
    return f"{opens}.{{0,{LONGEST_CHANGE}}}?{closes}"


def _is_word(sign: str) -> bool:
    return bool(sign) and bool(_WORD.match(sign))
