"""A PDF file: its pages' letters and pictures, and what it says of itself. By PDFium.

PDFium must not be called from two threads at a time, so every call here is made under
one lock. Lengths are points (1/72 inch) from the page's upper left corner as a person
sees the page, turned as the file asks.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.pdf_letters import Glyph, Rule, Sheet, letters

# More than any book; a page with more objects or letters was made to do harm.
MAX_PAGES = 10_000
MAX_OBJECTS = 1_000_000
MAX_LETTERS = 500_000
# A page with a picture over this share of it is a scan, whose hidden text is its own.
SCAN = 0.5
# Lines between a table's cells, in points; more of them make a drawing.
THICKEST, SHORTEST = 2.5, 6.0
MAX_DRAWN, MAX_RULES = 20_000, 1_500
# How little an upright page's directions differ from 1 and 0.
UPRIGHT = 1e-4
MAX_PIXELS = 25_000_000

_SPACES = frozenset(code for code in range(0x3001) if chr(code).isspace())
_LOCK = threading.RLock()
_BOLD = re.compile(r"bold|black|heavy|semi ?bold|demi|cmbx|[-,]bd\b", re.IGNORECASE)
_INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
_DAMAGED = (
    "it is a damaged PDF and cannot be opened: download or copy it again, or open it "
    "in a PDF program and save it anew."
)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the file's own outline; `level` from 1, `page` from 0."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class _Style:
    """What all letters of one text object share."""

    size: float
    bold: bool
    turn: int
    hidden: bool


class PdfFile:
    """An open PDF. Use `opened`."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        """Use `opened`."""
        self._document = document
        with _LOCK:
            self.pages = len(document)

    def label(self, page: int) -> str:
        """The page's number as printed: the file's own label, else its place from 1."""
        with _LOCK:
            label = ""
            with suppress(UnicodeDecodeError, pypdfium2.PdfiumError):
                label = self._document.get_page_label(page) or ""
        return " ".join(label.replace("\0", "").split()) or str(page + 1)

    def about(self, key: str) -> str:
        """What the file says of itself under "Title", "Author" or "CreationDate"."""
        with _LOCK:
            try:
                value = self._document.get_metadata_value(key)
            except (UnicodeDecodeError, pypdfium2.PdfiumError):
                return ""
        return " ".join(value.replace("\0", "").split())

    def outline(self) -> tuple[Bookmark, ...]:
        """The file's own outline, in order."""
        found = []
        with _LOCK, suppress(UnicodeDecodeError, pypdfium2.PdfiumError):
            for number, mark in enumerate(self._document.get_toc(max_depth=8)):
                if number >= MAX_PAGES:
                    break
                target = mark.get_dest()
                page = target.get_index() if target else None
                title = " ".join(mark.get_title().split())
                if page is not None and title:
                    found.append(Bookmark(title, mark.level + 1, page))
        return tuple(found)

    def sheet(self, number: int) -> Sheet:
        """The letters of a page, from 0. Raises UnreadableFileError."""
        with _LOCK, self._page(number) as page:
            count = pdfium.FPDFPage_CountObjects(page)
            if count > MAX_OBJECTS:
                raise UnreadableFileError(_too_much(number))
            width, height = page.get_size()
            scan, drawn = _pictures(page, count, width * height)
            rules = _rules(page, count)
            text = pdfium.FPDFText_LoadPage(page)
            if not text:
                return Sheet(width, height, (), 0, drawn)
            try:
                glyphs, lost = _glyphs(page, text, number, hidden_too=scan)
            finally:
                pdfium.FPDFText_ClosePage(text)
            return Sheet(width, height, glyphs, lost, drawn, rules)

    def picture(self, number: int, width: int) -> bytes:
        """A page's picture, `width` pixels wide, as PNG. Raises UnreadableFileError."""
        with _LOCK, self._page(number) as page:
            points, height = page.get_size()
            scale = width / max(points, 1)
            if width * height * scale > MAX_PIXELS:
                scale = math.sqrt(MAX_PIXELS / max(points * height, 1))
            bitmap = page.render(scale=scale, rev_byteorder=True)
            try:
                return _png(bitmap)
            finally:
                bitmap.close()

    @contextmanager
    def _page(self, number: int) -> Iterator[pypdfium2.PdfPage]:
        try:
            page = self._document[number]
        except (pypdfium2.PdfiumError, IndexError):
            raise UnreadableFileError(
                f"page {number + 1} of the PDF is damaged: open it in a PDF program and "
                "save it anew."
            ) from None
        try:
            yield page
        finally:
            page.close()


@contextmanager
def opened(data: bytes) -> Iterator[PdfFile]:
    """The PDF in the bytes. Raises UnreadableFileError."""
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise UnreadableFileError(
                    "it is a PDF locked with a password: open it in a PDF program and "
                    "save it without one."
                ) from None
            raise UnreadableFileError(_DAMAGED) from None
    try:
        file = PdfFile(document)
        if not file.pages:
            raise UnreadableFileError(_DAMAGED)
        if file.pages > MAX_PAGES:
            raise UnreadableFileError(
                f"it has {file.pages:,} pages, and the limit is {MAX_PAGES:,}: split it "
                "into several files."
            )
        yield file
    finally:
        with _LOCK:
            document.close()


def _too_much(number: int) -> str:
    return (
        f"page {number + 1} of the PDF holds more than a page can: open it in a PDF "
        "program and print it to a new PDF."
    )


def _pictures(page: pypdfium2.PdfPage, count: int, area: float) -> tuple[bool, bool]:
    """Whether the page is a scan, and whether it has any picture or drawing."""
    edges = [ctypes.c_float() for _ in range(4)]
    drawn = False
    # A scan is one picture or a few strips; no need to look through a drawing.
    for place in range(min(count, 200)):
        shape = pdfium.FPDFPage_GetObject(page, place)
        kind = pdfium.FPDFPageObj_GetType(shape)
        drawn = drawn or kind != pdfium.FPDF_PAGEOBJ_TEXT
        if kind not in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            continue
        if pdfium.FPDFPageObj_GetBounds(shape, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            if (right - left) * (top - bottom) > SCAN * area:
                return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE), True
    return False, drawn


def _rules(page: pypdfium2.PdfPage, count: int) -> tuple[Rule, ...]:
    """The straight lines drawn on a page; none of one that is full of drawings."""
    place = _Seen(page)
    edges = [ctypes.c_float() for _ in range(4)]
    found: list[Rule] = []
    for number in range(min(count, MAX_DRAWN)):
        shape = pdfium.FPDFPage_GetObject(page, number)
        if pdfium.FPDFPageObj_GetType(shape) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if not pdfium.FPDFPageObj_GetBounds(shape, *edges):
            continue
        left, bottom, right, top = (edge.value for edge in edges)
        x0, y0 = place.point(left, bottom)
        x1, y1 = place.point(right, top)
        rule = Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        wide, high = rule.right - rule.left, rule.bottom - rule.top
        if min(wide, high) <= THICKEST and max(wide, high) >= SHORTEST:
            found.append(rule)
        elif min(wide, high) >= SHORTEST and pdfium.FPDFPath_CountSegments(shape) <= 5:
            # A frame around a cell is the four lines that it is made of.
            found += (
                rule._replace(bottom=rule.top), rule._replace(top=rule.bottom),
                rule._replace(right=rule.left), rule._replace(left=rule.right),
            )  # fmt: skip
    return tuple(found) if len(found) <= MAX_RULES else ()


def _glyphs(
    page: pypdfium2.PdfPage,
    text: pdfium.FPDF_TEXTPAGE,
    number: int,
    *,
    hidden_too: bool,
) -> tuple[tuple[Glyph, ...], int]:
    """The page's letters in the file's order, and how many have no known letter."""
    count = pdfium.FPDFText_CountChars(text)
    if count > MAX_LETTERS:
        raise UnreadableFileError(_too_much(number))
    place = _Seen(page)
    styles: dict[int | None, _Style] = {}
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    at_box, at_x, at_y = (ctypes.byref(one) for one in (box, x, y))
    found: list[Glyph] = []
    gap = "\n"
    lost = 0
    for position in range(count):
        code = pdfium.FPDFText_GetUnicode(text, position)
        if code in _SPACES:
            gap = "\n" if code in (10, 13) else gap or " "
            continue
        handle = pdfium.FPDFText_GetTextObject(text, position)
        key = ctypes.cast(handle, ctypes.c_void_p).value
        style = styles.get(key)
        if style is None:
            style = styles[key] = _style(text, position, handle, place)
        if style.hidden and not hidden_too:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, position, at_box):
            continue
        pdfium.FPDFText_GetCharOrigin(text, position, at_x, at_y)
        signs = letters(code)
        if signs is None:
            lost += 1
            continue
        left, top, right, bottom = place.box(box)
        middle = (left + right) / 2, (top + bottom) / 2
        if not signs or not place.inside(*middle):
            continue
        base = place.point(x.value, y.value)
        found.append(
            Glyph(
                signs, left, top, right, bottom, *base,
                style.size, style.bold, style.turn, gap,
            )
        )  # fmt: skip
        gap = ""
    return tuple(found), lost


def _style(
    text: pdfium.FPDF_TEXTPAGE, position: int, handle: object, place: _Seen
) -> _Style:
    size = pdfium.FPDFText_GetFontSize(text, position)
    matrix = pdfium.FS_MATRIX()
    turn = 0
    if pdfium.FPDFText_GetMatrix(text, position, ctypes.byref(matrix)):
        size *= math.hypot(matrix.c, matrix.d) or 1
        turn = place.turn(matrix.a, matrix.b)
    hidden = False
    bold = False
    if handle:
        hidden = pdfium.FPDFTextObj_GetTextRenderMode(handle) == _INVISIBLE
        name = ctypes.create_string_buffer(200)
        font = pdfium.FPDFTextObj_GetFont(handle)
        if font:
            pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
        bold = bool(_BOLD.search(name.value.decode("latin-1")))
    return _Style(round(size, 2), bold, turn, hidden)


class _Seen:
    """From the file's coordinates to the page as a person sees it."""

    # PDFium gives whole numbers here: the finer the unit, the better.
    FINE = 100

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        """Of one page."""
        self.width, self.height = page.get_size()
        x0, y0 = self._seen(page, 0, 0)
        x1, y1 = self._seen(page, 1000, 0)
        x2, y2 = self._seen(page, 0, 1000)
        self._across = (x1 - x0) / 1000, (y1 - y0) / 1000
        self._down = (x2 - x0) / 1000, (y2 - y0) / 1000
        self._origin = x0, y0
        near = self._across[0] - 1, self._across[1], self._down[0], self._down[1] + 1
        self._plain = all(abs(one) < UPRIGHT for one in near)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where the point is, from the upper left."""
        return (
            self._origin[0] + x * self._across[0] + y * self._down[0],
            self._origin[1] + x * self._across[1] + y * self._down[1],
        )

    def box(self, box: pdfium.FS_RECTF) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        if self._plain:  # as most pages are; this runs for every letter
            x, y = self._origin
            return x + box.left, y - box.top, x + box.right, y - box.bottom
        x0, y0 = self.point(box.left, box.bottom)
        x1, y1 = self.point(box.right, box.top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def inside(self, x: float, y: float) -> bool:
        """Whether the point is on the page."""
        return 0 <= x <= float(self.width) and 0 <= y <= float(self.height)

    def turn(self, a: float, b: float) -> int:
        """Which way a text runs: degrees clockwise from left to right; -1 is slanted."""
        x = a * self._across[0] + b * self._down[0]
        y = a * self._across[1] + b * self._down[1]
        degrees = math.degrees(math.atan2(y, x)) % 360
        straight = round(degrees / 90) * 90
        return straight % 360 if abs(degrees - straight) < 10 else -1

    def _seen(self, page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        wide, high = round(self.width * self.FINE), round(self.height * self.FINE)
        pdfium.FPDF_PageToDevice(
            page, 0, 0, wide, high, 0, x, y, ctypes.byref(left), ctypes.byref(top)
        )
        return left.value / self.FINE, top.value / self.FINE


def _png(bitmap: pypdfium2.PdfBitmap) -> bytes:
    """The bitmap, red first, as a PNG file (RFC 2083)."""
    kept = {"RGB": 3, "RGBA": 4, "RGBX": 4, "L": 1}[bitmap.mode]
    colour = {1: 0, 3: 2, 4: 6}[kept]
    data = bytes(bitmap.buffer)
    rows = b"".join(
        b"\0" + data[start : start + bitmap.width * kept]
        for start in range(0, bitmap.stride * bitmap.height, bitmap.stride)
    )
    head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, colour, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body
        + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )  # fmt: skip
