"""Cut what a document says, block by block, into passages that the encoder can read."""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from citeback.index.packed import Packed
from citeback.ingest.lines import after_marker
from citeback.ingest.sentences import sentences
from citeback.records import Block, BlockKind, Document, Passage, Span

SPLITTER = "4"
"""Names the rules of reading and splitting; raised by hand whenever they change, so
that what older rules cut is cut anew."""

# A word piece is hardly ever longer. It keeps a word without end, which may count as
# one unknown piece, from making a passage of a megabyte.
LONGEST_PIECE = 10

# How far from its middle a sentence over the limit is searched for a place to cut.
REACH = 2000

_WORD = re.compile(r"\w")
_CLAUSE_END = re.compile(
    r"[,;:–—،؛、，；：][\"'”’»)\]]*(?=\s)|[،؛、，；：]|\s[–—-](?=\s)"
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut further: a sentence, with the bullet before it if any."""

    start: int
    sentence: Span
    weight: int


class _Units:
    """Units in the memory of their numbers: one paragraph may have millions."""

    def __init__(self, units: Iterable[_Unit]) -> None:
        """Keep the units."""
        self.starts, self.weights = array("q"), array("q")
        self._firsts, self._ends = array("q"), array("q")
        for unit in units:
            self.starts.append(unit.start)
            self.weights.append(unit.weight)
            self._firsts.append(unit.sentence.start)
            self._ends.append(unit.sentence.end)

    def sentences(self, begin: int, end: int) -> tuple[Span, ...]:
        """The sentences of the units from one number up to another."""
        return tuple(map(Span, self._firsts[begin:end], self._ends[begin:end]))


def split(
    document: Document | Packed, *, word_pieces: Callable[[str], int], limit: int
) -> Iterator[tuple[Block, Passage]]:
    """The document's passages in reading order, each of at most `limit` word pieces and
    with the block that it is cut from.

    `word_pieces` counts a text's pieces without special tokens, and is asked once for
    each sentence where that can matter. A paragraph or list over the limit is cut
    between sentences into even parts; a sentence over it, between clauses, words or
    characters. Later parts of a list leave room for its lead-in.
    """
    scale = _Scale(document.text, word_pieces)
    seen: Counter[int] = Counter()
    for block in document.blocks:
        if block.paragraph:
            for passage in _passages(document.source.path, block, scale, limit):
                key = _key(document, passage)
                brief = _id(*key)  # as the keys of all would take the text's memory
                identity = _id(*key, str(seen[brief]))
                seen[brief] += 1
                yield block, replace(passage, id=identity)


def _passages(path: str, block: Block, scale: _Scale, limit: int) -> Iterator[Passage]:
    """The block's passages, all with id 0."""
    lead_in, reserve = _lead_in(block, scale, limit)
    if scale.is_light(block.start, block.end, limit):
        scale = _Scale(scale.text, len)  # millions of tiny paragraphs are not counted
    units = _Units(_units(block, scale, limit - reserve))
    ends = _even_ends(units.weights, limit, reserve)
    for part, (first, past) in enumerate(pairwise([0, *ends]), start=1):
        spans = units.sentences(first, past)
        start, end = units.starts[first], spans[-1].end
        yield Passage(
            id=0,
            path=path,
            start=start,
            end=end,
            text=scale.text[start:end],
            paragraph=block.paragraph,
            part=part,
            parts=len(ends),
            headings=block.headings,
            lead_in=lead_in if part > 1 or block.lead_in else None,
            sentences=spans,
        )


def _key(document: Document | Packed, passage: Passage) -> tuple[str, ...]:
    """What tells a passage from others: all that its vector is made from."""
    lead_in = passage.lead_in or Span(0, 0)
    introduction = document.text[lead_in.start : lead_in.end]
    return passage.path, *passage.headings, introduction, passage.text


def _id(*key: str) -> int:
    """A positive 63-bit number for the key."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8]) >> 1 or 1


class _Scale:
    """Weighs stretches of one text in word pieces."""

    def __init__(self, text: str, word_pieces: Callable[[str], int]) -> None:
        """Weigh stretches of `text` by `word_pieces`."""
        self.text = text
        self.word_pieces = word_pieces

    def weight(self, start: int, end: int) -> int:
        """The stretch's pieces, and no fewer than its length allows."""
        return max(self.word_pieces(self.text[start:end]), self.least(start, end))

    def is_light(self, start: int, end: int, limit: int) -> bool:
        """Whether it is sure without counting that the stretch weighs less than half.

        A sign of ASCII makes no more than one piece.
        """
        return 2 * (end - start) < limit and self.text[start:end].isascii()

    def least(self, start: int, end: int) -> int:
        """What the stretch weighs at least, found without counting."""
        return -(-(end - start) // LONGEST_PIECE)


def _lead_in(block: Block, scale: _Scale, limit: int) -> tuple[Span | None, int]:
    """What leads into the list or row, with its weight; none if it is heavy."""
    if block.lead_in:
        sentence = block.lead_in
    elif block.kind is not BlockKind.LIST or block.start == block.items[0].start:
        return None, 0
    else:
        *_, sentence = _sentences(scale.text, block.start, block.items[0].start)
    if scale.least(sentence.start, sentence.end) * 2 > limit:
        return None, 0
    weight = scale.weight(sentence.start, sentence.end)
    return (sentence, weight) if weight * 2 <= limit else (None, 0)


def _units(block: Block, scale: _Scale, limit: int) -> Iterator[_Unit]:
    """The block's sentences, no heavier than `limit`; none leaves its item.

    A row is one sentence: what its cells say together.
    """
    text = scale.text
    if block.kind is BlockKind.ROW:  # what stands in a cell may be no sentence
        yield from _light(block.start, Span(block.start, block.end), scale, limit)
        return
    first = block.items[0].start if block.items else block.end
    for sentence in _sentences(text, block.start, first):
        yield from _light(sentence.start, sentence, scale, limit)
    start = first
    for item in block.items:
        words = after_marker(text, item.start, item.end)
        bare = not _WORD.search(text, words, item.end)
        if bare and item is not block.items[-1] and item.end - start < LONGEST_PIECE:
            # A bullet with nothing behind it goes with the next item.
            continue
        for sentence in _sentences(text, words, item.end):
            yield from _light(start, sentence, scale, limit)
            start = sentence.end


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    for span in sentences(text[start:end]):
        yield Span(start + span.start, start + span.end)


def _light(start: int, sentence: Span, scale: _Scale, limit: int) -> Iterator[_Unit]:
    """The sentence as units no heavier than `limit`, halved as often as needed."""
    text = scale.text
    start += len(text[start : sentence.start]) - len(
        text[start : sentence.start].lstrip()
    )
    weight = scale.least(start, sentence.end)
    if weight <= limit:
        weight = scale.weight(start, sentence.end)
    if weight <= limit or sentence.end - sentence.start == 1:
        yield _Unit(start, sentence, weight)
        return
    cut = _middle(text, sentence)
    left = len(text[sentence.start : cut].rstrip())
    right = len(text[cut : sentence.end].lstrip())
    first = Span(sentence.start, sentence.start + left)
    second = Span(sentence.end - right, sentence.end)
    yield from _light(start, first, scale, limit)
    yield from _light(second.start, second, scale, limit)


def _middle(text: str, sentence: Span) -> int:
    """The clause end nearest the middle of the sentence; else a space, or the middle."""
    middle = (sentence.start + sentence.end) // 2
    reach = min((sentence.end - sentence.start) // 4, REACH)
    window = (
        max(sentence.start + 1, middle - reach),
        min(sentence.end, middle + reach),
    )
    for sign in (_CLAUSE_END, _SPACE):
        cuts = [match.end() for match in sign.finditer(text, *window)]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - middle))
    return middle


def _even_ends(weights: Sequence[int], limit: int, reserve: int) -> list[int]:
    """Where as few groups as fit the limit end, the heaviest as light as can be.

    Groups after the first weigh `reserve` more. No short group is left at the end.
    """
    most = _filled(weights, limit, reserve)
    if len(most) < 2:
        return most
    lightest = min(limit, max(weights, default=0) + reserve)
    capacity = lightest + bisect_left(
        range(lightest, limit),
        True,
        key=lambda capacity: len(_filled(weights, capacity, reserve)) <= len(most),
    )
    return _filled(weights, capacity, reserve)


def _filled(weights: Sequence[int], capacity: int, reserve: int) -> list[int]:
    """Where the groups end if each takes in as many as the capacity lets it."""
    ends: list[int] = []
    load = 0
    for number, weight in enumerate(weights):
        if load and load + weight > capacity:
            ends.append(number)
            load = reserve
        load += weight
    return [*ends, len(weights)] if weights else []
