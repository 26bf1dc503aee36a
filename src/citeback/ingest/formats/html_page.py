"""The tree of a web page, and what the page says of itself."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterable

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.html_tree import Piece
from citeback.ingest.formats.safe_xml import Element, name, parsed
from citeback.ingest.text_builder import spaced
from citeback.records import BlockKind

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(\w+);")
_KEPT_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


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


def _is_main(one: Element) -> bool:
    return name(one) == "main" or (bool(name(one)) and one.get("role") == "main")
