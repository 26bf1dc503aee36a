"""The files in a ZIP archive, each given out only where that is safe."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.unzipping import LIMITS, Limits, blows_up

# An archive in an archive in an archive is opened; the next one is not.
DEEPEST = 2

_ENCRYPTED = 1
_UTF8 = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_CHUNK = 1 << 16
# What programs add that no person put there.
_ADDED = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path there, and its bytes or why they are not given.

    Of a file in an inner archive the path begins with that archive's. `refusal` is ""
    where `data` holds the file.
    """

    name: str
    data: bytes
    refusal: str


def members(data: bytes, limits: Limits = LIMITS) -> Iterator[Member]:
    """The files in the archive, and in archives within it, in their order.

    Folders, hidden files and what macOS and Windows add are passed over. The limits
    hold for all archives together. Of two files of one name both are given, the later
    one as "name (2).txt". Raises UnreadableFileError where the whole archive cannot be
    read.
    """
    room = _Room(limits.members, limits.unpacked)
    times: Counter[str] = Counter()
    for member in _members(data, "", 0, limits, room):
        yield replace(member, name=_free(member.name, times))


def _free(name: str, times: Counter[str]) -> str:
    """The name, numbered before its ending if it was given some times already."""
    path, free = PurePosixPath(name), name
    while times[free]:
        times[name] += 1
        free = str(path.with_stem(f"{path.stem} ({times[name]})"))
    times[free] += 1
    return free


@dataclass(slots=True)
class _Room:
    """What may still be unpacked."""

    members: int
    unpacked: int


def _members(
    data: bytes, above: str, depth: int, limits: Limits, room: _Room
) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        listed = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFileError(
            "it is no ZIP archive, or damaged: pack its files anew."
        ) from error
    room.members -= len(listed)
    if room.members < 0:
        raise UnreadableFileError(
            f"it holds more than {limits.members:,} files: split it into several."
        )
    with archive:
        for member in listed:
            name = _name(member)
            if name.endswith("/") or _is_passed_over(name):
                continue
            path = above + _safe(name)
            refusal = _refusal(member, name, limits, room)
            content = b"" if refusal else _content(archive, member)
            if content is None:
                yield Member(path, b"", "it is damaged: pack it anew.")
            elif not refusal and name.lower().endswith(".zip"):
                yield from _inner(content, path, depth + 1, limits, room)
            else:
                yield Member(path, content, refusal)


def _inner(
    data: bytes, path: str, depth: int, limits: Limits, room: _Room
) -> Iterator[Member]:
    if depth > DEEPEST:
        reason = "it is an archive too deep within others: unpack it."
        yield Member(path, b"", reason)
        return
    try:
        yield from _members(data, f"{path}/", depth, limits, room)
    except UnreadableFileError as error:
        yield Member(path, b"", str(error))


def _refusal(member: zipfile.ZipInfo, name: str, limits: Limits, room: _Room) -> str:
    """Why the file must not be unpacked, "" if it may."""
    if _leads_out(name):
        return "its name leads out of the archive: pack it anew under another name."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link to another file: pack the file itself."
    if member.flag_bits & _ENCRYPTED:
        return "it is protected by a password: pack it without one."
    if blows_up(member, limits):
        return (
            "it is packed far tighter than documents are, as files made to do harm "
            "are: put the file itself here if you trust it."
        )
    if member.file_size > room.unpacked:
        return (
            f"the archive would unpack to more than {limits.unpacked / 1e6:,.0f} MB: "
            "split it into several."
        )
    room.unpacked -= member.file_size
    return ""


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """The file's bytes, never more than it claims; None where it is damaged."""
    pieces = []
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_CHUNK):
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        return None
    except (NotImplementedError, RuntimeError, UnicodeError):
        return None
    return b"".join(pieces)


def _name(member: zipfile.ZipInfo) -> str:
    """The file's path as its owner wrote it: old programs wrote it in other letters."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode()
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def _is_passed_over(name: str) -> bool:
    parts = [part for part in name.split("/") if part]
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return not parts or hidden or any(part in _ADDED for part in parts)


def _leads_out(name: str) -> bool:
    return (
        name.startswith("/")
        or bool(_DRIVE.match(name))
        or ".." in name.split("/")
        or "\0" in name
    )


def _safe(name: str) -> str:
    """The name with nothing in it that could be taken for a command or a place."""
    parts = (part for part in name.split("/") if part.strip("."))
    shown = "/".join(parts) or "?"
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in shown)
