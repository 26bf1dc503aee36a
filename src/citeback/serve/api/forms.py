"""Files that come in a form, read with limits of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from citeback.serve.api.problems import Kind, ProblemError
from citeback.serve.requests import UploadError
from citeback.serve.visitor import Visitor

FORM = "multipart/form-data"
PART = "file"
# What a form needs beside its files.
FRAME_BYTES = 64_000
NO_FILE = f"The form has no file in it. Send files as its part “{PART}”."


def _form(files: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": {PART: files}, "required": [PART]}
    return {"requestBody": {"content": {FORM: {"schema": schema}}, "required": True}}


_BINARY = {"type": "string", "format": "binary"}
FILE_FORM = _form(_BINARY)
FILES_FORM = _form({"type": "array", "items": _BINARY, "minItems": 1})


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form, its bytes ready to be read from their beginning."""

    name: str
    size: int
    content: BinaryIO

    def too_large(self, visitor: Visitor) -> str:
        """Why it is not taken."""
        return f"The file is not taken: {UploadError(self.size, visitor.max_bytes)}"


@asynccontextmanager
async def received(
    request: Request, *, most: int, files: int
) -> AsyncIterator[list[SentFile]]:
    """The files of a form that is at most so large, deleted afterwards.

    Raises ProblemError and HTTPException.
    """
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        raise ProblemError(Kind.MEDIA_TYPE, f"Send files as {FORM}.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most + FRAME_BYTES:
        raise ProblemError(Kind.TOO_LARGE, _too_large(most))
    limited = Request(request.scope, _counted(request.receive, most + FRAME_BYTES))
    try:
        form = await limited.form(max_files=files, max_fields=files)
    except MultiPartException as error:
        raise ProblemError(Kind.UNREADABLE_BODY, error.message) from error
    except HTTPException as error:
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise ProblemError(Kind.TOO_LARGE, _too_large(most)) from error
        raise
    try:
        found = [
            SentFile(one.filename or "", one.size or 0, one.file)
            for name, one in form.multi_items()
            if name == PART and isinstance(one, UploadFile)
        ]
        if not found:
            raise ProblemError(Kind.INVALID, NO_FILE)
        yield found
    finally:
        await form.close()


def _counted(receive: Receive, most: int) -> Receive:
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


def _too_large(most: int) -> str:
    return f"At most {max(most, 0) / 1e6:g} MB are taken at once. Send fewer files."
