"""PDF: the text of its pages in reading order, each page marked with its number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import pdf_ocr
from citeback.ingest.formats.pdf_columns import Region
from citeback.ingest.formats.pdf_file import PdfFile, opened
from citeback.ingest.formats.pdf_furniture import Page, furniture
from citeback.ingest.formats.pdf_grids import grids, regions_with_grids
from citeback.ingest.formats.pdf_headings import levels
from citeback.ingest.formats.pdf_lines import Line, lines
from citeback.ingest.formats.pdf_paragraphs import (
    Chunk,
    goes_on,
    is_caption,
    paragraphs,
    usual_leading,
)
from citeback.ingest.formats.pdf_text import PdfText
from citeback.ingest.formats.pdf_words import Vocabulary
from citeback.ingest.reading import Reading

# A long document is text of a few megabytes; more was made to do harm.
MAX_CHARACTERS = 50_000_000
# Where more letters than this share are unknown, a page cannot be read.
UNKNOWN = 0.3
# A paragraph may go on behind a figure and a table at the top of the next column.
REACH = 3
# Notes are smaller than the text.
NOTE_SIZE = 0.93

_OCR = "ocrmypdf in.pdf out.pdf"
_NOTE = re.compile(r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|[*†‡§¶]{1,3}|\d{1,3}[\s.)])\s*\S")
_JUNK = re.compile(
    r"untitled.*|microsoft (?:word|powerpoint|excel)\b.*|(?:slide|page|document) ?\d*"
    r"|.*\.(?:docx?|pdf|tex|dvi|indd|qxd|rtf|odt|pptx?|xlsx?|html?|txt|ps)|(?:no )?title"
    r"|[\W\d_]*|doc\d+|print(?:ing)?|about:blank|https?://\S+",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?")


def read(data: bytes) -> Reading:
    """The reading of a PDF. Raises UnreadableFileError."""
    with opened(data) as file:
        found = _read(file)
    if found.text:
        return found
    searchable = pdf_ocr.recognized(data)
    if searchable is None:
        raise UnreadableFileError(
            "it is a scan: its pages are pictures without text. Make the text by "
            f"OCR ({_OCR}; from ocrmypdf.readthedocs.io) and put the new file here, or "
            "set CITEBACK_OCR=1 where ocrmypdf is installed."
        )
    with opened(searchable) as file:
        found = _read(file)
    if not found.text:
        raise UnreadableFileError(
            "it is a scan in which OCR found no words: scan it again, with more light "
            "or more dots per inch."
        )
    return replace(found, remark="its text was made by OCR from pictures of its pages")


def _read(file: PdfFile) -> Reading:
    pages, left_out = _pages(file)
    notes = furniture(pages)
    texts: list[list[Region]] = []
    for page, noted in zip(pages, notes, strict=True):
        own = [line for place, line in enumerate(page.lines) if place not in noted]
        texts.append(regions_with_grids(own, page.grids))
    leading = usual_leading(region for found in texts for region in found)
    sizes = _sizes(pages)
    body = max(sizes, key=lambda one: sizes[one])[0] if sizes else 0.0
    bold = 2 * sum(n for (_, bold), n in sizes.items() if bold) > sum(sizes.values())
    chunks: list[Chunk] = []
    for page, found in zip(pages, texts, strict=True):
        for region in found:
            _append(chunks, paragraphs(region, page.number, leading))
    foot = _footnotes(chunks, body)
    chunks, foot = _notes_first(chunks, foot)
    depths = levels(chunks, file.outline(), body, bold_body=bold)
    words = Vocabulary(line.words for page in pages for line in page.lines)
    text = PdfText(words, {page.number: page.label for page in pages})
    for page, noted in zip(pages, notes, strict=True):
        for place in sorted(noted, key=lambda place: page.lines[place].base):
            text.furniture(page.number, page.lines[place], noted[place])
    for place, chunk in enumerate(chunks):
        text.add(chunk, depths.get(place, 0), note=place in foot)
    made = text.reading()
    title = file.about("Title")
    return replace(
        made,
        title="" if _JUNK.fullmatch(title) else title,
        author=file.about("Author"),
        date=_date(file.about("CreationDate")),
        remark=_remark(left_out),
    )


@dataclass(slots=True)
class _LeftOut:
    """The labels of pages without text, with unknown letters, and of broken ones."""

    empty: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _pages(file: PdfFile) -> tuple[list[Page], _LeftOut]:
    """The lines of the pages that can be read, and which cannot."""
    pages, left_out = [], _LeftOut()
    characters = 0
    for number in range(file.pages):
        label = file.label(number)
        try:
            sheet = file.sheet(number)
        except UnreadableFileError:
            left_out.broken.append(label)
            if len(left_out.broken) == file.pages:
                raise
            continue
        if not sheet.glyphs and (sheet.drawn or sheet.lost):
            left_out.empty.append(label)
        elif sheet.lost > UNKNOWN * (sheet.lost + len(sheet.glyphs)):
            left_out.unknown.append(label)
        made = tuple(replace(line, glyphs=()) for line in lines(sheet))
        characters += sum(len(line.words) for line in made)
        if characters > MAX_CHARACTERS:
            raise UnreadableFileError(
                "it holds more text than any book: split it into several files."
            )
        drawn = grids(sheet.rules)
        pages.append(Page(number, label, sheet.width, sheet.height, made, drawn))
    if 2 * sum(len(line.words) for line in _all(pages) if line.even) > characters:
        # Typewritten: there letters of one width say nothing.
        pages = [
            replace(page, lines=tuple(replace(line, even=False) for line in page.lines))
            for page in pages
        ]
    return pages, left_out


def _all(pages: Sequence[Page]) -> Iterator[Line]:
    return (line for page in pages for line in page.lines)


def _sizes(pages: Sequence[Page]) -> Counter[tuple[float, bool]]:
    """How many characters are written in each size, plain and bold."""
    found: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for line in page.lines:
            found[round(line.size, 1), line.bold] += len(line.words)
    return found


def _append(chunks: list[Chunk], more: list[Chunk]) -> None:
    """Add a column's chunks, the rest of the paragraph before it joined to that one."""
    if chunks and more:
        last = next(
            (one for one in reversed(chunks[-REACH:]) if not _is_aside(one)), None
        )
        for place, chunk in enumerate(more[:REACH]):
            if last is not None and goes_on(last, chunk):
                last.extend(chunk)
                more = more[:place] + more[place + 1 :]
                break
            if not _is_aside(chunk):
                break
    chunks += more


def _is_aside(chunk: Chunk) -> bool:
    """Whether text may flow around the chunk: a table, a caption, a footnote."""
    return (
        bool(chunk.rows)
        or is_caption(chunk)
        or bool(chunk.lines[0].raised and _NOTE.match(chunk.words))
    )


def _footnotes(chunks: Sequence[Chunk], body: float) -> set[int]:
    """The places of chunks that are notes: small, marked, with no text below them."""
    found: set[int] = set()
    for place, chunk in enumerate(chunks):
        if chunk.rows or chunk.size > NOTE_SIZE * body:
            continue
        marked = _NOTE.match(chunk.words) and (
            chunk.lines[0].raised or not chunk.words[0].isdigit() or place - 1 in found
            or chunk.size < 0.9 * body
        )  # fmt: skip
        follows = place - 1 in found and chunks[place - 1].page == chunk.page
        if (marked or follows) and not _has_text_below(chunks, place, body):
            found.add(place)
    return found


def _has_text_below(chunks: Sequence[Chunk], place: int, body: float) -> bool:
    chunk = chunks[place]
    bottom = chunk.lines[-1].base
    for other in chunks[place + 1 :]:
        if other.page != chunk.page:
            return False
        if not other.lines or other.size <= NOTE_SIZE * body:
            continue
        beside = other.left < chunk.right and other.right > chunk.left
        if beside and other.lines[0].base > bottom:
            return True
    return False


def _notes_first(chunks: list[Chunk], notes: set[int]) -> tuple[list[Chunk], set[int]]:
    """The chunks with a page's notes before a paragraph that leaves the page.

    So the text of a page stays together.
    """
    ordered: list[tuple[Chunk, bool]] = []
    for place, chunk in enumerate(chunks):
        position = len(ordered)
        if place in notes:
            while position and not ordered[position - 1][1]:
                before = ordered[position - 1][0]
                if not before.pages or before.pages[-1] <= chunk.page:
                    break
                if before.page < chunk.page:
                    break
                position -= 1
        ordered.insert(position, (chunk, place in notes))
    found = {place for place, (_, note) in enumerate(ordered) if note}
    return [chunk for chunk, _ in ordered], found


def _date(stated: str) -> str:
    """The day as ISO 8601 where the file states one."""
    match = _DATE.match(stated)
    if match is None or not "1900" < match[1] < "2200":
        return ""
    parts = [match[1]]
    for part, most in ((match[2], 12), (match[3], 31)):
        if part is None or not 1 <= int(part) <= most:
            break
        parts.append(part)
    return "-".join(parts)


def _remark(left_out: _LeftOut) -> str:
    found = []
    empty, unknown, broken = left_out.empty, left_out.unknown, left_out.broken
    if broken:
        pages, are = ("pages", "are") if len(broken) > 1 else ("page", "is")
        found.append(
            f"{pages} {_listed(broken)} cannot be read and {are} left out; open the file "
            "in a PDF program and print it to a new PDF"
        )
    if empty:
        are = "pages {} are pictures" if len(empty) > 1 else "page {} is a picture"
        found.append(f"{are.format(_listed(empty))} without text; run OCR: {_OCR}")
    if unknown:
        found.append(
            f"the letters of page{'s' * (len(unknown) > 1)} {_listed(unknown)} are in a "
            "font that does not say which letters they are; run OCR: "
            "ocrmypdf --force-ocr in.pdf out.pdf"
        )
    return "; ".join(found)


def _listed(labels: Sequence[str]) -> str:
    """Page labels as a person would write them: "3–7, 9"."""
    return ", ".join(
        first if first == last else f"{first}–{last}" for first, last in _runs(labels)
    )


def _runs(labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    first = last = labels[0]
    for label in labels[1:]:
        if label.isdigit() and last.isdigit() and int(label) == int(last) + 1:
            last = label
            continue
        yield first, last
        first = last = label
    yield first, last
