"""What the library panel calls on the page's own server: add, remove, restore, stop.

A request counts only if the page itself sent it: a header of ours, which a page from
elsewhere cannot set, and the browser's word on where the request began.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from citeback.errors import CitebackError
from citeback.records import AddedFile
from citeback.serve.jobs import Job
from citeback.serve.library_view import library_view
from citeback.serve.visitor import Visitor, Visitors, is_key, listed, new_key

OUR_HEADER = "x-citeback"
HERE = ("same-origin", "none", None)
NOT_FROM_HERE = "This request did not come from the page of Citeback."


def library_routes(visitors: Visitors) -> APIRouter:
    """The routes under /library."""
    routes = APIRouter(prefix="/library")

    def changing(request: Request) -> Visitor:
        """The visitor who may change something; raises for a request from elsewhere."""
        from_here(request)
        return visitors.welcome(visitors.key_in(request.cookies))

    @routes.get("")
    def show(request: Request) -> JSONResponse:
        key = visitors.key_in(request.cookies)
        visitor = visitors.of(key)
        library = visitors.library
        view = library_view(
            visitor.listed() if visitor else listed(library, yours=False),
            visitor.removed() if visitor else (),
            shared=visitors.shared,
            folder="" if visitors.shared else str(library.settings.content.absolute()),
            endings=library.endings,
            max_bytes=library.settings.max_file_megabytes * 1_000_000,
            job=visitor.job.view() if visitor and visitor.job else None,
        )
        reply = JSONResponse(view, headers={"cache-control": "no-store"})
        if visitors.shared and not is_key(key):
            reply.set_cookie(
                visitors.cookie, new_key(), httponly=True, samesite="strict"
            )
        return reply

    @routes.get("/job")
    def job(request: Request) -> dict[str, Any] | None:
        visitor = visitors.of(visitors.key_in(request.cookies))
        return visitor.job.view() if visitor and visitor.job else None

    @routes.post("/upload")
    async def upload(request: Request, name: str) -> dict[str, str]:
        visitor = changing(request)
        room = min(visitor.max_bytes, visitor.room())
        file = visitor.arriving()
        try:
            await receive(request, file, room)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return {"token": visitor.arrived(file, name)}

    @routes.post("/add")
    def add(request: Request, tokens: list[str]) -> dict[str, Any]:
        return _view(changing(request).add(tokens))

    @routes.post("/refresh")
    def refresh(request: Request) -> dict[str, Any]:
        return _view(changing(request).update())

    @routes.post("/stop")
    def stop(request: Request) -> None:
        visitor = changing(request)
        if visitor.job:
            visitor.job.stop()

    @routes.post("/remove")
    def remove(request: Request, path: str) -> dict[str, str]:
        removed = changing(request).remove(path)
        return {"key": removed.key, "path": removed.path, "when": removed.when}

    @routes.post("/restore")
    def restore(request: Request, key: str) -> dict[str, str]:
        restored: AddedFile = changing(request).restore(key)
        return {"path": restored.path, "reason": restored.reason}

    return routes


def told(_: Request, error: Exception) -> JSONResponse:
    """An error of the library as a sentence for the page."""
    return JSONResponse({"reason": str(error)}, status_code=HTTPStatus.CONFLICT)


def _view(job: Job) -> dict[str, Any]:
    return job.view()


def from_here(request: Request) -> None:
    """Raise HTTPException for a request that the page itself did not send."""
    begun = request.headers.get("sec-fetch-site")
    if request.headers.get(OUR_HEADER) != "page" or begun not in HERE:
        raise HTTPException(HTTPStatus.FORBIDDEN, NOT_FROM_HERE)


async def receive(request: Request, file: Path, most: int) -> None:
    """Write what is sent into a file. Raises HTTPException where it is too much."""
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdigit() else 0
    with file.open("xb") as target:
        if size <= most:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    break
                target.write(chunk)
    if size > most:
        raise UploadError(size, most)


class UploadError(CitebackError):
    """A file that is being sent is larger than what is taken."""

    def __init__(self, size: int, most: int) -> None:
        """Both in bytes."""
        super().__init__(
            f"it is too large ({size / 1e6:.1f} MB, and there is room for "
            f"{max(most, 0) / 1e6:g} MB): split it into several files."
        )
