"""Which lines of plain text are headings. A line that may be text stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from citeback.ingest.layout import draft
from citeback.ingest.lines import Line, bounds
from citeback.records import Block, BlockKind

# Longer lines are more often a sentence than a heading.
LONGEST = 80
# Words shorter than this need no capital in a title ("of", "and", "the").
_SHORT_WORD = 4

_UNDERLINE = re.compile(r"={3,}|-{3,}")
_CHAPTER = re.compile(
    r"(?:chapter|part|section|article|annex|appendix|book)\s+"
    r"(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]|one|two|three|four|five|six|seven|eight|nine|ten)"
    r"(?:[.:]?\s\S.*|[.:])?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+([^\W\d_].*)")
_FINAL = tuple(".!?:;,…。！？：；、।")


def underlined(run: Sequence[Line]) -> bool:
    """Whether the run begins with a title and a line of "=" or "-" below it."""
    return (
        len(run) > 1
        and len(run[0].words) <= LONGEST
        and not run[0].marker
        and bool(_UNDERLINE.fullmatch(run[1].words))
        and any(sign.isalpha() for sign in run[0].words)
    )


def heading(
    text: str, chunk: Sequence[Line], following: Sequence[Line], *, in_list: bool
) -> Block | None:
    """The heading that the lines are; None if they may be text.

    Apart from underlined ones, a heading is a short line between blank lines,
    without a full stop, numbered ("Chapter 3", "2.1 Scope"), in capitals or in title
    case, with a paragraph after it.
    """
    start, end = bounds(chunk)
    if underlined(chunk):
        end = bounds(chunk[:1])[1]
        level = 1 if chunk[1].words[0] == "=" else 2
    else:
        level = _level(chunk, following, in_list=in_list)
    if not level:
        return None
    title = " ".join(text[start:end].split())
    return draft(BlockKind.HEADING, start, end, level=level, title=title)


def _level(chunk: Sequence[Line], following: Sequence[Line], *, in_list: bool) -> int:
    """How deep a heading the line is, from 2; 0 if it is none."""
    words = chunk[0].words
    if len(chunk) > 1 or not following or not _short(words):
        return 0
    marked = bool(chunk[0].marker)
    if marked and (in_list or following[0].marker):
        return 0
    chapter = bool(_CHAPTER.fullmatch(words)) or (words.isupper() and not marked)
    leads_to_text = _is_text(following)
    if chapter and (leads_to_text or _short(following[0].words)):
        return 2
    if not leads_to_text:
        return 0
    numbered = _NUMBERED.fullmatch(words)
    if numbered and numbered[2][0].isupper():
        return 2 + numbered[1].count(".")
    return 3 if not marked and _in_title_case(words) else 0


def _short(words: str) -> bool:
    return len(words) <= LONGEST and not words.endswith(_FINAL)


def _is_text(lines: Sequence[Line]) -> bool:
    words = lines[-1].words
    return len(lines) > 1 or len(words) > LONGEST or words.endswith(_FINAL)


def _in_title_case(words: str) -> bool:
    parts = [part for part in words.split() if part[0].isalpha()]
    return (
        bool(parts)
        and parts[0][0].isupper()
        and all(part[0].isupper() or len(part) < _SHORT_WORD for part in parts)
    )
