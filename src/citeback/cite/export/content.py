"""What an exported dossier says, before any format: quotes, notes, sources, log. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from citeback.cite.dossier import Dossier, Pin
from citeback.cite.receipt import receipt_text
from citeback.cite.referencing.facts import Facts
from citeback.cite.referencing.pinpoint import pinpoint_of
from citeback.cite.referencing.processor import Cited, Runs
from citeback.cite.referencing.references import NOTES, Style, references


@dataclass(frozen=True, slots=True)
class Labels:
    """The words around what the documents and the user say, in one language."""

    untitled: str = "Dossier"
    made: str = "Exported from Citeback on {when}. {count} quotations, each letter by letter as in its document."
    my_note: str = "Note"
    sources: str = "Sources"
    missing: str = "Not known of it: {fields}."
    log: str = "Questions asked"
    notes: str = "Footnotes"
    found: str = "found {numbers}"
    while_reading: str = "Pinned while reading"
    proof: str = "The line that begins with citeback: proves a quotation. To check all of them: citeback verify FILE."
    lacking: str = "No font on this computer has some of the letters in this document; boxes stand for them. The Word and HTML exports hold all letters."
    fields: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Item:
    """A quotation as it is exported, numbered from 1.

    `cited` stands in the text behind it, () where the style has notes: there `place`
    stands in the text, and `footnote` is the style's note; `receipt` proves the quote.
    """

    number: int
    pin: Pin
    title: str
    place: str
    cited: Runs
    footnote: Runs
    receipt: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the log: when it was asked, of which build, what it found."""

    question: str
    when: str
    build: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All that an export says. `missing` pairs a title with the names of its fields."""

    title: str
    made: str
    labels: Labels
    items: tuple[Item, ...]
    sources: tuple[Runs, ...]
    missing: tuple[tuple[str, str], ...]
    log: tuple[Asked, ...]

    @property
    def heading(self) -> str:
        """The dossier's title, or what it is."""
        return self.title or self.labels.untitled

    @property
    def said(self) -> str:
        """The sentence under the title."""
        return self.labels.made.format(when=shown(self.made), count=len(self.items))


def content_of(
    dossier: Dossier,
    facts: Mapping[str, Facts],
    style: Style,
    *,
    made: str,
    labels: Labels,
) -> Content:
    """The dossier with its references; `facts` by path of each document pinned.

    `made` is when it is exported (ISO 8601). Raises TypesettingError.
    """
    cited = [
        Cited(facts[pin.receipt.path], pinpoint_of(pin.receipt)) for pin in dossier.pins
    ]
    written = references(cited, style)
    items = tuple(
        Item(
            number=number,
            pin=pin,
            title=one.facts.shown_title,
            place=one.pinpoint.written() if one.pinpoint and style in NOTES else "",
            cited=() if style in NOTES else runs,
            footnote=runs if style in NOTES else (),
            receipt=receipt_text(pin.receipt),
        )
        for number, (pin, one, runs) in enumerate(
            zip(dossier.pins, cited, written.notes, strict=True), 1
        )
    )
    missing = {
        one.facts.shown_title: ", ".join(
            labels.fields.get(name, name) for name in one.facts.missing
        )
        for one in cited
        if one.facts.missing
    }
    return Content(
        title=dossier.title,
        made=made,
        labels=labels,
        items=items,
        sources=written.entries,
        missing=tuple(missing.items()),
        log=_log(items),
    )


def _log(items: tuple[Item, ...]) -> tuple[Asked, ...]:
    """Each question once for each time it was asked, in that order."""

    def key(item: Item) -> tuple[str, str, int]:
        pin = item.pin
        return pin.asked or pin.pinned, pin.question, pin.receipt.build

    return tuple(
        Asked(question, when, build, tuple(item.number for item in group))
        for (when, question, build), group in groupby(sorted(items, key=key), key)
    )


def shown(when: str) -> str:
    """A time as people read it: "2026-11-23 01:36 UTC"."""
    return when.replace("T", " ")[:16] + " UTC" if when.endswith("Z") else when


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is written from the right."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def writable(text: str) -> str:
    """The text as XML and UTF-8 can carry it: U+FFFD for what they cannot.

    These are NUL and other control signs, halves of pairs, and two that are no letters.
    """
    return "".join(sign if _is_writable(ord(sign)) else "\ufffd" for sign in text)


def _is_writable(code: int) -> bool:
    if code < 32:
        return code in (9, 10)
    return not (0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF, 0x7F))
