"""The numbers and bullets that Word shows before paragraphs but does not store."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from citeback.ingest.formats.numerals import letters, roman
from citeback.ingest.formats.safe_xml import Element, attribute, children, first, name
from citeback.ingest.text_builder import BULLET

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_SHOWN: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "lowerLetter": letters,
    "upperLetter": lambda number: letters(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "none": lambda _: "",
}


def whole(value: str, otherwise: int = 0) -> int:
    """The number that the attribute holds, another where it holds none."""
    try:
        return int(value)
    except ValueError:
        return otherwise


class Numbering:
    """Counts the numbered paragraphs of a document in reading order."""

    def __init__(self, numbering: Element | None) -> None:
        """Take the lists from the part of the document that describes them."""
        self._kinds: dict[str, dict[int, Element]] = {}  # by list, its levels
        self._lists: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int]] = defaultdict(lambda: [-1] * _LEVELS)
        for one in () if numbering is None else children(numbering):
            if name(one) == "abstractNum":
                levels = (lvl for lvl in children(one) if name(lvl) == "lvl")
                self._kinds[attribute(one, "abstractNumId")] = {
                    whole(attribute(level, "ilvl")): level for level in levels
                }
            elif name(one) == "num":
                number = attribute(one, "numId")
                self._lists[number] = _value(one, "abstractNumId")
                self._restarts[number] = _restarts(one)

    def label(self, number: str, depth: int) -> str:
        """What stands before the next paragraph of that list, "" for nothing."""
        kind = self._lists.get(number, "")
        levels = self._kinds.get(kind, {})
        level = levels.get(depth)
        if level is None or not 0 <= depth < _LEVELS:
            return ""
        counts = self._counts[kind]
        for restarted, start in self._restarts.pop(number, {}).items():
            if 0 <= restarted < _LEVELS:
                counts[restarted] = start - 1
        if counts[depth] < 0:
            counts[depth] = whole(_value(level, "start"), 1) - 1
        counts[depth] += 1
        counts[depth + 1 :] = [-1] * (_LEVELS - depth - 1)
        if _value(level, "numFmt") == "bullet":
            return BULLET
        return _PLACE.sub(
            lambda place: self._shown(levels, counts, int(place[1]) - 1),
            _value(level, "lvlText"),
        ).strip()

    def _shown(self, levels: dict[int, Element], counts: list[int], depth: int) -> str:
        level = levels.get(depth)
        count = counts[depth]
        if count < 0:  # a level above that no paragraph has reached
            count = 1
        form = "decimal" if level is None else _value(level, "numFmt")
        return _SHOWN.get(form, _SHOWN["decimal"])(count)


def _value(element: Element, wanted: str) -> str:
    found = first(element, wanted)
    return "" if found is None else attribute(found, "val")


def _restarts(number: Element) -> dict[int, int]:
    return {
        whole(attribute(one, "ilvl")): whole(_value(one, "startOverride"), 1)
        for one in children(number)
        if name(one) == "lvlOverride" and first(one, "startOverride") is not None
    }
