"""A dossier as Markdown with footnotes (`[^1]`). Pure."""

from __future__ import annotations

import re

from citeback.cite.export.content import Content, Item, shown, writable
from citeback.cite.referencing.processor import Runs

# Signs that mean something in Markdown, or in HTML within it, where they stand so. Others
# are left alone: a reader should see the quote, not backslashes.
_SIGNS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|[`|]|(?<!\s)\*|\*(?!\s|$)"
    r"|(?<![^\W_])_|_(?![^\W_])|<(?=\S)|&(?=#?\w+;)|~(?=~)|(?<=~)~"
)
_BRACKETS = re.compile(r"[\[\]]")
_LINKED = re.compile(r"\]\s*[(\[:]|\[\^|\[[ xX]?\]|\\\]")
# What begins a line in Markdown: a list, a heading or its underline, a quote, a table.
_BEGINNING = re.compile(r"^(\d{1,9})([.)])|^([-+=:#>~])")


def as_markdown(content: Content) -> str:
    """The whole dossier. Quotes are block quotes, letter by letter, escaped."""
    labels = content.labels
    lines = [f"# {_inline(content.heading)}", "", f"*{_inline(content.said)}*", ""]
    for item in content.items:
        lines += _quotation(item, content)
    lines += [f"## {_inline(labels.sources)}", ""]
    for runs in content.sources:
        lines += [f"- {_runs(runs)}"]
    if content.sources:
        lines.append("")
    for title, fields in content.missing:
        told = labels.missing.format(fields=fields)
        lines += [f"*{_inline(title)}: {_inline(told)}*", ""]
    lines += [f"## {_inline(labels.log)}", ""]
    for asked in content.log:
        numbers = labels.found.format(numbers=", ".join(map(str, asked.numbers)))
        question = asked.question or labels.while_reading
        lines.append(f"- {shown(asked.when)}: {_inline(question)} ({_inline(numbers)})")
    lines += ["", _inline(labels.proof), ""]
    for item in content.items:
        note = f"{_runs(item.footnote)} " if item.footnote else ""
        lines.append(f"[^{item.number}]: {note}`{item.receipt}`")
    return "\n".join((*lines, ""))


def _quotation(item: Item, content: Content) -> list[str]:
    where = ", ".join(filter(None, (_inline(item.title), _inline(item.place))))
    cited = f" {_runs(item.cited)}" if item.cited else ""
    lines = [
        *_quoted(item.pin.receipt.quote),
        "",
        f"{where}{cited}[^{item.number}]",
        "",
    ]
    if item.pin.note.strip():
        label = _inline(content.labels.my_note)
        lines += [f"**{label}:** {_block(item.pin.note)}", ""]
    return lines


def _quoted(quote: str) -> list[str]:
    """The quote as a block quote that keeps each line where it is."""
    return [f"> {line}" for line in _block(quote).split("\n")]


def _block(text: str) -> str:
    """Lines that stay lines: a backslash at the end of each that another follows."""
    lines = [_line(line) for line in writable(text).split("\n")]
    ended = []
    for n, line in enumerate(lines):
        follows = n + 1 < len(lines) and line and lines[n + 1]
        ended.append(f"{line}\\" if follows else line)
    return "\n".join(ended)


def _line(text: str) -> str:
    """A line as it is, whatever it would mean; spaces at its ends as signs of HTML."""
    bare = text.strip(" \t")
    if not bare:
        return ""
    lead, trail = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
    escaped = _BEGINNING.sub(
        lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", _escaped(bare)
    )
    return f"{_spaces(lead)}{escaped}{_spaces(trail)}"


def _escaped(text: str) -> str:
    escaped = _SIGNS.sub(lambda m: f"\\{m[0]}", text)
    if _LINKED.search(text):
        escaped = _BRACKETS.sub(lambda m: f"\\{m[0]}", escaped)
    if text.count("$") > 1:
        escaped = escaped.replace("$", "\\$")
    return escaped


def _spaces(text: str) -> str:
    return text.replace(" ", "&#32;").replace("\t", "&#9;")


def _inline(text: str) -> str:
    return _line(" ".join(writable(text).split()))


def _runs(runs: Runs) -> str:
    written = []
    for run in runs:
        if run.link:
            written.append(f"<{run.link}>")
            continue
        text = _escaped(writable(run.text))
        bare = text.strip()
        if run.italic and bare:
            text = text.replace(bare, f"*{bare}*", 1)
        written.append(text)
    return "".join(written)
