"""Where a passage stands, as a person would look for it: page, row or time, paragraph."""

from __future__ import annotations

from citeback.cite.records import QuotedPlace, Receipt
from citeback.records import Locator, LocatorKind, Occurrence, Passage, Place
from citeback.serve.strings import Words

BETWEEN = " · "

Standing = Passage | Place | Occurrence | QuotedPlace | Receipt


def place(where: Standing, words: Words) -> str:
    """The place in a line: "p. 3 · ¶ 12". Not escaped; "" where it has no number."""
    parts = [located(where.locator, words)] if where.locator else []
    if where.paragraph:
        parts.append(f"¶ {where.paragraph}{_part(where, words)}")
    return BETWEEN.join(parts)


def located(locator: Locator, words: Words) -> str:
    """The page, slide, row or time, or from which to which."""
    one = locator.first == locator.last
    if locator.kind is LocatorKind.TIME:
        return locator.first if one else f"{locator.first}–{locator.last}"
    if one:
        return words(f"locator_{locator.kind}", label=locator.first)
    return words(f"locator_{locator.kind}s", first=locator.first, last=locator.last)


def _part(where: Standing, words: Words) -> str:
    if not isinstance(where, Passage) or where.parts == 1:
        return ""
    return " " + words("part_of", part=where.part, parts=where.parts)
