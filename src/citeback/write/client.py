"""Asks a server that speaks OpenAI's protocol. The only file that imports httpx2.

Nothing is sent to any other address: no redirect is followed, no proxy asked. Whatever
the server does, it ends within the limits, and what it says of errors is never shown.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2

from citeback.errors import WriterError
from citeback.write.prompt import Message
from citeback.write.records import Writer

SECONDS_TO_CONNECT = 5
# Until the first word, and between two: a model on a small machine thinks for long.
SECONDS_OF_SILENCE = 60
# Six sentences are about 1,000 letters.
MOST_LETTERS = 12_000
MOST_BYTES = 2_000_000

_STREAM = "text/event-stream"
_STATUSES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "did not take the key. Check CITEBACK_WRITER_KEY or "
    "CITEBACK_WRITER_KEY_FILE.",
    HTTPStatus.FORBIDDEN: "did not take the key. Check CITEBACK_WRITER_KEY or "
    "CITEBACK_WRITER_KEY_FILE.",
    HTTPStatus.NOT_FOUND: "does not know this address or this model. Check "
    "CITEBACK_WRITER_URL, which mostly ends in /v1, and CITEBACK_WRITER_MODEL.",
    HTTPStatus.TOO_MANY_REQUESTS: "has been asked too often, or what may be used of it is "
    "used up. Try again later.",
}
_FAILED = "failed (status {}). Try again later, or look into its own log."
_MOVED = (
    "wanted the passages to be sent to another address. That was not done. Set "
    "CITEBACK_WRITER_URL to where it really is."
)
_NO_PROTOCOL = (
    "did not answer as OpenAI's protocol has it. Check CITEBACK_WRITER_URL, which mostly "
    "ends in /v1."
)
_UNREACHABLE = "cannot be reached. Check that it runs, and CITEBACK_WRITER_URL."
_SILENT = "said nothing for {} seconds. Try again, or use a faster model."
_SLOW = "took longer than the {} seconds of CITEBACK_WRITER_SECONDS."
_BROKEN = "broke off before it had finished, so nothing of it is shown. Try again."
_ENDLESS = "did not stop writing, so nothing of it is shown. Try again."
_EMPTY = "wrote nothing. Try again, or use another model."


async def completed(writer: Writer, key: str, messages: Sequence[Message]) -> str:
    """What the model wrote, whole. Raises WriterError."""
    try:
        async with asyncio.timeout(writer.seconds):
            text = await _asked(writer, key, messages)
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        raise _error(writer, _UNREACHABLE) from None
    except httpx2.TimeoutException:
        raise _error(writer, _SILENT.format(SECONDS_OF_SILENCE)) from None
    except TimeoutError:
        raise _error(writer, _SLOW.format(writer.seconds)) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        raise _error(writer, _BROKEN) from None
    if not text.strip():
        raise _error(writer, _EMPTY)
    return text


def _error(writer: Writer, what: str) -> WriterError:
    return WriterError(f"The language model at {writer.address} {what}")


async def _asked(writer: Writer, key: str, messages: Sequence[Message]) -> str:
    timeout = httpx2.Timeout(SECONDS_OF_SILENCE, connect=SECONDS_TO_CONNECT)
    headers = {"accept": f"{_STREAM}, application/json", "accept-encoding": "identity"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    body = {"model": writer.model, "messages": list(messages), "stream": True}
    async with (
        httpx2.AsyncClient(
            timeout=timeout, follow_redirects=False, trust_env=False
        ) as client,
        client.stream(
            "POST", f"{writer.url}/chat/completions", json=body, headers=headers
        ) as response,
    ):
        if response.status_code != HTTPStatus.OK:
            raise _error(writer, _refusal(response.status_code))
        # What is packed may unpack into very much.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _error(writer, _NO_PROTOCOL)
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        pieces = _lines(response) if kind == _STREAM else _whole(response)
        return await _gathered(writer, pieces)


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return _MOVED
    return _STATUSES.get(status) or _FAILED.format(status)


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of what was written, whether it is the last one, and only by its limit."""

    text: str
    last: bool
    cut: bool = False


async def _gathered(writer: Writer, pieces: AsyncIterator[bytes]) -> str:
    text = ""
    try:
        async for piece in pieces:
            said = _said(piece)
            text += said.text
            if said.cut or len(text) > MOST_LETTERS:
                raise _error(writer, _ENDLESS)
            if said.last:
                return text
    except _TooMuchError:
        raise _error(writer, _ENDLESS) from None
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        raise _error(writer, _NO_PROTOCOL) from None
    raise _error(writer, _BROKEN)


class _TooMuchError(Exception):
    """More bytes than any answer has."""


async def _bounded(response: httpx2.Response) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MOST_BYTES:
            raise _TooMuchError
        yield chunk


async def _whole(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The body of a server that does not stream."""
    yield b"".join([chunk async for chunk in _bounded(response)])


async def _lines(response: httpx2.Response) -> AsyncIterator[bytes]:
    """What each `data:` line of a stream holds (WHATWG, server-sent events)."""
    left = b""
    async for chunk in _bounded(response):
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line.removeprefix(b"data:").strip()


def _said(piece: bytes) -> _Said:
    """Raises what wrong JSON and wrong kinds raise."""
    if piece == b"[DONE]":
        return _Said("", last=True)
    held: Any = json.loads(piece)
    if not held["choices"]:  # some servers send counts so, at the end
        return _Said("", last=False)
    choice = held["choices"][0]
    told = choice.get("delta") or choice.get("message") or {}
    text = told.get("content") or ""
    if not isinstance(text, str):
        raise TypeError
    why = choice.get("finish_reason")
    last = "message" in choice or why is not None
    return _Said(text, last=last, cut=why == "length")
