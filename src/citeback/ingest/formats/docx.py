"""Word documents: paragraphs, lists, tables and notes as a reader of Word sees them.

What was deleted with changes tracked stays out, what was inserted is in. The only file
that imports docx (python-docx).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.docx_numbering import Numbering, whole
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.numerals import raised, roman
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
from citeback.ingest.text_builder import TextBuilder, spaced
from citeback.records import BlockKind

# A cell longer than this is not a table's: the table arranges the page.
LONGEST_CELL = 800

_UNSHOWN = frozenset(
    "del moveFrom instrText delText delInstrText pPr rPr sectPr tblPr trPr tcPr rt "
    "softHyphen sdtPr annotationRef".split()
)
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc \d|table of figures", re.IGNORECASE)
_QUOTATION = re.compile(
    r"(?:intense |block )?quot(?:e|ation)s?|block (?:text|citation)|citation",
    re.IGNORECASE,
)
# Paragraphs of these styles are set in for other reasons.
_SET_IN = re.compile(r"list|toc|bibliography|footnote|endnote|body text", re.IGNORECASE)
# A paragraph is set apart from this indent up, a quarter of an inch in twentieths of a
# point, where it is a sentence rather than a line of an address.
INDENTED = 360
FEWEST_WORDS = 5
# So many half points above the line; less is for the looks.
RAISED = 4
_OFF = frozenset({"0", "false", "off", "none"})
_LETTER = re.compile(r"[^\W\d_]")


@guarded
def read(data: bytes) -> Reading:
    """The reading of a .docx file. Raises UnreadableFileError."""
    archive = opened(data, "a Word document")
    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError) as error:
        raise UnreadableFileError(
            "it is no Word document, or one that lacks its text: open it in Word and "
            "save it anew as .docx."
        ) from error
    body = _Body(document)
    body.read()
    found = Reading(
        body.builder.text,
        body.builder.drafts,
        marks=body.builder.marks,
        quoted=body.builder.quoted,
    )
    with archive:
        return described(found, archive)


@dataclass(slots=True)
class _Words:
    """What one paragraph says, with the notes and text boxes that hang on it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    level: int
    numbering: tuple[str, int] | None
    indent: int | None


class _Body:
    """Goes through a document and puts its text together."""

    def __init__(self, document: Any) -> None:
        """Read what the document says of styles, lists and notes."""
        self.builder = TextBuilder()
        self._document = document
        self._styles = dict(_styles(document.styles.element))
        self._numbering = Numbering(self._part("numbering"))
        self._notes = {
            (kind, attribute(note, "id")): note
            for kind in ("footnote", "endnote")
            for note in _notes(self._part(f"{kind}s"))
        }
        self._counted = {"footnote": 0, "endnote": 0}
        self._titled = 0
        # The number of the quotation that is set apart here; it goes on while the
        # paragraphs are set apart.
        self._quotation = 0
        self._in_quotation = False

    def read(self) -> None:
        """All of it: the pages' header, the body, the pages' footer."""
        self._edges("header")
        self._blocks(self._document.element.body)
        self._edges("footer")

    def _part(self, kind: str) -> Element | None:
        """The root of the part that the document refers to as of that kind."""
        return next(self._parts(kind), None)

    def _parts(self, kind: str) -> Iterator[Element]:
        for relation in self._document.part.rels.values():
            kinds = relation.reltype or ""  # a damaged one has none
            if not relation.is_external and kinds.endswith(f"/{kind}"):
                yield parsed(relation.target_part.blob)

    def _edges(self, kind: str) -> None:
        shown = dict.fromkeys(
            "\n".join(self._plain(p) for p in part.iter() if name(p) == "p")
            for part in self._parts(kind)
        )
        for words in shown:
            if _LETTER.search(words):
                self.builder.furniture(words, f"the pages' {kind}")

    def _blocks(self, container: Element) -> None:
        for one in children(container):
            kind = name(one)
            if kind == "p":
                self._paragraph(one)
            elif kind == "tbl":
                self._table(one)
            elif kind == "AlternateContent":
                choice = first(one, "Choice")
                self._blocks(one if choice is None else choice)
            elif kind == "sdt" and _is_contents(one):
                words = "\n".join(self._plain(p) for p in one.iter() if name(p) == "p")
                self.builder.furniture(words, "table of contents")
            elif kind not in _UNSHOWN:
                self._blocks(one)

    def _paragraph(self, paragraph: Element) -> None:
        words = self._words(paragraph)
        style = _value(first(paragraph, "pPr", "pStyle"))
        level = self._level(paragraph, style)
        label = self._label(paragraph, style) if spaced(words.text) else None
        before, self._in_quotation = self._in_quotation, False
        if _CONTENTS.match(self._styles[style].name if style in self._styles else ""):
            self.builder.furniture(words.text, "table of contents")
        elif level:
            self.builder.heading(f"{label or ''} {words.text}", level)
        elif label is not None:
            self.builder.item(words.text, label)
        else:
            apart = self._is_apart(paragraph, style, words.text)
            self._quotation += apart and not before
            self._in_quotation = apart or (before and not words.text.strip())
            number = self._quotation if apart else 0
            self.builder.paragraph(words.text, quotation=number)
        self._hanging(words)

    def _hanging(self, words: _Words) -> None:
        """The notes that the words refer to, and the boxes anchored at them."""
        for kind, number in words.notes:
            note = self._notes.get((kind, number))
            if note is None:
                continue
            self._counted[kind] += 1
            count = self._counted[kind]
            sign = str(count) if kind == "footnote" else roman(count)
            paragraphs = (self._plain(p) for p in note.iter() if name(p) == "p")
            text = "\n".join(paragraphs).strip()
            if text:
                self.builder.paragraph(f"{sign} {text}", BlockKind.NOTE)
        for box in words.boxes:
            self._blocks(box)

    def _table(self, table: Element) -> None:
        self._in_quotation = False
        rows = [row for row in _below(table, "tr") if not _is_deleted(row)]
        cells = [list(_below(row, "tc")) for row in rows]
        words = [[self._cell(cell) for cell in row] for row in cells]
        if _arranges(cells, words):
            for cell in (one for row in cells for one in row):
                self._blocks(cell)
            return
        texts = [
            [
                text
                for cell, one in zip(row, said, strict=True)
                for text in _wide(cell, one)
            ]
            for row, said in zip(cells, words, strict=True)
        ]
        headed = bool(rows) and _is_on(first(rows[0], "trPr", "tblHeader"))
        self.builder.table(texts, headed=headed)
        for one in (one for row in words for one in row):
            self._hanging(one)

    def _cell(self, cell: Element) -> _Words:
        """What all the paragraphs of a cell say together."""
        found = _Words()
        for paragraph in cell.iter():
            if name(paragraph) == "p" and not _in_box(paragraph, cell):
                self._gather(paragraph, found)
                found.pieces.append(" ")
        return found

    def _plain(self, paragraph: Element) -> str:
        return self._words(paragraph).text

    def _words(self, paragraph: Element) -> _Words:
        found = _Words()
        self._gather(paragraph, found)
        return found

    def _gather(self, element: Element, found: _Words) -> None:
        for one in children(element):
            kind = name(one)
            if kind == "t":
                found.pieces.append(one.text or "")
            elif kind in _SIGNS:
                found.pieces.append(_SIGNS[kind])
            elif kind in ("footnoteReference", "endnoteReference"):
                found.notes.append(
                    (kind.removesuffix("Reference"), attribute(one, "id"))
                )
            elif kind == "txbxContent":
                found.boxes.append(one)
            elif kind == "AlternateContent":
                choice = first(one, "Choice")
                self._gather(one if choice is None else choice, found)
            elif kind == "r" and _is_on(first(one, "rPr", "vanish")):
                continue
            elif kind == "r" and _is_raised(one):
                begun = len(found.pieces)
                self._gather(one, found)
                found.pieces[begun:] = map(raised, found.pieces[begun:])
            elif kind not in _UNSHOWN:
                self._gather(one, found)

    def _level(self, paragraph: Element, style: str) -> int:
        """How deep a heading the paragraph is, below the document's title; 0 if none."""
        own = first(paragraph, "pPr", "outlineLvl")
        level = whole(_value(own), 9) + 1 if own is not None else 0
        for one in self._chain(style):
            if one.name.lower() == "title":
                self._titled = 1
                return 1
            level = level or one.level
        return level + self._titled if 0 < level <= 9 else 0

    def _is_apart(self, paragraph: Element, style: str, words: str) -> bool:
        """Whether the paragraph is set apart as a quotation, by its style or indent."""
        styles = list(self._chain(style))
        if any(_QUOTATION.fullmatch(one.name) for one in styles):
            return bool(words.strip())
        if any(_SET_IN.match(one.name) for one in styles):
            return False
        indents = [_indent(first(paragraph, "pPr", "ind")), *(s.indent for s in styles)]
        indent = next((one for one in indents if one is not None), 0)
        return indent >= INDENTED and len(words.split()) >= FEWEST_WORDS

    def _label(self, paragraph: Element, style: str) -> str | None:
        """The number or bullet before the paragraph, None if it is in no list."""
        own = first(paragraph, "pPr", "numPr")
        found = None if own is None else _numbering(own)
        for one in self._chain(style):
            found = found or one.numbering
        if found is None or found[0] in ("", "0"):
            return None
        return self._numbering.label(*found)

    def _chain(self, style: str) -> Iterator[_Style]:
        """The style and those that it is based on."""
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on


def _styles(styles: Element) -> Iterator[tuple[str, _Style]]:
    for one in children(styles):
        if name(one) != "style":
            continue
        called = _value(first(one, "name"))
        outline = first(one, "pPr", "outlineLvl")
        heading = _HEADING.fullmatch(called)
        level = int(heading[1]) if heading else 0
        if outline is not None:
            level = whole(_value(outline), 9) + 1
        numbering = first(one, "pPr", "numPr")
        yield (
            attribute(one, "styleId"),
            _Style(
                called,
                _value(first(one, "basedOn")),
                level,
                None if numbering is None else _numbering(numbering),
                _indent(first(one, "pPr", "ind")),
            ),
        )


def _indent(indent: Element | None) -> int | None:
    """How far the whole paragraph is set in; None where nothing is said of it."""
    if indent is None:
        return None
    left = attribute(indent, "left") or attribute(indent, "start")
    hangs = whole(attribute(indent, "hanging"), 0)
    return None if not left else whole(left, 0) - hangs


def _numbering(numbering: Element) -> tuple[str, int]:
    depth = whole(_value(first(numbering, "ilvl")))
    return _value(first(numbering, "numId")), depth


def _notes(part: Element | None) -> Iterator[Element]:
    """The notes that a person sees: no separating lines."""
    for note in () if part is None else children(part):
        if attribute(note, "type") in ("", "normal"):
            yield note


def _value(element: Element | None) -> str:
    return "" if element is None else attribute(element, "val")


def _is_raised(run: Element) -> bool:
    """Whether the run stands above the line, as Word or as LibreOffice says it."""
    position = whole(_value(first(run, "rPr", "position")), 0)
    return position >= RAISED or _value(first(run, "rPr", "vertAlign")) == "superscript"


def _is_on(switch: Element | None) -> bool:
    return switch is not None and _value(switch).lower() not in _OFF


def _is_contents(control: Element) -> bool:
    gallery = first(control, "sdtPr", "docPartObj", "docPartGallery")
    return _value(gallery) == "Table of Contents"


def _is_deleted(row: Element) -> bool:
    return first(row, "trPr", "del") is not None


def _below(table: Element, wanted: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, in content controls too."""
    for one in children(table):
        if name(one) == wanted:
            yield one
        elif name(one) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _below(one, wanted)


def _in_box(paragraph: Element, cell: Element) -> bool:
    """Whether the paragraph stands in a text box within the cell."""
    for one in paragraph.iterancestors():
        if one is cell:
            return False
        if name(one) in ("txbxContent", "Fallback"):
            return True
    return False


def _arranges(cells: list[list[Element]], words: list[list[_Words]]) -> bool:
    """Whether the table only puts paragraphs beside or into a frame."""
    if all(len(row) <= 1 for row in cells):
        return True
    nested = any(name(one) == "tbl" for row in cells for c in row for one in c.iter())
    return nested or any(len(w.text) > LONGEST_CELL for row in words for w in row)


def _wide(cell: Element, words: _Words) -> Iterator[str]:
    """The cell's words, and nothing for further columns that it takes."""
    yield words.text
    further = whole(_value(first(cell, "tcPr", "gridSpan")), 1) - 1
    yield from [""] * min(max(further, 0), 60)
