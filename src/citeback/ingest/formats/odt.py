"""OpenDocument texts (.odt): paragraphs, lists, tables and notes as they are shown.

What was deleted with changes tracked stays out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.numerals import letters, raised, roman
from citeback.ingest.formats.safe_xml import (
    Element,
    attribute,
    children,
    first,
    found_text,
    name,
    parsed,
)
from citeback.ingest.formats.unzipping import opened, protected
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import BULLET, TextBuilder, spaced
from citeback.records import BlockKind

# A cell longer than this is not a table's: the table arranges the page.
LONGEST_CELL = 800
# What a file repeats more often than this is empty, or harmful.
MOST_REPEATED = 60

_UNSHOWN = frozenset(
    "tracked-changes annotation annotation-end forms sequence-decls variable-decls "
    "user-field-decls bookmark-start bookmark-end ruby-text soft-page-break "
    "change change-start change-end title desc object object-ole binary-data".split()
)
_CONTENTS = frozenset(
    "table-of-content illustration-index table-index object-index user-index "
    "alphabetical-index bibliography".split()
)
_NUMBERS: dict[str, Callable[[int], str]] = {
    "1": str,
    "i": roman,
    "I": lambda number: roman(number).upper(),
    "a": letters,
    "A": lambda number: letters(number).upper(),
}


@guarded
def read(data: bytes) -> Reading:
    """The reading of an OpenDocument text. Raises UnreadableFileError."""
    content, styles, meta = _parts(data)
    body = first(content, "body", "text")
    if body is None:
        raise UnreadableFileError(
            "it is no OpenDocument text: open it and save it as .odt."
        )
    reader = _Body(content, styles)
    reader.read(body)
    author = found_text(meta, "initial-creator") or found_text(meta, "creator")
    date = found_text(meta, "creation-date") or found_text(meta, "date")
    about = first(meta, "meta")
    return Reading(
        reader.builder.text,
        reader.builder.drafts,
        title="" if about is None else found_text(about, "title"),
        author=author,
        date=date[:10],
    )


def _parts(data: bytes) -> tuple[Element, Element, Element]:
    """The document's content, its styles, and what it says of itself."""
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):  # all in one, unpacked
        whole = parsed(data)
        return whole, whole, whole
    with opened(data, "an OpenDocument text") as archive:
        names = set(archive.namelist())

        def part(called: str) -> Element:
            return parsed(archive.read(called) if called in names else b"<none/>")

        manifest = part("META-INF/manifest.xml")
        if any(name(one) == "encryption-data" for one in manifest.iter()):
            raise UnreadableFileError(protected())
        return part("content.xml"), part("styles.xml"), part("meta.xml")


@dataclass(slots=True)
class _Words:
    """What one paragraph says, with the notes and boxes that hang on it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class _Body:
    """Goes through a document and puts its text together."""

    def __init__(self, content: Element, styles: Element) -> None:
        """Read what the document says of the looks of lists and paragraphs."""
        self.builder = TextBuilder()
        self._parents: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._raised: set[str] = set()
        self._lists: dict[str, dict[int, Element]] = {}
        self._edges: list[Element] = []
        self._titled = 0
        for root in (styles, content):
            for one in root.iter():
                self._note_style(one)
        self._counts: dict[str, dict[int, int]] = {}

    def read(self, body: Element) -> None:
        """All of it: the pages' header, the body, the pages' footer."""
        self._edge("header")
        self._blocks(body)
        self._edge("footer")

    def _note_style(self, one: Element) -> None:
        kind = name(one)
        if kind == "style":
            called = attribute(one, "name")
            self._parents[called] = attribute(one, "parent-style-name")
            looks = first(one, "text-properties")
            if looks is not None and attribute(looks, "display") == "none":
                self._hidden.add(called)
            if looks is not None and _is_raised(attribute(looks, "text-position")):
                self._raised.add(called)
        elif kind == "list-style":
            levels = {_whole(attribute(lvl, "level")): lvl for lvl in children(one)}
            self._lists[attribute(one, "name")] = levels
        elif kind in ("header", "footer") and name(one.getparent()) == "master-page":  # type: ignore[arg-type]
            self._edges.append(one)

    def _edge(self, kind: str) -> None:
        shown = dict.fromkeys(_plain(one) for one in self._edges if name(one) == kind)
        for words in shown:
            if any(sign.isalpha() for sign in words):
                self.builder.furniture(words, f"the pages' {kind}")

    def _blocks(self, container: Element) -> None:
        for one in children(container):
            self._block(one)

    def _block(self, one: Element) -> None:
        kind = name(one)
        if kind in ("p", "h"):
            self._paragraph(one)
        elif kind == "list":
            self._list(one, attribute(one, "style-name"), 1)
        elif kind == "table":
            self._table(one)
        elif kind in _CONTENTS:
            self.builder.furniture(_plain(one), "table of contents")
        elif kind not in _UNSHOWN and attribute(one, "display") != "none":
            self._blocks(one)

    def _paragraph(self, one: Element, label: str | None = None) -> None:
        words = self._words(one)
        if name(one) == "h":
            level = max(1, _whole(attribute(one, "outline-level"), 1))
            self.builder.heading(f"{label or ''} {words.text}", level + self._titled)
        elif self._is_title(attribute(one, "style-name")):
            self._titled = 1
            self.builder.heading(words.text, 1)
        elif label is not None:
            self.builder.item(words.text, label)
        else:
            self.builder.paragraph(words.text)
        self._hanging(words)

    def _hanging(self, words: _Words) -> None:
        """The notes that the words refer to, and the boxes anchored at them."""
        for note in words.notes:
            sign = first(note, "note-citation")
            body = first(note, "note-body")
            text = "" if body is None else _plain(body)
            if text.strip():
                number = "" if sign is None else sign.text or ""
                self.builder.paragraph(f"{number} {text}", BlockKind.NOTE)
        for box in words.boxes:
            self._blocks(box)

    def _list(self, one: Element, style: str, depth: int) -> None:
        style = attribute(one, "style-name") or style
        counts = self._counts.setdefault(style, {})
        if depth == 1 and attribute(one, "continue-numbering") != "true":
            counts.clear()
        if depth > 1:
            counts.pop(depth, None)
        for item in children(one):
            fresh = name(item) == "list-item"
            for part in children(item):
                if name(part) == "list":
                    self._list(part, style, depth + 1)
                elif name(part) in ("p", "h"):
                    plain = spaced(_plain(part))
                    label = None
                    if fresh and plain:
                        label = self._label(style, depth, item)
                        fresh = False
                    self._paragraph(part, label)
                else:
                    self._block(part)

    def _label(self, style: str, depth: int, item: Element) -> str:
        """The bullet or number before an item."""
        level = self._lists.get(style, {}).get(depth)
        counts = self._counts[style]
        start = 1 if level is None else _whole(attribute(level, "start-value"), 1)
        start = _whole(attribute(item, "start-value"), start)
        restarts = bool(attribute(item, "start-value"))
        counts[depth] = start if restarts else counts.get(depth, start - 1) + 1
        if level is None or name(level) != "list-level-style-number":
            return BULLET
        shown = max(1, _whole(attribute(level, "display-levels"), 1))
        numbers = []
        for one in range(max(1, depth - shown + 1), depth + 1):
            outer = self._lists[style].get(one)
            form = "1" if outer is None else attribute(outer, "num-format")
            if form:
                count = counts.get(one, 1)
                numbers.append(_NUMBERS.get(form, _NUMBERS["1"])(count))
        before = attribute(level, "num-prefix")
        return f"{before}{'.'.join(numbers)}{attribute(level, 'num-suffix')}".strip()

    def _table(self, table: Element) -> None:
        rows = list(_rows(table))
        cells = [list(_cells(row)) for row, _ in rows]
        if _arranges(cells):
            for cell in (one for row in cells for one in row if one is not None):
                self._blocks(cell)
            return
        hanging: list[_Words] = []
        texts = []
        for row in cells:
            said = [_Words() if cell is None else self._cell(cell) for cell in row]
            hanging += said
            texts.append([words.text for words in said])
        headed = bool(rows) and rows[0][1]
        self.builder.table(texts, headed=headed)
        for words in hanging:
            self._hanging(words)

    def _cell(self, cell: Element) -> _Words:
        """What all the paragraphs of a cell say together."""
        found = _Words()
        for one in cell.iter():
            if name(one) in ("p", "h") and not _within_note(one, cell):
                self._gather(one, found)
                found.pieces.append(" ")
        return found

    def _words(self, paragraph: Element) -> _Words:
        found = _Words()
        self._gather(paragraph, found)
        return found

    def _gather(self, element: Element, found: _Words) -> None:
        found.pieces.append(_evened(element.text))
        for one in element:
            kind = name(one)
            if kind == "s":
                found.pieces.append(" ")
            elif kind == "tab":
                found.pieces.append("\t")
            elif kind == "line-break":
                found.pieces.append("\n")
            elif kind == "note":
                found.notes.append(one)
            elif kind == "text-box":
                found.boxes.append(one)
            elif kind == "span" and attribute(one, "style-name") in self._hidden:
                pass
            elif kind == "span" and attribute(one, "style-name") in self._raised:
                begun = len(found.pieces)
                self._gather(one, found)
                found.pieces[begun:] = map(raised, found.pieces[begun:])
            elif kind and kind not in _UNSHOWN:
                self._gather(one, found)
            found.pieces.append(_evened(one.tail))

    def _is_title(self, style: str) -> bool:
        seen: set[str] = set()
        while style and style not in seen:
            if style == "Title":
                return True
            seen.add(style)
            style = self._parents.get(style, "")
        return False


def _is_raised(position: str) -> bool:
    """Whether a text position ("super 58%", "33% 58%") is above the line."""
    place = position.split()[:1]
    return place == ["super"] or bool(
        place and re.fullmatch(r"0*[1-9][\d.]*%", place[0])
    )


def _plain(container: Element) -> str:
    """The words of all paragraphs in it, a line each."""
    reader = _Words()
    for one in container.iter():
        if name(one) in ("p", "h"):
            reader.pieces.append("\n")
            _flat(one, reader.pieces)
    return reader.text.strip()


def _flat(element: Element, pieces: list[str]) -> None:
    pieces.append(_evened(element.text))
    for one in element:
        if name(one) in ("s", "tab", "line-break"):
            pieces.append(" ")
        elif name(one) not in ("note", "text-box", *_UNSHOWN, "p", "h"):
            _flat(one, pieces)
        pieces.append(_evened(one.tail))


def _evened(text: str | None) -> str:
    """Line ends in the file are spaces; those that are shown are elements."""
    return (text or "").replace("\n", " ")


def _rows(table: Element, *, in_header: bool = False) -> Iterator[tuple[Element, bool]]:
    for one in children(table):
        if name(one) == "table-row":
            yield one, in_header
        elif name(one) in ("table-header-rows", "table-rows", "table-row-group"):
            header = name(one) == "table-header-rows"
            yield from _rows(one, in_header=in_header or header)


def _cells(row: Element) -> Iterator[Element | None]:
    """The row's cells; None for what another cell covers, or repeats."""
    for one in children(row):
        if name(one) == "table-cell":
            yield one
        elif name(one) != "covered-table-cell":
            continue
        else:
            yield None
        further = _whole(attribute(one, "number-columns-repeated"), 1) - 1
        yield from [None] * min(max(further, 0), MOST_REPEATED)


def _arranges(cells: list[list[Element | None]]) -> bool:
    """Whether the table only puts paragraphs beside each other or into a frame."""
    if all(len(row) <= 1 for row in cells):
        return True
    for cell in (one for row in cells for one in row if one is not None):
        if any(name(one) in ("table", "h") for one in cell.iter()):
            return True
        if len(_plain(cell)) > LONGEST_CELL:
            return True
    return False


def _within_note(one: Element, cell: Element) -> bool:
    for above in one.iterancestors():
        if above is cell:
            return False
        if name(above) in ("note", "text-box", "annotation"):
            return True
    return False


def _whole(value: str, otherwise: int = 0) -> int:
    return int(value) if value.isdecimal() and len(value) < 7 else otherwise
