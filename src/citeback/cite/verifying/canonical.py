"""A text in one form, whatever its white space, quotation marks and dashes look like.

Two texts are called the same where these forms are equal, so nothing that carries
meaning may be lost here: no letter, accent, capital, figure or punctuation mark. Pure.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from citeback.records import Span

QUOTE = "'"
DASH = "–"
ELLIPSIS = "..."

# Not U+202D and U+202E, which turn the letters after them round: "12" is seen as "21".
_UNSEEN = r"[\u00ad\u200b-\u200f\u202a-\u202c\u2060\u2066-\u2069\ufeff]+"
_MARKS = r"[“”„‟‘’‚‛«»‹›'\"`´＂＇「」『』〝〟]"
_RULES = {
    "unseen": _UNSEEN,
    # Between figures a dash is as good as a hyphen.
    "range": r"(?<=\d)\s*[-‐‑‒–—−]\s*(?=\d)",
    # Behind a space and before a figure it is the figure's sign.
    "sign": r"(?<=\s)[–−‒](?=\d)|\s+[–−‒](?=\d)",
    "dash": r"\s*(?:-{2,3}|[‒–—―⸺])\s*|\s+[-‐‑−]\s+",
    "hyphen": r"[‐‑−]",
    # After a figure they may be feet and inches, which must not be taken for each other.
    "double": r"(?<=\d)(?:''|[\"”“″])",
    "single": r"(?<=\d)['’‘′]",
    # French sets a space inside its quotation marks.
    "mark": rf"«\s+|\s+»(?!\w)|``|''|{_MARKS}",
    "ellipsis": r"…|\.\s?\.\s?\.",
    "space": r"\s{2,}|[^\S ]",
    "ligature": r"[ﬀ-ﬆ]",
    "cluster": r"\P{M}\p{M}+",
}
_MARKUP = {
    "nothing": (
        r"`+|(?m:^[ \t]*#{1,6}[ \t]+)"
        r"|!?\[(?=[^\[\]\n]*\]\([^()\s]*(?:\s[^()]*)?\))"
        r"|\]\((?<=\[[^\[\]\n]*\]\()[^()\s]*(?:\s[^()]*)?\)"
        r"|[*_](?<![\w*_\\][*_])[*_]{0,2}(?=[^\s*_])"
        r"|[*_](?<=[^\s*_\\][*_])[*_]{0,2}(?![\w*_])"
        # One with a style may hide or strike out what it holds.
        r"|</?(?:em|i|b|u|strong|sup|sub|mark|span|small|cite)\b"
        r"(?![^<>]*\b(?i:style|class|hidden)\b)[^<>]*>"
    ),
    "line": r"\s*\\?\n[ \t]*(?:>[ \t]?)+\s*|\s*\\\n\s*|<br\s*/?>",
    "escaped": r"\\[!-/:-@\[-`{-~]",
}
# What looks behind comes after the first sign, so that it is asked for few of them.
# The number of a note, but no power: "km²" and "x³" keep theirs.
_NOTE = (
    r"\[\^[^\[\]\s]+\]|\s?\[\d{1,3}\]"
    r"|[⁰¹²³⁴⁵⁶⁷⁸⁹](?<=(?:\p{L}{4}|[.,;:!?]['\"”’»)]?)[⁰¹²³⁴⁵⁶⁷⁸⁹])[⁰¹²³⁴⁵⁶⁷⁸⁹]*"
    r"|\d(?<=\p{Ll}{4}[.,;:!?]['\"”’»]?\d)\d{0,2}(?=\s|\Z)"
)
_BROKEN = r"(?<=\p{L})[-‐\u00ad]\s*\n\s*(?=\p{Ll})"
_PLAIN = {
    "range": "-",
    "sign": " -",
    "kept": "-",
    "dash": DASH,
    "hyphen": "-",
    "double": '"',
    "single": QUOTE,
    "mark": QUOTE,
    "ellipsis": ELLIPSIS,
    "space": " ",
    "line": " ",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is to be read.

    Without `notes`, their numbers are no part of it; if `joined`, words that the end
    of a line parts are whole; if `compound`, they keep the hyphen there; `markdown` has signs of its own for emphasis and links.
    """

    markdown: bool = False
    notes: bool = True
    joined: bool = False
    compound: bool = False


@dataclass(frozen=True, slots=True)
class Canonical:
    """A text in that form, and where its parts come from in the text as written.

    Stretch `i` begins at `begins[i]` here and covers `starts[i]` to `ends[i]` there,
    letter by letter if `copied[i]`.
    """

    text: str
    begins: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    copied: Sequence[bool]

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of this form, which is not empty, stands as written."""
        first = bisect_right(self.begins, start) - 1
        last = bisect_right(self.begins, end - 1) - 1
        begin, finish = self.starts[first], self.ends[last]
        if self.copied[first]:
            begin += start - self.begins[first]
        if self.copied[last]:
            finish = self.starts[last] + end - self.begins[last]
        return Span(begin, finish)


def canonical(
    text: str, reading: Reading | None = None, without: Sequence[Span] = ()
) -> Canonical:
    """The text in that form; each stretch `without` becomes a space."""
    pieces: list[str] = []
    begins: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    copied: list[bool] = []
    length = 0

    def add(piece: str, start: int, end: int, *, as_is: bool) -> None:
        nonlocal length
        if piece == " " and pieces and pieces[-1].endswith((" ", DASH)):
            piece = ""  # white space on both sides of something left out
        if piece:
            pieces.append(piece)
            begins.append(length)
            starts.append(start)
            ends.append(end)
            copied.append(as_is)
            length += len(piece)

    at = 0
    for start, end, plain in _replaced(text, reading or Reading(), without):
        if at < start:
            add(text[at:start], at, start, as_is=True)
        add(plain, start, end, as_is=False)
        at = end
    if at < len(text):
        add(text[at:], at, len(text), as_is=True)
    return Canonical("".join(pieces), begins, starts, ends, copied)


def plain(text: str, *, markdown: bool = False) -> str:
    """Just the form."""
    return canonical(text, Reading(markdown=markdown)).text


def _replaced(
    text: str, reading: Reading, without: Sequence[Span]
) -> Iterator[tuple[int, int, str]]:
    """What is written otherwise in that form: from where to where, and how."""
    at = 0
    for gap in (*without, Span(len(text), len(text))):
        for match in _pattern(reading, unicodedata.is_normalized("NFC", text)).finditer(
            text, at, gap.start
        ):
            rule = match.lastgroup or ""
            yield match.start(), match.end(), _written(rule, match.group())
        if gap.start < gap.end:
            yield gap.start, gap.end, " "
        at = gap.end


def _written(rule: str, found: str) -> str:
    if rule in _PLAIN:
        return _PLAIN[rule]
    if rule == "ligature":
        return unicodedata.normalize("NFKC", found)
    if rule == "cluster":
        return unicodedata.normalize("NFC", found)
    if rule == "escaped":
        return plain(found[1:])
    return ""


_patterns: dict[tuple[Reading, bool], regex.Pattern[str]] = {}


def _pattern(reading: Reading, normal: bool) -> regex.Pattern[str]:
    key = reading, normal
    if key not in _patterns:
        rules: dict[str, str] = {}
        if not reading.notes:
            rules["note"] = _NOTE
        if reading.joined:
            rules["broken"] = _BROKEN
        if reading.compound:
            rules["kept"] = _BROKEN
        if reading.markdown:
            rules |= _MARKUP
        rules |= _RULES
        if normal:
            del rules["cluster"]
        _patterns[key] = regex.compile(
            "|".join(f"(?P<{name}>{rule})" for name, rule in rules.items())
        )
    return _patterns[key]
