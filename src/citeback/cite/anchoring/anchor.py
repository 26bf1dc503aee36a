"""A quotation → its place in a text that may have been edited since. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from citeback.cite.anchoring import nearby, seeds
from citeback.cite.anchoring.align import aligned
from citeback.cite.anchoring.fold import Folded, folded_words
from citeback.cite.anchoring.nearby import CONTEXT_LETTERS, Context
from citeback.cite.anchoring.signs import (
    begins_with_letter,
    ends_with_letter,
    with_signs,
)
from citeback.cite.records import Receipt
from citeback.errors import QuestionError
from citeback.records import Document, Span

# Below this share of its letters, in words, a quote is gone; if what stands around it is
# as it was, below the second. Measured with these: docs/citations.md.
KEPT = 0.6
KEPT_IN_CONTEXT = 0.35
# So much of it must be there to take another document for the one that it is in now.
KEPT_WELL = 0.85
# So much of what stood around a quote must be there to tell that it is the one.
SURE_CONTEXT = 0.75
# A quote that lost words has not become longer than this many times its length.
MOST_STRETCHED = 2.5
# Quotes that are this short are found by chance if they are only alike.
SHORT_LETTERS = 24
# Places that are nearer to each other than this cannot be told apart.
MARGIN = 0.12
# Where it had twins from the beginning, what is just around says little.
TWIN_MARGIN = 1.0
WIDE_MARGIN = 0.2
# More places than this are not compared one by one.
MOST_PLACES = 200
# The words of a longer quote are too many to align at once: its ends are.
LONG_WORDS = 300
END_WORDS = 120


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, what stood just before and after it, and where it began.

    It stood in the document `times` times, 0 where that is not known, `twins` of them
    with nearly the same around them; it was the `nth` of them all, from 1. `is_wide` is
    whether much of what stood around is known.
    """

    quote: str
    prefix: str
    suffix: str
    start: int
    times: int = 0
    twins: int = 0
    nth: int = 0
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quote stands: the share of its letters kept, and of what is around it."""

    span: Span
    kept: float
    context: float

    @property
    def worth(self) -> float:
        """To compare places by."""
        return self.kept + self.context


@dataclass(frozen=True, slots=True)
class Place:
    """The likeliest place of a quote; `others` could be it just as well.

    It is `certain` where either what stands around it or its words being there once
    tell that it is the very same.
    """

    best: Found
    others: tuple[Span, ...]
    certain: bool


# As much as could decide between two places.
WIDE_LETTERS = 1500


def quoted(receipt: Receipt, before: str | None = None) -> Quoted:
    """What to look for; in more detail if the text that was quoted is still at hand."""
    quote, start, end = receipt.quote, receipt.start, receipt.end
    plain = Quoted(
        quote, receipt.prefix, receipt.suffix, start, receipt.times, receipt.twins
    )
    if before is None or before[start:end] != quote:
        return plain
    times, twins = copies(before, Span(start, end))
    return replace(
        plain,
        prefix=before[max(0, start - WIDE_LETTERS) : start],
        suffix=before[end : end + WIDE_LETTERS],
        times=times,
        twins=twins,
        nth=sum(1 for at in _occurrences(before, quote) if at <= start),
        is_wide=True,
    )


def copies(text: str, span: Span) -> tuple[int, int]:
    """How often a stretch stands in its text, and how often with the same around it."""
    quote = text[span.start : span.end]
    places = [Span(at, at + len(quote)) for at in _occurrences(text, quote)]
    if len(places) == 1:
        return 1, 1
    prefix = text[max(0, span.start - CONTEXT_LETTERS) : span.start]
    suffix = text[span.end : span.end + CONTEXT_LETTERS]
    context = Context(prefix, suffix)
    likely = nearby.likeliest(text, places, prefix, suffix, MOST_PLACES)
    alike = sum(context.near(text, place) >= SURE_CONTEXT for place in likely)
    return len(places), max(1, alike)


def only_place(document: Document, quote: str) -> Span:
    """Where the words of a quote stand, however they are spaced and signed.

    Raises QuestionError where they do not, or in several places.
    """
    search = _Search(document.text, Quoted(quote, "", "", 0))
    places = search.exact() or search.same_words() if quote.strip() else []
    if len(places) == 1:
        return places[0]
    path = document.source.path
    if places:
        raise QuestionError(
            f"These words stand in {path} in {len(places)} places. Quote more of what "
            "stands around them."
        )
    raise QuestionError(
        f"These words do not stand so in {path}. `python -m citeback verify FILE` shows "
        "where a quotation in a file differs from the documents."
    )


def find(text: str, wanted: Quoted) -> Place | None:
    """Where a quote stands in a text, None where it is gone."""
    search = _Search(text, wanted)
    same = search.ranked(search.same_words())
    if same and same[0].context >= SURE_CONTEXT and wanted.twins < 2:
        return search.settled(same)
    spans = [one.span for one in same]
    alike = [
        one for one in search.alike() if not any(_meet(one.span, s) for s in spans)
    ]
    return search.settled(sorted([*same, *alike], key=search.order))


class _Search:
    """One quote looked for in one text."""

    def __init__(self, text: str, wanted: Quoted) -> None:
        self._text = text
        self._wanted = wanted
        self._context = Context(wanted.prefix, wanted.suffix)

    @cached_property
    def _folded(self) -> Folded:
        return Folded(self._text)

    @cached_property
    def _words(self) -> list[str]:
        return folded_words(self._wanted.quote)

    def exact(self) -> list[Span]:
        """Where the very same letters stand."""
        quote, length = self._wanted.quote, len(self._wanted.quote)
        spans = (Span(at, at + length) for at in _occurrences(self._text, quote))
        return [span for span in spans if self._is_whole(span)]

    def same_words(self) -> list[Span]:
        """Where the same words stand, whatever signs and spaces are between them."""
        if not self._words:
            return self.exact()
        wanted, folded = " ".join(self._words), self._folded.text
        left = "" if ends_with_letter(self._wanted.prefix) else " "
        right = "" if begins_with_letter(self._wanted.suffix) else " "
        spans = []
        for at in _occurrences(folded, f"{left}{wanted}{right}"):
            start = at + len(left)
            span = self._folded.span(start, start + len(wanted))
            spans.append(with_signs(self._text, span, self._wanted.quote))
        return spans

    def alike(self) -> Iterator[Found]:
        """Where it may stand edited, by the words that are left of it."""
        words = self._words
        if len(words) <= LONG_WORDS:
            yield from self._alike(words, *self._context.words)
            return
        prefix, suffix = self._context.words
        heads = list(self._alike(words[:END_WORDS], prefix, words[END_WORDS:][:8]))
        tails = list(self._alike(words[-END_WORDS:], words[:-END_WORDS][-8:], suffix))
        length = len(self._wanted.quote)
        for head in heads:
            for tail in tails:
                span = Span(head.span.start, tail.span.end)
                if 0.5 * length < span.end - span.start < 2 * length:
                    yield self._found(span, (head.kept + tail.kept) / 2)

    def _alike(
        self, words: Sequence[str], prefix: Sequence[str], suffix: Sequence[str]
    ) -> Iterator[Found]:
        pattern = " ".join((*prefix, *words, *suffix))
        places: list[tuple[float, Span]] = []
        for window in seeds.windows(self._folded.text, pattern):
            there = self._folded.words(window.start, window.end)
            place = aligned(prefix, words, suffix, [word for word, _ in there])
            if place is not None:
                first, last = there[place.first][1], there[place.last - 1][1]
                places.append((place.kept, Span(first.start, last.end)))
        places.sort(key=lambda one: (-one[0], one[1].end - one[1].start))
        taken: list[Span] = []
        for kept, span in places:
            if not any(_meet(span, other) for other in taken):
                taken.append(span)
                whole = with_signs(self._text, span, self._wanted.quote)
                found = self._found(whole, kept)
                if self._is_it(found):
                    yield found

    def _is_it(self, found: Found) -> bool:
        """Whether enough is left to say that the quote was edited, not taken out."""
        length = found.span.end - found.span.start
        if found.kept < 1.0 and length > MOST_STRETCHED * len(self._wanted.quote):
            return False  # stray words of it, far from each other
        if found.kept >= KEPT and len(self._wanted.quote) > SHORT_LETTERS:
            return True
        return found.kept >= KEPT_IN_CONTEXT and found.context >= SURE_CONTEXT

    def _found(self, span: Span, kept: float) -> Found:
        return Found(span, kept, self._context.near(self._text, span))

    def _is_whole(self, span: Span) -> bool:
        """Whether it begins and ends with words where the quote does."""
        wanted = self._wanted
        inside_left = begins_with_letter(wanted.quote) and ends_with_letter(
            self._text[: span.start][-1:]
        )
        inside_right = ends_with_letter(wanted.quote) and begins_with_letter(
            self._text[span.end : span.end + 1]
        )
        return (not inside_left or ends_with_letter(wanted.prefix)) and (
            not inside_right or begins_with_letter(wanted.suffix)
        )

    def ranked(self, spans: Sequence[Span]) -> list[Found]:
        """Places of the same words, the likeliest first."""
        likely = nearby.likeliest(
            self._text, spans, self._wanted.prefix, self._wanted.suffix, MOST_PLACES
        )
        return sorted((self._found(span, 1.0) for span in likely), key=self.order)

    def order(self, found: Found) -> tuple[float, bool, int]:
        """The likeliest first: by words and what is around them, then by nearness."""
        start, end = found.span.start, found.span.end
        is_exact = self._text[start:end] == self._wanted.quote
        return -found.worth, not is_exact, self._away(found)

    def _away(self, found: Found) -> int:
        return abs(found.span.start - self._wanted.start)

    def settled(self, ordered: Sequence[Found]) -> Place | None:
        """Which of the places it is, and whether that is sure."""
        if not ordered:
            return None
        best = ordered[0]
        margin = TWIN_MARGIN if self._wanted.twins > 1 else MARGIN
        rivals = [one for one in ordered if one.worth > best.worth - margin]
        if len(rivals) > 1 and self._wanted.is_wide:
            likely = self._by_wide_context(rivals)
            rivals = likely if self._is_in_order(likely[0], rivals) else rivals
        elif self._wanted.twins > 1:
            rivals = sorted(rivals, key=self._away)
        best, others = rivals[0], tuple(one.span for one in rivals[1:])
        return Place(best, others, not others and self._is_certain(best, ordered))

    def _is_certain(self, best: Found, ordered: Sequence[Found]) -> bool:
        """Whether a place without rivals may be taken for the very one."""
        same = sum(one.kept == 1.0 for one in ordered)
        if self._wanted.times > 1 and same < self._wanted.times:
            return False  # the very one may be the one that is no more
        if best.kept < 1.0:
            # One that lost an end may be a part of it that stood there as well.
            sides = self._context.sides(self._text, best.span)
            return min(sides, default=1.0) >= SURE_CONTEXT
        return self._wanted.times == 1 or best.context >= SURE_CONTEXT

    def _is_in_order(self, best: Found, rivals: Sequence[Found]) -> bool:
        """Whether it is as far down among its twins as it was, if all are still there."""
        if self._wanted.twins < 2 or len(rivals) != self._wanted.times:
            return True
        places = sorted(rivals, key=lambda one: one.span.start)
        return places.index(best) == self._wanted.nth - 1

    def _by_wide_context(self, rivals: Sequence[Found]) -> list[Found]:
        """Those that more of what stood around cannot tell apart either."""
        shares = [self._context.wide(self._text, one.span) for one in rivals]
        ordered = sorted(zip(shares, rivals, strict=True), key=lambda pair: -pair[0])
        most = ordered[0][0]
        # What was moved to another place leaves its twin in the place that it had.
        margin = WIDE_MARGIN if most >= SURE_CONTEXT else 1.0
        return [one for share, one in ordered if share >= most - margin]


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
