"""Questions over HTTP: the same answers as everywhere, each with what proves it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from writing_server import FakeServer

from citeback.cite.written import read_receipts
from citeback.records import Answer
from citeback.serve import citing
from citeback.serve.api import door as doors
from citeback.serve.api.app import PREFIX
from citeback.serve.as_json import absence_json, answer_json, every_json

from .conftest import OpenDoor, OpenedDoor, until

KETTLE = "How long does the blue kettle take to boil water?"
ALL = "file:*.txt file:*.md"


def untimed(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "seconds": 0}


def test_an_answer_is_the_librarys_with_offsets_and_receipts(
    door: OpenedDoor, client: TestClient
) -> None:
    answer = client.post("/ask", json={"question": KETTLE}).json()
    asked = door.library.ask(KETTLE)
    receipts = door.library.receipts(citing.of_answer(asked))
    assert untimed(answer) == untimed(plain(answer_json(asked, receipts)))
    assert answer["verdict"] == "answers"
    for hit in answer["hits"]:
        text = client.get(f"/texts/{hit['source']['path']}").text
        passage, best, receipt = hit["passage"], hit["best"], hit["receipt"]
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert text[best["start"] : best["end"]] == hit["quote"] == receipt["quote"]
        for word in hit["words"]:
            assert text[word["start"] : word["end"]].isalnum()
        (read,) = read_receipts(receipt["text"])
        assert read.receipt is not None
        assert door.library.restored(read.receipt) is not None


def plain(value: Any) -> Any:
    """As JSON has it: lists instead of tuples."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def test_the_text_may_not_say(client: TestClient) -> None:
    answer = client.post("/ask", json={"question": "Who painted the zebra?"}).json()
    assert answer["verdict"] != "answers"
    assert answer["unseen"] == ["painted", "zebra"]


def test_so_many_passages_as_wanted_of_the_documents_that_are_chosen(
    client: TestClient,
) -> None:
    def paths(**body: Any) -> list[str]:
        answer = client.post("/ask", json={"question": "the tree", **body}).json()
        return [hit["source"]["path"] for hit in answer["hits"]]

    assert len(paths(limit=1)) == 1
    assert set(paths()) == {"garden.md", "kettle.txt"}
    assert set(paths(scope={"paths": ["kettle.txt"]})) == {"kettle.txt"}
    assert paths(scope={"after": "2020-01-01"}) == []  # none of them has a date


def test_every_passage_and_the_first_ones(door: OpenedDoor, client: TestClient) -> None:
    found = door.library.every(ALL)
    assert found.count == 4
    whole = client.post("/ask", json={"question": ALL, "mode": "every"}).json()
    receipts = door.library.receipts(citing.of_every(found))
    assert untimed(whole) == untimed(plain(every_json(found, receipts)))
    body = {"question": ALL, "mode": "every", "limit": 3}
    first = client.post("/ask", json=body).json()
    assert first["count"] == 4
    assert [len(one["passages"]) for one in first["documents"]] == [2, 1]
    body["limit"] = 2
    assert len(client.post("/ask", json=body).json()["documents"]) == 1


def test_a_follow_up_leans_on_the_turns_before(client: TestClient) -> None:
    body = {
        "question": "When was it planted?",
        "turns": [{"question": "Where is the apple tree?"}],
    }
    answer = client.post("/ask", json=body).json()
    assert "apple tree" in answer["searched"]


def test_where_a_phrase_stands_and_where_none_does(
    door: OpenedDoor, client: TestClient
) -> None:
    report = door.library.absent("apple trees")
    receipts = door.library.receipts(citing.of_absence(report))
    stands = client.post("/absent", json={"phrase": "apple trees"}).json()
    assert stands == plain(absence_json(report, receipts))
    assert stands["places"][0]["receipt"]["quote"] == "apple tree"
    assert client.post("/absent", json={"phrase": "zebra"}).json()["places"] == []


def test_what_cannot_be_asked_is_said(client: TestClient) -> None:
    for address, body in (
        ("/ask", {"question": "?"}),
        ("/ask", {"question": "?", "mode": "every"}),
        ("/ask", {"question": "after:soon kettle"}),
        ("/ask", {"question": "x" * 3000}),
        ("/absent", {"phrase": "…"}),
    ):
        reply = client.post(address, json=body)
        assert reply.status_code == 400
        assert reply.json()["type"] == f"{PREFIX}/problems/not-searchable"
    assert "words" in reply.json()["detail"]


def test_a_question_waits_a_moment_for_the_model_and_is_told_to_come_back(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = open_door(ready=False)
    client = door.client()
    monkeypatch.setattr(doors, "PATIENCE_SECONDS", 0.05)
    for address, body in (
        ("/ask", {"question": KETTLE}),
        ("/ask", {"question": KETTLE, "mode": "every"}),
        ("/absent", {"phrase": "kettle"}),
        ("/claims", {"text": "The kettle boils water."}),
        ("/verify", {"text": "“The kettle boils water.”"}),
    ):
        reply = client.post(address, json=body)
        assert reply.status_code == 503, address
        assert int(reply.headers["retry-after"]) > 0
        assert "Try again" in reply.json()["detail"]
    assert not client.get("/health").json()["ready"]
    # What is ready within that moment is waited for.
    monkeypatch.setattr(doors, "PATIENCE_SECONDS", 20)
    threading.Timer(0.2, door.warm_up._bring_up_to_date).start()
    assert client.post("/ask", json={"question": KETTLE}).status_code == 200
    until(lambda: client.get("/health").json()["ready"] is True)
    door.warm_up.stop()
    assert client.post("/ask", json={"question": KETTLE}).status_code == 503


def test_who_asks_holds_up_nobody_else(
    door: OpenedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go, ask = threading.Event(), threading.Event(), door.library.ask

    def held(*arguments: Any, **options: Any) -> Answer:
        asked.set()
        assert go.wait(5)
        return ask(*arguments, **options)

    monkeypatch.setattr(door.library, "ask", held)

    async def both() -> None:
        address = f"http://127.0.0.1{PREFIX}"
        transport = httpx.ASGITransport(door.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=address) as client:
            asking = asyncio.create_task(client.post("ask", json={"question": KETTLE}))
            while not asked.is_set():
                await asyncio.sleep(0.01)
            assert (await client.get("health")).status_code == 200
            assert not asking.done()
            go.set()
            assert (await asking).status_code == 200

    asyncio.run(both())


def test_a_model_writes_only_where_it_is_asked_for(open_door: OpenDoor) -> None:
    with FakeServer() as server:
        door = open_door(writer_url=server.url, writer_model="invents")
        client = door.client()
        plain = client.post("/ask", json={"question": KETTLE}).json()
        assert "written" not in plain
        assert not server.asked
        answer = client.post("/ask", json={"question": KETTLE, "write": True}).json()
        written = answer.pop("written")
        assert untimed(answer) == untimed(plain)
    assert written["problem"] == ""
    assert "gardener" not in str(written)
    pieces = [piece for one in written["paragraphs"][0] for piece in one]
    assert "quote" in [piece["why"] for piece in pieces]


def test_the_answer_stands_where_no_model_can_write(client: TestClient) -> None:
    answer = client.post("/ask", json={"question": KETTLE, "write": True}).json()
    assert answer["verdict"] == "answers"
    assert "No language model is set" in answer["written"]["problem"]
