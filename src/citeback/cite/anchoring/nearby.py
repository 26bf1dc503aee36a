"""How far what stands around a place is what stood around a quote. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cached_property

from citeback.cite.anchoring.fold import folded_words
from citeback.cite.anchoring.signs import begins_with_letter, ends_with_letter
from citeback.records import Span

# So many letters on either side are kept, to tell a quote from others like it.
CONTEXT_LETTERS = 48

# Where something was put between a quote and its neighbours, they are looked for this
# far away, and count for less.
FAR_LETTERS = 800
FAR = 0.7


class Context:
    """What stood before and after a quote."""

    def __init__(self, prefix: str, suffix: str) -> None:
        """Either may be empty, at the ends of a document."""
        self._prefix = prefix
        self._suffix = suffix

    @cached_property
    def words(self) -> tuple[list[str], list[str]]:
        """The words just before and just after, folded, none that is cut off."""
        before = self._prefix[-CONTEXT_LETTERS:]
        after = self._suffix[:CONTEXT_LETTERS]
        return (
            _whole(before, len(before) == CONTEXT_LETTERS, first=True),
            _whole(after, len(after) == CONTEXT_LETTERS, first=False),
        )

    def near(self, text: str, span: Span) -> float:
        """The share of the neighbouring words that stand beside a place (0 to 1)."""
        sides = self.sides(text, span)
        return sum(sides) / len(sides) if sides else 1.0

    def sides(self, text: str, span: Span) -> list[float]:
        """The same for each side on which there were any."""
        before, after = self.words
        sides = []
        if before:
            there = folded_words(text[max(0, span.start - FAR_LETTERS) : span.start])
            sides.append(_side(before[::-1], there[::-1]))
        if after:
            there = folded_words(text[span.end : span.end + FAR_LETTERS])
            sides.append(_side(after, there))
        return sides

    def wide(self, text: str, span: Span) -> float:
        """The same of all that is known to have stood around (0 to 1)."""
        before = text[max(0, span.start - len(self._prefix)) : span.start]
        after = text[span.end : span.end + len(self._suffix)]
        sides = [
            _shared(folded_words(was), folded_words(there))
            for was, there in ((self._prefix, before), (self._suffix, after))
            if was
        ]
        return sum(sides) / len(sides) if sides else 1.0


def likeliest(
    text: str, spans: Sequence[Span], prefix: str, suffix: str, most: int
) -> Sequence[Span]:
    """Of very many places those with the same letters beside them, as far as known."""
    if len(spans) <= most:
        return spans
    return sorted(spans, key=lambda span: -_touching(text, span, prefix, suffix))[:most]


def _touching(text: str, span: Span, prefix: str, suffix: str) -> int:
    before = text[max(0, span.start - CONTEXT_LETTERS) : span.start]
    after = text[span.end : span.end + CONTEXT_LETTERS]
    return _run(before[::-1], prefix[::-1]) + _run(after, suffix)


def _run(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _whole(text: str, is_cut: bool, *, first: bool) -> list[str]:
    words = folded_words(text)
    cut = begins_with_letter(text) if first else ends_with_letter(text)
    if is_cut and cut and len(words) > 1:
        return words[1:] if first else words[:-1]
    return words


def _side(wanted: Sequence[str], there: Sequence[str]) -> float:
    """Both from the quote outwards."""
    beside = _shared(wanted, there[: len(wanted) + 2])
    if beside < FAR and f" {' '.join(wanted)} " in f" {' '.join(there)} ":
        return FAR
    return beside


def _shared(wanted: Sequence[str], there: Sequence[str]) -> float:
    """The share of words, by their letters, that stand there in the same order."""
    if not wanted:
        return 1.0
    matcher = SequenceMatcher(None, wanted, there, autojunk=False)
    kept = sum(
        len(word)
        for block in matcher.get_matching_blocks()
        for word in wanted[block.a : block.a + block.size]
    )
    return kept / sum(map(len, wanted))
