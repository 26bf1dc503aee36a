"""The tools over streamable HTTP, at `/mcp` beside the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from citeback.serve.dossier_routes import folders_of
from citeback.serve.mcp.protocol import Door
from citeback.serve.mcp.tools import Caller
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import WarmUp

PATH = "/mcp"
# A text to verify, each letter of it escaped, and room.
MOST_BYTES = 4_000_000
POST_ONLY = "Send a POST. Nothing is kept between requests, so there is nothing to GET."


def caller_of(visitors: Visitors, request: Request) -> Caller:
    """Whoever sent a request: the same reads as for the page."""
    key = visitors.key_of(request)
    return Caller(
        reads=visitors.reads(key),
        keeps=lambda: visitors.cites(key),
        folders=lambda: folders_of(visitors, request),
        address=str(request.base_url),
    )


class HttpDoor:
    """Each request stands for itself: no session is kept, so none can be taken over."""

    def __init__(
        self,
        visitors: Visitors,
        warm_up: WarmUp,
        hosts: Sequence[str] | None = None,
    ) -> None:
        """`hosts` are the names that this machine goes by; others are turned away.

        Without them that is left to what stands in front (see guard/hosts.py).
        """
        door = Door(partial(caller_of, visitors), partial(warm_up.why_wait, model=True))
        self._manager = StreamableHTTPSessionManager(
            door.server,
            json_response=True,
            stateless=True,
            # A page elsewhere that points its own name at this machine has its own
            # name as host, and any page elsewhere its own address as origin.
            security_settings=TransportSecuritySettings(
                enable_dns_rebinding_protection=hosts is not None,
                allowed_hosts=_with_ports(hosts or ()),
                allowed_origins=[
                    f"{scheme}://{host}"
                    for scheme in ("http", "https")
                    for host in _with_ports(hosts or ())
                ],
            ),
            max_request_body_size=MOST_BYTES,
        )

    @asynccontextmanager
    async def lifespan(self, _: ASGIApp) -> AsyncIterator[None]:
        """Requests are answered inside."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            refusal = PlainTextResponse(
                POST_ONLY, HTTPStatus.METHOD_NOT_ALLOWED, {"allow": "POST"}
            )
            await refusal(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)


def _with_ports(hosts: Sequence[str]) -> list[str]:
    return [name for host in hosts for name in (host, f"{host}:*")]
