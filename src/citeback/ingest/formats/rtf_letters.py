"""The letters of RTF: its words for signs, and its numbers for encodings."""

from __future__ import annotations

import codecs

SIGNS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
_WESTERN = "cp1252"
# By the number that a font has for its letters.
_SETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_OLD = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


def codec_of_page(page: int | str | None) -> str:
    """Python's name for a document's encoding; the usual one where it is unknown."""
    name = _OLD.get(page, _WESTERN) if isinstance(page, str) else f"cp{page}"
    name = {"cp65001": "utf-8", "cp936": "gb18030"}.get(name, name)
    try:
        codecs.lookup(name)
    except LookupError:
        return _WESTERN
    return name


def codec_of_set(number: int, page: str) -> str:
    """Python's name for the encoding of a font's letters; else the document's."""
    return _SETS.get(number, page)
