"""A question put to a Citeback that is running, by a socket beside the index.

It has the model loaded, so that an answer takes milliseconds. Whatever speaks against it
(another version, other folders or settings, another user, nobody there), the question is
not put, and is answered as it is without one. Nothing heavy is imported here.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from citeback import __version__
from citeback.settings import Settings

NAME = "ask-{}.sock"
FILES = NAME.format("*")
TAKEN = b"taken\n"
# Whoever has not taken a question by then hangs. Loading the model takes as long.
SECONDS_TO_TAKE = 5
# Systems allow 104 bytes or more for a socket's address, with one at the end.
ADDRESS_BYTES = 100
# What the same question is answered alike with.
_OF_THE_PAGE = {
    *"port host hosts root_path accounts proxies proxy_header curators".split(),
    *"requests_per_minute log judgements shared".split(),
}
# Nothing that is asked so is written on by a language model.
_OF_THE_WRITER = "writer_"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be printed, in the order of the fields, and the exit status."""

    told: str
    printed: str
    failed: str
    status: int


def has_sockets() -> bool:
    """Whether this system has sockets of that kind."""
    return hasattr(socket, "AF_UNIX")


def described(settings: Settings) -> dict[str, Any]:
    """All that decides on answers besides the documents: settings and version."""
    plain: dict[str, Any] = {"version": _version()}
    for one in fields(settings):
        value = getattr(settings, one.name)
        if one.name in _OF_THE_PAGE or one.name.startswith(_OF_THE_WRITER):
            continue
        plain[one.name] = os.path.realpath(value) if isinstance(value, Path) else value
    return plain


def _version() -> str:
    """This version of Citeback, and when its files were last changed."""
    package = Path(__file__).parents[1]
    newest = max(
        entry.stat().st_mtime_ns
        for entry in _files(package)
        if entry.name[-3:] == ".py"
    )
    return f"{__version__} {newest} {os.path.realpath(package)}"


def _files(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry


def put(settings: Settings, arguments: Sequence[str]) -> Reply | None:
    """What a Citeback that runs on that index answers, None where none does."""
    if not has_sockets():
        return None
    request = {"settings": described(settings), "arguments": list(arguments)}
    for path in newest_first(settings.index):
        with suppress(OSError, ValueError, TypeError), connected(path) as connection:
            reply = _put(connection, request)
            if reply is not None:
                return reply
    return None


def _put(connection: socket.socket, request: dict[str, Any]) -> Reply | None:
    if user_of(connection) != os.geteuid():
        return None
    connection.sendall(json.dumps(request).encode() + b"\n")
    with connection.makefile("rb") as stream:
        if stream.readline() != TAKEN:
            return None
        # The documents may have changed, and are indexed first.
        connection.settimeout(None)
        plain = json.loads(stream.read())
    return None if plain is None else Reply(**plain)


def newest_first(index: Path) -> list[Path]:
    """The sockets in an index folder that belong to this user."""
    found = []
    for path in index.glob(FILES):
        with suppress(OSError):
            state = path.lstat()
            if stat.S_ISSOCK(state.st_mode) and state.st_uid == os.geteuid():
                found.append((state.st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]


@contextmanager
def connected(path: Path) -> Iterator[socket.socket]:
    """A connection to a socket. Raises OSError where nobody is there."""
    with (
        addressed(path) as address,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
    ):
        connection.settimeout(SECONDS_TO_TAKE)
        connection.connect(address)
        yield connection


@contextmanager
def addressed(path: Path) -> Iterator[str]:
    """The address of a socket, however long its path is. Raises OSError."""
    direct = str(path)
    if len(os.fsencode(direct)) <= ADDRESS_BYTES:
        yield direct
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Where the system has no such folder, nobody is found there.
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def user_of(connection: socket.socket) -> int:
    """The user at the other end; this one where the system does not tell.

    Nobody else may open the socket (see `newest_first`, and its mode).
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return os.geteuid()
    kind = struct.Struct("3i")  # process, user, group
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, kind.size)
    user: int = kind.unpack(told)[1]
    return user
