"""Which chunks of a PDF are headings, and of what depth.

By the file's own outline where it has one; else by size, weight and numbering against
the writing that most of the text is in. Kinds of headings are ranked: larger before
smaller, bold before plain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from citeback.ingest.formats.pdf_file import Bookmark
from citeback.ingest.formats.pdf_paragraphs import NUMBERED, Chunk, is_caption
from citeback.ingest.lines import Line as TextLine

LONGEST = 200  # code points
MOST_LINES = 4
# In sizes of the text.
LARGER = 1.12
DEEPEST = 6

# What makes one kind of headings: size, bold, all in capitals.
Kind = tuple[float, bool, bool]

# What stands in a program's source, and the dots of a table of contents.
_NO_HEADING = re.compile(r"[{}<>=\\;]|(?:\. ?){4}|…{2}|_{3}")
_SIGNS = re.compile(r"\W+")


def levels(
    chunks: Sequence[Chunk],
    outline: Sequence[Bookmark],
    body: float,
    *,
    bold_body: bool,
) -> Mapping[int, int]:
    """The depths, from 1, of those chunks that are headings, by place."""
    marked = _by_outline(chunks, outline)
    kinds: dict[int, Kind] = {
        place: _kind(chunk)
        for place, chunk in enumerate(chunks)
        if place in marked or _looks_so(chunks, place, body, bold_body=bold_body)
    }
    ranks = _ranks(kinds, marked)
    unnumbered = {
        place: ranks[kind] for place, kind in kinds.items() if place not in marked
    }
    first_depth = [
        level for place, level in unnumbered.items() if _depth(chunks[place]) == 1
    ]
    found: dict[int, int] = {}
    title = _title(kinds, marked)
    for place in kinds:
        if place in marked:
            level = marked[place] + title
        else:
            level = unnumbered[place]
            depth = _depth(chunks[place])
            if depth and first_depth:
                level = min(first_depth) + depth - 1
        found[place] = min(max(level, 1), DEEPEST)
    return found


def _by_outline(chunks: Sequence[Chunk], outline: Sequence[Bookmark]) -> dict[int, int]:
    """The chunks that the outline names, with its levels."""
    wanted: dict[tuple[int, str], int] = {}
    for mark in outline:
        wanted.setdefault((mark.page, _plain(mark.title)), mark.level)
    by_page: dict[int, list[tuple[str, int]]] = {}
    for (page, title), level in wanted.items():
        by_page.setdefault(page, []).append((title, level))
    found: dict[int, int] = {}
    for place, chunk in enumerate(chunks):
        if chunk.rows or len(chunk.lines) > MOST_LINES or len(chunk.words) > LONGEST:
            continue
        words = _plain(chunk.words)
        for title, level in by_page.get(chunk.page, ()):
            # The outline may lack the number, or the words have a dotted line's page.
            if words and title and (words == title or _without_number(words) == title):
                found.setdefault(place, level)
    return found


def _without_number(words: str) -> str:
    return words.lstrip("0123456789")


def _plain(words: str) -> str:
    return _SIGNS.sub("", words).casefold()


def _looks_so(
    chunks: Sequence[Chunk], place: int, body: float, *, bold_body: bool
) -> bool:
    chunk = chunks[place]
    if chunk.rows or len(chunk.lines) > MOST_LINES or is_caption(chunk):
        return False
    words = chunk.words
    letters = [sign for sign in words if sign.isalpha()]
    if len(words) > LONGEST or len(letters) < 2 or chunk.lines[0].turn:
        return False
    number = NUMBERED.match(words)
    if TextLine.kind(words) and not (number and words[number.end()].isupper()):
        return False
    if words.endswith((",", ";")) or chunk.size < 0.95 * body:
        return False
    if _NO_HEADING.search(words) or chunk.lines[0].even:
        return False
    if chunk.size > LARGER * body:
        # Large sums and signs are not headings, nor is a large paragraph.
        return len(letters) > len(words) / 3 and not (
            len(words) > LONGEST / 2 and words.endswith(".")
        )
    if words.endswith((".", ":")) and not number:
        return False
    following = chunks[place + 1] if place + 1 < len(chunks) else None
    if following is None or words.endswith((".", ":", "!", "?")):
        return False
    if chunk.bold and not bold_body:
        return len(chunk.lines) <= 2
    capitals = len(letters) > 3 and all(not sign.islower() for sign in letters)
    has_case = any(sign.isupper() for sign in letters)
    return (
        has_case
        and len(chunk.lines) == 1
        and (capitals or _stands_apart(chunk, following, number))
    )


def _stands_apart(chunk: Chunk, following: Chunk, number: re.Match[str] | None) -> bool:
    """Whether a numbered line in the text's own writing is a heading: "2.1 Methods"."""
    return (
        number is not None
        and "." in number[1]
        and chunk.words[number.end()].isupper()
        and len(following.words) > len(chunk.words)
        and not NUMBERED.match(following.words)
    )


def _kind(chunk: Chunk) -> Kind:
    words = chunk.words
    return round(chunk.size * 2) / 2, chunk.bold, words.isupper()


def _depth(chunk: Chunk) -> int:
    """How deep the heading's number is: 2 for "1.3"; 0 without one."""
    number = NUMBERED.match(chunk.words)
    return number[1].count(".") + 1 if number else 0


def _title(kinds: Mapping[int, Kind], marked: Mapping[int, int]) -> int:
    """1 if a title larger than all that the outline names stands over it, else 0."""
    if not marked:
        return 0
    first = min(kinds)
    largest = max(kinds[place][0] for place in marked)
    return int(first not in marked and kinds[first][0] > largest)


def _ranks(kinds: Mapping[int, Kind], marked: Mapping[int, int]) -> Mapping[Kind, int]:
    """The depth of each kind of heading; kinds that the outline names have its depth."""
    votes: dict[Kind, Counter[int]] = {}
    title = _title(kinds, marked)
    for place, level in marked.items():
        votes.setdefault(kinds[place], Counter())[level + title] += 1
    known = {kind: count.most_common(1)[0][0] for kind, count in votes.items()}
    ordered = sorted(
        set(kinds.values()), key=lambda kind: (-kind[0], not kind[1], not kind[2])
    )
    if not known:
        return {kind: rank for rank, kind in enumerate(ordered, start=1)}
    ranks: dict[Kind, int] = {}
    level = 0
    for kind in ordered:
        level = known.get(kind, level if level > 1 and kind in ranks else level + 1)
        ranks[kind] = level
    return ranks
