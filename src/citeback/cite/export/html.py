"""A dossier as one HTML file that asks for nothing else. Pure."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from citeback.cite.export.content import (
    Content,
    Item,
    is_right_to_left,
    shown,
    writable,
)
from citeback.cite.referencing.processor import Runs

STYLES = Path(__file__).parent / "html.css"

# Nothing is loaded and no script is run, whatever a quote may hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(content: Content) -> str:
    """The whole dossier, each quote marked in its context."""
    labels = content.labels
    body = [
        f"<h1>{_isolated(content.heading)}</h1>",
        f'<p class="said">{_text(content.said)}</p>',
        *(_pin(item, content) for item in content.items),
        f"<h2>{_text(labels.sources)}</h2>",
        '<ul class="sources">',
        *(f'<li dir="auto">{_runs(runs)}</li>' for runs in content.sources),
        "</ul>",
    ]
    if content.missing:
        body.append('<ul class="missing">')
        for title, fields in content.missing:
            told = labels.missing.format(fields=fields)
            body.append(f"<li>{_isolated(title)}: {_text(told)}</li>")
        body.append("</ul>")
    body += [f"<h2>{_text(labels.log)}</h2>", '<ul class="log">']
    for asked in content.log:
        numbers = labels.found.format(numbers=", ".join(map(str, asked.numbers)))
        body.append(
            f"<li>{_isolated(asked.question or labels.while_reading)}<br>"
            f'<span class="when">{_text(shown(asked.when))} · {_text(numbers)}</span></li>'
        )
    body += ["</ul>", f"<h2>{_text(labels.notes)}</h2>"]
    body += [f'<p class="said">{_text(labels.proof)}</p>', '<ol class="notes">']
    for item in content.items:
        note = f"{_runs(item.footnote)} " if item.footnote else ""
        body.append(
            f'<li id="note-{item.number}"><span dir="auto">{note}</span>'
            f'<code class="receipt">{_text(item.receipt)}</code> '
            f'<a href="#pin-{item.number}" aria-label="{item.number} ↑">↑</a></li>'
        )
    body.append("</ol>")
    direction = "rtl" if labels.language == "ar" else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(labels.language)}" dir="{direction}">\n'
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="generator" content="Citeback">\n'
        f"<title>{_text(content.heading)}</title>\n<style>\n{_styles()}</style>\n</head>\n"
        "<body>\n<main>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def _pin(item: Item, content: Content) -> str:
    pin, number = item.pin, item.number
    quote = pin.receipt.quote
    direction = "rtl" if is_right_to_left(quote) else "ltr"
    # In a row without spaces between: all of it is the document's own text.
    passage = (
        f'<div class="passage" dir="{direction}">'
        f'<span class="context">{_text(pin.before)}</span>'
        f"<blockquote><mark>{_text(quote)}</mark></blockquote>"
        f'<span class="context">{_text(pin.after)}</span>{_gap(pin.after)}</div>'
    )
    place = f", {_text(item.place)}" if item.place else ""
    cited = f" {_runs(item.cited)}" if item.cited else ""
    note = ""
    if pin.note.strip():
        note = (
            f'<div class="note" dir="auto"><small>{_text(content.labels.my_note)}</small>'
            f"{_text(pin.note)}</div>"
        )
    return (
        f'<section class="pin" id="pin-{number}">{passage}'
        f'<p class="source"><b>{_isolated(item.title)}</b>{place}{cited}'
        f'<sup><a href="#note-{number}">{number}</a></sup></p>{note}</section>'
    )


def _gap(after: str) -> str:
    """A sign that the document goes on, where the context ends within a sentence."""
    ended = not after.strip() or after.rstrip()[-1] in '.!?।؟。"”’»)'
    return "" if ended else '<span class="context" aria-hidden="true">…</span>'


def _text(text: str) -> str:
    return escape(writable(text))


def _isolated(text: str) -> str:
    """A text whose direction does not turn what stands around it."""
    return f"<bdi>{_text(text)}</bdi>"


def _runs(runs: Runs) -> str:
    written = []
    for run in runs:
        text = _text(run.text)
        if run.italic:
            text = f"<i>{text}</i>"
        if run.link:
            text = f'<a href="{escape(run.link)}" rel="noreferrer">{text}</a>'
        written.append(text)
    return "".join(written)


@cache
def _styles() -> str:
    return STYLES.read_text(encoding="utf-8")
