"""Bytes → text, or why they are none."""

from __future__ import annotations

import codecs

from citeback.errors import UnreadableFileError

_SAVE = "open it in the program that made it and save it as plain text in UTF-8."
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "an RTF document",
}


def decoded(data: bytes) -> str:
    """The text that the bytes stand for. Raises UnreadableFileError."""
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableFileError(f"it is {kind} under another name: {_SAVE}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFileError(f"it is text in UTF-16, not in UTF-8: {_SAVE}")
    if b"\0" in data:
        raise UnreadableFileError(f"it is not text but binary data: {_SAVE}")
    skipped = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        position = error.start + skipped
        raise UnreadableFileError(
            f"it is not text in UTF-8 (byte {position + 1} of {len(data)} does not "
            f"fit): {_SAVE}"
        ) from None
