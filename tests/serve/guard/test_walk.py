"""Every route of the running application is closed, and those of tomorrow are as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from guarded import TEXTS, Opened, opening
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from citeback.serve.guard import rights
from citeback.serve.guard.callers import Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNSAFE = METHODS[2:6]
# What gradio is known to serve, should a new version of it hide its routes.
GRADIOS = (
    *(
        "/config",
        "/assets/index.js",
        "/static/x",
        "/theme.css",
        "/info",
        "/openapi.json",
    ),
    *("/login", "/logout", "/monitoring", "/manifest.json", "/robots.txt", "/pwa_icon"),
    *("/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/queue/data"),
    *("/gradio_api/queue/status", "/gradio_api/call/ask", "/gradio_api/call/ask/x"),
    *("/gradio_api/run/ask", "/gradio_api/api/ask", "/gradio_api/upload"),
    *(
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
    ),
    *("/gradio_api/file/x", "/gradio_api/proxy=http://x", "/gradio_api/stream/x"),
    *("/gradio_api/heartbeat/x", "/gradio_api/component_server", "/gradio_api/reset"),
    *("/gradio_api/cancel", "/gradio_api/startup-events", "/gradio_api/app_id"),
    *(
        "/gradio_api/deep_link",
        "/gradio_api/token",
        "/gradio_api/user",
        "/gradio_api/mcp/",
    ),
)
STREAMS = re.compile("/heartbeat|/queue/data|/events|/reload|/stream")
# What readers may not send, whatever is in the lists of rights.py.
CURATORS_ONLY = ("/library/refresh", "/api/v1/index", "/gradio_api/upload")


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """An application that nobody is kept from by asking too often."""
    folder = tmp_path_factory.mktemp("walked")
    with ExitStack() as stack:
        yield opening(stack, folder / "app", requests_per_minute=10**6)


def paths(routes: Any, prefix: str = "") -> Iterator[str]:
    """Every address, with something in place of its parameters."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:  # a router that FastAPI has included
            yield from paths(inner.routes, prefix + route.include_context.prefix)
        elif isinstance(route, Mount):
            yield filled(f"{prefix}{route.path}/x")
            yield from paths(route.routes or (), prefix + route.path)
        elif isinstance(route, (Route, WebSocketRoute)):
            yield filled(prefix + route.path)
        else:
            pytest.fail(f"This kind of route is not walked yet: {route!r}")


def filled(path: str) -> str:
    return re.sub(r"{[^}]+}", "x", path)


def all_paths(app: FastAPI) -> list[str]:
    return sorted({*paths(app.routes), *GRADIOS})


def open_doors(client: TestClient, addresses: list[str]) -> list[str]:
    """What is answered by anything but a refusal, as far as the first such address."""
    # Behind an open door a stream may have no end, so these come last.
    for path in sorted(addresses, key=lambda one: bool(STREAMS.search(one))):
        found = [f"{m} {path}: {s}" for m in METHODS if (s := answer(client, m, path))]
        try:
            with client.websocket_connect(path):
                found.append(f"WEBSOCKET {path}")
        except WebSocketDisconnect:
            pass
        if found:
            return found
    return []


def answer(client: TestClient, method: str, path: str) -> int:
    """The status of what is no refusal, else 0."""
    reply = client.request(method, path)
    if path == "/healthz" and reply.content in (b'{"ok":true}', b""):
        return 0
    return 0 if reply.status_code == 401 else reply.status_code


def test_the_walk_knows_the_application(walked: Opened) -> None:
    """That it finds what is known to be there, on every level."""
    found = all_paths(walked.app)
    for known in (
        *("/", "/state", "/healthz", "/picture", "/library/upload", "/dossier/pin"),
        *("/check/file", "/reference/fill", "/citations/quotes", "/mcp"),
        *("/api/v1/ask", "/api/v1/documents/x", "/api/v1/metrics"),
        *("/gradio_api/queue/join", "/gradio_api/file=x", "/config", "/assets/x"),
    ):
        assert known in found, known
    assert len(found) > 100


def test_nobody_is_let_in_without_saying_who_they_are(walked: Opened) -> None:
    addresses = all_paths(walked.app)
    assert open_doors(walked.client(), addresses) == []
    wrong = {"authorization": "Bearer citeback_0123456789ab_" + "x" * 43}
    assert open_doors(walked.client(**wrong), addresses[::9]) == []
    cookie = {"cookie": "citeback-session-7860=x; citeback-7860=" + "x" * 43}
    assert open_doors(walked.client(**cookie), addresses[::9]) == []


def test_browsers_are_sent_to_the_form(walked: Opened) -> None:
    browser = walked.client(accept="text/html")
    for path in all_paths(walked.app):
        reply = browser.get(path)
        if path != "/healthz":
            assert reply.status_code == 303, path
            assert reply.headers["location"].startswith("/sign-in"), path


def test_readers_change_nothing_that_is_shared(walked: Opened) -> None:
    """Every route that changes something is called: most are refused, none harms."""
    reader = walked.client("ben")
    allowed = []
    for path in [*all_paths(walked.app), "/api/v1/documents/kettle.txt"]:
        for method in UNSAFE:
            reply = reader.request(method, path, params={"path": "kettle.txt"})
            if rights.may(Role.READER, method, path):
                allowed.append(path)
            else:
                assert reply.status_code == 403, (method, path)
    assert not set(allowed) & set(CURATORS_ONLY)
    assert set(CURATORS_ONLY) <= set(all_paths(walked.app))
    content = walked.settings.content
    held = {file.name: file.read_text("utf-8") for file in content.iterdir()}
    assert held == TEXTS


def test_what_is_added_tomorrow_is_closed_as_well(walked: Opened) -> None:
    @walked.app.post("/tomorrow")
    def tomorrow() -> str:
        return "open"

    # Before the page, which takes every other address.
    walked.app.router.routes.insert(0, walked.app.router.routes.pop())
    assert "/tomorrow" in all_paths(walked.app)
    assert walked.client().post("/tomorrow").status_code == 401
    assert walked.client("ben").post("/tomorrow").status_code == 403
    assert walked.client("ana").post("/tomorrow").json() == "open"


def test_the_walk_finds_doors_that_are_open(walked: Opened) -> None:
    """Whoever may come in is found by the same walk, so that it can fail."""
    for path in ("/state", "/config", "/api/v1/health", "/theme.css"):
        assert open_doors(walked.client("ana"), [path]), path
    assert "GET /state: 200" in open_doors(walked.client("ana"), ["/state"])


@pytest.mark.parametrize(
    "path",
    [
        *("//state", "/./state", "/%2e/state", "/STATE", "/state/", "/state%00"),
        *(
            "/sign-in/../state",
            "/sign-in/%2e%2e/state",
            "/healthz/../state",
            "/healthz/",
        ),
        *("/sign-in/", "/sign-in/state", "/sign-in%2f..%2fstate", "/sign-in;/state"),
        *("/sign-in//state", "/healthz%20", "/healthz/state", "/%73tate"),
    ],
)
def test_no_other_way_to_write_a_path_leads_in(walked: Opened, path: str) -> None:
    client = walked.client()
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        scope_path = client.build_request(method, "http://localhost/")
        scope_path.url = scope_path.url.copy_with(raw_path=path.encode())
        assert client.send(scope_path).status_code == 401, (method, path)
