"""Bounds of what a request brings: how much, and how long it may take over it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.serve.guard.rights import takes_files

SMALL = 2_000_000
# Between two pieces of a body.
SECONDS_TO_WAIT = 30.0

_GONE: Message = {"type": "http.disconnect"}


class Bodies:
    """Refuses bodies that are too large, and those that do not come."""

    def __init__(
        self, app: ASGIApp, *, most: int, seconds: float = SECONDS_TO_WAIT
    ) -> None:
        """`most` bytes go to a route that takes files; SMALL ones to others."""
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as long as its body keeps to the bounds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most if takes_files(get_route_path(scope)) else SMALL
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            await refuse(_too_large(most), scope, receive, send)
            return
        body = _Body(scope, receive, send, most, self._seconds)
        await self._app(scope, body.receive, body.send)


class _Body:
    """One request's body as it comes, and the answer to it."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, most: int, seconds: float
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._most = most
        self._seconds = seconds
        self._size = 0
        self._complete = False
        self._answered = False
        self._refused = False

    async def receive(self) -> Message:
        """The next piece; the sender is gone for whoever asks for one too many."""
        if self._refused:
            return _GONE
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError:
            return await self._refuse(_too_slow())
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._size > self._most:
                return await self._refuse(_too_large(self._most))
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless there was one already."""
        if not self._refused:
            self._answered = True
            await self._send(message)

    async def _refuse(self, refused: RefusedError) -> Message:
        self._refused = True
        if not self._answered:
            await refuse(refused, self._scope, self._receive, self._send)
        return _GONE


def _too_large(most: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"This is too large: at most {most / 1e6:g} MB are taken here.",
    )


def _too_slow() -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_TIMEOUT,
        "This was sent too slowly. Look at your connection, and try again.",
    )
