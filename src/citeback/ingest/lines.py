"""The lines of a text, and the runs of them that no blank line parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\r|\n")
"""What ends a line, as CommonMark has it."""

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_MARKER = re.compile(
    r"\s*(?:(?P<bullet>[•‣◦▪●○·*–-])"
    r"|(?P<number>\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-zA-Z])\)|\d{1,3}\.))\s+(?=\S)"
)
_SIGNS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; `words` is its text without outer white space.

    `marker` is the bullet or number that begins an item, with 1 for any number or
    letter, so that the items of one list have the same; "" is none.
    """

    start: int
    indent: int
    words: str
    marker: str

    @staticmethod
    def kind(line: str) -> str:
        """The marker that the line begins with, as in `marker`."""
        match = _MARKER.match(line)
        if match is None:
            return ""
        return match["bullet"] or _SIGNS.sub("1", match["number"])


def after_marker(text: str, start: int, end: int) -> int:
    """Where the words of an item begin; its start if it has no marker."""
    match = _MARKER.match(text, start, end)
    return match.end() if match else start


def ends_in_colon(words: str) -> bool:
    """Whether the words lead into what follows them."""
    return words.rstrip("*_").endswith((":", "："))


def runs(text: str, begin: int) -> Iterator[list[Line]]:
    """The runs of lines from `begin` on, none of them blank."""
    run: list[Line] = []
    for match in _LINE.finditer(text, begin):
        words = match[1].strip()
        if words:
            indent = len(match[1]) - len(match[1].lstrip())
            run.append(Line(match.start(), indent, words, Line.kind(match[1])))
        elif run:
            yield run
            run = []
    if run:
        yield run


def bounds(lines: Sequence[Line]) -> tuple[int, int]:
    """Where the words of the lines begin and end."""
    first, last = lines[0], lines[-1]
    return first.start + first.indent, last.start + last.indent + len(last.words)
