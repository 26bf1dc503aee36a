"""Presentations: slide by slide, what stands there and what its speaker notes.

The only file that imports pptx (python-pptx).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.properties import described
from citeback.ingest.formats.safe_xml import (
    Element,
    attribute,
    children,
    first,
    name,
    parsed,
)
from citeback.ingest.formats.unzipping import opened
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import BULLET, TextBuilder, lined, spaced
from citeback.records import BlockKind, LocatorKind

# A longer first line is no title, even of a slide that has no other.
LONGEST_TITLE = 120

_EDGES = frozenset({PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE})
_BULLETED = frozenset(
    {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY}
)
# What a damaged chart makes python-pptx raise.
_BROKEN = (KeyError, ValueError, AttributeError, TypeError, IndexError)


@guarded
def read(data: bytes) -> Reading:
    """The reading of a presentation. Raises UnreadableFileError."""
    archive = opened(data, "a PowerPoint presentation")
    try:
        presentation = pptx.Presentation(io.BytesIO(data))
    except (KeyError, ValueError) as error:
        raise UnreadableFileError(
            "it is no PowerPoint presentation, or one that lacks its slides: open it "
            "in PowerPoint and save it anew as .pptx."
        ) from error
    builder = TextBuilder()
    for number, slide in enumerate(presentation.slides, start=1):
        builder.mark(LocatorKind.SLIDE, str(number))
        _Slide(slide, number, builder).read()
    found = Reading(builder.text, builder.drafts, marks=builder.marks)
    with archive:
        return described(found, archive)


class _Slide:
    """Puts one slide into the text."""

    def __init__(self, slide: Any, number: int, builder: TextBuilder) -> None:
        """Take the slide and the number that it is shown with."""
        self._slide = slide
        self._number = number
        self._builder = builder
        self._titled = False

    def read(self) -> None:
        """Its title first, as it is read, whatever was drawn first."""
        title = self._slide.shapes.title
        words = spaced(_plain(title._element)) if title is not None else ""
        if words:
            self._title(words)
        for shape in self._slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                self._shape(shape)
        for box in _left_out(self._slide.shapes._spTree):
            self._paragraphs(box, bulleted=False)
        if self._slide.has_notes_slide:
            notes = self._slide.notes_slide.notes_text_frame
            for words, _ in _paragraphs(notes._txBody) if notes is not None else ():
                self._begin()
                self._builder.paragraph(words, BlockKind.NOTE)

    def _title(self, words: str) -> None:
        self._titled = True
        self._builder.heading(words, 1)

    def _begin(self) -> None:
        """See that the slide has a heading: it is not part of the slide before it."""
        if not self._titled:
            self._title(f"Slide {self._number}")

    def _shape(self, shape: Any) -> None:
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if kind is PP_PLACEHOLDER.SLIDE_NUMBER:
            return
        if kind in _EDGES:
            self._builder.furniture(_plain(shape._element), "the slides' footer")
        elif name(shape._element) == "grpSp":
            for inner in shape.shapes:
                self._shape(inner)
            for box in _left_out(shape._element):
                self._paragraphs(box, bulleted=False)
        elif getattr(shape, "has_table", False):
            self._table(shape.table)
        elif getattr(shape, "has_chart", False):
            self._chart(shape)
        elif shape.has_text_frame:
            bulleted = kind in _BULLETED
            self._paragraphs(shape.text_frame._txBody, bulleted=bulleted)
        else:
            self._diagram(shape._element)

    def _paragraphs(self, body: Element, *, bulleted: bool) -> None:
        found = list(_paragraphs(body))
        if not self._titled and found and not bulleted:
            words, _ = found[0]
            if len(words) <= LONGEST_TITLE:
                self._title(words)
                found = found[1:]
        number = 0
        for words, properties in found:
            self._begin()
            bullet = _bullet(properties, bulleted=bulleted)
            number = number + 1 if bullet == "#" else 0
            if bullet:
                self._builder.item(words, f"{number}." if number else BULLET)
            else:
                self._builder.paragraph(words)

    def _table(self, table: Any) -> None:
        self._begin()
        rows = [[_plain(cell._tc) for cell in row.cells] for row in table.rows]
        self._builder.table(rows, headed=bool(table.first_row))

    def _chart(self, shape: Any) -> None:
        """A chart says what its title, its categories and their values say."""
        try:
            chart = shape.chart
            title = chart.chart_title.text_frame.text if chart.has_title else ""
            tables = [list(_values(plot)) for plot in chart.plots]
        except _BROKEN:
            return
        self._begin()
        self._builder.paragraph(title)
        for rows in tables:
            self._builder.table(rows, headed=True)

    def _diagram(self, frame: Element) -> None:
        """A diagram ("SmartArt") says what stands in its boxes."""
        for one in frame.iter():
            part = attribute(one, "dm") if name(one) == "relIds" else ""
            if not part or part not in self._slide.part.rels:
                continue
            data = parsed(self._slide.part.related_part(part).blob)
            for point in (found for found in data.iter() if name(found) == "pt"):
                words = _plain(point)
                if words:
                    self._begin()
                    self._builder.item(words)


def _values(plot: Any) -> Iterator[list[str]]:
    series = list(plot.series)
    yield ["", *(one.name or "" for one in series)]
    columns = [list(one.values) for one in series]
    for at, category in enumerate(plot.categories):
        cells = (column[at] if at < len(column) else None for column in columns)
        yield [str(category), *("" if cell is None else f"{cell:g}" for cell in cells)]


def _left_out(tree: Element) -> Iterator[Element]:
    """The text of shapes that python-pptx does not see, as those with formulas."""
    for one in children(tree):
        choice = first(one, "Choice") if name(one) == "AlternateContent" else None
        for shape in () if choice is None else choice.iter():
            if name(shape) == "txBody":
                yield shape


def _plain(shape: Element) -> str:
    """The words of all paragraphs, a line each."""
    return "\n".join(words for words, _ in _paragraphs(shape))


def _paragraphs(body: Element) -> Iterator[tuple[str, Element | None]]:
    """The paragraphs with words, and what is said of their looks."""
    for one in body.iter():
        if name(one) == "p" and (words := _words(one)):
            yield words, first(one, "pPr")


def _words(paragraph: Element) -> str:
    pieces = []
    for one in paragraph.iter():
        if name(one) == "t":
            pieces.append(one.text or "")
        elif name(one) == "br":
            pieces.append("\n")
    return lined("".join(pieces))


def _bullet(properties: Element | None, *, bulleted: bool) -> str:
    """ "#" for a number, "-" for a bullet, "" for none, before a paragraph."""
    for one in () if properties is None else children(properties):
        if name(one) == "buAutoNum":
            return "#"
        if name(one) in ("buChar", "buBlip"):
            return BULLET
        if name(one) == "buNone":
            return ""
    return BULLET if bulleted else ""
