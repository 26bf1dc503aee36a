"""Adding documents over HTTP, and the jobs that this and indexing are."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from citeback.serve.api.door import Door
from citeback.serve.api.forms import FILES_FORM, SentFile, received
from citeback.serve.api.problems import Kind, ProblemError
from citeback.serve.api.wire import SentJob, reply
from citeback.serve.jobs import Job
from citeback.serve.strings import words_of
from citeback.serve.visitor import FILES_OF_LARGEST_SIZE, Visitor

MOST_FILES = 100
MOST_WAIT_SECONDS = 60
LOOK_SECONDS = 0.1
# A file that is being read is read to its end, or to its limit.
STOP_SECONDS = 10.0
# Some proxies end a connection that says nothing for long.
SIGN_OF_LIFE_SECONDS = 15.0
ENGLISH = words_of("en")

Wait = Annotated[
    int, Query(ge=0, le=MOST_WAIT_SECONDS, description="Seconds to wait for the end")
]
KeyOf = Annotated[str, Path(description="The job's key")]
JOB: dict[int | str, dict[str, Any]] = {
    202: {"model": SentJob, "description": "It is under way: see Location."}
}
EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "done"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `progress`, and `done` at the end, each "
        "with the job as JSON.",
        "content": {"text/event-stream": {"itemSchema": EVENT}},
    }
}


def upload_routes(door: Door) -> APIRouter:
    """The routes that begin long work, and tell how far it is."""
    routes = APIRouter(tags=["Documents"])

    @routes.post(
        "/documents", response_model=SentJob, responses=JOB, openapi_extra=FILES_FORM
    )
    async def add(request: Request, wait: Wait = 0) -> Response:
        """Add files to the library: a form with one or more of them as `file`.

        Nothing is overwritten: another file of the same name gets a number. Comes back
        at once with the job, or when it is done within `wait` seconds.
        """
        visitor = door.changing(request)
        most = await run_in_threadpool(_room, visitor)
        async with received(request, most=most, files=MOST_FILES) as files:
            for file in files:
                if file.size > visitor.max_bytes:
                    raise ProblemError(Kind.TOO_LARGE, file.too_large(visitor))
            tokens = await run_in_threadpool(_kept, visitor, files)
        return await _begun(request, visitor.add(tokens), wait)

    @routes.post("/index", response_model=SentJob, responses=JOB)
    async def index(request: Request, wait: Wait = 0) -> Response:
        """Bring the index in step with the folder of documents."""
        return await _begun(request, door.changing(request).update(), wait)

    @routes.get("/jobs/{key}", response_model=SentJob)
    def job(request: Request, key: KeyOf) -> Response:
        """Tell how far a job is, or what came of it."""
        return reply(_view(_job(request, key)))

    @routes.get("/jobs/{key}/events", responses=EVENTS, response_class=Response)
    def events(request: Request, key: KeyOf) -> StreamingResponse:
        """Stream how a job gets on until it is done."""
        return StreamingResponse(
            _events(door, _job(request, key)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    @routes.delete("/jobs/{key}", response_model=SentJob)
    async def cancel(request: Request, key: KeyOf) -> Response:
        """Stop a job and forget it, telling what came of it; what is complete stays."""
        visitor, found = door.changing(request), _job(request, key)
        found.stop()
        await _ended(found, STOP_SECONDS)
        visitor.forget_job(key)
        return reply(_view(found))

    def _job(request: Request, key: str) -> Job:
        visitor = door.visitor(request)
        if visitor is None:
            raise ProblemError(Kind.NO_JOB)
        return visitor.job_of(key)

    return routes


async def _begun(request: Request, job: Job, wait: int) -> Response:
    """The job, when it is done or the client has waited long enough."""
    await _ended(job, wait)
    location = f"{request.scope.get('root_path', '')}/jobs/{job.key}"
    status = HTTPStatus.OK if job.done else HTTPStatus.ACCEPTED
    return reply(_view(job), status, {"location": location})


async def _ended(job: Job, seconds: float) -> None:
    """Wait until a job is done, at most so long, without a thread."""
    until = time.monotonic() + seconds
    while not job.done and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)


async def _events(door: Door, job: Job) -> AsyncIterator[str]:
    """What is new of a job, as server-sent events."""
    said, quiet = "", 0.0
    while not job.done and not door.warm_up.is_stopping:
        view = json.dumps(_view(job))
        if view != said:
            said, quiet = view, 0.0
            yield f"event: progress\ndata: {view}\n\n"
        elif quiet >= SIGN_OF_LIFE_SECONDS:
            quiet = 0.0
            yield ": still at it\n\n"
        await asyncio.sleep(LOOK_SECONDS)
        quiet += LOOK_SECONDS
    yield f"event: done\ndata: {json.dumps(_view(job))}\n\n"


def _view(job: Job) -> dict[str, Any]:
    view = job.view()
    waits = view["waits_for"]
    return {"key": job.key, **view, "waits_for": ENGLISH(waits) if waits else ""}


def _room(visitor: Visitor) -> int:
    """How many bytes are taken in one request."""
    if visitor.is_owner:
        return FILES_OF_LARGEST_SIZE * visitor.max_bytes
    return visitor.room()


def _kept(visitor: Visitor, files: Sequence[SentFile]) -> list[str]:
    """Lay files where they are added from, all or none; returns what to call them by."""
    tokens: list[str] = []
    try:
        for file in files:
            arriving = visitor.arriving()
            tokens.append(visitor.arrived(arriving, file.name))
            with arriving.open("xb") as target:
                shutil.copyfileobj(file.content, target)
    except BaseException:
        visitor.drop(tokens)
        raise
    return tokens
