"""Where a request came from and was sent to, as far as that can be believed.

Anybody can write any header. What proxies say is believed from their addresses alone,
and is taken out of all other requests, so that nothing behind believes it either.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

HEALTH = "/healthz"
_NETWORK = ("http", "websocket")
# The page's framework takes its own address from it, for a server of its own in front.
_SAYS_WHERE = (b"forwarded", b"x-gradio-server")


class Arrival:
    """Notes who sends a request, where from, and whether by https."""

    def __init__(
        self, app: ASGIApp, *, proxies: Sequence[str] = (), header: str = ""
    ) -> None:
        """`proxies` are addresses or ranges; in `header` they name who sends it."""
        self._app = app
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._header = header.lower().encode("ascii")
        # Reads X-Forwarded-For from its end, as far as it is proxies of ours.
        forwarded: Any = ProxyHeadersMiddleware(
            self._without_forwarded,  # type: ignore[arg-type]
            trusted_hosts=list(proxies),
        )
        self._believing: ASGIApp = forwarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with what is believed of it."""
        if scope["type"] not in _NETWORK:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        address = _plain(scope["client"][0] if scope.get("client") else "")
        scope["client"] = (address, 0)
        believed = self._is_proxy(address)
        if self._header:
            named = [value for name, value in scope["headers"] if name == self._header]
            # One that stands there twice may be half somebody else's.
            if believed and len(named) == 1:
                person = named[0].decode("latin-1").strip()
                scope["state"]["person"] = person
            scope["headers"] = [
                pair for pair in scope["headers"] if pair[0] != self._header
            ]
        passing = self._believing if believed else self._without_forwarded
        await passing(scope, receive, send)

    async def _without_forwarded(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        scope["headers"] = [
            (name, value)
            for name, value in scope["headers"]
            if not name.startswith(b"x-forwarded-") and name not in _SAYS_WHERE
        ]
        await self._app(scope, receive, send)

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies:
            return False
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in proxy for proxy in self._proxies)


class BelowPath:
    """Serves the application below a path, as a proxy that changes no path passes it."""

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        """`root` is like /citeback."""
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is below the path, and the question for a sign of life."""
        if scope["type"] not in _NETWORK or scope["path"] == HEALTH:
            await self._app(scope, receive, send)
            return
        response: RedirectResponse | PlainTextResponse
        if scope["path"].startswith(f"{self._root}/"):
            await self._app({**scope, "root_path": self._root}, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == self._root:
            query = scope["query_string"].decode("latin-1")
            goal = f"{self._root}/?{query}" if query else f"{self._root}/"
            response = RedirectResponse(goal, status_code=308)
            await response(scope, receive, send)
        else:
            told = f"The library is at {self._root}/.\n"
            response = PlainTextResponse(told, status_code=404)
            await response(scope, receive, send)


def _plain(address: str) -> str:
    """An address of IPv4 that came by IPv6, as one of IPv4."""
    return address.removeprefix("::ffff:") if "." in address else address
