"""The web application around the page, without the page itself."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.types import Message, Receive, Scope, Send

from citeback.errors import SettingsError
from citeback.serve.guard.headers import SafetyHeaders
from citeback.serve.server import _listen
from citeback.settings import LOOPBACK


def test_a_busy_port_is_told_with_the_way_out() -> None:
    with _listen_anywhere() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=rf"Port {port} is in use.*CITEBACK_PORT="
        ):
            _listen(port)


def test_only_this_machine_is_served() -> None:
    with _listen_anywhere() as free:
        port = free.getsockname()[1]
    with _listen(port) as listener:
        assert listener.getsockname() == (LOOPBACK, port)


def test_every_response_carries_the_safety_headers() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"text"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    asyncio.run(SafetyHeaders(app)({"type": "http"}, receive, send))
    headers = dict(sent[0]["headers"])
    assert headers[b"content-type"] == b"text/plain"
    policy = headers[b"content-security-policy"].decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
    assert rules["object-src"] == "'none'"
    assert "http" not in policy
    assert sent[1]["body"] == b"text"


def _listen_anywhere() -> socket.socket:
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    listener.listen()
    return listener
