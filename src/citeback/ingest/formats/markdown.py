"""The blocks of Markdown (CommonMark and tables), with exact offsets.

Only markdown-it-py's block parser runs: it says which lines belong to what, and the
text itself is never rewritten. The only file that imports markdown_it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from citeback.ingest.layout import draft
from citeback.ingest.lines import LINE_END, ends_in_colon
from citeback.records import Block, BlockKind, Span

# Deeper quotes and lists are given up by the parser, which then leaves their lines
# out; they come back as paragraphs (see _left_over). Its time grows with the depth.
DEEPEST = 20

_QUOTE_MARKS = re.compile(r"(?:[ \t]*>)*\s*")
_HASHES = re.compile(r"#{1,6}\s*")
_CLOSING_HASHES = re.compile(r"(?:\A|[ \t])#+[ \t]*\Z")
_WORD = re.compile(r"\w")
# A comment, a script or a style sheet shows nothing; one without an end has no end.
_UNSHOWN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAGS = re.compile(r"<[^<>]*>")
_LINKS = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_EMPHASIS = re.compile(r"\*{1,3}|`+|~~|(?<!\w)_{1,3}|_{1,3}(?!\w)")
_WITH_ITEMS = {
    "bullet_list_open": "bullet_list_close",
    "ordered_list_open": "ordered_list_close",
    "table_open": "table_close",
}


def blocks(text: str, begin: int = 0) -> tuple[Block, ...]:
    """The blocks of the text from `begin` on, in order, not yet numbered.

    Table rows are the items of a list whose lead-in is the heading row. Comments and
    the addresses of links are furniture. Rules between paragraphs are no block.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    # What is bold or linked inside a paragraph is not asked for, and costs most.
    parser.disable("inline")
    environment: dict[str, Any] = {}
    tokens = parser.parse(text[begin:], environment)
    page = _Page(text, begin)
    made = list(_from_tokens(page, tokens))
    made.extend(_link_addresses(page, environment))
    made.extend(_left_over(page))
    made.sort(key=lambda block: block.start)
    return tuple(made)


class _Page:
    """The text by the parser's line numbers, and which lines became a block."""

    def __init__(self, text: str, begin: int) -> None:
        """Number the lines of `text` from `begin` on."""
        self.text = text
        self.starts = [begin]
        self.starts.extend(end.end() for end in LINE_END.finditer(text, begin))
        self.count = len(self.starts)
        self.starts.append(len(text))
        self.taken = bytearray(self.count)

    def span(self, first: int, after: int) -> Span:
        """The words of the lines `first` to before `after`, which become taken.

        White space around them is left out, and so are quote marks before them.
        """
        after = max(first, min(after, self.count))
        self.taken[first:after] = b"\1" * (after - first)
        start, end = self.starts[first], self.starts[after]
        end = start + len(self.text[start:end].rstrip())
        marks = _QUOTE_MARKS.match(self.text, start, end)
        return Span(marks.end() if marks else start, end)

    def words(self, span: Span) -> str:
        """What stands in the span."""
        return self.text[span.start : span.end]


def _from_tokens(page: _Page, tokens: Sequence[Token]) -> Iterator[Block]:
    """The blocks of the outermost tokens and of those in quotes."""
    waiting: Block | None = None
    for token, rows in _outermost(tokens):
        block = _block(page, token, rows)
        is_list = token.type in _WITH_ITEMS and token.type != "table_open"
        if waiting and block and is_list and _leads_in(page, waiting, block):
            block, waiting = replace(block, start=waiting.start), None
        if waiting:
            yield waiting
        waiting = block
    if waiting:
        yield waiting


def _outermost(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[int]]]:
    """Each token that makes a block, with the first lines of its items or rows."""
    opening: Token | None = None
    depth = 0
    rows: list[int] = []
    for token in tokens:
        if opening is None and token.type in _WITH_ITEMS:
            opening, depth, rows = token, token.level, []
        elif opening is None:
            if token.map and token.type not in ("inline", "blockquote_open"):
                yield token, []
        elif token.type in ("list_item_open", "tr_open"):
            rows.append(_lines(token)[0])
        elif token.type == _WITH_ITEMS[opening.type] and token.level == depth:
            yield opening, rows
            opening = None


def _block(page: _Page, token: Token, rows: list[int]) -> Block | None:
    first, after = _lines(token)
    if token.type == "heading_open":
        return _heading(page, token)
    span = page.span(first, after)
    if token.type == "hr":
        return None
    if token.type == "fence":
        # The fences are not part of what they enclose.
        return _paragraph(page, page.span(first + 1, first + 1 + _ends(token.content)))
    if token.type == "table_open":
        # The first row names the columns; the rule below it goes with it.
        return _list(page, span, rows[1:], after)
    if rows:
        return _list(page, span, rows, after)
    if token.type == "html_block" and not _WORD.search(_shown(page.words(span))):
        note = "HTML without words"
        return draft(BlockKind.FURNITURE, span.start, span.end, note=note)
    return _paragraph(page, span)


def _lines(token: Token) -> tuple[int, int]:
    first, after = token.map or (0, 0)
    return first, after


def _ends(content: str) -> int:
    return content.count("\n")


def _shown(html: str) -> str:
    return _TAGS.sub("", _UNSHOWN.sub("", html))


def _paragraph(page: _Page, span: Span) -> Block | None:
    if not _WORD.search(page.words(span)):
        return None
    return draft(BlockKind.PARAGRAPH, span.start, span.end)


def _list(page: _Page, whole: Span, rows: list[int], after: int) -> Block | None:
    # "- - a" begins two items on one line; they are one here.
    begins = sorted(set(rows))
    if not begins:
        return _paragraph(page, whole)
    ends = [*begins[1:], after]
    items = [page.span(begin, end) for begin, end in zip(begins, ends, strict=True)]
    items = [item for item in items if item.start < item.end]
    if not items or not _WORD.search(page.words(whole)):
        return _paragraph(page, whole)
    return draft(BlockKind.LIST, whole.start, items[-1].end, items=tuple(items))


def _leads_in(page: _Page, before: Block, block: Block) -> bool:
    """Whether the list belongs to the paragraph before: a colon, or no blank line."""
    if before.kind is not BlockKind.PARAGRAPH:
        return False
    between = page.text[before.end : block.start]
    if between.strip("> \t\r\n"):  # the address of a link, say
        return False
    words = page.text[before.start : before.end]
    return ends_in_colon(words) or len(LINE_END.findall(between)) == 1


def _heading(page: _Page, token: Token) -> Block | None:
    first, after = _lines(token)
    page.span(first, after)
    # The last line of an underlined heading is its underline.
    hashes = token.markup.startswith("#")
    span = page.span(first, after if hashes else after - 1)
    words = page.words(span)
    opening = _HASHES.match(words) if hashes else None
    if opening:
        words = _CLOSING_HASHES.sub("", words[opening.end() :]).rstrip()
        start = span.start + opening.end()
        span = Span(start, start + len(words))
    title = " ".join(_EMPHASIS.sub("", _LINKS.sub(r"\1", words)).split())
    if not title:
        return None
    level = int(token.tag[1:])
    return draft(BlockKind.HEADING, span.start, span.end, level=level, title=title)


def _link_addresses(page: _Page, environment: Mapping[str, Any]) -> Iterator[Block]:
    found = [*environment.get("references", {}).values()]
    found.extend(environment.get("duplicate_refs", ()))
    for reference in found:
        first, after = reference["map"]
        if any(page.taken[first:after]):
            # It stands inside a list, and stays with its item.
            continue
        span = page.span(first, after)
        note = "the address of a link"
        yield draft(BlockKind.FURNITURE, span.start, span.end, note=note)


def _left_over(page: _Page) -> Iterator[Block]:
    """Paragraphs of the lines with words that no token has, so that none is lost."""
    first = 0
    while first < page.count:
        after = first + 1
        if not page.taken[first]:
            while after < page.count and not page.taken[after]:
                after += 1
            block = _paragraph(page, page.span(first, after))
            if block:
                yield block
        first = after
