"""Serves the page on this machine: the web application around it and its start."""

from __future__ import annotations

import errno
import logging
import secrets
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.routing import Route

from citeback.errors import CitebackError, IndexStateError, SettingsError
from citeback.serve import logs, page_views
from citeback.serve.at_socket import answering_the_command_line
from citeback.serve.guard.front import guarded, stand_before
from citeback.serve.guard.hosts import is_everywhere
from citeback.serve.requests import not_understood
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import Stage, WarmUp
from citeback.settings import LOOPBACK, Settings

if TYPE_CHECKING:
    from citeback.library import Library

# Open tabs hold a connection; stopping waits for them no longer than this.
SECONDS_TO_STOP = 2
# Longer than clients and proxies keep a connection that is idle (5 and 60 seconds, as a
# rule): were it ended here just as one sends a request on it, that request would be lost.
SECONDS_KEPT_ALIVE = 75

_logger = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """A server that says when it is ready, and stops without a word."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        ready: Callable[[], None],
        stopping: Callable[[], None],
        stopped: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping
        self._stopped = stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        # Open tabs are cut off; uvicorn would print a traceback for each of them.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)
        # The signal that ended it is raised once more after this, and ends the process.
        self._stopped()


def build_app(visitors: Visitors, warm_up: WarmUp) -> FastAPI:
    """The web application: the page at `/`, what its library panel calls, a sign of life
    at `/healthz`, and at `/state` what an open page asks for every other second.
    """
    from citeback.serve.api.app import mount_api
    from citeback.serve.check_routes import check_routes
    from citeback.serve.citing_routes import citing_routes
    from citeback.serve.dossier_routes import dossier_routes
    from citeback.serve.library_routes import library_routes, told
    from citeback.serve.mcp.http import PATH, HttpDoor
    from citeback.serve.page import build_page, mount_page
    from citeback.serve.reference_routes import reference_routes

    settings = visitors.library.settings
    door = HttpDoor(visitors, warm_up)
    app = FastAPI(
        title="Citeback",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=door.lifespan,
    )
    stand_before(app, settings, guarded=visitors.guarded)

    @app.get("/healthz")
    def healthz() -> dict[str, bool | int]:
        ready = warm_up.state.stage is Stage.READY
        return {"ok": True, "ready": ready, "passages": passages()}

    # Tells a page whether the server is still the one that knows its conversation.
    run = secrets.token_hex(8)

    @app.get("/state")
    def state() -> dict[str, Any]:
        return {"run": run, "passages": passages(), **asdict(warm_up.state)}

    @app.get("/picture")
    def picture(path: str, number: int, width: int, request: Request) -> Response:
        try:
            library = visitors.reads(visitors.key_of(request))
            png, headers = page_views.picture(library, path, number, width)
        except CitebackError as error:
            return Response(str(error), status_code=404, media_type="text/plain")
        return Response(png, headers=headers, media_type="image/png")

    @app.get("/boxes", response_model=None)
    def boxes(
        path: str, start: int, end: int, request: Request
    ) -> Response | list[dict[str, Any]]:
        try:
            library = visitors.reads(visitors.key_of(request))
            return page_views.boxes(library, path, start, end)
        except CitebackError as error:
            return Response(str(error), status_code=404, media_type="text/plain")

    def passages() -> int:
        try:
            return visitors.library.size().passages
        except IndexStateError:
            return 0

    app.include_router(library_routes(visitors))
    app.include_router(check_routes(visitors))
    app.include_router(dossier_routes(visitors))
    app.include_router(reference_routes(visitors))
    app.include_router(citing_routes(visitors))
    app.router.routes.append(Route(PATH, door))
    app.add_exception_handler(CitebackError, told)
    app.add_exception_handler(RequestValidationError, not_understood)
    mount_api(app, visitors, warm_up)
    return mount_page(app, build_page(visitors, warm_up))


def serve(
    library: Library,
    settings: Settings,
    warm_up: WarmUp,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until the process is stopped; announce its address when ready.

    The warming up begins when the page can be opened. Raises SettingsError if the port
    is taken, or if others could reach the page and nobody would ask who they are.
    """
    closed = guarded(settings)
    logs.set_up(settings.log)
    tell = announce or (lambda url: _logger.info("Citeback is ready at %s", url))
    with (
        _listen(settings.port, settings.host) as listener,
        closing(Visitors(library, warm_up, guarded=closed)) as visitors,
        ExitStack() as beside,
    ):
        beside.enter_context(answering_the_command_line(library, warm_up))

        config = uvicorn.Config(
            build_app(visitors, warm_up),
            log_config=None,
            access_log=False,
            # What proxies say is read by the guard, from those that it believes.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
            timeout_keep_alive=SECONDS_KEPT_ALIVE,
        )
        url = _address(settings)

        def ready() -> None:
            tell(url)
            warm_up.start()

        def stopped() -> None:
            beside.close()
            visitors.close()

        server = _Server(config, ready=ready, stopping=warm_up.stop, stopped=stopped)
        server.run(sockets=[listener])


def _address(settings: Settings) -> str:
    """Where a browser finds the page."""
    host = settings.host
    if is_everywhere(host):
        host = socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    root = f"{settings.root_path}/" if settings.root_path else ""
    return f"http://{shown}:{settings.port}{root}"


def _listen(port: int, host: str = LOOPBACK) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Told to be TCP, or asyncio would not tell connections to send at once, and the body
    # of each response would wait 40 ms for the other side to confirm its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Claimed at once: on some systems two programs can bind before one listens.
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise SettingsError(
                f"This machine has no address {host}. Set CITEBACK_HOST to one that it "
                "has, or to 0.0.0.0 for all of them."
            ) from error
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is in use by another program"
        if error.errno == errno.EACCES:
            why = "may not be used by you"
        other = port + 1 if 1024 <= port < 65535 else 7861
        raise SettingsError(
            f"Port {port} {why}. Choose another with the setting CITEBACK_PORT,"
            f" for example CITEBACK_PORT={other}."
        ) from error
    return listener
