"""Read one file into a document, or say why it cannot be read."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from citeback.errors import FileAccessError, UnreadableFileError
from citeback.index.packed import Packed, packed
from citeback.ingest import furniture
from citeback.ingest.formats import ARCHIVE, KINDS, PLAIN, REMEDIES, reader_of
from citeback.ingest.formats.archive import members
from citeback.ingest.layout import lay_out
from citeback.ingest.reading import Reader, Reading
from citeback.records import Block, BlockKind, Document, Source, Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its document, or why there is none.

    `remark` is a sentence on how a document was read that its owner should know, and
    `quoted` are the stretches that it sets apart as quotations. `share` is how much of
    the file on disk has been read with it, from 0 to 1. `is_broken_off` says that
    reading took too long or was ended from outside, which may go better another time.
    """

    name: str
    document: Packed | None = None
    refusal: str = ""
    remark: str = ""
    quoted: tuple[Span, ...] = ()
    share: float = field(default=1.0, compare=False)
    is_broken_off: bool = field(default=False, compare=False)


_ENDING = re.compile(r"\.\w{1,12}")
# A text has far fewer; a list of words of 32 MB has three million, and what searches
# them would take ten gigabytes of memory.
MOST_BLOCKS = 1_000_000
BROKEN = (
    "it stopped the program that reads it: open it in the program that made it and "
    "save it anew."
)


def read_all(path: Path, name: str, *, max_bytes: int) -> Iterator[Outcome]:
    """The document in the file at `path`, named `name` in the library.

    An archive has an outcome for each file in it, whose path goes on from the
    archive's own. Raises UnreadableFileError with the reason, and FileAccessError where
    another try may succeed.
    """
    if PurePosixPath(name).suffix.lower() == ARCHIVE:
        yield from _members(_bytes(path, max_bytes), name)
        return
    reader = _reader(name)
    yield _outcome(name, reader, _bytes(path, max_bytes))


def _members(data: bytes, name: str) -> Iterator[Outcome]:
    """What became of each file in an archive; one that is bad stops no other."""
    count = 0
    for member in members(data):
        count += 1
        inner = f"{name}/{member.name}"
        if member.refusal:
            yield Outcome(inner, refusal=member.refusal)
            continue
        try:
            yield _outcome(inner, _reader(inner), member.data)
        except UnreadableFileError as error:
            yield Outcome(inner, refusal=str(error))
        except Exception:  # noqa: BLE001  # a reader's fault is one of this file alone
            yield Outcome(inner, refusal=BROKEN)
    if not count:
        raise UnreadableFileError("no files are in it: take it out of the folder.")


def _reader(name: str) -> Reader:
    reader = reader_of(name)
    if reader is None:
        raise UnreadableFileError(_unknown_kind(name))
    return reader


def _outcome(name: str, reader: Reader, data: bytes) -> Outcome:
    reading = reader(data)
    document = packed(_document(name, reading))
    return Outcome(name, document, remark=reading.remark, quoted=reading.quoted)


def read(path: Path, name: str, *, max_bytes: int) -> Document:
    """The one document of a file, read in this process; raises as `read_all`."""
    (outcome,) = read_all(path, name, max_bytes=max_bytes)
    if outcome.document is None:
        raise UnreadableFileError(outcome.refusal)
    return outcome.document.opened()


def _document(name: str, reading: Reading) -> Document:
    if not reading.text.strip():
        raise UnreadableFileError(
            "it is empty: write some text into it, or take it out of the folder."
            if PurePosixPath(name).suffix.lower() in PLAIN
            else "no words stand in it, only pictures or nothing at all: take it out "
            "of the folder, or put its text there."
        )
    if len(reading.drafts) > MOST_BLOCKS:
        raise UnreadableFileError(
            f"it has {len(reading.drafts):,} paragraphs or rows, and the limit is "
            f"{MOST_BLOCKS:,}: keep the part of it that is to be found, or split it into "
            "smaller files."
        )
    drafts = furniture.mark(reading.text, reading.drafts)
    source = Source(
        path=name,
        digest=hashlib.sha256(reading.text.encode()).hexdigest(),
        title=reading.title or _heading(drafts) or _readable(name),
        author=reading.author,
        date=reading.date,
        url=reading.url,
        tags=_tags(name, reading.tags),
    )
    return Document(source, reading.text, lay_out(drafts), reading.marks)


def _unknown_kind(name: str) -> str:
    ending = PurePosixPath(name).suffix
    # Only what looks like an ending is repeated: the rest of a name may be anything.
    remedy = REMEDIES.get(ending.lower())
    if remedy:
        return f"files ending in {ending} are not read: {remedy}."
    kind = f"ending in {ending}" if _ENDING.fullmatch(ending) else "of this kind"
    return f"files {kind} are not read; these are: {KINDS}. Save it as one of them."


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


def _heading(drafts: tuple[Block, ...]) -> str:
    """The title that the text gives itself: its first heading of the first level."""
    for block in drafts:
        if block.kind is BlockKind.HEADING and block.level == 1:
            return block.headings[0]
    return ""


def _tags(name: str, named: tuple[str, ...]) -> tuple[str, ...]:
    """What the document says of itself, and its outermost folder if that is new."""
    folder = PurePosixPath(name).parts[0] if "/" in name else ""
    held = {tag.casefold() for tag in named}
    return (*named, folder) if folder and folder.casefold() not in held else named


def _readable(name: str) -> str:
    words = re.sub(r"[-_\s]+", " ", PurePosixPath(name).stem).strip() or name
    return words[:1].upper() + words[1:]
