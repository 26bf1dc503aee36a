"""Tables as text (.csv, .tsv): the file's own text, each row a stretch of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from citeback.ingest.formats.decoding import decoded
from citeback.ingest.formats.guard import guarded
from citeback.ingest.layout import draft
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import holds_figures, names_columns
from citeback.records import Block, BlockKind, LocatorKind, Mark, Span

DELIMITERS = ",;\t|"
# So many rows are looked at to find out what parts the cells.
SAMPLE = 100
# A cell in quotes that goes on for longer lacks its closing quote.
LONGEST_QUOTED = 20_000
# A longer row is no row that a person reads.
LONGEST_ROW = 50_000

# Excel's own way of saying what parts the cells.
_SAID = re.compile(r"sep=(.)(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_QUOTED = re.compile(r'[ ]*"([^"]*(?:""[^"]*)*)"')


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's cells that hold something, and where all of them begin and end."""

    number: int
    cells: tuple[Span, ...]
    texts: tuple[str, ...]

    @property
    def filled(self) -> tuple[Span, ...]:
        return tuple(cell for cell in self.cells if cell.start < cell.end)


@guarded
def read(data: bytes) -> Reading:
    """The reading of a table. Raises UnreadableFileError."""
    found = decoded(data)
    text = found.text
    said = _SAID.match(text)
    begin = said.end() if said else 0
    delimiter = said[1] if said else _delimiter(text)
    rows = [row for row in _rows(text, delimiter, begin) if row.filled]
    drafts: list[Block] = []
    if said:
        end = len(text[:begin].rstrip())
        drafts.append(draft(BlockKind.FURNITURE, 0, end, note="what parts the cells"))
    header = None
    for number, row in enumerate(rows):
        whole = _whole(text, row)
        if number == 0 and names_columns([one.texts for one in rows[:SAMPLE]]):
            header = whole
            if holds_figures([one.texts for one in rows[1:SAMPLE]]):
                continue  # it is certain that no answer stands there
            drafts.append(
                draft(BlockKind.ROW, whole.start, whole.end, items=row.filled)
            )
            continue
        drafts.append(
            draft(
                BlockKind.ROW,
                whole.start,
                whole.end,
                items=row.filled,
                lead_in=header,
            )
        )
    marks = tuple(
        Mark(_whole(text, row).start, LocatorKind.ROW, str(row.number)) for row in rows
    )
    remark = "; ".join(filter(None, (found.remark, _remark(text, rows))))
    return Reading(text, tuple(drafts), marks=marks, remark=remark)


def _remark(text: str, rows: Sequence[_Row]) -> str:
    """What its owner should know of rows that are hardly such, or ""."""
    for row in rows:
        whole = _whole(text, row)
        if whole.end - whole.start > LONGEST_ROW:
            cells = f"{len(row.cells):,} cell{'s' * (len(row.cells) > 1)}"
            return (
                f"row {row.number} is too long to be one of a table ({cells}, "
                f"{whole.end - whole.start:,} letters) and is read piece by piece; if "
                "it should be several rows, look for a quote that is not closed"
            )
    return ""


def _whole(text: str, row: _Row) -> Span:
    """The row as it stands in the file, with the quotes around its cells."""
    start, end = row.filled[0].start, row.filled[-1].end
    start -= start > 0 and text[start - 1] == '"'
    end += end < len(text) and text[end] == '"'
    return Span(start, end)


def _delimiter(text: str) -> str:
    """What parts the cells: what makes rows of the same width, and wide ones."""

    def merit(delimiter: str) -> tuple[float, int]:
        widths = Counter(
            len(row.cells)
            for row in islice(_rows(text, delimiter, 0), SAMPLE)
            if row.filled
        )
        width, times = max(widths.items(), key=lambda one: one[::-1], default=(1, 0))
        return (times / max(1, widths.total()), width) if width > 1 else (0.0, 1)

    return max(DELIMITERS, key=merit)


def _rows(text: str, delimiter: str, at: int) -> Iterator[_Row]:
    """Every row, numbered as a spreadsheet program shows it."""
    # A lone return ends a line where there is no other end.
    ends = "\n" if "\n" in text else "\r"
    plain = re.compile(rf"[^{re.escape(delimiter)}{ends}]*")
    number = 1
    while at < len(text):
        cells: list[Span] = []
        texts: list[str] = []
        while True:
            cell, after = _cell(text, at, plain)
            cells.append(cell)
            texts.append(text[cell.start : cell.end].replace('""', '"'))
            at = after + 1
            if after >= len(text) or text[after] == ends:
                break
        yield _Row(number, tuple(cells), tuple(texts))
        number += 1


def _cell(text: str, at: int, plain: re.Pattern[str]) -> tuple[Span, int]:
    """The words of the cell that begins at `at`, and where its delimiter stands."""
    quoted = _QUOTED.match(text, at)
    if quoted and quoted.end() - at <= LONGEST_QUOTED:
        rest = plain.match(text, quoted.end())
        after = rest.end() if rest else quoted.end()
        if not text[quoted.end() : after].strip():
            return _trimmed(text, *quoted.span(1)), after
    found = plain.match(text, at)
    after = found.end() if found else at
    return _trimmed(text, at, after), after


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    return (
        Span(start + len(words) - len(words.lstrip()), start + len(words.rstrip()))
        if words.strip()
        else Span(start, start)
    )
