"""How Citeback is, over HTTP: health, counts, and what each problem means."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from citeback import __version__
from citeback.errors import IndexStateError
from citeback.records import LibrarySize
from citeback.serve.api.door import Door
from citeback.serve.api.metrics import MEDIA_TYPE
from citeback.serve.api.problems import MEANINGS, Kind
from citeback.serve.api.wire import SentHealth, SentMeaning, reply

COUNTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "All counts, in the text format of Prometheus.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


def state_routes(door: Door) -> APIRouter:
    """The routes for whoever looks after a server."""
    routes = APIRouter(tags=["State"])

    @routes.get("/health", response_model=SentHealth)
    def health() -> Response:
        """Tell whether questions are answered, and what is being done."""
        state, problem = door.warm_up.state, ""
        try:
            size = door.visitors.library.size()
        except IndexStateError as error:
            size, problem = LibrarySize(0, 0, 0, 0), str(error)
        return reply(
            {
                "ok": not (state.problem or problem),
                "ready": not door.warm_up.why_wait(model=True),
                "version": __version__,
                **asdict(state),
                "problem": state.problem or problem,
                "documents": size.documents,
                "passages": size.passages,
            }
        )

    @routes.get("/metrics", responses=COUNTS, response_class=Response)
    def metrics() -> Response:
        """Give the counts: requests, questions by verdict, passages, the model."""
        headers = {"cache-control": "no-store"}
        return Response(door.metrics.text(), headers=headers, media_type=MEDIA_TYPE)

    @routes.get("/problems/{kind}", response_model=SentMeaning)
    def problem(
        request: Request,
        kind: Annotated[Kind, Path(description="The last part of a problem's type")],
    ) -> Response:
        """Tell what a type of problem means, and what to do about it."""
        meaning = MEANINGS[kind]
        address = f"{request.scope.get('root_path', '')}/problems/{kind}"
        return reply({"type": address, **asdict(meaning)})

    return routes
