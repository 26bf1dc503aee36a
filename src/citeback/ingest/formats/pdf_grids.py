"""Tables whose cells are parted by drawn lines: which cell each line of writing is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from citeback.ingest.formats.pdf_columns import Region, regions
from citeback.ingest.formats.pdf_letters import Rule
from citeback.ingest.formats.pdf_lines import Line

# In points: drawn lines nearer than this meet, or are one.
NEAR = 3.0
# A drawing may have a grid, too: of a table most cells have words in them.
FILLED = 0.5


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the columns and rows of a table begin and end, in points."""

    across: tuple[float, ...]
    down: tuple[float, ...]

    def holds(self, line: Line) -> bool:
        """Whether the line stands inside."""
        middle = line.base - 0.3 * line.size
        return (
            line.turn == 0
            and self.across[0] - NEAR < line.left
            and line.right < self.across[-1] + NEAR
            and self.down[0] < middle < self.down[-1]
        )


def grids(rules: Sequence[Rule]) -> tuple[Grid, ...]:
    """The grids that the drawn lines of a page make, two by two cells or more."""
    found = []
    for group in _touching(rules):
        across = _places([rule.left for rule in group if rule.upright])
        down = _places([rule.top for rule in group if not rule.upright])
        if len(across) > 2 and len(down) > 2:
            found.append(Grid(across, down))
    return tuple(found)


def regions_with_grids(lines: Sequence[Line], found: Sequence[Grid]) -> list[Region]:
    """The lines in the order of reading, a table in the place of each grid."""
    tables: dict[int, Region] = {}
    rest = list(lines)
    for grid in found:
        inside = [line for line in rest if grid.holds(line)]
        table = _table(grid, inside)
        if table is None:
            continue
        taken = set(map(id, inside))
        rest = [line for line in rest if id(line) not in taken]
        # A line in its place tells where it belongs among the others.
        size = median(line.size for line in inside)
        place = replace(
            inside[0],
            left=grid.across[0],
            right=grid.across[-1],
            top=grid.down[0],
            base=grid.down[0] + size,
            bottom=grid.down[0] + size,
            size=size,
            words=f"\0{len(tables)}",
            glyphs=(),
        )
        tables[len(tables)] = table
        rest.append(place)
    return [part for region in regions(rest) for part in _with_tables(region, tables)]


def _with_tables(region: Region, tables: dict[int, Region]) -> list[Region]:
    """The region, cut where a table has its place."""
    parts: list[Region] = []
    plain: list[Line] = []
    for line in region.lines:
        _, sign, number = line.words.partition("\0")
        if not sign:
            plain.append(line)
            continue
        parts += [Region(tuple(plain))] if plain else []
        parts.append(tables[int(number.split()[0])])
        plain = []
    parts += [Region(tuple(plain))] if plain else []
    if region.rows:
        rows = tuple(
            tuple(tuple(one for one in cell if "\0" not in one.words) for cell in row)
            for row in region.rows
        )
        inner = [
            tables[int(line.words.partition("\0")[2].split()[0])]
            for row in region.rows
            for cell in row
            for line in cell
            if "\0" in line.words
        ]
        parts += [Region((), rows), *inner] if any(map(any, rows)) else inner
    return parts


def _table(grid: Grid, inside: Sequence[Line]) -> Region | None:
    """The rows of the grid; None where it is no table."""
    columns, count = len(grid.across) - 1, len(grid.down) - 1
    cells: list[list[list[Line]]] = [[[] for _ in range(columns)] for _ in range(count)]
    for line in sorted(inside, key=lambda line: (line.base, line.left)):
        row = sum(line.base - 0.3 * line.size > edge for edge in grid.down[1:-1])
        column = sum(line.left + NEAR > edge for edge in grid.across[1:-1])
        cells[row][column].append(line)
    rows = [row for row in cells if any(row)]
    if len(rows) < 2 or not any(all(row) for row in rows):
        return None
    filled = sum(bool(cell) for row in rows for cell in row)
    if filled < FILLED * len(rows) * columns:
        return None
    return Region((), tuple(tuple(map(tuple, row)) for row in rows))


def _places(edges: Sequence[float]) -> tuple[float, ...]:
    """The places of drawn lines, those that are one taken together."""
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > NEAR:
            found.append(edge)
    return tuple(found)


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Drawn lines that meet each other, by way of others or not."""
    groups: list[list[Rule]] = []
    for rule in rules:
        meets = [group for group in groups if any(_meet(rule, one) for one in group)]
        groups = [group for group in groups if not any(group is one for one in meets)]
        groups.append([rule, *(one for group in meets for one in group)])
    return groups


def _meet(one: Rule, other: Rule) -> bool:
    return (
        one.left - NEAR < other.right
        and other.left - NEAR < one.right
        and one.top - NEAR < other.bottom
        and other.top - NEAR < one.bottom
    )
