"""Where a quotation stands in a text, if it does so exactly. Pure."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import regex

from citeback.cite.records import Allowance
from citeback.cite.verifying.canonical import QUOTE, Canonical
from citeback.cite.verifying.wording import Part, Wording
from citeback.index.words import SPACELESS
from citeback.records import Span

# Between the parts of a quotation with omissions lie at most so many letters, about a
# page; where a part has few words, which may stand anywhere by chance, about a sentence.
FARTHEST = 2_500
FARTHEST_OF_FEW = 300
FEW_WORDS = 3

# French articles and the like belong to the word before the quotation's.
_ELIDED = regex.compile(r"(?i)(?:^|[^\p{L}\p{M}\p{N}])(?:[cdjlmst]|qu|jusqu|lorsqu)\Z")
_SPACELESS = regex.compile(f"[{SPACELESS}]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")

# What is left of a sentence, if it goes on with a word and ends soon.
_REST = regex.compile(r" [^.!?;]{1,60}(?:[.!?;]|\Z)")

Chain = tuple[Span, ...]


def places(text: Canonical, wording: Wording) -> Iterator[tuple[Chain, bool]]:
    """Each place, as the spans of its parts in the canonical text, in order.

    The flag tells that a part begins with another capital or small letter.
    """
    letters = text.text
    if any(part.anchor not in letters for part in wording.parts):
        return
    found = [list(_found(letters, part)) for part in wording.parts]
    if not all(found):
        return
    if Allowance.REFERENCE in wording.allowances:
        # What was taken for a reference may be a parenthesis of the document's own.
        found[-1] = [s for s in found[-1] if not _parenthesis(letters, s.end)]
    if wording.stopped:
        found[-1] = [s for s in found[-1] if not _lacks_end(letters, s.end)]
    for chain in _chains(found, _distances(wording.parts)):
        both = zip(wording.parts, chain, strict=True)
        yield chain, any(_changed_capital(letters, *one) for one in both)


def _found(letters: str, part: Part) -> Iterator[Span]:
    at = 0
    while match := part.pattern.search(letters, at):
        if match.end() > match.start() and is_whole(
            letters, match.start(), match.end()
        ):
            yield Span(match.start(), match.end())
        at = match.start() + 1


def _distances(parts: Sequence[Part]) -> list[int]:
    few = [sum(len(_WORD.findall(s)) for s in p.segments) < FEW_WORDS for p in parts]
    return [
        FARTHEST_OF_FEW if few[at] or few[at + 1] else FARTHEST
        for at in range(len(parts) - 1)
    ]


def _chains(found: Sequence[Sequence[Span]], distances: Sequence[int]) -> list[Chain]:
    """Each row of parts in order and near each other, as close together as can be."""
    reached: list[Chain] = [(span,) for span in found[-1]]
    for spans, distance in zip(reversed(found[:-1]), reversed(distances), strict=True):
        starts = [chain[0].start for chain in reached]
        nearest: dict[int, Span] = {}
        for span in spans:
            following = bisect_left(starts, span.end)
            if following < len(starts) and starts[following] <= span.end + distance:
                nearest[following] = span  # the last one before it
        reached = [(span, *reached[at]) for at, span in sorted(nearest.items())]
    return reached


def _changed_capital(letters: str, part: Part, span: Span) -> bool:
    begins = part.segments[0][:1] if part.segments else ""
    stands = letters[span.start]
    return begins != stands and begins.lower() == stands.lower()


def _lacks_end(letters: str, end: int) -> bool:
    """Whether just the last few words of a sentence are missing before a full stop.

    So it is, too, where the document has no full stop but asks or exclaims. Where much of the sentence is missing it was quoted in part; where few words are,
    its end was left out ("or not.").
    """
    if letters[end : end + 2].lstrip(QUOTE)[:1] in ("?", "!", "؟"):
        return True
    left = _REST.match(letters, end)
    return left is not None and len(_WORD.findall(left.group())) <= FEW_WORDS


def _parenthesis(letters: str, end: int) -> bool:
    return letters[end : end + 3].lstrip(" .")[:1] in ("(", "[")


def is_whole(letters: str, start: int, end: int) -> bool:
    """Whether a stretch of a canonical text parts no word, compound or number."""
    return _begins(letters, start) and _ends(letters, end)


def widened(letters: str, span: Span, quoted: str) -> Span:
    """The stretch with all of the words and numbers that it parts.

    A mark on either side belongs to it where the quoted words have one there, too.
    """
    start, end = span.start, span.end
    while start > 0 and not _begins(letters, start):
        start -= 1
    while end < len(letters) and not _ends(letters, end):
        end += 1
    if start > 0 and _is_mark(quoted[:1]) and _is_mark(letters[start - 1]):
        start -= 1
    if _is_mark(quoted[-1:]) and _is_mark(letters[end : end + 1]):
        end += 1
    return Span(start, end)


def _is_mark(sign: str) -> bool:
    return bool(sign.strip()) and not _is_word(sign)


def _begins(letters: str, start: int) -> bool:
    first, before = letters[start], letters[start - 1 : start]
    if not _is_word(first) or _SPACELESS.match(first) or not before:
        return True
    if _is_word(before):
        return bool(_SPACELESS.match(before))
    further = letters[start - 2 : start - 1] if start > 1 else ""
    if first.isdigit() and (before in "±+" or unicodedata.category(before) == "Sc"):
        return False
    if before == "-":  # a compound, a range, or the sign of a number
        return not (_is_word(further) or first.isdigit())
    if before == QUOTE and _is_word(further):
        return bool(_ELIDED.search(letters[max(0, start - 10) : start - 1]))
    return not (before in ".,:/" and first.isdigit() and further.isdigit())


def _ends(letters: str, end: int) -> bool:
    last, after = letters[end - 1], letters[end : end + 1]
    if not _is_word(last) or _SPACELESS.match(last) or not after:
        return True
    if _is_word(after):
        return bool(_SPACELESS.match(after))
    if last.isdigit() and (after in "%‰°" or unicodedata.category(after) == "Sc"):
        return False
    further = letters[end + 1 : end + 2]
    if after in ("-", QUOTE):
        return not _is_word(further)
    return not (after in ".,:/" and last.isdigit() and further.isdigit())


def _is_word(sign: str) -> bool:
    return bool(sign) and (sign.isalnum() or unicodedata.category(sign)[0] == "M")
