"""What the check panel calls: a draft, pasted or sent as a file, and what it says.

Nothing of it is kept: a file is deleted as soon as it has been read.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from citeback.cite.records import Draft
from citeback.serve.check_view import claims_view, verify_view
from citeback.serve.library_routes import from_here, receive
from citeback.serve.reads import Reads
from citeback.serve.strings import Words, preferred
from citeback.serve.visitor import Visitors

PASTED = ""
CLAIMS = "claims"


def check_routes(visitors: Visitors) -> APIRouter:
    """The routes under /check."""
    routes = APIRouter(prefix="/check")

    @routes.post("/file")
    async def file(request: Request, name: str, mode: str) -> dict[str, Any]:
        from_here(request)
        with tempfile.TemporaryDirectory(prefix="citeback-check-") as folder:
            # Its own name may be anything; only the ending says something.
            sent = Path(folder) / f"draft{PurePosixPath(name).suffix[:16]}"
            most = visitors.library.settings.max_file_megabytes * 1_000_000
            await receive(request, sent, most)
            library = visitors.library
            draft = await run_in_threadpool(
                library.draft, sent, PurePosixPath(name).name
            )
        return await _checked(request, draft, mode)

    @routes.post("/text")
    async def text(request: Request, mode: str) -> dict[str, Any]:
        from_here(request)
        with tempfile.TemporaryDirectory(prefix="citeback-check-") as folder:
            sent = Path(folder) / "draft"
            most = visitors.library.settings.max_file_megabytes * 1_000_000
            await receive(request, sent, most)
            pasted = sent.read_text(encoding="utf-8", errors="replace")
        # Markdown's signs do no harm where there are none.
        return await _checked(request, Draft(PASTED, pasted, (), True), mode)

    async def _checked(request: Request, draft: Draft, mode: str) -> dict[str, Any]:
        reads = visitors.reads(visitors.key_in(request.cookies))
        words = preferred(request.headers.get("accept-language", ""))
        return await run_in_threadpool(_view, reads, draft, mode, words)

    return routes


def _view(reads: Reads, draft: Draft, mode: str, words: Words) -> dict[str, Any]:
    if mode == CLAIMS:
        return claims_view(reads.claims(draft), words)
    return verify_view(reads.verify(draft), words)
