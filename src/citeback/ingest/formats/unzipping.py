"""Opens ZIP archives after looking whether unpacking them is safe.

Office documents and books are ZIP archives, too; every reader of one opens it here.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from citeback.errors import UnreadableFileError

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What the files of office programs before 2007 begin with, and protected ones."""

_SEALED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 16
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: more is an attack, or nothing that can be handled.

    A member over `spacious` bytes may unpack to `ratio` times its packed size.
    """

    members: int = 10_000
    unpacked: int = 500_000_000
    ratio: int = 200
    spacious: int = 10_000_000


LIMITS = Limits()


def opened(data: bytes, kind: str, *, limits: Limits = LIMITS) -> zipfile.ZipFile:
    """The document's archive, all of whose members are known to unpack as they claim.

    `kind` names the document ("a Word document"). Raises UnreadableFileError.
    """
    if data.startswith(OLD_OFFICE):
        raise UnreadableFileError(_old(data, kind))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        check(archive.infolist(), limits)
        for member in archive.infolist():
            if member.flag_bits & _ENCRYPTED:
                raise UnreadableFileError(protected())
            _try_out(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnreadableFileError(_damaged(kind)) from error
    except (NotImplementedError, RuntimeError, UnicodeError) as error:
        raise UnreadableFileError(
            f"it is no {kind.split(' ', 1)[1]} as programs write it: open it and save "
            "it anew."
        ) from error
    return archive


def check(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raises UnreadableFileError where the members claim to be too much."""
    if len(members) > limits.members:
        raise UnreadableFileError(
            f"it holds more than {limits.members:,} files: split it into several."
        )
    total = sum(member.file_size for member in members)
    if total > limits.unpacked:
        raise UnreadableFileError(
            f"it would unpack to {total / 1e6:,.0f} MB, and the limit is "
            f"{limits.unpacked / 1e6:,.0f} MB: split it into several files."
        )
    if any(blows_up(member, limits) for member in members):
        raise UnreadableFileError(
            "it is packed far tighter than documents are, as files made to do harm "
            "are: open it and save it anew if you trust it."
        )


def blows_up(member: zipfile.ZipInfo, limits: Limits) -> bool:
    """Whether the member claims to be far larger than documents get by unpacking."""
    grown = member.file_size > limits.ratio * max(1, member.compress_size)
    return grown and member.file_size > limits.spacious


def protected() -> str:
    """What a person is told of a document that only a password opens."""
    return (
        "it is protected by a password: open it, save a copy without the password, "
        "and put that here."
    )


def is_sealed(data: bytes) -> bool:
    """Whether the file of an office program is one that only a password opens."""
    return _SEALED in data


def _try_out(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack in small steps: what claims too little fails before it takes memory."""
    with archive.open(member) as stream:
        while stream.read(_CHUNK):
            pass


def _old(data: bytes, kind: str) -> str:
    if is_sealed(data):
        return protected()
    return (
        f"it is not {kind} but one of before 2007 under another name: open it and "
        "save it in the present format."
    )


def _damaged(kind: str) -> str:
    return (
        f"it is not {kind}, or damaged: open it in the program that made it and save "
        "it anew."
    )
