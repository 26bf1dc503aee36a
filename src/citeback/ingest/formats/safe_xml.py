"""XML → a tree, with nothing fetched, no entity expanded and no endless depth."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from citeback.errors import UnreadableFileError

Element = etree._Element


def parsed(data: bytes) -> Element:
    """The root element. Raises UnreadableFileError where the XML is broken.

    What stands for an entity of the file's own stays out: it may be a bomb.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFileError(
            "what it holds is damaged: open it in the program that made it and save "
            "it anew."
        ) from error


def name(element: Element) -> str:
    """The element's name without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, wanted: str) -> str:
    """The value of the attribute of that name in whatever namespace, "" if none."""
    value = element.get(wanted)
    if value is not None:
        return str(value)
    for key, found in element.attrib.items():
        if str(key).rpartition("}")[2] == wanted:
            return str(found)
    return ""


def children(element: Element) -> Iterator[Element]:
    """The element's child elements: no comments, no entities."""
    return (child for child in element if isinstance(child.tag, str))


def first(element: Element, *wanted: str) -> Element | None:
    """The first element of that name below each other; None if there is none."""
    found: Element | None = element
    for one in wanted:
        if found is None:
            return None
        found = next((c for c in children(found) if name(c) == one), None)
    return found


def found_text(element: Element, wanted: str) -> str:
    """The words of the first element of that name at any depth, "" if none."""
    for one in element.iter():
        if name(one) == wanted:
            return " ".join("".join(map(str, one.itertext())).split())
    return ""
