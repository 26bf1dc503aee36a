"""The order in which a person reads the lines of a page: bands, columns, tables.

From the top, lines are taken together as long as one gutter, an upright strip that none
of them crosses, parts them. What has no gutter is read downwards; the sides of a gutter
are read one after the other if they are columns of text, and row by row if they are a
table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from citeback.ingest.formats.pdf_lines import Line, joined
from citeback.ingest.lines import Line as TextLine

# In sizes of the writing.
GUTTER = 0.8
TABLE_GUTTER = 1.5
# A column of text: so many lines of so many sizes in width, most of them full.
FEWEST_LINES = 3
SURE_ROWS = 8  # wide spaces stand one below the other in fewer lines than these
FEWEST_WORDS = 2.5  # on a line, on average
NARROWEST = 9.0
FULL = 0.75
DEEPEST = 6
MOST_LINES = 2_000  # of a page; with more it is a drawing, and columns take too long
LONGEST_TABLE = 500  # rows
# Share of lines, and distance of lines, that make a justified paragraph.
FLUSH = 0.7
JUSTIFIED_LEADING = 1.7
# A list's bullet or number stands at most so far before its words, in sizes.
MARKER_GAP = 4.0

# Left and right edge of a strip that is free.
Strip = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that are read downwards, or the rows of a table, each a tuple of cells."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[tuple[Line, ...], ...], ...] = ()


def regions(lines: Sequence[Line]) -> list[Region]:
    """The lines of a page in the order in which they are read."""
    found: list[Region] = []
    for turn in dict.fromkeys(line.turn for line in lines):
        running = [line for line in lines if line.turn == turn]
        if turn < 0:  # slanted writing has no columns
            found += [Region((line,)) for line in running]
        else:
            found += _regions(_with_markers(running), 0)
    return found


def _with_markers(lines: Sequence[Line]) -> list[Line]:
    """The lines, a bullet or number that stands apart joined to the words behind it."""
    ordered = sorted(lines, key=lambda line: (round(line.base), line.left))
    found: list[Line] = []
    for line in ordered:
        before = found[-1] if found else None
        if (
            before is not None
            and abs(before.base - line.base) < 0.4 * line.size
            and 0 <= line.left - before.right < MARKER_GAP * line.size
            and len(before.words) <= 6
            and TextLine.kind(f"{before.words} x")
        ):
            found[-1] = joined((before, line))
        else:
            found.append(line)
    return found


def _regions(lines: Sequence[Line], depth: int) -> list[Region]:
    found: list[Region] = []
    downwards: list[Line] = []
    rows = _rows(lines)
    bands = _bands(rows) if len(lines) <= MOST_LINES else [(rows, [])]
    for place, (rows, gutters) in enumerate(bands):
        band = [line for row in rows for line in row]
        beside = [*(bands[place - 1][0][-1:] if place else ())]
        beside += bands[place + 1][0][:1] if place + 1 < len(bands) else []
        columns = _columns(band, gutters)
        few = max(map(len, columns)) < FEWEST_LINES and not _are_table(columns)
        if few or _is_spaced_text(rows, columns, beside):
            columns = [band]
        if depth < DEEPEST and _are_table(columns):
            found += _closed(downwards)
            downwards = []
            found.append(_table(columns))
        elif depth < DEEPEST and len(band) > len(columns) > 1 and not _are_source(band):
            found += _closed(downwards)
            downwards = []
            for side in _sides(columns):
                found += _regions(side, depth + 1)
        else:
            for row in rows:
                downwards += _across(row)
    return found + _closed(downwards)


def _closed(lines: list[Line]) -> list[Region]:
    return [Region(tuple(lines))] if lines else []


def _across(row: Sequence[Line]) -> list[Line]:
    """The lines of a row that no gutter parts: from the top, side by side as one."""
    found: list[list[Line]] = []
    for line in sorted(row, key=lambda line: line.base):
        if found and line.base - found[-1][0].base < 0.4 * line.size:
            found[-1].append(line)
        else:
            found.append([line])
    return [joined(sorted(parts, key=lambda part: part.left)) for parts in found]


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that share some height, together; from the top."""
    rows: list[list[Line]] = []
    bottom = 0.0
    for line in sorted(lines, key=lambda line: line.base - 0.7 * line.size):
        if rows and line.base - 0.7 * line.size < bottom:
            rows[-1].append(line)
            bottom = max(bottom, line.base)
        else:
            rows.append([line])
            bottom = line.base
    return rows


def _bands(rows: list[list[Line]]) -> list[tuple[list[list[Line]], list[Strip]]]:
    """Rows below each other that the same gutters part, with these gutters."""
    bands: list[tuple[list[list[Line]], list[Strip]]] = []
    for place, row in enumerate(rows):
        if bands:
            band, gutters = bands[-1]
            shared = _gutters([*band, row])
            ahead = rows[place + 1 : place + 4]
            if gutters and _ends_table(band, gutters, [row, *ahead], shared):
                bands.append(([row], _gutters([row])))
                continue
            if shared or not (gutters or _gutters([row])):
                trimmed = _heads(band, row) if shared and not gutters else 0
                if trimmed:
                    bands[-1] = (band[:trimmed], [])
                    bands.append(([*band[trimmed:], row], []))
                    bands[-1] = (bands[-1][0], _gutters(bands[-1][0]))
                else:
                    bands[-1] = ([*band, row], shared)
                continue
            tail = _tails(band)
            if tail:
                bands[-1] = (band[:-tail], gutters)
                bands.append((band[-tail:], []))
                if not _gutters([row]):
                    bands[-1] = ([*bands[-1][0], row], [])
                    continue
        bands.append(([row], _gutters([row])))
    return bands


def _ends_table(
    band: list[list[Line]],
    gutters: list[Strip],
    rows: list[list[Line]],
    shared: list[Strip],
) -> bool:
    """Whether the first of the rows stands below the table that the band is.

    It closes one of its gutters, or stands alone and further away than rows do, and
    none of the next rows has the gutters.
    """
    row = rows[0]
    if len(row) > 1 or not 1 < len(band) < LONGEST_TABLE:
        return False
    bases = [one[0].base for one in band]
    far = row[0].base - bases[-1]
    usual = max(below - above for above, below in pairwise(bases))
    away = far > max(1.3 * usual, 1.8 * row[0].size)
    if len(shared) == len(gutters) and not away:
        return False
    again = any(len(one) > 1 for one in rows[1:])
    if away and again and _gutters([*band, *rows]):
        return False
    columns = _columns([line for one in band for line in one], gutters)
    # Two lines at the head of columns of text look like a table.
    return (away or not all(map(_many_words, columns))) and _are_table(columns)


def _heads(band: list[list[Line]], row: list[Line]) -> int:
    """How many rows above columns stand over all of them, though they are short."""
    size = median(line.size for line in row)
    for number in range(len(band), 0, -1):
        last = band[number - 1]
        if len(last) == 1 and (
            last[0].size > 1.15 * size
            or (number == len(band) and row[0].base - last[0].base > 2.2 * size)
        ):
            return number
    return 0


def _tails(band: list[list[Line]]) -> int:
    """How many rows below columns stand under all of them: a heading of what follows."""
    if len(band) < 3:
        return 0
    size = median(line.size for row in band for line in row)
    last, before = band[-1], band[-2]
    if len(last) == 1 and (last[0].size > 1.1 * size or last[0].bold):
        return int(last[0].base - max(line.base for line in before) > 1.5 * size)
    return 0


def _gutters(rows: Sequence[Sequence[Line]]) -> list[Strip]:
    """The strips that no line crosses and that have lines on both sides."""
    lines = sorted((line for row in rows for line in row), key=lambda line: line.left)
    size = median(line.size for line in lines)
    least = (GUTTER if len(lines) > 4 else TABLE_GUTTER) * size
    found: list[Strip] = []
    edge = lines[0].right
    for line in lines[1:]:
        if line.left - edge >= least:
            found.append((edge, line.left))
        edge = max(edge, line.right)
    return found


def _columns(lines: Sequence[Line], gutters: Sequence[Strip]) -> list[list[Line]]:
    columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in lines:
        place = sum(line.left >= right - 0.01 for _, right in gutters)
        columns[place].append(line)
    return [column for column in columns if column]


def _is_text(column: Sequence[Line]) -> bool:
    """Whether the column is lines of running text."""
    ends: dict[int, float] = {}
    for line in column:  # wide spaces may have cut a line to pieces
        base = round(line.base)
        ends[base] = max(ends.get(base, line.right), line.right)
    if len(ends) < FEWEST_LINES:
        return False
    size = median(line.size for line in column)
    left = min(line.left for line in column)
    wide = sorted(ends.values())[int(0.9 * (len(ends) - 1))] - left
    full = sum(right - left >= FULL * wide for right in ends.values())
    words = sum(line.words.count(" ") + 1 for line in column)
    return (
        wide >= NARROWEST * size
        and 2 * full >= len(ends)
        and words >= FEWEST_WORDS * len(ends)
    )


def _many_words(column: Sequence[Line]) -> bool:
    words = sum(line.words.count(" ") + 1 for line in column)
    return words >= FEWEST_WORDS * len(column)


def _is_spaced_text(
    rows: Sequence[Sequence[Line]],
    columns: Sequence[Sequence[Line]],
    beside: Sequence[Sequence[Line]],
) -> bool:
    """Whether the gutters are wide spaces between the words of a justified paragraph.

    Then the lines reach both edges, and either so do the lines above or below, no
    further away, or words that go on in the midst of a sentence stand behind the gutters.
    """
    if len(columns) < 2 or (len(rows) >= SURE_ROWS and all(map(_is_text, columns))):
        return False
    lines = [line for column in columns for line in column]
    size = median(line.size for line in lines)
    left = min(line.left for line in lines)
    right = max(line.right for line in lines)

    def flush(row: Sequence[Line]) -> bool:
        return (
            max(line.right for line in row) > right - 0.3 * size
            and min(line.left for line in row) < left + 2.5 * size
        )

    # A single word may be too short to reach both edges.
    parted = [row for row in rows if len(row) > 1]
    if sum(map(flush, parted)) < FLUSH * len(parted):
        return False
    if any(row[0].left > left + 2.5 * size for row in rows if len(row) == 1):
        return False
    bases = [row[0].base for row in rows]
    if any(b - a > JUSTIFIED_LEADING * size for a, b in pairwise(bases)):
        return False
    near = [
        row
        for row in beside
        if len(row) == 1
        and min(abs(row[0].base - base) for base in bases) < JUSTIFIED_LEADING * size
    ]
    if any(row[0].left < left + size and row[0].right > right - size for row in near):
        return True
    behind = [line for column in columns[1:] for line in column]
    return 2 * sum(line.words[0].islower() for line in behind) >= len(behind)


def _are_source(lines: Sequence[Line]) -> bool:
    """Whether the lines are a program's source, which is read line by line."""
    return 2 * sum(line.even for line in lines) > len(lines)


def _are_table(columns: Sequence[Sequence[Line]]) -> bool:
    """Whether the columns are those of a table: lines side by side, not running text."""
    if len(columns) < 2:
        return False
    if _are_source([line for column in columns for line in column]):
        return False
    heights = [[line.base for line in column] for column in columns]
    tallest = max(heights, key=len)
    size = median(line.size for column in columns for line in column)
    shared = [
        base
        for base in tallest
        if sum(
            any(abs(base - one) < 0.3 * size for one in column) for column in heights
        )
        > 1
    ]
    if len(shared) < 2:
        return False
    if sum(map(_is_text, columns)) > 1:
        return False
    if len(columns) == 2 and all(map(_many_words, columns)) and len(tallest) > 6:
        return len(shared) > 0.7 * len(tallest) and not any(map(_is_text, columns))
    first = sorted(base for column in heights for base in column)
    return len(set(map(round, first))) <= 3 * len(shared)


def _sides(columns: list[list[Line]]) -> list[list[Line]]:
    """The columns as two sides of the gutter that parts text from text best."""

    def strength(cut: int) -> tuple[bool, float]:
        left = [line for column in columns[:cut] for line in column]
        right = [line for column in columns[cut:] for line in column]
        gap = min(line.left for line in right) - max(line.right for line in left)
        return _is_text(left) and _is_text(right), gap

    cut = max(range(1, len(columns)), key=strength)
    return [
        [line for column in columns[:cut] for line in column],
        [line for column in columns[cut:] for line in column],
    ]


def _table(columns: Sequence[Sequence[Line]]) -> Region:
    """The rows of a table: what stands on one line, with lines that go on in a cell."""
    placed = sorted(
        ((line, number) for number, column in enumerate(columns) for line in column),
        key=lambda one: one[0].base,
    )
    size = median(line.size for line, _ in placed)
    levels: list[list[tuple[Line, int]]] = []
    for line, number in placed:
        if levels and line.base - levels[-1][0][0].base < 0.4 * size:
            levels[-1].append((line, number))
        else:
            levels.append([(line, number)])
    gaps = [below[0][0].base - above[0][0].base for above, below in pairwise(levels)]
    # Lines of one cell stand nearer to each other than rows do.
    near = 1.15 * min(gaps) if sum(gap > 1.25 * min(gaps) for gap in gaps) > 1 else 0.0
    rows: list[list[list[Line]]] = []
    for place, level in enumerate(levels):
        first = any(number == 0 for _, number in level)
        goes_on = place > 0 and (
            gaps[place - 1] <= near and len(level) < len(columns)
            if near
            else not first and len(level) == 1
        )
        if not goes_on:
            rows.append([[] for _ in columns])
        for line, number in level:
            rows[-1][number].append(line)
    return Region((), tuple(tuple(map(tuple, row)) for row in _filled(rows)))


def _filled(rows: list[list[list[Line]]]) -> list[list[list[Line]]]:
    """The rows with columns as one that never both have words in a row.

    A name at the left of its column and numbers at the right have a gutter between them.
    """
    width = len(rows[0])
    merged: list[list[int]] = [[0]]
    for column in range(1, width):
        beside = merged[-1]
        if any(row[column] and any(row[one] for one in beside) for row in rows):
            merged.append([column])
        else:
            beside.append(column)
    if len(merged) < 2:
        return rows
    return [
        [[line for one in group for line in row[one]] for group in merged]
        for row in rows
    ]
