"""Read one file into a document, or say why it cannot be read."""

from __future__ import annotations

import codecs
import hashlib
import re
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from citeback.errors import FileAccessError, UnreadableFileError
from citeback.ingest import furniture, markdown, plain
from citeback.ingest.front_matter import front_matter
from citeback.ingest.layout import draft, lay_out
from citeback.records import Block, BlockKind, Document, Source

# From a text and where its words begin to its blocks, without numbers.
Blocks = Callable[[str, int], tuple[Block, ...]]

_READERS: dict[str, Blocks] = {
    ".txt": plain.blocks,
    ".text": plain.blocks,
    "": plain.blocks,
    ".md": markdown.blocks,
    ".markdown": markdown.blocks,
}
SUFFIXES = tuple(_READERS)
"""The endings of file names that are read, in lower case; "" is no ending."""

_SAVE = "open it in the program that made it and save it as plain text in UTF-8."
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "an RTF document",
}


def read(path: Path, name: str, *, max_bytes: int) -> Document:
    """The document in the file at `path`, named `name` in the library.

    The text is the file's, decoded as UTF-8 and otherwise unchanged: line ends stay
    as they are, only a byte order mark is dropped. Raises UnreadableFileError with
    the reason, and FileAccessError where another try may succeed.
    """
    reader = _READERS.get(PurePosixPath(name).suffix.lower())
    if reader is None:
        raise UnreadableFileError(_unknown_kind(name))
    text = _decoded(_bytes(path, max_bytes))
    if not text.strip():
        raise UnreadableFileError(
            "it is empty: write some text into it, or take it out of the folder."
        )
    about = front_matter(text)
    drafts = furniture.mark(text, reader(text, about.end))
    blocks = lay_out(drafts)
    if about.end:
        note = "the lines about the document itself"
        first = draft(BlockKind.FURNITURE, 0, about.end, note=note)
        blocks = (first, *blocks)
    source = Source(
        path=name,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        title=about.title or _heading(drafts) or _readable(name),
        author=about.author,
        date=about.date,
        url=about.url,
    )
    return Document(source, text, blocks)


def _unknown_kind(name: str) -> str:
    ending = PurePosixPath(name).suffix
    known = ", ".join(suffix for suffix in SUFFIXES if suffix)
    return (
        f"files ending in {ending} are not read, only {known} and names without an "
        "ending: save its text as one of these."
    )


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe would wait for ever.
            raise UnreadableFileError(
                "it is not an ordinary file: put a copy of the file itself there."
            )
        if status.st_size > max_bytes:
            raise UnreadableFileError(_too_large(status.st_size, max_bytes))
        with path.open("rb") as file:
            # One byte more than allowed shows a file that grew meanwhile.
            data = file.read(max_bytes + 1)
    except PermissionError:
        raise FileAccessError(
            "its permissions do not let it be opened: allow reading it, then update."
        ) from None
    except OSError as error:
        raise FileAccessError(
            f"it cannot be opened just now ({error.strerror or error}): check that it "
            "is still there and its drive connected, then update."
        ) from None
    if len(data) > max_bytes:
        raise UnreadableFileError(_too_large(len(data), max_bytes))
    return data


def _too_large(size: int, max_bytes: int) -> str:
    return (
        f"it is too large ({size / 1e6:.1f} MB, and the limit is {max_bytes / 1e6:g} "
        "MB): split it into several files, or raise CITEBACK_MAX_FILE_MEGABYTES."
    )


def _decoded(data: bytes) -> str:
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


def _heading(drafts: tuple[Block, ...]) -> str:
    """The title that the text gives itself: its first heading of the first level."""
    for block in drafts:
        if block.kind is BlockKind.HEADING and block.level == 1:
            return block.headings[0]
    return ""


def _readable(name: str) -> str:
    words = re.sub(r"[-_\s]+", " ", PurePosixPath(name).stem).strip() or name
    return words[:1].upper() + words[1:]
