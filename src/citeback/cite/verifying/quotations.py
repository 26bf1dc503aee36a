"""A draft → its quotations in order: between marks of every style, and set apart. Pure.

Marks that also serve for something else (apostrophes, feet, inches, minutes) are told
apart by what stands beside them. Quotations within quotations belong to the outer one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citeback.cite.records import Draft, Quotation
from citeback.cite.verifying.block_quotes import block_quotes
from citeback.records import Span

# Lines longer than this were not wrapped: each is a paragraph.
WRAPPED = 160

# What ends a quotation that begins with a mark.
_CLOSING = {
    "“": "”",
    "„": "“”",
    "‟": "”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "❝": "❞",
    "〝": "〟〞",
    "﹁": "﹂",
    '"': '"”',
    "＂": "＂",
    "‘": "’",
    "‚": "‘’",
    "'": "'’",
    "`": "'",
}
# These may be something else, too.
_SINGLE = "‘’‚'"
# These begin a quotation only behind a space or the like.
_BY_PLACE = "”»›\"＂'`‘‚"
# Where a quotation that goes on in a further paragraph has its mark once more.
_GOES_ON = {"“": "“", "„": "„", "«": "«»", '"': '"', "”": "”", "»": "»", "‘": "‘"}

_BEFORE = re.compile(r"[\s(\[{<—–―/\-“‘„‚«‹\"']?")
_ELISION = re.compile(
    r"(?:tis|twas|twere|twill|til|em|cause|bout|n|s|d|ll|nd|cos|kay)\b|\d\ds\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*(?:\n\s*)+")
_MARKS_OF_BLOCK = re.compile(r"^[ \t]*(?:>[ \t]?)*[ \t]*", re.MULTILINE)
# What holds marks that quote nothing: code, tags, addresses and titles of links.
_MASKED = re.compile(
    r"\A---\n.*?\n---\n"
    r"|^(```|~~~).*?(?:^\1[^\n]*$|\Z)"
    r"|(`+)(?!`|[^`\n]*'')[^\n]+?(?<!`)\2(?!`)"
    r"|<!--.*?-->|</?[A-Za-z][^<>]*>|\]\([^()\n]*\)|^\[[^\]\n]+\]:[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
# Who or what is quoted, below a block: "— Smith, p. 5". What ends like a sentence is
# one that someone says.
_ATTRIBUTION = re.compile(
    r"\n[ \t>]*(?:—|–|―|--)[ \t]?[^\n]{0,199}(?:[^\s.!?…]|\d[^\n\w]{0,3})\s*\Z"
)


def quotations(draft: Draft) -> tuple[Quotation, ...]:
    """Everything that the draft quotes, in order."""
    text = draft.text
    set_apart = draft.blocks or block_quotes(text)
    blocks = [one for span in set_apart for one in _block(text, span)]
    masked = _masked(text) if draft.markdown else text
    for span in set_apart:
        masked = _blanked(masked, span.start, span.end)
    inline = _Inline(masked, text, set_apart).found()
    return tuple(sorted((*blocks, *inline), key=lambda one: one.start))


def _block(text: str, span: Span) -> Iterator[Quotation]:
    """The words of a block, without who said them and the marks around all of it."""
    raw = text[span.start : span.end]
    attribution = _ATTRIBUTION.search(raw)
    if attribution and attribution.start():
        raw = raw[: attribution.start()]
    words = _MARKS_OF_BLOCK.sub("", raw).strip()
    first, last = words[:1], words[-1:]
    inner = words[1:-1]
    if first in _CLOSING and last in _CLOSING[first] and first not in inner:
        words = inner.strip()
    if words:
        lead = len(raw) - len(raw.lstrip(" \t>\n"))
        end = span.start + len(raw.rstrip())
        yield Quotation(span.start + lead, end, words, block=True)


def _masked(text: str) -> str:
    for match in _MASKED.finditer(text):
        text = _blanked(text, match.start(), match.end())
    return text


def _blanked(text: str, start: int, end: int) -> str:
    """The text with nothing but white space in a stretch, lines where they were."""
    blank = re.sub(r"[^\n]", " ", text[start:end])
    return text[:start] + blank + text[end:]


@dataclass(frozen=True, slots=True)
class _Ending:
    """Where a quotation's words end and what follows goes on, and in which pieces."""

    pieces: tuple[Span, ...]
    after: int
    open: bool = False


class _Inline:
    """Goes through a text and gathers what stands between marks."""

    def __init__(self, text: str, written: str, blocks: Sequence[Span]) -> None:
        """Look in `text`; the words are taken from `written`, of the same length.

        No quotation goes over a block.
        """
        self.text = text
        self.written = written
        ends = {end for block in blocks for end in (block.start, block.end)}
        self.starts = sorted({0, *_paragraph_starts(text), *ends})
        self.blocks = sorted(block.start for block in blocks)
        self.unclosed: dict[str, int] = {}

    def found(self) -> Iterator[Quotation]:
        """What is quoted, in order."""
        at = 0
        while at < len(self.text):
            mark = self.text[at]
            if mark in _CLOSING and self._opens(at):
                ending = self._ending(at)
                if ending is not None:
                    yield from self._quotation(ending)
                    at = ending.after
                    continue
            at += 1

    def _quotation(self, ending: _Ending) -> Iterator[Quotation]:
        words = "\n\n".join(
            self.written[piece.start : piece.end].strip() for piece in ending.pieces
        )
        if words.strip():
            start, end = ending.pieces[0].start, ending.pieces[-1].end
            raw = self.written[start:end]
            start += len(raw) - len(raw.lstrip())
            yield Quotation(start, start + len(raw.strip()), words, open=ending.open)

    def _opens(self, at: int) -> bool:
        mark = self.text[at]
        following = self.text[at + 1 : at + 2]
        if not following.strip() and mark not in "«":
            return False
        if mark in _BY_PLACE and not _BEFORE.fullmatch(self.text[max(0, at - 1) : at]):
            return False
        if mark == "`":
            return following == "`"
        if mark in _SINGLE:
            is_word = following.isalnum() or following in '“"[(….'
            return is_word and not _ELISION.match(self.text, at + 1)
        return True

    def _ending(self, at: int) -> _Ending | None:
        """Where what opens at `at` ends, None where it is no quotation after all."""
        mark = self.text[at]
        width = 2 if mark == "`" else 1
        begin, pieces = at + width, []
        while True:
            end = self._paragraph_end(begin)
            close = self._close(mark, begin, end)
            if close >= 0:
                pieces.append(Span(begin, close))
                return _Ending(tuple(pieces), close + width)
            again = self._goes_on(mark, end)
            if again < 0:
                break
            pieces.append(Span(begin, end))
            begin = again + 1
        if mark in _SINGLE or mark in "`”›‹»":
            return None
        # The mark that ends it was forgotten: it goes to the paragraph's end, or to
        # where the next one begins.
        first = pieces[0] if pieces else Span(begin, end)
        following = self.text.find(mark, first.start, first.end)
        if following >= 0:
            first = Span(first.start, following)
        return _Ending((first,), first.end, open=True)

    def _paragraph_end(self, at: int) -> int:
        place = bisect_right(self.starts, at)
        return self.starts[place] if place < len(self.starts) else len(self.text)

    def _goes_on(self, mark: str, end: int) -> int:
        """Where the mark stands once more, at the beginning of the paragraph at `end`."""
        at = end
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        if bisect_left(self.blocks, end) < bisect_left(self.blocks, at):
            return -1
        goes_on = at < len(self.text) and self.text[at] in _GOES_ON.get(mark, "")
        return at if goes_on else -1

    def _close(self, mark: str, begin: int, end: int) -> int:
        """Where the words that begin there end, -1 if not before `end`."""
        # Where nothing closes what begins earlier, nothing closes what begins later.
        if self.unclosed.get(mark) == end:
            return -1
        close = self._closing(mark, begin, end)
        if close < 0 and mark != '"':  # which the next one that opens ends, too
            self.unclosed[mark] = end
        return close

    def _closing(self, mark: str, begin: int, end: int) -> int:
        if mark in _SINGLE:
            return self._close_single(mark, begin, end)
        if mark == "`":
            return self.text.find("''", begin, end)
        depth = 1
        nests = mark in "“«「『"
        first = -1
        for at in range(begin, end):
            sign = self.text[at]
            if sign in _CLOSING[mark] and self._closes(mark, at, end):
                first = at if first < 0 else first
                depth -= 1
                if not depth:
                    return at
            elif nests and sign == mark and self._opens(at):
                depth += 1
            elif mark == '"' and sign == mark and self._opens(at):
                return -1
        return first

    def _closes(self, mark: str, at: int, end: int) -> bool:
        sign = self.text[at]
        before = self.text[at - 1]
        after = self.text[at + 1 : at + 2]
        if sign in "“" and mark == "„":
            return not before.isspace()
        if sign not in '"＂':
            return True
        if before.isspace() or (after.isalnum() and mark == '"'):
            return False
        # 6" in a quotation: the next mark closes, too, and none opens before it.
        following = self.text.find('"', at + 1, end)
        return not (
            before.isdigit()
            and after == " "
            and self.text[at + 2 : at + 3].islower()
            and following > 0
            and not self._opens(following)
        )

    def _close_single(self, mark: str, begin: int, end: int) -> int:
        """An apostrophe behind an "s" ends it only where no surer mark does."""
        possible = -1
        for at in range(begin, end):
            sign = self.text[at]
            if sign not in _CLOSING[mark] or self.text[at - 1].isspace():
                if sign in "‘" and mark == sign and possible >= 0:
                    return possible
                continue
            after = self.text[at + 1 : at + 2]
            if after.isalnum():
                continue
            owns = after == " " and self.text[at + 2 : at + 3].islower()
            if self.text[at - 1] not in "sSzx" or not owns:
                return at
            possible = at
        return possible


def _paragraph_starts(text: str) -> list[int]:
    """Where each paragraph but the first begins."""
    starts = {match.end() for match in _PARAGRAPH.finditer(text)}
    line = 0
    before = 0
    while (end := text.find("\n", line)) >= 0:
        if end - line > WRAPPED or before > WRAPPED:
            starts.add(line)
            starts.add(end + 1)
        before = end - line
        line = end + 1
    return sorted(starts - {0})
