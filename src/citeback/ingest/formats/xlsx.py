"""Spreadsheets (.xlsx): each row with its header, values as the cells show them.

The only file that imports openpyxl, which reads XML by defusedxml where it is installed.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import openpyxl

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import xlsx_values
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.unzipping import opened
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import (
    TextBuilder,
    holds_figures,
    names_columns,
    spaced,
)
from citeback.records import LocatorKind, Span

# A cell far out makes every row as wide; more cells than this are not written by hand.
MOST_CELLS = 30_000_000
# So many rows show whether the first one is their header.
SAMPLE = 50

_NO_RESULT = re.compile(rb"<f[ >][^<]*</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")


@guarded
def read(data: bytes) -> Reading:
    """The reading of a spreadsheet. Raises UnreadableFileError."""
    with opened(data, "an Excel file") as archive:
        uncalculated = _uncalculated(archive)
    builder = TextBuilder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and features that are not kept
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        hidden = [
            sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"
        ]
        several = len(book.worksheets) > 1
        for sheet in book.worksheets:
            _put_sheet(sheet, builder, several=several)
        about = book.properties
        book.close()
    return Reading(
        builder.text,
        builder.drafts,
        title=spaced(about.title or ""),
        author=spaced(about.creator or "") if about.creator != "openpyxl" else "",
        date=about.created.date().isoformat() if about.created else "",
        marks=builder.marks,
        remark=" ".join(_remarks(hidden, uncalculated)),
    )


def _remarks(hidden: list[str], uncalculated: int) -> Iterator[str]:
    if hidden:
        names = ", ".join(map(spaced, hidden))
        yield f"Sheets that are hidden in it were read, too: {names}."
    if uncalculated:
        yield (
            f"{uncalculated} of its formulas have no stored result and were left out: "
            "open it in a spreadsheet program and save it."
        )


def _uncalculated(archive: ZipFile) -> int:
    """How many formulas were never calculated by the program that wrote them."""
    return sum(
        len(_NO_RESULT.findall(archive.read(name)))
        for name in archive.namelist()
        if name.startswith("xl/worksheets/")
    )


def _put_sheet(sheet: Any, builder: TextBuilder, *, several: bool) -> None:
    """Add a sheet: its name, and its rows as far as they hold something."""
    rows = list(_rows(sheet))
    if rows:
        builder.heading(sheet.title, 2)
    header: Span | None = None
    begins = True  # whether a table may begin here
    before = 0
    for at, (number, cells) in enumerate(rows):
        begins = begins or number > before + 1
        before = number
        builder.mark(
            LocatorKind.ROW,
            f"{spaced(sheet.title)} {number}" if several else str(number),
        )
        if begins and len(list(filter(None, cells))) > 1:
            begins = False
            block = [cells, *_following(rows, at)]
            if names_columns(block):
                certain = holds_figures(block[1:])
                header = builder.header_row(cells) if certain else builder.row(cells)
                continue
        builder.row(cells, header)


def _following(rows: list[tuple[int, list[str]]], at: int) -> Iterator[list[str]]:
    """The cells of the rows right below that row."""
    number = rows[at][0]
    for further, cells in rows[at + 1 : at + SAMPLE]:
        number += 1
        if further != number:
            return
        yield cells


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that show something: the number beside them, and what cells show."""
    sheet.reset_dimensions()  # what the file says of them is often wrong
    room = MOST_CELLS
    for number, row in enumerate(sheet.iter_rows(), start=1):
        room -= len(row) + 1
        if room < 0:
            raise UnreadableFileError(
                "a sheet of it is far too large: take out cells and rows that are "
                "far from the others, or split it into several files."
            )
        cells = [
            spaced(xlsx_values.shown(cell.value, str(cell.number_format)))
            if cell.value is not None
            else ""
            for cell in row
        ]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells
