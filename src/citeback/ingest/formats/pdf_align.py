"""Finds the lines of a page in the text that a document has of that page.

White space aside, every line stands in the text once, and lines that follow each other
on the page mostly do so in the text. First come lines whose words stand there only
once; from each of these the lines before and after it; then, from the top, lines with
which a block may begin; and at last what is left, the longest first, as a short line
may stand within a long one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

# Shorter ones may stand in the text by chance.
ANCHOR = 8
NOWHERE = (0, 0)

_HYPHENS = "-‐\xad"


def align(
    lines: Sequence[str], letters: str, firsts: Collection[int]
) -> list[tuple[int, int]]:
    """For each line where it begins in `letters`, and how many of them are its own.

    `letters` is the text without white space; `firsts` is where blocks begin in it. The
    hyphen at a line's end may be missing in the text. NOWHERE is for a line that it
    does not have.
    """
    return _Aligned(lines, letters, firsts).found


class _Aligned:
    """The lines found so far, and the letters that are taken by them."""

    def __init__(
        self, lines: Sequence[str], letters: str, firsts: Collection[int]
    ) -> None:
        """Find all."""
        self.found = [NOWHERE] * len(lines)
        self._words = ["".join(line.split()) for line in lines]
        self._letters = letters
        self._taken = bytearray(len(letters))
        self._searched: dict[str, int] = {}
        for place, words in enumerate(self._words):
            if len(words) >= ANCHOR and letters.count(words) == 1:
                self._take(place, letters.find(words), words)
        self._spread()
        ordered = sorted(firsts)
        for place in range(len(lines)):
            if self.found[place] == NOWHERE:
                self._begin(place, ordered)
                self._after(place + 1)
        self._spread()
        for place in sorted(range(len(lines)), key=lambda one: -len(self._words[one])):
            if self.found[place] == NOWHERE:
                self._anywhere(place)

    def _spread(self) -> None:
        """From each line that is found to those before and after it."""
        count = len(self.found)
        for place in range(1, count):
            self._after(place)
        for place in range(count - 2, -1, -1):
            start, length = self.found[place + 1]
            if length and self.found[place] == NOWHERE:
                for own in self._forms(place):
                    if self._take(place, start - len(own), own):
                        break

    def _after(self, place: int) -> None:
        """Find a line directly behind the one before it."""
        if place < len(self.found) and self.found[place] == NOWHERE:
            start, length = self.found[place - 1]
            for own in self._forms(place) if length else ():
                if self._take(place, start + length, own):
                    break

    def _begin(self, place: int, firsts: Sequence[int]) -> None:
        """Find a line where a block begins."""
        for own in self._forms(place):
            if any(self._take(place, first, own) for first in firsts):
                return

    def _anywhere(self, place: int) -> None:
        for own in self._forms(place):
            at = self._letters.find(own, self._searched.get(own, 0))
            while at >= 0 and not self._take(place, at, own):
                at = self._letters.find(own, at + 1)
            if at >= 0:
                self._searched[own] = at + len(own)
                return

    def _forms(self, place: int) -> Iterator[str]:
        words = self._words[place]
        if words:
            yield words
        bare = words.rstrip(_HYPHENS)
        if bare and bare != words:
            yield bare

    def _take(self, place: int, start: int, own: str) -> bool:
        """Give the line these letters if they are its own and free."""
        end = start + len(own)
        if start < 0 or not self._letters.startswith(own, start):
            return False
        if any(self._taken[start:end]):
            return False
        self._taken[start:end] = b"\1" * len(own)
        self.found[place] = (start, len(own))
        return True
