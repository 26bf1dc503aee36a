"""A dossier as PDF with footnotes, set by typst. Pure but for the fonts of the system."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from citeback.cite.export.content import (
    Content,
    Item,
    is_right_to_left,
    shown,
    writable,
)
from citeback.cite.referencing.processor import Runs, plain
from citeback.cite.referencing.typesetting import GlyphsMissingError, as_pdf, string

# Fonts for other scripts are looked for by typst where these lack a letter.
_LAYOUT = """
#set document(title: {title}, author: "Citeback", date: auto)
#set page(paper: "a4", margin: (x: 2.6cm, top: 2.6cm, bottom: 2.8cm),
  numbering: "1", number-align: center)
#set text(font: ("Libertinus Serif", "DejaVu Sans"), size: 11pt, lang: {language},
  hyphenate: false)
#set par(leading: 0.7em, spacing: 1.1em, justify: false)
#set footnote.entry(gap: 0.7em)
#show footnote.entry: set text(size: 8.5pt)
#show footnote.entry: set par(leading: 0.55em)
#show heading.where(level: 1): set text(size: 20pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 2): set block(above: 2.2em, below: 1em)
#show link: set text(fill: rgb("#1d5f8a"))
#let quiet = rgb("#555c66")
#let receipt(it) = text(font: "DejaVu Sans Mono", size: 6.8pt, fill: quiet, dir: ltr, it)
#let begins(direction, line) = if direction == rtl { (right: line) } else { (left: line) }
#let passage(direction, it) = block(width: 100%, inset: (x: 12pt, y: 8pt),
  fill: rgb("#fbf3d5"), stroke: begins(direction, 2.5pt + rgb("#d9a400")))[
  #set text(dir: direction)
  #it
]
#let note(label, direction, it) = block(width: 100%, inset: (x: 12pt),
  stroke: begins(direction, 1pt + rgb("#c9ccd1")))[
  #set text(dir: direction)
  #text(size: 8.5pt, fill: quiet, label) \\
  #it
]
"""


def pdf_bytes(content: Content) -> bytes:
    """The whole dossier as an archivable PDF (PDF/A-2u).

    Where no font on the system has a letter, it says so on its first page and is no
    PDF/A. Raises TypesettingError.
    """
    made = _made(content.made)
    try:
        return as_pdf(_source(content, ""), made)
    except GlyphsMissingError:
        return as_pdf(_source(content, content.labels.lacking), made, boxes=True)


def _source(content: Content, warning: str) -> str:
    labels = content.labels
    parts = [
        _LAYOUT.replace("{title}", _string(content.heading)).replace(
            "{language}", _string(labels.language)
        ),
        f"#heading(level: 1, {_string(content.heading)})",
        f"#text(size: 9.5pt, fill: quiet, {_string(content.said)})",
    ]
    if warning:
        parts.append(
            f'#block(inset: 8pt, stroke: 0.7pt + rgb("#b3261e"), {_string(warning)})'
        )
    parts.append("#v(1em)")
    parts += [_pin(item, content) for item in content.items]
    parts.append(f"#heading(level: 2, {_string(labels.sources)})")
    for runs in content.sources:
        direction = _direction(plain(runs))
        parts.append(
            f"#[#set text(dir: {direction}); #par(hanging-indent: 1.6em)[{_runs(runs)}]]"
        )
    for title, fields in content.missing:
        told = labels.missing.format(fields=fields)
        parts.append(
            f"#par(text(size: 9pt, fill: quiet, {_string(f'{title}: {told}')}))"
        )
    parts.append(f"#heading(level: 2, {_string(labels.log)})")
    for asked in content.log:
        numbers = labels.found.format(numbers=", ".join(map(str, asked.numbers)))
        question = _string(asked.question or labels.while_reading)
        when = _string(f"{shown(asked.when)} · {numbers}")
        parts.append(
            f"#par[#text({question})#linebreak()#text(size: 9pt, fill: quiet, {when})]"
        )
    parts.append(f"#par(text(size: 9pt, fill: quiet, {_string(labels.proof)}))")
    return "\n\n".join(parts)


def _pin(item: Item, content: Content) -> str:
    quote = item.pin.receipt.quote
    cited = f"#{_string(' ')}{_runs(item.cited)}" if item.cited else ""
    place = f", {item.place}" if item.place else ""
    footnote = f"{_runs(item.footnote)}#{_string(' ')}" if item.footnote else ""
    parts = [
        f"#passage({_direction(quote)}, {_lines(quote)})",
        (
            f"#block(above: 0.7em)[#strong({_string(item.title)})#{_string(place)}{cited}"
            f"#footnote[{footnote}#receipt({_string(_breakable(item.receipt))})]]"
        ),
    ]
    if item.pin.note.strip():
        note = item.pin.note.strip()
        label = _string(content.labels.my_note)
        parts.append(f"#note({label}, {_direction(note)}, {_lines(note)})")
    parts.append("#v(0.9em)")
    return "\n".join(parts)


def _lines(text: str) -> str:
    """The text as content that keeps its lines."""
    lines = [f"#{_string(line)}" if line else "" for line in text.split("\n")]
    return "[" + "#linebreak()".join(lines) + "]"


def _runs(runs: Runs) -> str:
    written = []
    for run in runs:
        text = _string(run.text)
        if run.italic:
            text = f"emph({text})"
        if run.link:
            text = f"link({_string(run.link)}, {text})"
        written.append(f"#{text}")
    return "".join(written)


def _breakable(receipt: str) -> str:
    """The receipt with places where a line may end, which its readers pass over."""
    return re.sub(r"([;,#/])|(?=%)", "\\1\u200b", receipt)


def _direction(text: str) -> str:
    return "rtl" if is_right_to_left(text) else "ltr"


def _string(text: str) -> str:
    return string(writable(text))


def _made(when: str) -> datetime:
    try:
        return datetime.fromisoformat(when)
    except ValueError:
        return datetime.now(UTC)
