"""What is refused over HTTP, how that is told, and what is counted of it."""

from __future__ import annotations

import asyncio
import errno
import json
import re

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from citeback.errors import (
    CitationsError,
    CitebackError,
    ContentError,
    EncoderError,
    IndexBusyError,
    IndexStateError,
    StorageFullError,
    UnsoundIndexError,
)
from citeback.serve.api.app import PREFIX
from citeback.serve.api.heads import Heads
from citeback.serve.api.problems import MEANINGS, Kind
from citeback.serve.guard.bodies import SMALL

from .conftest import OpenedDoor, sent

ASKED = {"question": "How long does the blue kettle take?"}


def problem(reply: httpx.Response, status: int, kind: Kind) -> str:
    """The detail of a problem that is told as it should be."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert told["type"] == f"{PREFIX}/problems/{kind}"
    assert told["status"] == status
    assert told["title"] == MEANINGS[kind].title
    assert told["instance"] == reply.request.url.raw_path.decode().partition("?")[0]
    assert told["detail"]
    return str(told["detail"])


def test_each_refusal_is_a_problem(client: TestClient) -> None:
    problem(client.get("/nothing"), 404, Kind.NO_ADDRESS)
    problem(client.get("/documents/none.txt"), 404, Kind.NO_DOCUMENT)
    problem(client.get("/jobs/none"), 404, Kind.NO_JOB)
    for lines in ("/jobs/no%0Ane", "/texts/no%0Ane.txt%0A", "/no%0Aaddress"):
        reply = client.get(lines)
        assert reply.status_code == 404
        assert reply.json()["instance"] == f"{PREFIX}{lines}"
    for method, address, allowed in (
        ("PUT", "/documents", "GET, HEAD, POST"),
        ("PATCH", "/documents/kettle.txt", "DELETE, GET, HEAD"),
        ("GET", "/ask", "POST"),
        ("HEAD", "/ask", "POST"),
    ):
        reply = client.request(method, address)
        if method == "HEAD":
            assert (reply.status_code, reply.content) == (405, b"")
        else:
            problem(reply, 405, Kind.METHOD)
        assert reply.headers["allow"] == allowed
    for content, kind in ((b"{", "application/json"), (b'{"a":1', "text/json+json")):
        reply = client.post("/ask", content=content, headers={"content-type": kind})
        if kind == "application/json":
            problem(reply, 400, Kind.UNREADABLE_BODY)
    nested = b"[" * 100_000
    kind = {"content-type": "application/json"}
    problem(
        client.post("/ask", content=nested, headers=kind), 400, Kind.UNREADABLE_BODY
    )
    for wrong in ({"data": ASKED}, {"content": b"text"}, {"files": {"file": b"x"}}):
        problem(client.post("/ask", **wrong), 415, Kind.MEDIA_TYPE)
    problem(client.post("/documents", json={}), 415, Kind.MEDIA_TYPE)
    problem(client.post("/verify/file", json={}), 415, Kind.MEDIA_TYPE)


def test_each_wrong_part_is_named_and_none_repeated(client: TestClient) -> None:
    body = {"question": 7, "limit": 0, "mode": "sideways", "colour": "secret"}
    reply = client.post("/ask", json=body)
    detail = problem(reply, 422, Kind.INVALID)
    assert "body.question" in detail
    parts = [error["part"] for error in reply.json()["errors"]]
    assert parts == ["body.question", "body.mode", "body.limit", "body.colour"]
    assert "secret" not in reply.text
    assert "sideways" not in reply.text
    for wrong in (
        {"limit": True},
        {"write": 0},
        {"limit": "3"},
        {"scope": {"after": 0}},
        {"scope": {"after": "0"}},
        {"scope": {"after": "2021-02-30"}},
        {"scope": {"before": "2021-02-03T00:00:00"}},
    ):
        reply = client.post("/ask", json={**ASKED, **wrong})
        problem(reply, 422, Kind.INVALID)
    surrogate = client.post(
        "/ask",
        content=b'{"question": "\\ud800"}',
        headers={"content-type": "application/json"},
    )
    problem(surrogate, 422, Kind.INVALID)


def test_a_body_that_is_too_large_is_not_read(client: TestClient) -> None:
    body = json.dumps({"question": "x" * SMALL}).encode()
    kind = {"content-type": "application/json"}
    pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
    for content in (body, pieces):  # the length of one is told beforehand
        reply = client.post("/ask", content=content, headers=kind)
        assert reply.status_code == 413
        assert reply.headers["content-type"] == "application/problem+json"
        assert "at most 2 MB" in reply.json()["detail"]


def test_pages_from_elsewhere_change_nothing(
    client: TestClient, door: OpenedDoor
) -> None:
    elsewhere = {"origin": "http://evil.example"}
    form = {"files": {"file": ("a.txt", b"x")}}
    for method, address, sent_with in (
        ("POST", "/documents", form),
        ("DELETE", "/documents/kettle.txt", {}),
        ("POST", "/index", {}),
        ("POST", "/removed/x/restore", {}),
        ("DELETE", "/jobs/x", {}),
        ("POST", "/ask", {"content": b'{"question": "kettle"}'}),
        ("POST", "/citations", {"content": b"{}"}),
    ):
        for headers in (elsewhere, {"sec-fetch-site": "cross-site"}):
            reply = client.request(method, address, headers=headers, **sent_with)
            assert reply.status_code == 403
            assert reply.headers["content-type"] == "application/problem+json"
            assert "did not come from the page" in reply.json()["detail"]
    assert len(client.get("/documents").json()["documents"]) == 2
    # Reading is left to the browser, which shows a page nothing of another's.
    reply = client.get("/documents", headers=elsewhere)
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (IndexStateError("Told."), 503, Kind.INDEX),
        (UnsoundIndexError("Told."), 503, Kind.INDEX),
        (EncoderError("Told."), 503, Kind.INDEX),
        (IndexBusyError("Told."), 409, Kind.BUSY),
        (StorageFullError("Told."), 507, Kind.STORAGE_FULL),
        (ContentError("Told."), 409, Kind.CONTENT),
        (CitationsError("Told."), 409, Kind.CITATIONS),
        (CitebackError("Told."), 500, Kind.UNEXPECTED),
        (RuntimeError("secret"), 500, Kind.UNEXPECTED),
        (OSError(errno.EIO, "secret"), 500, Kind.UNEXPECTED),
        (OSError(errno.ENOSPC, "secret"), 507, Kind.STORAGE_FULL),
    ],
)
def test_what_the_library_says_is_told(
    client: TestClient,
    door: OpenedDoor,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    kind: Kind,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(door.library, "ask", fail)
    detail = problem(client.post("/ask", json=ASKED), status, kind)
    assert (detail == "Told.") == isinstance(error, CitebackError)
    assert "secret" not in detail
    counted = client.get("/metrics").text
    assert f'method="POST",route="/ask",status="{status}"}} 1.0' in counted


def test_each_kind_of_problem_is_explained_at_its_address(client: TestClient) -> None:
    assert set(MEANINGS) == set(Kind)
    for kind in Kind:
        told = client.get(f"/problems/{kind}").json()
        assert told["type"] == f"{PREFIX}/problems/{kind}"
        assert told["title"]
        assert told["advice"]


def test_the_counts_tell_no_question_and_no_name(client: TestClient) -> None:
    client.post("/ask", json=ASKED)
    client.post("/ask", json={"question": "kettle", "mode": "every"})
    client.post("/absent", json={"phrase": "zebra"})
    client.post("/absent", json={"phrase": "kettle"})
    client.get("/texts/kettle.txt")
    client.get("/texts/private.txt")
    client.get("/secret/address")
    client.request("WEIRD", "/documents")
    sent(client, "private.txt", "A zebra.")
    text = client.get("/metrics").text
    for word in ("kettle", "zebra", "private", "secret", "WEIRD", "blue"):
        assert word not in text
    for line in (
        'citeback_questions_total{verdict="answers"} 1.0',
        'citeback_questions_total{verdict="every"} 1.0',
        'citeback_questions_total{verdict="absent"} 1.0',
        'citeback_questions_total{verdict="stands"} 1.0',
        "citeback_documents 3.0",
        "citeback_passages 5.0",
        "citeback_model_ready 1.0",
        "citeback_indexing 0.0",
        "citeback_failed 0.0",
    ):
        assert f"\n{line}\n" in text
    requests = (
        'citeback_http_requests_total{{method="{}",route="{}",status="{}"}} 1.0\n'
    )
    for counted in (
        ("GET", "/texts/{path}", 200),
        ("GET", "/texts/{path}", 404),
        ("GET", "none", 404),
        ("other", "none", 405),
        ("POST", "/documents", 200),
    ):
        assert requests.format(*counted) in text
    assert 'citeback_http_request_seconds_count{method="POST",route="/ask"} 2.0' in text


def test_head_is_get_without_the_body() -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"text", "more_body": True})
        await send({"type": "http.response.body", "body": b"more"})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    asyncio.run(Heads(app)({"type": "http", "method": "HEAD"}, receive, send))
    assert sent[0]["status"] == 200
    assert [message["body"] for message in sent[1:]] == [b"", b""]


def test_health_says_what_is_wrong(
    client: TestClient, door: OpenedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = client.get("/health").json()
    assert (told["ok"], told["ready"], told["problem"]) == (True, True, "")
    assert (told["documents"], told["passages"]) == (2, 4)

    def fail() -> None:
        raise IndexStateError("The index cannot be read.")

    monkeypatch.setattr(door.library, "size", fail)
    told = client.get("/health").json()
    assert (told["ok"], told["problem"]) == (False, "The index cannot be read.")
    assert "citeback_documents 0.0" in client.get("/metrics").text


def test_the_description_is_whole_and_calls_nobody(client: TestClient) -> None:
    reply = client.get("/openapi.json")
    for address in ("/", f"http://127.0.0.1{PREFIX}"):
        assert client.get(address).text == reply.text
    described = reply.json()
    assert described["servers"] == [{"url": PREFIX}]
    assert not re.search(r"https?://(?!127)", reply.text)
    operations = [
        operation
        for address in described["paths"].values()
        for operation in address.values()
    ]
    assert len(operations) >= 25
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert (
            "application/problem+json" in operation["responses"]["default"]["content"]
        )
        assert "422" not in operation["responses"]
