"""What is answered instead of passing a request on: problem details, by RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

PROBLEM = "application/problem+json"


class RefusedError(Exception):
    """A request goes no further; `sentence` tells a person why."""

    def __init__(
        self,
        status: HTTPStatus,
        sentence: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """As it is answered."""
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


async def refuse(
    refused: RefusedError, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer a request with why it is refused; close a socket that is none yet."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    # The page reads `reason`, as it does of errors of the library.
    problem = {
        "type": "about:blank",
        "title": refused.status.phrase,
        "status": int(refused.status),
        "detail": refused.sentence,
        "instance": quote(scope.get("path", "")),
        "reason": refused.sentence,
    }
    headers = {"cache-control": "no-store", **refused.headers}
    if scope["method"] not in ("GET", "HEAD"):
        headers["connection"] = "close"  # what is still being sent is not read
    response = JSONResponse(
        problem, status_code=refused.status, media_type=PROBLEM, headers=headers
    )
    await response(scope, receive, send)
