"""A quote's reference in a style: what to copy, and what nobody has filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from citeback.cite.records import Receipt
from citeback.cite.referencing.exchange import bibtex, csl_json, ris
from citeback.cite.referencing.facts import Day, Facts, Field, Kind, facts_of
from citeback.cite.referencing.pinpoint import Pinpoint, pinpoint_of
from citeback.cite.referencing.processor import Cited, Rendered, Run, plain, rendered
from citeback.records import Source


class Style(StrEnum):
    """The ways to write a reference."""

    CHICAGO_NOTES = "chicago-notes"
    CHICAGO = "chicago-author-date"
    APA = "apa"
    MLA = "mla"
    HARVARD = "harvard"
    IEEE = "ieee"
    BLUEBOOK = "bluebook"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"


_DATA = {Style.BIBTEX: bibtex, Style.RIS: ris, Style.CSL_JSON: csl_json}
READ_BY_PEOPLE = tuple(style for style in Style if style not in _DATA)
# In these a citation is a sentence in a footnote, in the others brackets in the text.
NOTES = frozenset({Style.CHICAGO_NOTES, Style.BLUEBOOK})

_MONTHS = "Jan. Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec.".split()


@dataclass(frozen=True, slots=True)
class Reference:
    """A quote with its reference, as text.

    `copied` is quote and reference together; `note` the citation at the quote's place
    and `entry` the bibliography's line, "" for the formats that programs read.
    `missing` and `doubtful` are as in Facts.
    """

    style: Style
    copied: str
    note: str
    entry: str
    missing: tuple[Field, ...]
    doubtful: tuple[Field, ...]


def reference(
    receipt: Receipt, source: Source, filled: Mapping[str, str], style: Style
) -> Reference:
    """The reference to a quote. Raises TypesettingError."""
    facts = facts_of(source, filled)
    where = pinpoint_of(receipt)
    note, entry = "", ""
    if style in _DATA:
        place = f" ({where.written()})" if where else ""
        copied = _DATA[style](facts, f"“{receipt.quote}”{place}")
    else:
        made = references([Cited(facts, where)], style)
        note, entry = plain(made.notes[0]), plain(made.entries[0])
        if style in NOTES:
            copied = f"“{receipt.quote}” — {note}"
        else:
            copied = f"“{receipt.quote}” {note}\n\n{entry}"
    return Reference(style, copied, note, entry, facts.missing, facts.doubtful)


def references(cited: Sequence[Cited], style: Style) -> Rendered:
    """Citations and their bibliography in a style that people read."""
    if style is not Style.BLUEBOOK:
        return rendered(style, cited)
    listed = sorted({one.facts for one in cited}, key=lambda f: bluebook(f, None))
    return Rendered(
        tuple((Run(bluebook(one.facts, one.pinpoint)),) for one in cited),
        tuple((Run(bluebook(facts, None)),) for facts in listed),
    )


def bluebook(facts: Facts, where: Pinpoint | None) -> str:
    """A plain form like the Bluebook's: author, title place (date), address."""
    names = [f"{n.given} {n.whole_family}".strip() or n.literal for n in facts.authors]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    parts = [" & ".join(names), facts.shown_title, facts.container]
    if facts.kind is not Kind.BOOK:
        parts.append(facts.publisher)
    named = ", ".join(filter(None, parts))
    place = f" at {where.written('bluebook')}" if where else ""
    by = f"{facts.publisher} " if facts.kind is Kind.BOOK and facts.publisher else ""
    seen = f" (last visited {_day(facts.accessed)})" if facts.accessed else ""
    address = f", {facts.url}{seen}" if facts.url else ""
    date = _day(facts.date) if facts.date else "n.d."
    return f"{named}{place} ({by}{date}){address}."


def _day(day: Day) -> str:
    if not day.month:
        return str(day.year)
    month = _MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if day.day else f"{month} {day.year}"
