"""Citations and bibliographies in the styles of the Citation Style Language.

The processor is Hayagriva, which typst carries with its CSL styles. It is given the
facts and gives back HTML, which is read here. What a document says goes through it as
it is: signs that would mean something to it are put into others for the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

from citeback.cite.referencing.facts import Facts, Kind, Name
from citeback.cite.referencing.pinpoint import Pinpoint
from citeback.cite.referencing.typesetting import TypesettingError, as_html

# The names of Hayagriva's styles by ours.
CSL = {
    "chicago-notes": "chicago-notes",
    "chicago-author-date": "chicago-author-date",
    "apa": "apa",
    "mla": "mla",
    "harvard": "harvard-cite-them-right",
    "ieee": "ieee",
}
# Harvard writes days as in Britain.
_REGION = {"harvard": "GB"}

_KINDS = {
    Kind.WEBPAGE: "web",
    Kind.DOCUMENT: "misc",
    Kind.REPORT: "report",
    Kind.BOOK: "book",
    Kind.ARTICLE: "article",
}

_SLIPS = ((",)", ")"), (",.", "."), (".”.", ".”"), (" [Preprint]", ""))

# Letters for private use stand for what Hayagriva would read as markup or arithmetic,
# and for the place in the document, which it would put behind a comma everywhere.
_PLACE = "\ue8ff"
_SIGNS = {ord(sign): 0xE800 + n for n, sign in enumerate("$\\{}#*_`<>@[]\"'~")}
_BACK = {there: chr(here) for here, there in _SIGNS.items()}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a reference; `link` is an address or ""."""

    text: str
    italic: bool = False
    link: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a document, at a place in it."""

    facts: Facts
    pinpoint: Pinpoint | None


@dataclass(frozen=True, slots=True)
class Rendered:
    """The citations, in order, and the bibliography, in the style's order."""

    notes: tuple[Runs, ...]
    entries: tuple[Runs, ...]


def plain(runs: Runs) -> str:
    """The letters of a reference alone."""
    return "".join(run.text for run in runs)


def rendered(style: str, cited: Sequence[Cited]) -> Rendered:
    """Citations in the order they are made, and their bibliography.

    `style` is one of CSL. Raises TypesettingError.
    """
    if not cited:
        return Rendered((), ())
    keys: dict[Facts, str] = {}
    for one in cited:
        keys.setdefault(one.facts, f"k{len(keys)}")
    made = "\n".join(
        f'#html.elem("div", attrs: (class: "note"))[#cite(<{keys[one.facts]}>'
        f"{_supplement(one)})]"
        for one in cited
    )
    main = (
        f'#set text(lang: "en", region: "{_REGION.get(style, "US")}")\n{made}\n'
        f'#bibliography("facts.yml", style: "{CSL[style]}", title: none)\n'
    )
    facts = json.dumps(
        {key: _entry(one, style) for one, key in keys.items()}, ensure_ascii=False
    )
    read = _Reader()
    read.feed(as_html(main, {"facts.yml": facts}))
    read.close()
    notes = read.endnotes or read.notes
    if len(notes) != len(cited) or len(read.entries) != len(keys):
        raise TypesettingError(
            f"The style {style} did not give a reference for each quote. Choose another."
        )
    return Rendered(
        tuple(
            _placed(note, one, style) for note, one in zip(notes, cited, strict=True)
        ),
        tuple(map(_tidy, read.entries)),
    )


def _supplement(one: Cited) -> str:
    return f", supplement: [{_PLACE}]" if one.pinpoint else ""


def _entry(facts: Facts, style: str) -> dict[str, Any]:
    """The facts as an entry of a Hayagriva file."""
    kind = _KINDS[facts.kind]
    if style == "chicago-notes" and kind == "misc":
        kind = "web"  # of others this style lists nothing in a bibliography
    made: dict[str, Any] = {
        "type": kind,
        "title": _exactly(facts.shown_title),
    }
    if facts.authors:
        made["author"] = [_person(name) for name in facts.authors]
    if facts.date:
        made["date"] = facts.date.iso
    if facts.publisher:
        made["publisher"] = {"name": _exactly(facts.publisher)}
        if facts.place:
            made["publisher"]["location"] = _exactly(facts.place)
    if facts.kind is Kind.ARTICLE and facts.container:
        made["parent"] = {"type": "periodical", "title": _exactly(facts.container)}
    if is_address(facts.url):
        made["url"] = facts.url
        if facts.accessed:
            made["url"] = {"value": facts.url, "date": facts.accessed.iso}
    return made


def is_address(url: str) -> bool:
    """Whether it is an address on the web, as a processor takes one."""
    return re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", url) is not None


def _person(name: Name) -> dict[str, str]:
    if name.literal:
        return {"name": name.literal.translate(_SIGNS)}
    return {
        "name": name.whole_family.translate(_SIGNS),
        "given-name": name.given.translate(_SIGNS),
    }


def _exactly(text: str) -> str:
    """A text that keeps its letters as they are, whatever a style does to titles."""
    return "{" + text.translate(_SIGNS) + "}"


def _placed(note: Runs, one: Cited, style: str) -> Runs:
    """The citation with its place put in."""
    if one.pinpoint is None:
        return _tidy(note)
    place = one.pinpoint.written(style)
    # MLA has no comma before what has no label: (Hastings 12).
    bare = style == "mla" and place.startswith(one.pinpoint.first)
    comma = "" if bare else ","
    put: list[Run] = []
    for run in note:
        text = run.text
        if _PLACE in text and text.startswith(f", {_PLACE}"):
            text = text.replace(f", {_PLACE}", f"{comma} {_PLACE}", 1)
        elif not comma:
            text = text.replace(f", {_PLACE}", f" {_PLACE}")
        put.append(replace(run, text=text.replace(_PLACE, place)))
    return _tidy(tuple(put))


def _tidy(runs: Runs) -> Runs:
    """The runs with the signs they came with, without slips of the processor.

    It leaves the comma before what is not known, closes a sentence twice after a title
    in quotes, says "Retrieved" without a day before an address, and calls an article
    without a volume a preprint.
    """
    joined: list[Run] = []
    for run in runs:
        if joined and (joined[-1].italic, joined[-1].link) == (run.italic, run.link):
            joined[-1] = replace(joined[-1], text=joined[-1].text + run.text)
        elif run.text:
            joined.append(run)
    mended = []
    for run in joined:
        text = run.text
        for slip, right in _SLIPS:
            text = text.replace(slip, right)
        text = re.sub(r"\bRetrieved $", "", text)
        mended.append(replace(run, text=text.translate(_BACK)))
    if mended:
        mended[-1] = replace(mended[-1], text=mended[-1].text.rstrip())
        mended[0] = replace(mended[0], text=mended[0].text.lstrip())
    return tuple(run for run in mended if run.text)


class _Reader(HTMLParser):
    """The notes and the entries of what typst wrote."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.notes: list[Runs] = []
        self.endnotes: list[Runs] = []
        self.entries: list[Runs] = []
        self._section = ""
        self._runs: list[Run] | None = None
        self._italic = 0
        self._link = ""
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        role = given.get("role") or ""
        if tag == "section":
            self._section = role
        elif tag == "li" or (tag == "div" and given.get("class") == "note"):
            self._runs = []
        elif tag in ("em", "i"):
            self._italic += 1
        elif tag == "sup" and role in ("doc-backlink", "doc-noteref"):
            self._skipped += 1
        elif tag == "a" and (given.get("href") or "").startswith("http"):
            self._link = given["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("em", "i"):
            self._italic -= 1
        elif tag == "sup":
            self._skipped = 0
        elif tag == "a":
            self._link = ""
        elif tag in ("li", "div") and self._runs is not None:
            found, self._runs = tuple(self._runs), None
            if tag == "div":
                self.notes.append(found)
            elif self._section == "doc-endnotes":
                self.endnotes.append(found)
            else:
                self.entries.append(found)

    def handle_data(self, data: str) -> None:
        if self._runs is None or self._skipped:
            return
        text = re.sub(r"[ \n]+", " ", data)
        self._runs.append(Run(text, self._italic > 0, self._link))
