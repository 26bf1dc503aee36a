"""Joins the lines of a paragraph, and the two halves of a word broken at a line's end.

The rule for a hyphen at a line's end. It stays where no letter or a capital follows
("Franco-/German", "2010-/2012"). Else the document decides: if it has the joined word
elsewhere, more often than the hyphenated one, the hyphen goes; if it has the hyphenated
word, it stays. If it has neither, the hyphen stays where both halves are words of the
document by themselves ("river-/bank") or the first one is hardly ever part of a
longer word ("well-/known"), and goes elsewhere ("exam-/ple").
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_HALF = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-‐]$")
_FIRST_HALF = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = ("-", "‐", "\xad")
# After these a line goes on without a space, if they touch a letter themselves.
_NO_SPACE = ("—", "/", *_HYPHENS)
_SHORTEST_WORD = 3
# First halves that words are seldom joined to.
_APART = frozenset("self well half cross quasi".split())


class Vocabulary:
    """The words of a document and how often it has each, case aside."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Of these lines, without the halves of words at their ends."""
        self._counts: Counter[str] = Counter()
        broken = False
        for line in lines:
            words = _TOKEN.findall(line.casefold())
            begin = 1 if broken else 0
            broken = line.endswith(_HYPHENS)
            self._counts.update(words[begin : len(words) - broken])

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether the hyphen at the end of `before` belongs to the word."""
        first = _LAST_HALF.search(before)
        second = _FIRST_HALF.match(after)
        if first is None or second is None or not second[0][0].islower():
            return True
        left, right = first[1].casefold(), second[0].casefold()
        whole, parted = self._counts[left + right], self._counts[f"{left}-{right}"]
        if whole or parted:
            return parted >= whole
        return left in _APART or (
            min(len(left), len(right)) >= _SHORTEST_WORD
            and self._counts[left] > 0
            and self._counts[right] > 0
        )


def join(before: str, after: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The words of a line, as they stand before the next line; what stands between."""
    if before.endswith("\xad"):
        return before[:-1], ""
    if before.endswith(_HYPHENS[:2]) and len(before) > 1 and before[-2] != " ":
        if vocabulary.keeps_hyphen(before, after):
            return before, ""
        return before[:-1], ""
    if before.endswith(_NO_SPACE) and len(before) > 1 and before[-2] != " ":
        return before, ""
    return before, "" if _spaceless(before[-1]) and _spaceless(after[0]) else " "


def _spaceless(sign: str) -> bool:
    """Whether the sign is of a script written without spaces, or its full-width stop."""
    return unicodedata.east_asian_width(sign) in "WF"
