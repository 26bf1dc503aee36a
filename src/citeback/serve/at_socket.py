"""Answers the command line while the page runs, by a socket beside the index.

What is printed is made as the command line makes it, by a library that is the same. What
it would fail at for another reason than the question is left to it.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from citeback.errors import CitebackError, QuestionError
from citeback.library import Library
from citeback.serve import answering, terminal
from citeback.serve.by_socket import (
    NAME,
    SECONDS_TO_TAKE,
    TAKEN,
    Reply,
    addressed,
    connected,
    described,
    has_sockets,
    newest_first,
    user_of,
)
from citeback.serve.options import asking_parser
from citeback.serve.warm_up import Stage, WarmUp

FAILED = 2
REQUEST_BYTES = 1_000_000
WAITING = 16
ANSWERS: dict[str, Callable[[Library, argparse.Namespace], str]] = {
    "ask": answering.ask_text,
    "every": answering.every_text,
    "absent": answering.absent_text,
}


@contextmanager
def answering_the_command_line(library: Library, warm_up: WarmUp) -> Iterator[None]:
    """Answer those of the same user who ask the same index, meanwhile.

    Where the system or the index folder has no such sockets, nobody is answered.
    """
    door = None
    if has_sockets():
        with suppress(OSError):
            door = _Door(library, warm_up)
    try:
        yield
    finally:
        if door is not None:
            door.close()


class _Door:
    """The socket and who waits at it."""

    def __init__(self, library: Library, warm_up: WarmUp) -> None:
        self._library = library
        self._warm_up = warm_up
        self._described = described(library.settings)
        index = library.settings.index.absolute()
        _clear(index)
        self._path = index / NAME.format(secrets.token_hex(4))
        self._listener = _listening(self._path)
        threading.Thread(
            target=self._listen, name="citeback-command-line", daemon=True
        ).start()

    def close(self) -> None:
        """Nobody is answered any more, and nothing is left behind."""
        with suppress(OSError):
            self._path.unlink()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._answer, args=(connection,), daemon=True
            ).start()

    def _answer(self, connection: socket.socket) -> None:
        # Whoever asked may have gone.
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            connection.settimeout(SECONDS_TO_TAKE)
            if user_of(connection) != os.geteuid():
                return
            options = self._understood(stream.readline(REQUEST_BYTES))
            if options is None:
                return
            connection.sendall(TAKEN)
            reply = self._reply(options)
            connection.settimeout(None)
            plain = None if reply is None else asdict(reply)
            connection.sendall(json.dumps(plain).encode())

    def _understood(self, line: bytes) -> argparse.Namespace | None:
        """What is asked, None where it cannot be answered here or now."""
        try:
            request = json.loads(line)
            if request["settings"] != self._described:
                return None
            options = asking_parser().parse_args(request["arguments"])
        except (ValueError, TypeError, KeyError, SystemExit):
            return None
        state = self._warm_up.state
        busy = state.stage is Stage.LOADING or self._warm_up.is_stopping
        if busy or state.problem or getattr(options, "write", False):
            return None
        return options

    def _reply(self, options: argparse.Namespace) -> Reply | None:
        """What the command line prints; None where that is for it to find out."""
        told: list[str] = []
        try:
            with self._library.at_once():
                report = self._library.update()
            if report.notices or self._library.notices:
                return None
            if report.added or report.changed or report.removed:
                told = [f"{line}\n" for line in terminal.update_lines(report)]
            printed = ANSWERS[options.command](self._library, options)
        except QuestionError as error:
            return Reply("".join(told), "", f"citeback: {error}\n", FAILED)
        except CitebackError:
            return None
        return Reply("".join(told), f"{printed}\n", "", 0)


def _clear(index: Path) -> None:
    """Remove the sockets of those that were killed."""
    for path in newest_first(index):
        try:
            with connected(path):
                pass
        except ConnectionRefusedError:
            with suppress(OSError):
                path.unlink()
        except OSError:
            pass


def _listening(path: Path) -> socket.socket:
    """A socket for this user alone, seen when it can be asked. Raises OSError."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    hidden = path.with_name(f".{path.name}")
    try:
        with addressed(hidden) as address:
            listener.bind(address)
        hidden.chmod(0o600)
        listener.listen(WAITING)
        hidden.replace(path)
    except OSError:
        listener.close()
        with suppress(OSError):
            hidden.unlink()
        raise
    return listener
