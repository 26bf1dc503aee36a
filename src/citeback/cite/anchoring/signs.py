"""The signs at the ends of a quote: quotation marks, dashes, brackets. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from citeback.records import Span

_QUOTES = frozenset("\"'`´“”„‟‘’‚‛«»‹›「」『』〝〞＂＇")
_DASHES = frozenset("-‐‑‒–—―−﹣－")


def begins_with_letter(text: str) -> bool:
    """Whether the first sign belongs to a word."""
    return bool(text) and _is_letter(text[0])


def ends_with_letter(text: str) -> bool:
    """Whether the last sign belongs to a word."""
    return bool(text) and _is_letter(text[-1])


def with_signs(text: str, span: Span, quote: str) -> Span:
    """A stretch from the quote's first word to its last, with the signs at its ends.

    Those that the quote has there as well, in whatever form.
    """
    lead = _outside_words(quote)
    trail = _outside_words(quote[::-1])
    start, end = span.start, span.end
    for kind in reversed(lead):
        start = _reached(text, start, kind, -1)
    for kind in reversed(trail):
        end = _reached(text, end, kind, 1)
    return Span(start, end)


def _outside_words(quote: str) -> list[str]:
    """The kinds of the signs before the first word, dashes in a row as one."""
    kinds: list[str] = []
    for sign in quote:
        if _is_letter(sign):
            break
        kind = _kind(sign)
        if not sign.isspace() and (kind != "-" or kinds[-1:] != ["-"]):
            kinds.append(kind)
    return kinds


def _reached(text: str, at: int, kind: str, step: int) -> int:
    """The offset after a sign of that kind is taken in, the same if there is none."""
    taken = at
    for offset in _outward(text, at, step):
        sign = text[offset]
        if sign.isspace() and taken == at:
            continue
        if _kind(sign) != kind or (taken != at and kind != "-"):
            break
        taken = offset + (step > 0)
    return taken


def _outward(text: str, at: int, step: int) -> Iterator[int]:
    return iter(range(at, len(text)) if step > 0 else range(at - 1, -1, -1))


def _kind(sign: str) -> str:
    if sign in _QUOTES:
        return '"'
    return "-" if sign in _DASHES else sign


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"
