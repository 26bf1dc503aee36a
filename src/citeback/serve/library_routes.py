"""What the library panel calls on the page's own server: add, remove, restore, stop."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from citeback.records import AddedFile
from citeback.serve.jobs import Job
from citeback.serve.library_view import library_view
from citeback.serve.requests import from_here, receive
from citeback.serve.visitor import Visitor, Visitors


def library_routes(visitors: Visitors) -> APIRouter:
    """The routes under /library."""
    routes = APIRouter(prefix="/library")

    def changing(request: Request) -> Visitor:
        """The visitor who may change something; raises for a request from elsewhere."""
        from_here(request)
        return visitors.welcome(visitors.key_of(request))

    @routes.get("")
    def show(request: Request) -> JSONResponse:
        key = visitors.key_of(request)
        visitor = visitors.of(key)
        owner = visitors.is_owner(key)
        library = visitors.library
        view = library_view(
            visitors.listed(key),
            visitor.removed() if visitor else (),
            shared=not owner,
            folder=str(library.settings.content.absolute()) if owner else "",
            endings=library.endings,
            max_bytes=library.settings.max_file_bytes,
            job=visitor.job.view() if visitor and visitor.job else None,
        )
        reply = JSONResponse(view, headers={"cache-control": "no-store"})
        visitors.give_key(key, reply)
        return reply

    @routes.get("/job")
    def job(request: Request) -> dict[str, Any] | None:
        visitor = visitors.of(visitors.key_of(request))
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
