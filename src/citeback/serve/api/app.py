"""The HTTP door put together: an application of its own, mounted under /api/v1."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.routing import Match

from citeback import __version__
from citeback.errors import CitebackError
from citeback.serve.api import problems
from citeback.serve.api.addresses import WholeMount
from citeback.serve.api.asking import asking_routes
from citeback.serve.api.checking import check_routes
from citeback.serve.api.citations import citation_routes
from citeback.serve.api.documents import document_routes
from citeback.serve.api.door import Door
from citeback.serve.api.heads import Heads
from citeback.serve.api.metrics import Measured, Metrics
from citeback.serve.api.state import state_routes
from citeback.serve.api.uploads import upload_routes
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import WarmUp

PREFIX = "/api/v1"
ABOUT = """\
Ask a folder of texts; get their own words with receipts that prove them, or that they do
not say. Offsets count Unicode code points of a document's text from 0, the end not
included. Every error is a problem as in RFC 9457.
"""
_REFERENCE = "#/components/schemas/{model}"
PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {
        problems.MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}
    },
}


class Api(FastAPI):
    """An application whose description knows the problems, too."""

    def openapi(self) -> dict[str, Any]:
        """The description in OpenAPI, made once."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            problem = TypeAdapter(problems.Problem).json_schema(ref_template=_REFERENCE)
            schemas |= problem.pop("$defs")
            schemas["Problem"] = problem
        return super().openapi()


def build_api(visitors: Visitors, warm_up: WarmUp) -> FastAPI:
    """What is mounted under PREFIX."""
    metrics = Metrics(lambda: visitors.library.size(), warm_up)
    door = Door(visitors, warm_up, metrics)
    api = Api(
        title="Citeback",
        version=__version__,
        description=ABOUT,
        openapi_url="/openapi.json",
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": PROBLEM},
    )
    for routes in (
        asking_routes,
        document_routes,
        upload_routes,
        citation_routes,
        check_routes,
        state_routes,
    ):
        api.include_router(routes(door))
    api.add_exception_handler(CitebackError, problems.of_library)
    api.add_exception_handler(HTTPException, _of_framework)
    api.add_exception_handler(RequestValidationError, problems.of_validation)
    api.add_exception_handler(OSError, problems.of_system)
    api.add_exception_handler(Exception, problems.unexpected)
    api.add_middleware(Measured, metrics=metrics)
    api.add_middleware(Heads)

    @api.get("/", include_in_schema=False)
    def description(request: Request) -> Response:
        return RedirectResponse(f"{request.scope['root_path']}/openapi.json")

    return api


def mount_api(app: FastAPI, visitors: Visitors, warm_up: WarmUp) -> None:
    """Put the HTTP door beside the page, under PREFIX."""
    app.router.routes.append(WholeMount(PREFIX, build_api(visitors, warm_up)))

    @app.get(PREFIX, include_in_schema=False)
    def description(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}{PREFIX}/openapi.json")


def _of_framework(request: Request, error: Exception) -> Response:
    response = problems.of_framework(request, error)
    if response.status_code == 405:
        response.headers["allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """What can be done at an address: one route alone does not know of the others."""
    methods = ("DELETE", "GET", "POST")
    allowed = {
        method
        for method in methods
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    if "GET" in allowed:
        allowed.add("HEAD")
    return sorted(allowed)
