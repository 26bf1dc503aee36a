"""Keeps pages of other sites from sending anything in the name of who is signed in.

A browser tells where a request began: by Sec-Fetch-Site over https and on this machine,
and else by Origin. Scripts with a token of their own cannot be made to send one.
After "Cross-Site Request Forgery" by Filippo Valsorda (2025), which Go 1.25 follows.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.serve.guard.rights import SAFE_METHODS

# Ours: no page from elsewhere can set it without asking first, which is refused.
OUR_HEADER = "x-citeback"
_HERE = ("same-origin", "none")


class CrossSite:
    """Refuses what another site's page sends."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        """When `strict`, what changes something must say that it began here."""
        self._app = app
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what began here, or was sent by no browser."""
        if scope["type"] == "lifespan" or self._is_from_here(scope):
            await self._app(scope, receive, send)
            return
        refused = RefusedError(
            HTTPStatus.FORBIDDEN,
            "This request did not come from the page of Citeback. Open the page itself, "
            "and try again there. A script or an assistant sends a token where people "
            "sign in.",
        )
        scope.setdefault("state", {})["refused"] = "from another site"
        await refuse(refused, scope, receive, send)

    def _is_from_here(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.get("authorization", "").lower().startswith("bearer "):
            return True
        begun, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if begun == "same-origin":
            return True
        if origin is not None:
            return begun in (None, "none") and self._is_ours(origin, headers)
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            # Following a link opens the page; a picture or a script of ours is not
            # for pages elsewhere, nor is the work that making it takes.
            opens = headers.get("sec-fetch-mode") == "navigate"
            return opens or begun in (None, *_HERE)
        if begun is not None:
            return begun in _HERE
        return not self._strict or OUR_HEADER in headers

    @staticmethod
    def _is_ours(origin: str, headers: Headers) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        host = headers.get("host", "").lower()
        return parts.scheme in ("http", "https") and parts.netloc.lower() == host
