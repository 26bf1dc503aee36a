"""The tree of a web page or of a book's chapter → what it says, piece by piece.

Scripts, menus, buttons and what is hidden say nothing. A footnote comes after the
paragraph that refers to it.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.safe_xml import Element, attribute, children, name, parsed
from citeback.ingest.text_builder import BULLET, TextBuilder, lined, spaced
from citeback.records import BlockKind

# A cell longer than this is not a table's: the table arranges the page.
LONGEST_CELL = 800
# Wider cells come from damaged files.
WIDEST = 60

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
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_HEADING = re.compile(r"h([1-6])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE_ID = re.compile(
    r"_?(?:fn|ftn|footnote|endnote|cite_note|note)[-_:.]?(?:\w+[-_])?\d+", re.IGNORECASE
)
_NOTE_KIND = re.compile(r"\b(?:doc-)?(?:foot|end|rear)note\b")
_BACK = re.compile(r"\b(?:footnote-?back(?:ref)?|headerlink|mw-editsection)\b")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(\w+);")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_KEPT_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the page says: a heading, paragraph, list item, note or table.

    `linked` is how much of it is links (0 to 1); `edge` tells that it stands in the
    page's header, footer or margin. Only a table has `rows`.
    """

    kind: BlockKind
    words: str
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    headed: bool = False
    linked: float = 0.0
    edge: bool = False


def tree_of(text: str) -> Element:
    """The root of a page. Raises UnreadableFileError."""
    text = _DECLARATION.sub("", text).replace("\0", "")
    if not text.strip():
        return etree.Element("html")
    parser = HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = document_fromstring(text, parser=parser)
    except (etree.ParserError, ValueError):
        return etree.Element("html")  # nothing but comments
    if any("depth" in entry.message for entry in parser.error_log):
        raise UnreadableFileError(
            "what it holds is nested too deep: save its text as a simpler file."
        )
    return root


def strict_tree_of(text: str) -> Element:
    """The root of a page that is XML; of one that is not quite, the best guess."""
    plain = _ENTITY.sub(_sign, _DECLARATION.sub("", text))
    try:
        return parsed(plain.encode())
    except UnreadableFileError:
        return tree_of(text)


def _sign(entity: re.Match[str]) -> str:
    if entity[1] in _KEPT_ENTITIES:
        return entity[0]
    return html.entities.html5.get(f"{entity[1]};", entity[0])


def main_element(root: Element) -> Element | None:
    """What the page itself calls its main part, if it calls one so."""
    found = [one for one in root.iter() if _is_main(one)]
    return found[0] if len(found) == 1 else None


def stated_title(root: Element, found: Iterable[Piece]) -> str:
    """The page's title by its own account, "" if it has none.

    Of a title with the site's name beside it, it is what the page has as a heading.
    """
    for one in root.iter():
        if name(one) == "meta" and one.get("property") == "og:title":
            title = spaced(one.get("content") or "")
            if title:
                return title
    titles = (one for one in root.iter() if name(one) == "title")
    whole = next((spaced("".join(map(str, one.itertext()))) for one in titles), "")
    for piece in found:
        words = spaced(piece.words)
        if piece.kind is BlockKind.HEADING and words and words in whole:
            return words
    return whole


def stated_author(root: Element) -> str:
    """Who wrote the page, by its own account and in its own spelling; "" if unsaid."""
    found = (
        spaced(one.get("content") or "")
        for one in root.iter()
        if name(one) == "meta" and (one.get("name") or "").lower() == "author"
    )
    return ", ".join(dict.fromkeys(filter(None, found)))


def pieces(root: Element) -> tuple[Piece, ...]:
    """What stands under the root, in reading order."""
    walk = _Walk(root)
    walk.surround(main_element(root))
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
            builder.paragraph(piece.words, piece.kind)


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
        piece = Piece(kind, words, linked=share, edge=bool(self._edge))
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
            self._words.append(words)
            self._linked += len(words.strip()) if self._in_link else 0

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
        self._preformatted += tag == "pre"
        self._inside(one)
        self.flush()
        self._preformatted -= tag == "pre"
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
        number = _whole(one.get("start"), 1)
        for child in children(one):
            if name(child) != "li":
                self.element(child)
                continue
            number = _whole(child.get("value"), number)
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
        rows = [one for one in table.iter() if _own(one, table, ("tr",))]
        cells = [[c for c in children(row) if name(c) in ("td", "th")] for row in rows]
        if _arranges(table, cells):
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
        grid = _aligned(cells, words)
        headings = 0
        while headings < len(rows) and _is_header(rows[headings], cells[headings]):
            headings += 1
        if 1 < headings < len(grid):
            grid[:headings] = [_together(grid[:headings])]
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


def _is_main(one: Element) -> bool:
    return name(one) == "main" or (bool(name(one)) and one.get("role") == "main")


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


def _own(one: Element, table: Element, wanted: tuple[str, ...]) -> bool:
    """Whether the element belongs to this table and to none within it."""
    if name(one) not in wanted:
        return False
    for above in one.iterancestors():
        if name(above) == "table":
            return above is table
    return False


def _arranges(table: Element, cells: list[list[Element]]) -> bool:
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


def _aligned(cells: list[list[Element]], words: list[list[str]]) -> list[list[str]]:
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
            wide = min(max(_whole(cell.get("colspan"), 1), 1), WIDEST)
            tall = min(max(_whole(cell.get("rowspan"), 1), 1), len(cells))
            for offset in range(wide):
                line.append("" if offset else text)
                taken[column + offset] = tall - 1
        grid.append(line)
    return grid


def _is_header(row: Element, cells: list[Element]) -> bool:
    above = row.getparent()
    in_head = above is not None and name(above) == "thead"
    return in_head or (bool(cells) and all(name(cell) == "th" for cell in cells))


def _together(rows: list[list[str]]) -> list[str]:
    """Several rows of headings as one: what stands above each other belongs together."""
    width = max(map(len, rows))
    columns = ([row[at] for row in rows if at < len(row)] for at in range(width))
    return [" ".join(filter(None, column)) for column in columns]


def _whole(value: str | None, otherwise: int) -> int:
    """The number that an attribute holds, another where it holds none."""
    found = re.fullmatch(r"\s*(-?\d{1,6})\s*", value or "")
    return int(found[1]) if found else otherwise
