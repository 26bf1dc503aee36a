"""The letters of a PDF page, each with its place; and the letter a code stands for."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

# What PDFium gives for a hyphen at the end of a line.
HYPHENS = "\x02\ufffe\xad"
# Signs of the Symbol and Wingdings fonts that lists begin with, by their private code.
_BULLETS = {
    0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF06C: "●", 0xF06E: "■",
    0xF06F: "□", 0xF071: "❑", 0xF076: "❖", 0xF02D: "-", 0xF0A8: "□", 0xF0FE: "☒",
}  # fmt: skip
_LIGATURES = range(0xFB00, 0xFB50)
_ARABIC_FORMS = (range(0xFB50, 0xFE00), range(0xFE70, 0xFEFF))
_NOTHING = {0x200B, 0xFEFF, 0x2060, 0x200E, 0x200F, *range(0x202A, 0x202F)}


class Glyph(NamedTuple):
    """A letter or ligature on a page; lengths in points from its upper left corner.

    `x`, `base` are where it stands on its line of writing. `turn` is which way it runs:
    degrees clockwise from left to right, or -1. `gap` is what the file has before it:
    nothing, " " or a line's end, "\\n".
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    x: float
    base: float
    size: float
    bold: bool
    turn: int
    gap: str


class Rule(NamedTuple):
    """A straight line that is drawn on a page, upright or level; in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def upright(self) -> bool:
        """Whether it runs from top to bottom."""
        return self.bottom - self.top > self.right - self.left


class Sheet(NamedTuple):
    """A page: its size in points, its letters, how many letters are unknown.

    `drawn` tells that there is more on it than text; `rules` are lines drawn on it.
    """

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    lost: int
    drawn: bool
    rules: tuple[Rule, ...] = ()


@lru_cache(maxsize=4096)
def letters(code: int) -> str | None:
    """The letters for a code: "" is nothing to see, None a sign whose letter is unknown.

    Ligatures and Arabic presentation forms become the letters they are made of.
    """
    if code in _BULLETS:
        return _BULLETS[code]
    if code in _NOTHING:
        return ""
    sign = chr(code) if code < 0x110000 else "\ufffd"
    if sign.isspace():
        return ""
    if sign in HYPHENS:
        return "-"
    if code < 32 or 0x7F <= code < 0xA0 or code == 0xFFFD:
        return None
    if unicodedata.category(sign) in ("Co", "Cs", "Cn"):
        return None
    if code in _LIGATURES or any(code in forms for forms in _ARABIC_FORMS):
        return unicodedata.normalize("NFKC", sign).strip()
    return sign
