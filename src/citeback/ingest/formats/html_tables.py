"""The tables of a web page: which are tables at all, and their cells in columns."""

from __future__ import annotations

import re

from citeback.ingest.formats.safe_xml import Element, name
from citeback.ingest.text_builder import spaced

# A cell longer than this is not a table's: the table arranges the page.
LONGEST_CELL = 800
# Wider cells come from damaged files.
WIDEST = 60

_HEADING = re.compile(r"h[1-6]")


def own_row(one: Element, table: Element, wanted: tuple[str, ...]) -> bool:
    """Whether the element belongs to this table and to none within it."""
    if name(one) not in wanted:
        return False
    for above in one.iterancestors():
        if name(above) == "table":
            return above is table
    return False


def arranges(table: Element, cells: list[list[Element]]) -> bool:
    """Whether the table only puts parts of the page beside each other."""
    if all(len(row) <= 1 for row in cells) or table.get("role") == "presentation":
        return True
    for cell in (one for row in cells for one in row):
        inner = [name(one) for one in cell.iter()]
        paragraphs = inner.count("p")
        if "table" in inner or any(map(_HEADING.fullmatch, inner)) or paragraphs > 3:
            return True
        if len(spaced("".join(map(str, cell.itertext())))) > LONGEST_CELL:
            return True
    return False


def aligned(cells: list[list[Element]], words: list[list[str]]) -> list[list[str]]:
    """The rows with empty cells where a cell takes several columns or rows."""
    taken: dict[int, int] = {}  # by column, how many further rows are taken
    grid = []
    for row, said in zip(cells, words, strict=True):
        line: list[str] = []
        waiting = list(zip(row, said, strict=True))
        while waiting or taken.get(len(line), 0):
            column = len(line)
            if taken.get(column, 0):
                taken[column] -= 1
                line.append("")
                continue
            cell, text = waiting.pop(0)
            wide = min(max(whole(cell.get("colspan"), 1), 1), WIDEST)
            tall = min(max(whole(cell.get("rowspan"), 1), 1), len(cells))
            for offset in range(wide):
                line.append("" if offset else text)
                taken[column + offset] = tall - 1
        grid.append(line)
    return grid


def is_header(row: Element, cells: list[Element]) -> bool:
    """Whether the row says what stands below it."""
    above = row.getparent()
    in_head = above is not None and name(above) == "thead"
    return in_head or (bool(cells) and all(name(cell) == "th" for cell in cells))


def together(rows: list[list[str]]) -> list[str]:
    """Several rows of headings as one: what stands above each other belongs together."""
    width = max(map(len, rows))
    columns = ([row[at] for row in rows if at < len(row)] for at in range(width))
    return [" ".join(filter(None, column)) for column in columns]


def whole(value: str | None, otherwise: int) -> int:
    """The number that an attribute holds, another where it holds none."""
    found = re.fullmatch(r"\s*(-?\d{1,6})\s*", value or "")
    return int(found[1]) if found else otherwise
