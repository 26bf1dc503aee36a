"""The stretches that a plain text or Markdown sets apart as quoted. Pure.

Lines that begin with ">", with the lines that go on their paragraph, and paragraphs
further in than the text around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from citeback.records import Span

# Four columns, as Markdown has it; a tab reaches the fourth.
INDENT = 4
# Fewer words set apart are a line of a letterhead or of code rather than a quotation.
FEWEST_WORDS = 5

_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_MARKED = re.compile(r"[ ]{0,3}>")
_INTERRUPTS = re.compile(
    r"\s{0,3}(?:#{1,6}\s|[-*+]\s|\d{1,3}[.)]\s|```|~~~|(?:[-*_]\s*){3,}$)"
)
_ITEM = re.compile(r"\s*(?:[-*+•–]|\(?(?:\d{1,3}|\w)[.)])\s")
_CODE = re.compile(r"[{}=;<>|\\]|::|\(\)")
_WORD = re.compile(r"[^\W\d_]+")


def block_quotes(text: str) -> tuple[Span, ...]:
    """Where they are, in order, without the line end after the last line."""
    lines = [m.span() for m in _LINE.finditer(text) if m.start() < m.end()]
    return tuple(sorted({*_marked(text, lines), *_indented(text, lines)}, key=_begin))


def _begin(span: Span) -> int:
    return span.start


def _marked(text: str, lines: list[tuple[int, int]]) -> Iterator[Span]:
    """Runs of lines with ">", and the lines that only go on with their paragraph."""
    begun = end = -1
    is_open = False  # a paragraph, which a line without a mark may go on with
    for start, after in [*lines, (len(text), len(text))]:
        line = text[start:after]
        lazy = is_open and line.strip() and not _INTERRUPTS.match(line)
        if _MARKED.match(line) or lazy:
            begun = start if begun < 0 else begun
            end = start + len(line.rstrip())
            is_open = bool(line.strip(" \t>\r\n"))
        elif begun >= 0:
            yield Span(begun, end)
            begun = end = -1
            is_open = False


def _indented(text: str, lines: list[tuple[int, int]]) -> Iterator[Span]:
    """Paragraphs of indented lines between blank ones, where others are not indented."""
    chunks = [
        list(group)
        for blank, group in groupby(lines, lambda line: not text[slice(*line)].strip())
        if not blank
    ]
    usual = min((_indent(text, chunk) for chunk in chunks), default=0)
    for chunk in chunks:
        words = text[chunk[0][0] : chunk[-1][1]]
        if (
            _indent(text, chunk) >= usual + INDENT
            and not _ITEM.match(words)
            and not _CODE.search(words)
            and len(_WORD.findall(words)) >= FEWEST_WORDS
        ):
            yield Span(chunk[0][0], chunk[0][0] + len(words.rstrip()))


def _indent(text: str, chunk: list[tuple[int, int]]) -> int:
    """By how many columns all lines of a paragraph are indented."""
    lines = [text[start:end].expandtabs(INDENT) for start, end in chunk]
    return min(len(line) - len(line.lstrip(" ")) for line in lines)
