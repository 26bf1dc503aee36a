"""What every request is looked at for before anything of it is read. Plain ASGI.

A page from elsewhere can make a browser send forms and plain text to this machine, though
it cannot read the answers: such a request may change nothing here. A script tells no
origin at all, and is let in.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citeback.serve.api.problems import Kind, told

# JSON is read into memory whole. A book of 150,000 words is as long.
MOST_BYTES = 1_000_000
READING = ("GET", "HEAD", "OPTIONS", "TRACE")
HERE = ("same-origin", "none")


class Gate:
    """Refuses what pages from elsewhere send, and bodies that are too large."""

    def __init__(self, app: ASGIApp, *, large: Collection[str]) -> None:
        """At the `large` addresses more is taken, and counted where it is read."""
        self._app = app
        self._large = frozenset(large)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in READING and is_foreign(headers):
            await told(Request(scope), Kind.FROM_ELSEWHERE)(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in self._large:
            await self._app(scope, receive, send)
            return
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > MOST_BYTES:
            await told(Request(scope), Kind.TOO_LARGE, too_large())(
                scope, receive, send
            )
            return
        await self._app(scope, counted(receive, MOST_BYTES), send)


def is_foreign(headers: Headers) -> bool:
    """Whether a page from elsewhere made a browser send this."""
    begun = headers.get("sec-fetch-site")
    if begun is not None:
        return begun not in HERE
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def counted(receive: Receive, most: int) -> Receive:
    """The same, raising HTTPException where more bytes come than that."""
    size = 0

    async def receive_counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_counted


def too_large(most: int = MOST_BYTES) -> str:
    """Why a body is not taken."""
    return f"At this address at most {most / 1e6:g} MB are taken at once."
