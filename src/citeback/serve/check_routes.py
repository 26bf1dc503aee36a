"""What the check panel calls: a draft, pasted or sent as a file, and what it says.

Nothing of it is kept: a file is deleted as soon as it has been read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from citeback.cite.records import Draft
from citeback.serve.check_view import claims_view, verify_view
from citeback.serve.reads import Reads
from citeback.serve.requests import draft_file, from_here, receive
from citeback.serve.strings import Words, words_for
from citeback.serve.visitor import Visitors

PASTED = ""
CLAIMS = "claims"


def check_routes(visitors: Visitors) -> APIRouter:
    """The routes under /check."""
    routes = APIRouter(prefix="/check")

    @asynccontextmanager
    async def sent(request: Request, name: str = "") -> AsyncIterator[Path]:
        """What the page sends, in a file that is deleted afterwards."""
        from_here(request)
        with draft_file(name) as file:
            most = visitors.library.settings.max_file_bytes
            await receive(request, file, most)
            yield file

    @routes.post("/file")
    async def whole(request: Request, name: str, mode: str) -> dict[str, Any]:
        async with sent(request, name) as file:
            draft = await run_in_threadpool(
                visitors.library.draft, file, PurePosixPath(name).name
            )
        return await _checked(request, draft, mode)

    @routes.post("/text")
    async def pasted(request: Request, mode: str) -> dict[str, Any]:
        async with sent(request) as file:
            text = file.read_text(encoding="utf-8", errors="replace")
        # Markdown's signs do no harm where there are none.
        return await _checked(request, Draft(PASTED, text, (), True), mode)

    async def _checked(request: Request, draft: Draft, mode: str) -> dict[str, Any]:
        reads = visitors.reads(visitors.key_of(request))
        words = words_for(request.headers)
        return await run_in_threadpool(_view, reads, draft, mode, words)

    return routes


def _view(reads: Reads, draft: Draft, mode: str, words: Words) -> dict[str, Any]:
    if mode == CLAIMS:
        return claims_view(reads.claims(draft), words)
    return verify_view(reads.verify(draft), words)
