"""Drafts that are checked from the page: what comes back, and that nothing stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeLibrary
from fastapi import FastAPI
from fastapi.testclient import TestClient

from citeback.errors import CitebackError
from citeback.serve.check_routes import check_routes
from citeback.serve.library_routes import told
from citeback.serve.visitor import Visitors

OURS = {"x-citeback": "page"}
MEMO = "It “boils water in five minutes”, “boils water in four minutes”."


@pytest.fixture
def client(make_library: MakeLibrary) -> Iterator[TestClient]:
    library = make_library()
    library.update()
    visitors = Visitors(library)
    app = FastAPI()
    app.include_router(check_routes(visitors))
    app.add_exception_handler(CitebackError, told)
    yield TestClient(app)
    visitors.close()


def test_quotations_pasted_and_in_a_file(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "drafts"))
    (tmp_path / "drafts").mkdir()
    pasted = client.post(
        "/check/text?mode=quotations", content=MEMO.encode(), headers=OURS
    ).json()
    sent = client.post(
        "/check/file?mode=quotations&name=../memo.txt",
        content=MEMO.encode(),
        headers=OURS,
    ).json()
    assert (pasted["name"], sent["name"]) == ("", "memo.txt")
    assert pasted["items"] == sent["items"]
    altered, exact = pasted["items"]
    assert (altered["state"], exact["state"]) == ("altered", "exact")
    assert ["removed", "four"] in altered["differences"]
    place = exact["places"][0]
    assert (place["document"], place["place"]) == ("kettle.txt", "¶ 1")
    assert (place["start"], place["end"]) == (16, 43)
    assert list((tmp_path / "drafts").iterdir()) == []


def test_sentences(client: TestClient) -> None:
    found = client.post(
        "/check/text?mode=claims",
        content=b"> The blue kettle boils\n> water in four minutes.",
        headers=OURS,
    ).json()
    (one,) = found["items"]
    assert one["text"] == "The blue kettle boils water in four minutes."
    assert one["state"] == "answers"
    assert one["quote"] == "The blue kettle boils water in four minutes."


def test_what_cannot_be_checked(client: TestClient) -> None:
    reply = client.post(
        "/check/file?mode=quotations&name=memo.exe", content=b"x", headers=OURS
    )
    assert reply.status_code == 409
    assert "memo.exe cannot be checked: files ending in .exe" in reply.json()["reason"]
    elsewhere = client.post("/check/text?mode=quotations", content=MEMO.encode())
    assert elsewhere.status_code == 403
