"""A text as its bare words, for finding a quote however it is spaced and signed. Pure.

Case, spaces, line breaks, quotation marks, dashes, all other signs and the ways to
compose a letter in Unicode make no difference; words do.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

import regex

from citeback.index.words import SPACELESS
from citeback.records import Span

# A letter of a script without spaces is a word; invisible signs in a word are passed over.
_ALONE = rf"[{SPACELESS}]\p{{M}}*"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LETTERS = r"[\p{L}\p{M}\p{N}]+"
_WORDS = regex.compile(
    rf"{_ALONE}|(?:(?!{_ALONE})[\p{{L}}\p{{M}}\p{{N}}])+"
    rf"(?:[{_INVISIBLE}]+(?:(?!{_ALONE})[\p{{L}}\p{{M}}\p{{N}}])+)*"
)
# Without letters of those scripts this finds the same, five times as fast.
_SPACED_WORDS = regex.compile(rf"{_LETTERS}(?:[{_INVISIBLE}]+{_LETTERS})*")
_HAS_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\ua4cf\ua9e0-\uaa7f"
    "\uf900-\ufaff\uff60-\uffdf\U000116d0-\U000116ff\U00016fe0-\U0001b2ff\U0001f200\U00020000-\U0003ffff]"
)
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]")

# Of ASCII alone each letter has its own, and each other sign a space.
_ASCII = "".join(chr(n).lower() if chr(n).isalnum() else " " for n in range(128))
_USUAL_SIGNS = "“”‘’–—…«»•\u00a0"

# Folded and mapped back piece by piece, each about so many letters long.
PIECE = 4096


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _folded([text[span.start : span.end] for span in word_spans(text)])


def word_spans(text: str) -> list[Span]:
    """Where each word of a text stands."""
    return [Span(*match.span()) for match in _pattern(text).finditer(text)]


class Folded:
    """A text's words, folded and joined by single spaces, with a space at either end.

    `text` holds them; offsets in it are turned back into those of the text.
    """

    def __init__(self, text: str) -> None:
        """Fold a text of any length."""
        self._original = text
        self._starts: list[int] = []  # of each piece in the text
        self._folded_starts: list[int] = []  # and in what it was folded to
        pieces, at, folded_at = [], 0, 1
        while at < len(text):
            end = self._end_of_piece(at)
            piece = _joined(text[at:end])
            if piece:
                self._starts.append(at)
                self._folded_starts.append(folded_at)
                pieces.append(piece)
                folded_at += len(piece) + 1
            at = end
        self._starts.append(len(text))
        self.text = f" {' '.join(pieces)} "

    def _end_of_piece(self, at: int) -> int:
        if at + PIECE >= len(self._original):
            return len(self._original)
        cut = _NO_LETTER.search(self._original, at + PIECE)
        # An invisible sign may stand within a word.
        while cut and cut[0] in _INVISIBLE:
            cut = _NO_LETTER.search(self._original, cut.end())
        return cut.start() if cut else len(self._original)

    def words(self, start: int, end: int) -> list[tuple[str, Span]]:
        """The folded words that touch a stretch of `text`, and where each stands in the
        text that was folded.
        """
        found: list[tuple[str, Span]] = []
        piece = max(0, bisect_right(self._folded_starts, start) - 1)
        for number in range(piece, len(self._folded_starts)):
            at = self._folded_starts[number]
            if at >= end:
                break
            from_, to = self._starts[number], self._starts[number + 1]
            pattern = _pattern(self._original, from_, to)
            matches = list(pattern.finditer(self._original, from_, to))
            for word, match in zip(
                _folded([match[0] for match in matches]), matches, strict=True
            ):
                if at < end and at + len(word) > start:
                    found.append((word, Span(*match.span())))
                at += len(word) + 1
        return found

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of `text` from and to any letter of a word stands."""
        words = self.words(start, end)
        first, last = words[0], words[-1]
        left, right = first[1].start, last[1].end
        # Within a word only where folding has kept its letters one by one.
        before = self.text.rindex(" ", 0, start + 1) + 1
        after = self.text.index(" ", end - 1 if end > start else end)
        if start > before and len(first[0]) == first[1].end - left:
            left += start - before
        if after > end and len(last[0]) == right - last[1].start:
            right -= after - end
        return Span(left, right)


def _joined(text: str) -> str:
    """The words of a text, folded, with single spaces between."""
    if not text.isascii():
        for sign in _USUAL_SIGNS:
            text = text.replace(sign, " ")
    if text.isascii():  # the same, twenty times as fast
        return " ".join(text.translate(_ASCII).split())
    return " ".join(_folded(_pattern(text).findall(text)))


def _folded(words: list[str]) -> list[str]:
    """The words without case and form, each still one word."""
    joined = " ".join(words)
    for sign in _INVISIBLE:
        joined = joined.replace(sign, "")
    joined = joined if joined.isascii() else unicodedata.normalize("NFKC", joined)
    folded = joined.casefold().split(" ")
    if len(folded) == len(words):
        return folded
    # A few letters are folded to several words.
    return [
        unicodedata.normalize("NFKC", word).casefold().replace(" ", "")
        for word in (
            word.translate(dict.fromkeys(map(ord, _INVISIBLE))) for word in words
        )
    ]


def _pattern(text: str, start: int = 0, end: int | None = None) -> regex.Pattern[str]:
    end = len(text) if end is None else end
    return _WORDS if _HAS_ALONE.search(text, start, end) else _SPACED_WORDS
