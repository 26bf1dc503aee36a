"""What goes on at this door, counted for Prometheus: never what was asked, nor of what."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citeback.errors import CitebackError
from citeback.records import LibrarySize
from citeback.serve.warm_up import Stage, WarmUp

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# An address that nobody has foreseen must not become a label.
NO_ROUTE = "none"
# When each count began tells nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]
# Seconds. A question takes some hundredths, a long draft minutes.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Metrics:
    """Counts of one application. Safe to use from threads."""

    def __init__(self, size: Callable[[], LibrarySize], warm_up: WarmUp) -> None:
        """`size` is asked when the counts are."""
        self._registry = CollectorRegistry()
        self._size = size
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "citeback_http_requests",
            "Requests by the pattern of their address and the status of the response.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "citeback_http_request_seconds",
            "Seconds until the response began.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._questions = Counter(
            "citeback_questions",
            "Questions asked at this door, by verdict; `every` for all passages.",
            ["verdict"],
            registry=self._registry,
        )
        self._documents = self._gauge("documents", "Documents that can be found.")
        self._passages = self._gauge("passages", "Passages that can be found.")
        ready = self._gauge("model_ready", "1 when the model is loaded.")
        ready.set_function(lambda: warm_up.state.stage is not Stage.LOADING)
        indexing = self._gauge("indexing", "1 while documents are being indexed.")
        indexing.set_function(lambda: warm_up.state.stage is Stage.INDEXING)
        failed = self._gauge("failed", "1 where the last update could not be done.")
        failed.set_function(lambda: bool(warm_up.state.problem))

    def asked(self, verdict: str) -> None:
        """Count a question."""
        self._questions.labels(verdict).inc()

    def responded(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All counts in the text format of Prometheus."""
        try:
            size = self._size()
        except CitebackError:  # an index that cannot be read: health says so
            size = LibrarySize(0, 0, 0, 0)
        self._documents.set(size.documents)
        self._passages.set(size.passages)
        return generate_latest(self._registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"citeback_{name}", about, registry=self._registry)


class Measured:
    """Counts every request that goes through it (plain ASGI, so streams flow)."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap an application."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count when the response begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"], started)
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        except Exception:  # what is told of it is told outside
            self._count(scope, 500, started)
            raise

    def _count(self, scope: Scope, status: int, started: float) -> None:
        route = getattr(scope.get("route"), "path_format", NO_ROUTE)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            route = NO_ROUTE
        seconds = time.perf_counter() - started
        self._metrics.responded(scope["method"], route, status, seconds)
