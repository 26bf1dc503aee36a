"""What a reference says of a document, and what of it nobody has said. Pure.

Nothing is guessed: a name without a comma is taken as it stands, a date that is not
understood is left out and told, a title is never put into other letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from citeback.records import Source


class Kind(StrEnum):
    """What a document is, as far as references tell it apart."""

    WEBPAGE = "webpage"
    DOCUMENT = "document"
    REPORT = "report"
    BOOK = "book"
    ARTICLE = "article"


class Field(StrEnum):
    """What can be filled in about a document."""

    AUTHOR = "author"
    DATE = "date"
    TITLE = "title"
    PUBLISHER = "publisher"
    PLACE = "place"
    CONTAINER = "container"
    URL = "url"
    ACCESSED = "accessed"
    KIND = "kind"


# What a reader looks for in a reference to each kind, in the order it stands there.
_BASE = (Field.AUTHOR, Field.DATE, Field.TITLE)
WANTED: Mapping[Kind, tuple[Field, ...]] = {
    Kind.WEBPAGE: (*_BASE, Field.PUBLISHER, Field.URL),
    Kind.DOCUMENT: (*_BASE, Field.PUBLISHER),
    Kind.REPORT: (*_BASE, Field.PUBLISHER),
    Kind.BOOK: (*_BASE, Field.PUBLISHER, Field.PLACE),
    Kind.ARTICLE: (*_BASE, Field.CONTAINER),
}

_MONTHS = (
    "january february march april may june july august september october november "
    "december"
).split()
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?=$|[T ]))?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})\.? )?([A-Za-z]+)\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]+)\.? (\d{1,2}),? (\d{4})")


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or with `literal` an organization or a name not taken apart.

    `particle` is what stands before the family name and is no part of its order: "van".
    """

    family: str = ""
    given: str = ""
    particle: str = ""
    literal: str = ""

    @property
    def whole_family(self) -> str:
        """The family name with its particle."""
        return f"{self.particle} {self.family}".strip()


@dataclass(frozen=True, slots=True)
class Day:
    """A day, a month (`day` 0) or a year (`month` 0, too)."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def iso(self) -> str:
        """As far as it is known: "2021", "2021-03", "2021-03-18"."""
        known = [f"{self.year:04}"]
        known += [f"{part:02}" for part in (self.month, self.day) if part]
        return "-".join(known)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reference to the document at `path` is made of.

    `missing` are the fields that a reference to such a document has and nobody has
    filled in; `doubtful` those that were read off the document and may not be what
    they seem: a name that may be a person's, a date that was not understood.
    """

    path: str
    kind: Kind
    title: str
    authors: tuple[Name, ...]
    date: Day | None
    publisher: str
    place: str
    container: str
    url: str
    accessed: Day | None
    missing: tuple[Field, ...]
    doubtful: tuple[Field, ...]

    @property
    def shown_title(self) -> str:
        """The title, or else the file's name, which finds the document just as well."""
        return self.title or self.path.rpartition("/")[2]


def facts_of(source: Source, filled: Mapping[str, str]) -> Facts:
    """What the document says of itself, and above it what the user has filled in."""

    def told(field: Field, own: str = "") -> str:
        return one_line(filled.get(field, "") or own)

    url = told(Field.URL, source.url)
    kind_told = told(Field.KIND)
    kind = Kind.WEBPAGE if url else Kind.DOCUMENT
    if kind_told in set(Kind):
        kind = Kind(kind_told)
    author, written = told(Field.AUTHOR, source.author), told(Field.DATE, source.date)
    names, day = parsed_names(author), parsed_day(written)
    values = {
        Field.AUTHOR: author,
        Field.DATE: written,
        Field.TITLE: told(Field.TITLE, source.title),
        Field.PUBLISHER: told(Field.PUBLISHER),
        Field.PLACE: told(Field.PLACE),
        Field.CONTAINER: told(Field.CONTAINER),
        Field.URL: url,
    }
    doubts = []
    if any(name.literal for name in names) and not filled.get(Field.AUTHOR):
        doubts.append(Field.AUTHOR)
    if written and day is None:
        doubts.append(Field.DATE)
    return Facts(
        path=source.path,
        kind=kind,
        title=values[Field.TITLE],
        authors=names,
        date=day,
        publisher=values[Field.PUBLISHER],
        place=values[Field.PLACE],
        container=values[Field.CONTAINER],
        url=url,
        accessed=parsed_day(told(Field.ACCESSED)),
        missing=tuple(field for field in WANTED[kind] if not values[field]),
        doubtful=tuple(doubts),
    )


def parsed_names(written: str) -> tuple[Name, ...]:
    """ "Family, Given; Family, Given; An Organization" as names.

    Without a comma, or with several, a name is kept as it is written: whether
    "Human Rights Watch" is a person nobody but the reader knows. "{…}" is kept, too.
    """
    return tuple(
        _name(part.strip()) for part in re.split(r"[;\n]", written) if part.strip()
    )


def _name(written: str) -> Name:
    if written.startswith("{") and written.endswith("}"):
        return Name(literal=written[1:-1].strip())
    family, comma, given = (part.strip() for part in written.partition(","))
    if not comma or not family or not given or "," in given:
        return Name(literal=written)
    words = family.split()
    first = next((n for n, word in enumerate(words) if not word.islower()), 0)
    # Letters without case, as in Arabic, are never lower: nothing is taken off there.
    return Name(
        family=" ".join(words[first:]), given=given, particle=" ".join(words[:first])
    )


def parsed_day(written: str) -> Day | None:
    """A date as ISO writes it or with an English month; None where it is another.

    "03/04/2021" is none: it is two days.
    """
    text = written.strip()
    if (iso := _ISO.match(text)) and (iso.end() == len(text) or iso[3]):
        return _real(int(iso[1]), int(iso[2] or 0), int(iso[3] or 0))
    if found := _MONTH_FIRST.fullmatch(text):
        return _real(int(found[3]), _month(found[1]), int(found[2]), named=True)
    if found := _DAY_FIRST.fullmatch(text):
        return _real(int(found[3]), _month(found[2]), int(found[1] or 0), named=True)
    return None


def _month(name: str) -> int:
    wanted = name.lower()
    if len(wanted) < 3:
        return 0
    return next(
        (n for n, month in enumerate(_MONTHS, 1) if month.startswith(wanted)), 0
    )


def _real(year: int, month: int, day: int, *, named: bool = False) -> Day | None:
    """The day, None where the calendar has none such."""
    if named and not month:
        return None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return Day(year, month, day)


def one_line(text: str) -> str:
    """The text without line breaks and without what no file format can carry."""
    kept = "".join(sign if _can_be_written(sign) else " " for sign in text)
    return " ".join(kept.split())


def _can_be_written(sign: str) -> bool:
    code = ord(sign)
    return not (
        code < 32
        or 0x7F <= code < 0xA0
        or 0xD800 <= code < 0xE000
        or code in (0xFFFE, 0xFFFF, 0x2028, 0x2029)
    )
