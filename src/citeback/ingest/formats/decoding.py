"""Bytes → text in whatever letters they were written, or why they are none."""

from __future__ import annotations

import codecs
from contextlib import suppress
from dataclasses import dataclass

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import old_letters

_SAVE = "open it in the program that made it and save it as plain text in UTF-8."
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "an RTF document",
}
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Letters of most alphabets share their upper byte with few others, and it is low.
_HIGHEST_ALPHABET = 0x30
_ALPHABETS = 6
# Fewer bytes do not show by their zeros what letters they are.
_EVIDENT = 16
# What switches to Japanese in ISO 2022, which is made of ASCII alone.
_JAPANESE = b"\x1b$"
# So much is looked at to tell wide letters from binary data.
_SAMPLE = 4_000
# Signs below the space that texts do hold: tab, line and page ends, escape.
_IN_TEXTS = frozenset("\t\n\x0b\x0c\r\x1b")
# More of the others than this means that it is no text.
_CONTROLS = 0.02


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and a sentence on how it was read if its owner should know, or ""."""

    text: str
    remark: str = ""


def decoded(data: bytes) -> Decoded:
    """The text that the bytes stand for, without a mark of their order.

    Raises UnreadableFileError where they stand for none.
    """
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableFileError(f"it is {kind} under another name: {_SAVE}")
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if b"\0" in data:
        return _wide(data)
    if _JAPANESE in data and data.isascii():
        with suppress(UnicodeDecodeError):
            return Decoded(data.decode("iso2022_jp_2"))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            return _damaged(data, "utf-8", "UTF-8")
        if _is_binary(data.decode("latin-1")):
            raise UnreadableFileError(
                f"it is not text but binary data: {_SAVE}"
            ) from error
    return _old(data)


def _is_binary(text: str) -> bool:
    """Whether more signs that print nothing stand there than texts hold."""
    controls = sum(sign < " " and sign not in _IN_TEXTS for sign in text)
    return controls > _CONTROLS * len(text)


def _marked(data: bytes, encoding: str) -> Decoded:
    """The text of bytes whose first ones say what letters they are."""
    name = encoding.removesuffix("-le").removesuffix("-be").upper()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return _damaged(data, encoding, name)
    if "\0" in text:
        raise UnreadableFileError(f"it is not text but binary data: {_SAVE}")
    return Decoded(text)


def _wide(data: bytes) -> Decoded:
    """The text of letters that take two or four bytes each, where there is one."""
    if len(data) < _EVIDENT:
        raise UnreadableFileError(f"it is not text but binary data: {_SAVE}")
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        upper = data[1:_SAMPLE:2] if encoding.endswith("le") else data[:_SAMPLE:2]
        if encoding.startswith("utf-16") and not _is_upper(upper):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not _is_binary(text[:_SAMPLE]):
            return Decoded(text)
    raise UnreadableFileError(f"it is not text but binary data: {_SAVE}")


def _is_upper(lane: bytes) -> bool:
    """Whether these may be the upper bytes of letters of an alphabet or two."""
    found = set(lane)
    return 0 in found and len(found) <= _ALPHABETS and max(found) <= _HIGHEST_ALPHABET


def _mostly_utf8(data: bytes) -> bool:
    """Whether letters of several bytes stand there, and but few bytes fit nowhere."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    kept = sum(sign > "\x7f" for sign in text) - lost
    return kept >= 10 * lost


def _damaged(data: bytes, encoding: str, name: str) -> Decoded:
    text = data.decode(encoding, "replace")
    if "\0" in text:
        raise UnreadableFileError(f"it is not text but binary data: {_SAVE}")
    lost = text.count("\ufffd")
    return Decoded(
        text,
        f"It is text in {name}, but {lost} of its signs are damaged and shown as "
        "\ufffd; where that matters, save it anew as UTF-8.",
    )


def _old(data: bytes) -> Decoded:
    """The text of letters from before Unicode."""
    encoding, name = old_letters.encoding_of(data)
    return Decoded(
        data.decode(encoding, "replace"),
        f"It was read as {name}; if letters look wrong, save it as UTF-8.",
    )
