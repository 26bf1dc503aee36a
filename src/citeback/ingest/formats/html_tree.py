"""The tree of a web page or of a book's chapter → what it says, piece by piece.

Scripts, menus, buttons and what is hidden say nothing. A footnote comes after the
paragraph that refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from citeback.ingest.formats.html_tables import (
    aligned,
    arranges,
    is_header,
    own_row,
    together,
    whole,
)
from citeback.ingest.formats.numerals import raised
from citeback.ingest.formats.safe_xml import Element, attribute, children, name
from citeback.ingest.text_builder import BULLET, TextBuilder, lined, spaced
from citeback.records import BlockKind

_UNSHOWN = frozenset(
    "script style noscript template head title svg iframe object embed audio video "
    "canvas map select option datalist button input textarea nav rp rt".split()
)
_UNSHOWN_ROLES = frozenset({"navigation", "search", "menu", "menubar", "doc-backlink"})
_EDGES = frozenset({"header", "footer", "aside"})
_EDGE_ROLES = frozenset({"banner", "contentinfo", "complementary"})
_BLOCKS = frozenset(
    "html body main article section div p blockquote pre address figure figcaption "
    "details summary fieldset legend form center header footer aside hgroup caption "
    "dialog search td th tr tbody thead tfoot li dt dd".split()
)
# In a quotation that is set apart these say whose it is.
_SAYS_WHO = frozenset({"footer", "figcaption"})
_QUOTATION_MARKS = ("“", "‘", "«", "„", '"', "'", "「")
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_HEADING = re.compile(r"h([1-6])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE_ID = re.compile(
    r"_?(?:fn|ftn|footnote|endnote|cite_note|note)[-_:.]?(?:\w+[-_])?\d+", re.IGNORECASE
)
_NOTE_KIND = re.compile(r"\b(?:doc-)?(?:foot|end|rear)note\b")
_BACK = re.compile(r"\b(?:footnote-?back(?:ref)?|headerlink|mw-editsection)\b")
_SPACES = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the page says: a heading, paragraph, list item, note or table.

    `linked` is how much of it is links (0 to 1); `edge` tells that it stands in the
    page's header, footer or margin. Only a table has `rows`. `quotation` counts the
    ones set apart from 1; it is 0 outside of any.
    """

    kind: BlockKind
    words: str
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    headed: bool = False
    linked: float = 0.0
    edge: bool = False
    quotation: int = 0


def pieces(root: Element, main: Element | None = None) -> tuple[Piece, ...]:
    """What stands under the root, in reading order; all around `main` is its edge."""
    walk = _Walk(root)
    walk.surround(main)
    walk.element(root)
    walk.flush()
    walk.put_notes()
    return tuple(walk.made)


def put(found: Iterable[Piece], builder: TextBuilder) -> None:
    """Add the pieces to the text."""
    for piece in found:
        if piece.kind is BlockKind.HEADING:
            builder.heading(piece.words, piece.level)
        elif piece.kind is BlockKind.LIST:
            builder.item(piece.words, piece.marker)
        elif piece.kind is BlockKind.ROW:
            builder.table(piece.rows, headed=piece.headed)
        else:
            builder.paragraph(piece.words, piece.kind, quotation=piece.quotation)


class _Walk:
    """Goes through a tree and gathers its pieces."""

    def __init__(self, root: Element) -> None:
        """Find the notes under `root`, which come where they are referred to."""
        self.made: list[Piece] = []
        self._words: list[str] = []
        self._linked = 0
        self._in_link = 0
        self._edge = 0
        self._main: Element | None = None
        self._lists = 0
        self._note = 0
        self._preformatted = 0
        self._raised = 0
        # How many quotations were set apart, and the number of the one that is open.
        self._quotations = 0
        self._quotation = 0
        self._marked = 0
        # Of the list item that is open: its marker until it has words, then its piece.
        self._marker = ""
        self._item = -1
        self._notes = {one.get("id", ""): one for one in root.iter() if _is_note(one)}
        self._placed: set[str] = set()
        self._wanted: list[str] = []

    def surround(self, main: Element | None) -> None:
        """All but what the page calls its main part is its edge, if it calls one so."""
        self._main = main
        self._edge = int(main is not None)

    def element(self, one: Element) -> None:
        """What stands in the element, and not behind it."""
        tag = name(one)
        if not _is_shown(one, tag) or self._is_elsewhere(one):
            return
        heading = _HEADING.fullmatch(tag)
        if heading:
            self._heading(one, int(heading[1]))
        elif tag == "br":
            self._words.append("\n")
        elif tag == "q":
            self._marks(one)
        elif tag == "hr":
            self.flush()
        elif tag == "table":
            self._table(one)
        elif tag in _LISTS:
            self._list(one)
        elif tag == "dl":
            self._definitions(one)
        elif tag == "a" or (tag == "sup" and self._refers(one)):
            self._link(one)
        elif tag == "sup":
            self._raised += 1
            self._inside(one)
            self._raised -= 1
        elif tag in _BLOCKS:
            self._block(one, tag)
        else:
            self._inside(one)

    def flush(self) -> None:
        """End the paragraph that is open."""
        words = "".join(self._words)
        linked = self._linked
        self._words, self._linked = [], 0
        if not lined(words):
            return
        share = min(1.0, linked / max(1, len(words.strip())))
        kind = BlockKind.NOTE if self._note else BlockKind.PARAGRAPH
        piece = Piece(
            kind,
            words,
            linked=share,
            edge=bool(self._edge),
            quotation=self._quotation,
        )
        if self._marker and not self._note:
            self._item = len(self.made)
            piece = replace(piece, kind=BlockKind.LIST, marker=self._marker)
            self.made.append(piece)
        elif self._item >= 0 and self._item == len(self.made) - 1:
            before = self.made[-1]
            self.made[-1] = replace(before, words=f"{before.words}\n{words}")
        else:
            words = f"{self._marker} {words}" if self._marker else words
            self.made.append(replace(piece, words=words))
        self._marker = ""
        if not self._lists and not self._note:
            self.put_notes()

    def put_notes(self) -> None:
        """The notes that the last paragraph, list or table refers to."""
        wanted, self._wanted = self._wanted, []
        for one in wanted:
            if one not in self._placed:
                note = self._notes.pop(one, None)
                if note is not None:
                    self._block(note, name(note))
                    self._placed.add(one)

    def _inside(self, one: Element) -> None:
        self._say(one.text)
        for child in one:
            self.element(child)
            self._say(child.tail)

    def _say(self, words: str | None) -> None:
        if words:
            if not self._preformatted:
                words = _SPACES.sub(" ", words)
            self._words.append(raised(words) if self._raised else words)
            self._linked += len(words.strip()) if self._in_link else 0

    def _marks(self, quotation: Element) -> None:
        """What browsers set in quotation marks, unless they are typed, too."""
        words = "".join(map(str, quotation.itertext())).strip()
        typed = words[:1] in _QUOTATION_MARKS
        opening, closing = "‘’" if self._marked % 2 else "“”"
        self._words.append("" if typed else opening)
        self._marked += 1
        self._inside(quotation)
        self._marked -= 1
        self._words.append("" if typed else closing)

    def _block(self, one: Element, tag: str) -> None:
        self.flush()
        note = _is_note(one)
        edge = not note and (
            (tag in _EDGES and not _in_article(one)) or one.get("role") in _EDGE_ROLES
        )
        outer = self._item
        if note:
            self._note += 1
            self._item = -1
            begun = len(self.made)
        outside = self._edge
        self._edge = 0 if one is self._main else outside + edge
        quotation = self._quotation
        if tag == "blockquote" and not quotation:
            self._quotations += 1
            self._quotation = self._quotations
        elif tag in _SAYS_WHO:
            self._quotation = 0
        self._preformatted += tag == "pre"
        self._inside(one)
        self.flush()
        self._preformatted -= tag == "pre"
        self._quotation = quotation
        self._edge = outside
        if note:
            self._note -= 1
            self._item = outer
            _join(self.made, begun)

    def _heading(self, one: Element, level: int) -> None:
        self.flush()
        self._marker = ""
        self._inside(one)
        words = "".join(self._words)
        self._words, self._linked = [], 0
        if spaced(words):
            edge = bool(self._edge)
            self.made.append(Piece(BlockKind.HEADING, words, level=level, edge=edge))

    def _link(self, one: Element) -> None:
        target = one.get("href") or ""
        if name(one) == "sup":  # nothing but the number of a note
            target = next(
                (a.get("href") or "" for a in one.iter() if name(a) == "a"), ""
            )
        if not self._note and target.startswith("#") and target[1:] in self._notes:
            self._wanted.append(target[1:])
            return
        self._in_link += 1
        self._inside(one)
        self._in_link -= 1

    def _refers(self, sup: Element) -> bool:
        """Whether the raised words are just a reference to a note."""
        links = [one for one in sup.iter() if name(one) == "a"]
        return len(links) == 1 and (links[0].get("href") or "")[1:] in self._notes

    def _list(self, one: Element) -> None:
        self.flush()
        outer = self._marker, self._item
        self._lists += 1
        number = whole(one.get("start"), 1)
        for child in children(one):
            if name(child) != "li":
                self.element(child)
                continue
            number = whole(child.get("value"), number)
            self._marker = f"{number}." if name(one) == "ol" else BULLET
            self._item = -1
            number += 1
            self.element(child)
            self.flush()
        self._lists -= 1
        self._marker, self._item = "", outer[1]
        if not self._lists and not self._note:
            self.put_notes()

    def _definitions(self, one: Element) -> None:
        """A term and what it means are one item."""
        self.flush()
        self._lists += 1
        for child in _terms(one):
            if name(child) == "dt":
                self.flush()
                self._marker, self._item = BULLET, -1
            self.element(child)
            self.flush()
        self._lists -= 1
        self._marker, self._item = "", -1

    def _table(self, table: Element) -> None:
        self.flush()
        rows = [one for one in table.iter() if own_row(one, table, ("tr",))]
        cells = [[c for c in children(row) if name(c) in ("td", "th")] for row in rows]
        if arranges(table, cells):
            for part in children(table):
                self._block(part, name(part))
            return
        for caption in (one for one in children(table) if name(one) == "caption"):
            self._block(caption, "caption")
        self._lists += 1  # notes come after the table
        said = [[self._cell(cell) for cell in row] for row in cells]
        self._lists -= 1
        words = [[cell for cell, _ in row] for row in said]
        linked = sum(share for row in said for _, share in row)
        grid = aligned(cells, words)
        headings = 0
        while headings < len(rows) and is_header(rows[headings], cells[headings]):
            headings += 1
        if 1 < headings < len(grid):
            grid[:headings] = [together(grid[:headings])]
        total = max(1, sum(len(cell) for row in words for cell in row))
        self.made.append(
            Piece(
                BlockKind.ROW,
                "",
                rows=tuple(tuple(row) for row in grid),
                headed=0 < headings < len(rows),
                linked=min(1.0, linked / total),
                edge=bool(self._edge),
            )
        )
        if not self._lists and not self._note:
            self.put_notes()

    def _cell(self, cell: Element) -> tuple[str, int]:
        """What the cell says, and how much of that is links."""
        inner = _Walk(etree.Element("none"))
        inner._notes = self._notes
        inner._lists = 1
        inner._inside(cell)
        inner.flush()
        self._wanted += inner._wanted
        words = " ".join(
            f"{piece.marker} {piece.words}" if piece.rows == () else ""
            for piece in inner.made
        )
        linked = sum(piece.linked * len(piece.words) for piece in inner.made)
        return spaced(words), int(linked)

    def _is_elsewhere(self, one: Element) -> bool:
        """Whether it is a note that was put where it is referred to."""
        return (one.get("id") or "") in self._placed


def _is_shown(one: Element, tag: str) -> bool:
    if not tag or tag in _UNSHOWN or one.get("role") in _UNSHOWN_ROLES:
        return False
    if one.get("hidden") is not None or _HIDDEN.search(one.get("style") or ""):
        return False
    return not _BACK.search(one.get("class") or "")


def _is_note(one: Element) -> bool:
    tag = name(one)
    if tag not in ("li", "aside", "div", "p", "section", "dd"):
        return False
    if _NOTE_KIND.search(f"{attribute(one, 'type')} {one.get('role') or ''}"):
        return bool(one.get("id"))
    return tag != "section" and bool(_NOTE_ID.fullmatch(one.get("id") or ""))


def _in_article(one: Element) -> bool:
    return any(name(above) in ("article", "main") for above in one.iterancestors())


def _join(made: list[Piece], begun: int) -> None:
    """Make the pieces of a note, from `begun` on, one."""
    if len(made) - begun > 1 and all(p.kind is BlockKind.NOTE for p in made[begun:]):
        words = "\n".join(piece.words for piece in made[begun:])
        made[begun:] = [replace(made[begun], words=words)]


def _terms(definitions: Element) -> Iterator[Element]:
    for child in children(definitions):
        if name(child) == "div":
            yield from _terms(child)
        else:
            yield child
