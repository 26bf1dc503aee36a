"""Drafts over HTTP: are its quotations exact, and what is related to its sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from shutil import copyfileobj

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from citeback.cite.records import ClaimReport, Draft
from citeback.serve.api.door import Door
from citeback.serve.api.forms import FILE_FORM, SentFile, received
from citeback.serve.api.wire import DraftText, SentVerify, reply
from citeback.serve.as_json import claims_json, verify_json
from citeback.serve.reads import Reads
from citeback.serve.requests import draft_file

Check = Callable[[Reads, Draft], Response]


def check_routes(door: Door) -> APIRouter:
    """The routes that look at what someone has written; nothing of it is kept."""
    routes = APIRouter(tags=["Checking"])

    @routes.post("/verify", response_model=SentVerify)
    async def verify(request: Request, draft: DraftText) -> Response:
        """Check each quotation and each receipt of a text."""
        return await checked(request, _draft(draft), _verify, model=False)

    @routes.post("/verify/file", response_model=SentVerify, openapi_extra=FILE_FORM)
    async def verify_file(request: Request) -> Response:
        """Check each quotation and each receipt of a file, sent as `file` of a form."""
        return await checked(request, await sent(request), _verify, model=False)

    @routes.post("/claims", response_model=ClaimReport)
    async def claims(request: Request, draft: DraftText) -> Response:
        """Look up the passage that is most related to each sentence of a text."""
        return await checked(request, _draft(draft), _claims, model=True)

    @routes.post("/claims/file", response_model=ClaimReport, openapi_extra=FILE_FORM)
    async def claims_file(request: Request) -> Response:
        """Look up the passage that is most related to each sentence of a file."""
        return await checked(request, await sent(request), _claims, model=True)

    async def checked(
        request: Request, draft: Draft, check: Check, *, model: bool
    ) -> Response:
        await door.ready(model=model)
        return await run_in_threadpool(check, door.reads(request), draft)

    async def sent(request: Request) -> Draft:
        most = door.visitors.library.settings.max_file_bytes
        async with received(request, most=most, files=1) as files:
            return await run_in_threadpool(_read, door, files[0])

    return routes


def _draft(sent: DraftText) -> Draft:
    return Draft(sent.name, sent.text, (), sent.markdown)


def _read(door: Door, file: SentFile) -> Draft:
    name = PurePosixPath(file.name).name or "draft"
    with draft_file(name) as written:
        with written.open("xb") as target:
            copyfileobj(file.content, target)
        return door.visitors.library.draft(written, name)


def _verify(reads: Reads, draft: Draft) -> Response:
    return reply(verify_json(reads.verify(draft)))


def _claims(reads: Reads, draft: Draft) -> Response:
    return reply(claims_json(reads.claims(draft)))
