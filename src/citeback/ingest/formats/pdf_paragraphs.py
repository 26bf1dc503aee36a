"""From the lines of a column to its paragraphs, by indent, distance and short lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from citeback.ingest.formats.pdf_columns import Region
from citeback.ingest.formats.pdf_lines import Line, is_right_to_left
from citeback.ingest.lines import Line as TextLine

# All lengths are in sizes of the writing.
INDENT = 0.7
SAME_EDGE = 0.35
# A paragraph's lines are no further apart than so many times what is usual.
LOOSE = 1.22
USUAL = 1.2
SAME_SIZE = 0.08
# A line may be in another font than the rest of its paragraph.
OTHER_FONT = 0.2

NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)")
"""The number of a heading."""

_FINAL = re.compile(r"[.!?…:;؟。！？।॥][\"'”’»)\]⁰¹²³⁴⁵⁶⁷⁸⁹\s\d]{0,4}$")
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|tab\.|chart|box|map|plate)\s*[\dIVX]+\b", re.IGNORECASE
)


@dataclass(slots=True)
class Chunk:
    """Lines that belong together, the page of each, and what parts it from the last.

    `breaks` tells for each line whether it begins anew because the one before ended
    early. `left` and `right` are the column's edges. A chunk with `rows` is a table
    on one page.
    """

    left: float
    right: float
    page: int
    lines: list[Line] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    breaks: list[bool] = field(default_factory=list)
    rows: tuple[tuple[tuple[Line, ...], ...], ...] = ()

    def add(self, line: Line, page: int, *, anew: bool) -> None:
        """Put a line at the end."""
        self.lines.append(line)
        self.pages.append(page)
        self.breaks.append(anew)

    def extend(self, other: Chunk) -> None:
        """Put the lines of its other part at the end."""
        self.lines += other.lines
        self.pages += other.pages
        self.breaks += other.breaks

    @property
    def size(self) -> float:
        """The size that most of it is written in."""
        sizes: Counter[float] = Counter()
        for line in self.lines:
            sizes[line.size] += len(line.words)
        return sizes.most_common(1)[0][0] if sizes else 0.0

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return bool(self.lines) and all(line.bold for line in self.lines)

    @property
    def words(self) -> str:
        """Its words, roughly; the text itself is put together elsewhere."""
        return " ".join(line.words for line in self.lines)


def usual_leading(regions: Iterable[Region]) -> float:
    """How far lines are apart in most of the document, in sizes of the writing."""
    found: Counter[float] = Counter()
    for region in regions:
        for above, below in zip(region.lines, region.lines[1:], strict=False):
            if abs(above.size - below.size) < SAME_SIZE * above.size:
                far = round((below.base - above.base) / below.size / 0.05) * 0.05
                if 0.8 < far < 2.6:
                    # Full lines say more than headings and items.
                    found[far] += len(above.words)
    return found.most_common(1)[0][0] if found else USUAL


def paragraphs(region: Region, page: int, leading: float) -> list[Chunk]:
    """The paragraphs of a region."""
    if region.rows:
        cells = [line for row in region.rows for cell in row for line in cell]
        left = min(line.left for line in cells)
        right = max(line.right for line in cells)
        return [Chunk(left, right, page, rows=region.rows)]
    column = _Column(region.lines, leading)
    chunks: list[Chunk] = []
    for line in region.lines:
        last = chunks[-1] if chunks else None
        if last is None or column.parts(last, line):
            chunks.append(Chunk(column.left, column.right, page))
            chunks[-1].add(line, page, anew=False)
        else:
            last.add(line, page, anew=column.ended_early(last.lines[-1], line))
    return chunks


def goes_on(before: Chunk, after: Chunk) -> bool:
    """Whether the chunk at the top of a column is the rest of the one before it."""
    if before.rows or after.rows or not before.lines or not after.lines:
        return False
    last, first = before.lines[-1], after.lines[0]
    if abs(last.size - first.size) > SAME_SIZE * last.size or first.bold != last.bold:
        return False
    if (
        first.turn != last.turn
        or first.raised
        or is_caption(after)
        or is_caption(before)
    ):
        return False
    if last.words.endswith(("-", "‐", "\xad")):
        return True
    if TextLine.kind(first.words) or NUMBERED.match(first.words):
        return False
    room = (
        last.left - before.left
        if is_right_to_left(last.words)
        else before.right - last.right
    )
    full = room <= _first_word(first) + SAME_EDGE * last.size
    if first.words[0].islower():
        return full or not ends_sentence(last.words)
    return full and not ends_sentence(last.words) and not before.bold


def is_caption(chunk: Chunk) -> bool:
    """Whether the chunk is what stands below or above a figure or table."""
    return bool(chunk.lines) and bool(_CAPTION.match(chunk.lines[0].words))


def ends_sentence(words: str) -> bool:
    """Whether a sentence may end here."""
    return bool(_FINAL.search(words))


def _first_word(line: Line) -> float:
    """How wide the line's first word and the space before it are, about."""
    length = len(line.words.split(" ", 1)[0]) + 1
    return line.width * length / max(len(line.words), 1)


class _Column:
    """The edges that most lines of a region have, and how far they are apart."""

    def __init__(self, lines: Sequence[Line], leading: float) -> None:
        """Of these lines, in a document with such a leading."""
        self._backwards = is_right_to_left("".join(line.words for line in lines))
        self.left = min(line.left for line in lines)
        rights = sorted(line.right for line in lines)
        self.right = rights[-1] if len(rights) < 8 else rights[int(0.95 * len(rights))]
        starts = Counter(round(self._start(line)) for line in lines)
        # The leftmost edge that a good part of the lines has.
        often = [edge for edge, count in starts.items() if count >= 0.2 * len(lines)]
        self._edge = float(min(often, default=min(starts)))
        gaps = [
            (below.base - above.base) / below.size
            for above, below in itertools.pairwise(lines)
            if abs(above.size - below.size) < SAME_SIZE * above.size
        ]
        usual = median(gaps) if len(gaps) > 3 else leading
        self._leading = min(usual, leading) if usual > 0.8 else leading

    def _start(self, line: Line) -> float:
        """Where the line begins, growing in the direction of the script."""
        return -line.right if self._backwards else line.left

    def _room(self, line: Line) -> float:
        """How much space is free behind the line."""
        return line.left - self.left if self._backwards else self.right - line.right

    def ended_early(self, line: Line, after: Line) -> bool:
        """Whether the first word of the next line would have had room on this one.

        A program's source ends each line early.
        """
        if line.even and after.even:
            return True
        return self._room(line) > _first_word(after) + SAME_EDGE * line.size

    def parts(self, chunk: Chunk, line: Line) -> bool:
        """Whether a paragraph begins with the line."""
        last, first = chunk.lines[-1], chunk.lines[0]
        size = max(line.size, last.size)
        far = line.base - last.base
        differ = abs(line.size - last.size)
        if far < 0 or differ > OTHER_FONT * size:
            return True
        if line.even and last.even:
            return far > LOOSE * self._leading * size
        flows = not ends_sentence(last.words) and not self.ended_early(last, line)
        if differ > SAME_SIZE * size and not flows:
            return True
        if far > LOOSE * self._leading * size or line.turn != last.turn:
            return True
        early = self.ended_early(last, line)
        if line.bold != last.bold and early:
            return True
        if line.raised and line.size < size * (1 + SAME_SIZE) and _is_note(line):
            return True
        if TextLine.kind(line.words) and self._begins_item(chunk, line, early=early):
            return True
        if NUMBERED.match(line.words) and line.bold:
            return True
        if self._centred(last) and self._centred(line):
            return early and ends_sentence(last.words)
        return self._by_edges(first, last, line, chunk, early=early)

    def _by_edges(
        self, first: Line, last: Line, line: Line, chunk: Chunk, *, early: bool
    ) -> bool:
        start, before = self._start(line), self._start(last)
        ended = ends_sentence(last.words)
        if start > before + INDENT * line.size:
            # Further in: a new paragraph, or the first line of it hangs out.
            if len(chunk.lines) == 1 and TextLine.kind(first.words):
                return False
            hangs = len(chunk.lines) == 1 and not early and not ended
            return (early or ended) and not hangs
        if start < before - INDENT * line.size:
            # Further out: the second line of a paragraph, or the next hanging one.
            hanging = len(chunk.lines) > 1 and (
                self._start(first) < before - INDENT * line.size
            )
            return hanging or (early and ended)
        return early and ended

    def _begins_item(self, chunk: Chunk, line: Line, *, early: bool) -> bool:
        """Whether the marker that the line begins with is one, not a number in prose."""
        last = chunk.lines[-1]
        marked = TextLine.kind(chunk.lines[0].words)
        kind = TextLine.kind(line.words)
        if marked == kind or early or last.words.endswith((":", "：")):
            return True
        return not kind.isascii() or abs(self._start(line) - self._start(last)) > (
            INDENT * line.size
        )

    def _centred(self, line: Line) -> bool:
        """Whether the line stands in the middle of the column, away from both edges."""
        left, right = line.left - self.left, self.right - line.right
        return (
            min(left, right) > INDENT * line.size
            and abs(left - right) < 0.6 * line.size
        )


def _is_note(line: Line) -> bool:
    return line.raised <= 3 and len(line.words) > line.raised + 2
