"""References as other programs read them: BibTeX, RIS, CSL-JSON. Pure.

A quote goes along as a note, with its place: none of these formats has a field for it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from citeback.cite.referencing.facts import Day, Facts, Kind, Name
from citeback.cite.referencing.processor import is_address

_CSL_KINDS = {
    Kind.WEBPAGE: "webpage",
    Kind.DOCUMENT: "document",
    Kind.REPORT: "report",
    Kind.BOOK: "book",
    Kind.ARTICLE: "article-journal",
}
_BIBTEX_KINDS = {
    Kind.WEBPAGE: "misc",
    Kind.DOCUMENT: "misc",
    Kind.REPORT: "techreport",
    Kind.BOOK: "book",
    Kind.ARTICLE: "article",
}
_RIS_KINDS = {
    Kind.WEBPAGE: "ELEC",
    Kind.DOCUMENT: "GEN",
    Kind.REPORT: "RPRT",
    Kind.BOOK: "BOOK",
    Kind.ARTICLE: "JOUR",
}
# What BibTeX and LaTeX would read as more than the sign itself.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def csl_json(facts: Facts, note: str) -> str:
    """One item of CSL-JSON, in the array that programs import."""
    return json.dumps([csl_item(facts, note)], ensure_ascii=False, indent=2)


def csl_item(facts: Facts, note: str = "") -> dict[str, Any]:
    """The facts as CSL names them; what is not known has no key."""
    made: dict[str, Any] = {
        "id": key_of(facts),
        "type": _CSL_KINDS[facts.kind],
        "title": facts.shown_title,
        "author": [_csl_name(name) for name in facts.authors],
        "issued": _csl_date(facts.date),
        "publisher": facts.publisher,
        "publisher-place": facts.place,
        "container-title": facts.container,
        "URL": facts.url,
        "accessed": _csl_date(facts.accessed),
        "note": note,
    }
    return {key: value for key, value in made.items() if value}


def bibtex(facts: Facts, note: str) -> str:
    """One BibTeX entry."""
    kind = _BIBTEX_KINDS[facts.kind]
    where = "institution" if kind == "techreport" else "publisher"
    fields = {
        "author": " and ".join(map(_bibtex_name, facts.authors)),
        # The inner braces keep the title's capitals.
        "title": f"{{{_latex(facts.shown_title)}}}",
        "year": f"{facts.date.year:04}" if facts.date else "",
        "month": str(facts.date.month) if facts.date and facts.date.month else "",
        "journal" if kind == "article" else "howpublished": _latex(facts.container),
        where: _latex(facts.publisher),
        "address": _latex(facts.place),
        "url": _url(facts.url),
        "urldate": facts.accessed.iso if facts.accessed else "",
        "note": _latex(note),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join((f"@{kind}{{{key_of(facts)},", *lines, "}"))


def ris(facts: Facts, note: str) -> str:
    """One RIS record."""
    date = facts.date
    fields = [
        ("TY", _RIS_KINDS[facts.kind]),
        *(("AU", _ris_name(name)) for name in facts.authors),
        ("TI", facts.shown_title),
        ("PY", f"{date.year:04}" if date else ""),
        ("DA", _slashed(date) if date and date.month else ""),
        ("T2", facts.container),
        ("PB", facts.publisher),
        ("CY", facts.place),
        ("UR", facts.url),
        ("Y2", _slashed(facts.accessed) if facts.accessed else ""),
        ("N1", note),
        ("ER", ""),
    ]
    # A line break would begin a field of its own.
    return "\r\n".join(
        f"{tag}  - {' '.join(value.split())}"
        for tag, value in fields
        if value or tag == "ER"
    )


def key_of(facts: Facts) -> str:
    """A key to cite by, of ASCII letters and digits: "hastings2021workshop"."""
    first = facts.authors[0] if facts.authors else Name()
    parts = [_ascii(first.family or first.literal)[:20]]
    parts += [str(facts.date.year)] if facts.date else []
    words = [_ascii(word) for word in facts.shown_title.split()]
    parts += [word for word in words if len(word) > 3][:1]
    return "".join(parts) or f"source{sum(map(ord, facts.path)):x}"


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", bare.lower())


def _csl_name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
    }
    return {key: value for key, value in parts.items() if value}


def _csl_date(day: Day | None) -> dict[str, list[list[int]]]:
    if day is None:
        return {}
    return {"date-parts": [[n for n in (day.year, day.month, day.day) if n]]}


def _bibtex_name(name: Name) -> str:
    if name.literal:
        return f"{{{_latex(name.literal)}}}"
    return f"{_latex(name.whole_family)}, {_latex(name.given)}"


def _ris_name(name: Name) -> str:
    # A comma would make a family name of the first part.
    if name.literal:
        return name.literal.replace(",", "")
    return f"{name.whole_family}, {name.given}"


def _slashed(day: Day) -> str:
    parts = [f"{day.year:04}"]
    parts += [f"{part:02}" if part else "" for part in (day.month, day.day)]
    return "/".join(parts)


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in " ".join(text.split()))


def _url(url: str) -> str:
    """An address as BibTeX's `url` takes it: bare, but its braces must match."""
    if not is_address(url):
        return _latex(url)
    return url.replace("{", "%7B").replace("}", "%7D")
