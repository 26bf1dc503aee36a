"""Gives each request an id, and one line in the log, without query or content.

An error that nobody expected is answered here with a sentence, and its place logged.
"""

from __future__ import annotations

import logging
import secrets
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citeback.serve.guard.callers import Caller
from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.serve.logs import REQUEST

_logger = logging.getLogger(__name__)


class RequestLog:
    """Logs each request when it has been answered."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its id back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        key = secrets.token_hex(8)
        token = REQUEST.set(key)
        status, path = 0, scope["path"]  # which what stands behind changes
        began = time.perf_counter()

        async def forward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", key.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, forward)
        except Exception:
            _logger.exception("A request failed that should not have.")
            if not status:
                told = RefusedError(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    "Something went wrong that should not have. The log of the server "
                    f"tells more, under {key}.",
                )
                await refuse(told, scope, receive, forward)
        finally:
            if _logger.isEnabledFor(logging.INFO):
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                _logger.info("request", extra=_told(scope, path, status, milliseconds))
            REQUEST.reset(token)


def _told(
    scope: Scope, path: str, status: int, milliseconds: float
) -> dict[str, object]:
    state = scope.get("state", {})
    caller = state.get("caller")
    client = scope.get("client")
    return {
        "method": scope["method"],
        "path": path,
        "status": status,
        "milliseconds": milliseconds,
        "address": client[0] if client else "",
        "account": caller.name if isinstance(caller, Caller) else "",
        "refused": state.get("refused", ""),
    }
