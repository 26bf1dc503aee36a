"""From the letters of a page to its lines of writing, each in reading order.

A file names its letters in any order and need not hold spaces. What stands on one line
of writing, nearer than a gap between columns, is one line here.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from citeback.ingest.formats.pdf_letters import Glyph, Rule, Sheet

# All in sizes of the writing. A word space is 0.2 to 0.5, a justified one up to 0.8.
COLUMN_GAP = 0.9
WORD_GAP = 0.14
SURE_GAP = 0.4
# A raised footnote number stands up to 0.4 above its line; lines are at least 1 apart.
SAME_LINE = 0.5

# What makes a line bold, as a share of its letters.
BOLD = 0.8
# A number that stands higher by so much and is smaller, in sizes of its line, is
# written as what a person sees: "²".
RAISED = 0.12
RAISED_SIZE = 0.85
# Letters of one width differ by less than this share of it.
EVEN = 0.02

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RIGHT_TO_LEFT = ("R", "AL")


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line of writing, in points from the page's upper left corner.

    `base` is what the letters stand on; `size` and `bold` are of most of them. `raised`
    counts the first signs that stand higher and smaller, as a footnote's number does.
    `glyphs` are its letters in reading order, each with "" or " " before it; a reading
    of the whole file forgets them. `turn` is as in Glyph: turned lines have the
    measures that they would have upright. `even` tells that all letters are as wide as
    each other, as in a program's source.
    """

    words: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    bold: bool
    raised: int
    turn: int
    even: bool
    glyphs: tuple[Glyph, ...] = ()

    @property
    def width(self) -> float:
        """From its left to its right."""
        return self.right - self.left


def lines(sheet: Sheet) -> tuple[Line, ...]:
    """The lines of a page, from the top; first those that run as most of them do."""
    turns = Counter(glyph.turn for glyph in sheet.glyphs)
    found: list[Line] = []
    for turn, _ in turns.most_common():
        turned = [
            upright(glyph, sheet) if turn > 0 else glyph
            for glyph in sheet.glyphs
            if glyph.turn == turn
        ]
        walls = [rule for rule in sheet.rules if rule.upright] if turn == 0 else []
        found += _lines(turned, walls)
    return tuple(found)


def line(glyphs: Sequence[Glyph]) -> Line:
    """The line that the letters make, in the order in which they are read."""
    sizes: Counter[float] = Counter()
    for glyph in glyphs:
        sizes[glyph.size] += len(glyph.text)
    size = max(sizes, key=lambda one: (sizes[one], one))
    main = [glyph for glyph in glyphs if glyph.size == size]
    base = Counter(round(glyph.base, 1) for glyph in main).most_common(1)[0][0]
    high = [
        glyph.size <= RAISED_SIZE * size and glyph.base < base - RAISED * size
        for glyph in glyphs
    ]
    if any(high):
        glyphs = [
            glyph._replace(text=glyph.text.translate(_RAISED)) if up else glyph
            for glyph, up in zip(glyphs, high, strict=True)
        ]
    return Line(
        words="".join(glyph.gap + glyph.text for glyph in glyphs),
        left=min(glyph.left for glyph in glyphs),
        top=min(glyph.top for glyph in main),
        right=max(glyph.right for glyph in glyphs),
        bottom=max(glyph.bottom for glyph in main),
        base=base,
        size=size,
        bold=sum(glyph.bold for glyph in glyphs) >= BOLD * len(glyphs),
        raised=(*high, False).index(False),
        turn=glyphs[0].turn,
        even=_are_even(main),
        glyphs=tuple(glyphs),
    )


def _are_even(glyphs: Sequence[Glyph]) -> bool:
    # Figures are as wide as each other in most fonts.
    widths = {g.text: g.right - g.left for g in glyphs if g.text.isalpha()}.values()
    return len(widths) > 2 and max(widths) - min(widths) < EVEN * max(widths)


def joined(parts: Sequence[Line]) -> Line:
    """One line of several that stand side by side, given from the left."""
    if len(parts) == 1:
        return parts[0]
    if is_right_to_left("".join(part.words for part in parts)):
        parts = tuple(reversed(parts))
    main = max(parts, key=lambda part: len(part.words))
    glyphs = [*parts[0].glyphs]
    for part in parts[1:]:
        glyphs += (part.glyphs[:1] and (part.glyphs[0]._replace(gap=" "),)) or ()
        glyphs += part.glyphs[1:]
    return replace(
        main,
        words=" ".join(part.words for part in parts),
        left=min(part.left for part in parts),
        top=min(part.top for part in parts),
        right=max(part.right for part in parts),
        bottom=max(part.bottom for part in parts),
        raised=parts[0].raised,
        glyphs=tuple(glyphs),
    )


def upright(glyph: Glyph, sheet: Sheet) -> Glyph:
    """The letter with the page turned so that it is upright."""
    x0, y0 = _turned(glyph.left, glyph.top, glyph.turn, sheet)
    x1, y1 = _turned(glyph.right, glyph.bottom, glyph.turn, sheet)
    x, base = _turned(glyph.x, glyph.base, glyph.turn, sheet)
    return glyph._replace(
        left=min(x0, x1), top=min(y0, y1), right=max(x0, x1), bottom=max(y0, y1),
        x=x, base=base,
    )  # fmt: skip


def as_seen(glyph: Glyph, sheet: Sheet) -> tuple[float, float, float, float]:
    """Left, top, right and bottom on the page of a letter of a line that was turned."""
    if glyph.turn <= 0:
        return glyph.left, glyph.top, glyph.right, glyph.bottom
    back = 360 - glyph.turn
    size = sheet
    if glyph.turn in (90, 270):
        size = sheet._replace(width=sheet.height, height=sheet.width)
    x0, y0 = _turned(glyph.left, glyph.top, back, size)
    x1, y1 = _turned(glyph.right, glyph.bottom, back, size)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _turned(x: float, y: float, turn: int, sheet: Sheet) -> tuple[float, float]:
    """The point after the page was turned back by `turn` degrees clockwise."""
    if turn == 90:
        return y, sheet.width - x
    if turn == 180:
        return sheet.width - x, sheet.height - y
    if turn == 270:
        return sheet.height - y, x
    return x, y


def _lines(glyphs: Iterable[Glyph], walls: Sequence[Rule]) -> list[Line]:
    runs = _runs(glyphs, walls)
    runs.sort(key=_base)
    rows: list[list[list[Glyph]]] = []
    for run in runs:
        if rows and _base(run) - _base(rows[-1][0]) <= SAME_LINE * max(
            run[0].size, rows[-1][0][0].size
        ):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [made for row in rows for made in _side_by_side(row, walls)]


def _base(run: Sequence[Glyph]) -> float:
    return max(run, key=lambda glyph: glyph.size).base


def _runs(glyphs: Iterable[Glyph], walls: Sequence[Rule]) -> list[list[Glyph]]:
    """The letters that follow each other in the file and stand side by side."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if (
            runs
            and _follows(runs[-1][-1], glyph)
            and not (glyph.gap and _parted(runs[-1][-1], glyph, walls))
        ):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


def _follows(before: Glyph, glyph: Glyph) -> bool:
    size = max(before.size, glyph.size)
    if glyph.gap == "\n" or abs(glyph.base - before.base) > SAME_LINE * size:
        return False
    right = glyph.left - before.right
    left = before.left - glyph.right
    return max(right, left) < COLUMN_GAP * size


def _parted(before: Glyph, glyph: Glyph, walls: Sequence[Rule]) -> bool:
    """Whether a drawn line stands between the two."""
    left, right = sorted((before.left + before.right, glyph.left + glyph.right))
    height = glyph.base - 0.3 * glyph.size
    return any(
        left < wall.left + wall.right < right and wall.top < height < wall.bottom
        for wall in walls
    )


def _side_by_side(row: list[list[Glyph]], walls: Sequence[Rule]) -> list[Line]:
    row.sort(key=lambda run: min(glyph.left for glyph in run))
    groups: list[list[list[Glyph]]] = []
    outer: Glyph | None = None  # the rightmost letter of the group
    for run in row:
        first = min(run, key=lambda glyph: glyph.left)
        if (
            outer is not None
            and first.left - outer.right < COLUMN_GAP * max(first.size, outer.size)
            and not _parted(outer, first, walls)
        ):
            groups[-1].append(run)
        else:
            groups.append([run])
            outer = None
        outer = max(run if outer is None else (outer, *run), key=lambda one: one.right)
    return [line(_in_order(group)) for group in groups]


def _in_order(runs: Sequence[Sequence[Glyph]]) -> list[Glyph]:
    """The letters of one line in the order of reading, with spaces where they belong."""
    if any(_direction(glyph) in _RIGHT_TO_LEFT for run in runs for glyph in run):
        return _right_to_left([glyph for run in runs for glyph in run])
    found: list[Glyph] = []
    for run in sorted(runs, key=lambda run: run[0].left):
        for number, glyph in enumerate(run):
            gap = glyph.gap
            if not found:
                gap = ""
            elif number == 0:
                far = glyph.left - found[-1].right
                gap = " " if far > WORD_GAP * min(glyph.size, found[-1].size) else ""
            found.append(glyph._replace(gap=gap))
    return found


def is_right_to_left(words: str) -> bool:
    """Whether most of the letters are of a script that runs from right to left."""
    kinds = Counter(map(unicodedata.bidirectional, words))
    return kinds["R"] + kinds["AL"] > kinds["L"]


def _direction(glyph: Glyph) -> str:
    return unicodedata.bidirectional(glyph.text[0])


def _right_to_left(glyphs: list[Glyph]) -> list[Glyph]:
    """The letters as read where right-to-left letters are among them.

    From where they stand: the file's own order is not to be trusted here. Letters of
    one ligature stand in one place and keep their order. Words and numbers that run
    from left to right are kept together.
    """
    # Marks above and below letters have no width of their own: they stay behind them.
    clusters: list[list[Glyph]] = []
    words: dict[tuple[float, float, str], int] = {}
    for place, glyph in enumerate(glyphs):
        if glyph.gap or not place:
            word = place
        words[_spot(glyph)] = word
        mark = unicodedata.category(glyph.text[0]) == "Mn"
        same = clusters and abs(clusters[-1][0].left - glyph.left) < 0.01
        if clusters and (mark or (same and not glyph.gap)):
            clusters[-1].append(glyph)
        else:
            clusters.append([glyph])
    clusters.sort(key=lambda cluster: cluster[0].left)
    backwards = is_right_to_left("".join(cluster[0].text for cluster in clusters))
    stretches: list[tuple[bool, list[list[Glyph]]]] = []
    for place, cluster in enumerate(clusters):
        leftwards = _leftwards(clusters, place, backwards=backwards)
        if stretches and stretches[-1][0] == leftwards:
            stretches[-1][1].append(cluster)
        else:
            stretches.append((leftwards, [cluster]))
    if backwards:
        stretches.reverse()
    found: list[Glyph] = []
    for leftwards, stretch in stretches:
        for cluster in reversed(stretch) if leftwards else stretch:
            for number, glyph in enumerate(cluster):
                gap = ""
                if found and number == 0:
                    before = found[-1]
                    far = max(glyph.left - before.right, before.left - glyph.right)
                    # The file may tell words apart; letters may stand apart, too.
                    parted = words[_spot(glyph)] != words[_spot(before)]
                    least = WORD_GAP if parted else SURE_GAP
                    gap = " " if far > least * glyph.size else ""
                found.append(glyph._replace(gap=gap))
    return found


def _spot(glyph: Glyph) -> tuple[float, float, str]:
    return glyph.left, glyph.base, glyph.text


def _leftwards(clusters: list[list[Glyph]], place: int, *, backwards: bool) -> bool:
    """Whether the sign runs from right to left; a neutral one goes with its neighbours."""
    own = _direction(clusters[place][0])
    if own in _RIGHT_TO_LEFT:
        return True
    if own in ("L", "EN", "AN"):
        return False
    beside = []
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(clusters) and abs(other - place) < 4:
            found = _direction(clusters[other][0])
            if found in (*_RIGHT_TO_LEFT, "L", "EN", "AN"):
                beside.append(found in _RIGHT_TO_LEFT)
                break
            other += step
    if len(beside) == 2 and beside[0] == beside[1]:
        return beside[0]
    return backwards
