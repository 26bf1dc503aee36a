"""Citing and checking over HTTP: what a receipt or a link leads to after edits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from citeback.cite.records import Draft
from citeback.serve.as_json import verify_json

from .conftest import OpenedDoor
from .test_asking import plain, untimed

KETTLE = "The blue kettle boils water in four minutes."
MEMO = "It “boils water in five minutes”, “boils water in four minutes”."


def cited(client: TestClient, **body: Any) -> dict[str, Any]:
    reply = client.post("/citations", json={"path": "kettle.txt", **body})
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


def anchored(client: TestClient, **body: Any) -> dict[str, Any]:
    reply = client.post("/citations/anchor", json=body)
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


def rewritten(door: OpenedDoor, content: Path, text: str) -> None:
    (content / "kettle.txt").write_text(text)
    door.library.update()


def test_a_quote_by_its_words_and_by_its_place_is_the_same(client: TestClient) -> None:
    one = cited(client, quote="blue  kettle")
    other = cited(client, start=4, end=15)
    assert one == other
    assert one["receipt"]["quote"] == "blue kettle"
    assert one["link"].startswith("http://127.0.0.1/?doc=kettle.txt&start=4&end=15&")
    assert one["annotation"]["target"]["selector"][0]["exact"] == "blue kettle"
    digest = one["receipt"]["document"]
    assert cited(client, start=4, end=15, digest=digest[:12]) == one
    body = {"path": "kettle.txt", "start": 4, "end": 15, "digest": "0123"}
    reply = client.post("/citations", json=body)
    assert (reply.status_code, reply.json()["title"]) == (409, "This cannot be cited")
    body = {"path": "kettle.txt", "start": 4, "end": 4000}
    assert client.post("/citations", json=body).status_code == 404


@pytest.mark.parametrize("way", ["link", "line", "object", "address"])
def test_a_quote_is_found_again_whatever_became_of_it(
    door: OpenedDoor, client: TestClient, content: Path, way: str
) -> None:
    made = cited(client, quote=KETTLE)

    def now() -> dict[str, Any]:
        if way == "address":  # the link's own parameters, as they are
            query = made["link"].partition("?")[2]
            reply = client.get(f"/citations/anchor?{query}")
            assert reply.status_code == 200
            told: dict[str, Any] = reply.json()
            return told
        body: dict[str, Any] = {
            "link": {"link": made["link"]},
            "line": {"receipt": made["receipt"]["text"]},
            "object": {"receipt": made["receipt"]},
        }[way]
        return anchored(client, **body)

    before = now()
    assert (before["standing"], before["certain"]) == ("unchanged", True)
    assert before["current"] == made
    text = (content / "kettle.txt").read_text()
    rewritten(door, content, f"New.\n\n{text}")
    moved = now()
    assert (moved["standing"], moved["span"]) == ("moved", {"start": 6, "end": 50})
    assert moved["current"]["receipt"]["quote"] == KETTLE
    rewritten(door, content, text.replace("four", "nine"))
    edited = now()
    assert edited["standing"] == "edited"
    assert edited["quote"] == KETTLE.replace("four", "nine")
    assert {"change": "removed", "text": "four"} in edited["differences"]
    assert {"change": "added", "text": "nine"} in edited["differences"]
    rewritten(door, content, "Nothing of the kind stands here.")
    gone = now()
    assert (gone["standing"], gone["span"], gone["current"]) == ("gone", None, None)
    # It was kept when it was cited.
    kept = client.get(f"/versions/{made['receipt']['document']}")
    assert kept.text == text
    assert kept.headers["etag"] == f'"{made["receipt"]["document"]}"'


def test_what_is_not_kept_is_not_at_hand_after_an_edit(
    door: OpenedDoor, client: TestClient, content: Path
) -> None:
    made = cited(client, quote=KETTLE, keep=False)
    rewritten(door, content, "Nothing of the kind stands here.")
    assert client.get(f"/versions/{made['receipt']['document']}").status_code == 404
    body = {"receipt": made["receipt"]["text"]}
    reply = client.post("/citations/anchor", json=body)
    assert reply.status_code == 404
    assert reply.json()["title"] == "The text that was quoted is not at hand"
    assert anchored(client, receipt=made["receipt"])["standing"] == "gone"


def test_what_is_no_receipt_and_no_link_is_said(client: TestClient) -> None:
    line = cited(client, quote=KETTLE)["receipt"]["text"]
    for body in (
        {"receipt": line.replace("quote=", "quote=0")},
        {"receipt": "nothing"},
        {"link": "http://127.0.0.1/"},
        {"link": "http://[/?doc=a&start=1&end=2"},
        {"link": f"/?doc=a&start=1&end={'9' * 30}"},
        {"link": "/?doc=a&start=²&end=3"},
    ):
        reply = client.post("/citations/anchor", json=body)
        assert reply.status_code == 400, body
        assert reply.json()["detail"]


def test_references_in_each_style(client: TestClient) -> None:
    told = client.get("/references/styles").json()
    assert {"apa", "bibtex"} <= {*told["styles"], *told["data"]}
    for style in ("apa", "bibtex"):
        body = {"path": "kettle.txt", "quote": "blue kettle", "style": style}
        made = client.post("/references", json=body).json()
        assert "blue kettle" in made["copied"]
        assert "author" in made["missing"]
    body = {"path": "kettle.txt", "start": 4, "end": 15, "style": "apa"}
    by_place = client.post("/references", json=body).json()
    assert by_place["copied"].startswith("“blue kettle” (Kettle, n.d., para. 1)")
    assert client.post("/references", json={**body, "style": "x"}).status_code == 422


def test_quotations_of_a_text_and_of_a_file(
    door: OpenedDoor, client: TestClient
) -> None:
    told = client.post("/verify", json={"text": MEMO, "name": "memo.txt"}).json()
    expected = verify_json(door.library.verify(Draft("memo.txt", MEMO, (), True)))
    assert untimed(told) == untimed(plain(expected))
    assert not told["holds"]
    assert [one["finding"] for one in told["quotations"]] == ["altered", "exact"]
    files = {"file": ("../memo.txt", MEMO.encode())}
    of_file = client.post("/verify/file", files=files).json()
    assert of_file["name"] == "memo.txt"
    assert of_file["quotations"] == told["quotations"]


def test_sentences_of_a_text_and_of_a_file(client: TestClient) -> None:
    told = client.post("/claims", json={"text": KETTLE}).json()
    (claim,) = told["claims"]
    assert (claim["verdict"], claim["place"]["quote"]) == ("answers", KETTLE)
    files = {"file": ("memo.txt", KETTLE.encode())}
    of_file = client.post("/claims/file", files=files).json()
    assert of_file["claims"] == told["claims"]


def test_a_draft_that_cannot_be_read_is_said(client: TestClient) -> None:
    for name, content in (("memo.exe", b"MZ"), ("empty.txt", b""), ("a.docx", b"no")):
        reply = client.post("/verify/file", files={"file": (name, content)})
        assert reply.status_code == 400
        assert reply.json()["title"] == "The text cannot be checked"
        assert name in reply.json()["detail"]
