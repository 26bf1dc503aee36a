"""The headers that tell browsers what a page of ours may do, on every response."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing may be loaded from or sent to anywhere else, whatever a document holds.
# The page's framework evaluates its own scripts, hence the two `unsafe` words.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "object-src 'none'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'self'"
)
# What the page needs none of; copying into the clipboard it does need.
_NEVER = (
    "accelerometer camera display-capture geolocation gyroscope hid magnetometer "
    "microphone midi payment screen-wake-lock serial usb xr-spatial-tracking"
).split()
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _NEVER)
_YEAR = 365 * 86400

_ALWAYS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": _PERMISSIONS.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"SAMEORIGIN",
}
_WITH_HTTPS = {b"strict-transport-security": f"max-age={_YEAR}".encode()}


class SafetyHeaders:
    """Adds the security headers to every response (plain ASGI, so streams flow)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with the headers.

        A response that has one of them already keeps its own.
        """

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name.lower() for name, _ in headers}
                wanted = _ALWAYS
                if scope.get("scheme") == "https":
                    wanted = _ALWAYS | _WITH_HTTPS
                headers += [pair for pair in wanted.items() if pair[0] not in there]
                message = {**message, "headers": headers}
            await send(message)

        forward = send_with_headers if scope["type"] == "http" else send
        await self._app(scope, receive, forward)
