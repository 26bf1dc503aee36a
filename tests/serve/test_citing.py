"""What the page calls for pinning and citing, over HTTP, for owner and visitors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from doubles import WordHashEncoder
from fastapi import FastAPI
from fastapi.testclient import TestClient

from citeback.cite.dossier import DossierFile
from citeback.cite.written import read_receipts
from citeback.errors import CitebackError, UnknownDocumentError
from citeback.library import Library
from citeback.serve.citing_routes import citing_routes
from citeback.serve.dossier_routes import dossier_routes
from citeback.serve.library_routes import library_routes, told
from citeback.serve.reference_routes import reference_routes
from citeback.serve.visitor import Visitors
from citeback.settings import Settings

TEXT = "The quince tree was planted in 1987.\n\nThe pear tree stands beside the well.\n"
HERE = {"x-citeback": "page"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "garden.txt").write_text(TEXT, encoding="utf-8")
    return Settings(
        content=tmp_path / "content",
        index=tmp_path / "index",
        citations=tmp_path / "citations",
    )


@pytest.fixture
def visitors(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Visitors]:
    shared = bool(getattr(request, "param", False))
    settings = replace(settings, shared=shared)
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        library.update()
        with closing(Visitors(library)) as found:
            yield found


def client(visitors: Visitors) -> TestClient:
    app = FastAPI()
    for routes in (library_routes, dossier_routes, reference_routes, citing_routes):
        app.include_router(routes(visitors))
    app.add_exception_handler(CitebackError, told)
    browser = TestClient(app, base_url="http://127.0.0.1")
    browser.get("/library")  # a visitor gets a key there
    return browser


def stretch(visitors: Visitors, words: str) -> dict[str, Any]:
    document = visitors.library.document("garden.txt")
    start = document.text.index(words)
    return {
        "path": "garden.txt",
        "start": start,
        "end": start + len(words),
        "state": document.source.digest[:12],
    }


QUINCE = "The quince tree was planted in 1987."


def test_a_pin_outlives_a_restart_and_is_exported_with_its_proof(
    visitors: Visitors, settings: Settings
) -> None:
    browser = client(visitors)
    asked = {"question": "When?", "asked": "2026-11-23T09:00:00Z"}
    body = {**stretch(visitors, QUINCE), **asked}
    view = browser.post("/dossier/pin", json=body, headers=HERE).json()
    key = view["pins"][0]["key"]
    browser.post(
        "/dossier/note", json={"key": key, "text": "Mine", "was": ""}, headers=HERE
    )
    browser.post("/dossier/name", json={"title": "Trees"}, headers=HERE)
    # Another process, another browser: what the owner has pinned is there.
    again = client(visitors).get("/dossier").json()
    assert again["title"] == "Trees"
    assert [(p["quote"], p["note"], p["question"]) for p in again["pins"]] == [
        (QUINCE, "Mine", "When?")
    ]
    reply = browser.get("/dossier/export", params={"kind": "md", "style": "apa"})
    assert "Trees.md" in reply.headers["content-disposition"]
    assert f"> {QUINCE}" in reply.text
    (read,) = read_receipts(reply.text)
    assert read.receipt is not None
    assert (read.receipt.path, read.receipt.start) == ("garden.txt", 0)
    # What was pinned stays readable in full, whatever becomes of the document.
    digest = again["pins"][0]["state"]
    assert visitors.library.version(digest).text == TEXT
    assert read.receipt.build == visitors.library.ask("quince").build


def test_each_kind_of_export_is_given_and_no_other(visitors: Visitors) -> None:
    browser = client(visitors)
    browser.post("/dossier/pin", json=stretch(visitors, QUINCE), headers=HERE)
    begins = {"docx": b"PK", "pdf": b"%PDF", "html": b"<!DOCTYPE", "md": b"# "}
    for kind, first in begins.items():
        reply = browser.get("/dossier/export", params={"kind": kind, "style": "mla"})
        assert reply.content.startswith(first)
    for kind, style in (("exe", "mla"), ("md", "bibtex"), ("md", "x")):
        reply = browser.get("/dossier/export", params={"kind": kind, "style": style})
        assert reply.status_code == 404


def test_nothing_is_pinned_of_a_document_that_has_changed(
    visitors: Visitors, settings: Settings
) -> None:
    browser = client(visitors)
    before = stretch(visitors, QUINCE)
    (settings.content / "garden.txt").write_text("New. " + TEXT, encoding="utf-8")
    visitors.library.update()
    for path in ("pin",):
        reply = browser.post(f"/dossier/{path}", json=before, headers=HERE)
        assert reply.status_code == 409
        assert "has changed" in reply.json()["reason"]
    reply = browser.get("/reference", params={**before, "style": "apa"})
    assert "has changed" in reply.json()["reason"]
    # A selection in the reader says what it takes itself to be.
    selected = {**before, "state": "", "quote": QUINCE}
    reply = browser.post("/dossier/pin", json=selected, headers=HERE)
    assert "has changed" in reply.json()["reason"]
    assert browser.get("/dossier").json()["pins"] == []


@pytest.mark.parametrize(
    "sent", [{}, {"x-citeback": "page", "sec-fetch-site": "cross-site"}]
)
def test_another_page_changes_nothing(visitors: Visitors, sent: dict[str, str]) -> None:
    browser = client(visitors)
    reply = browser.post("/dossier/pin", json=stretch(visitors, QUINCE), headers=sent)
    assert reply.status_code == 403
    fill = {"path": "garden.txt", "values": {"author": "X"}}
    assert browser.post("/reference/fill", json=fill, headers=sent).status_code == 403
    assert browser.get("/dossier").json()["pins"] == []


def test_a_reference_says_what_is_missing_until_it_is_filled_in(
    visitors: Visitors, settings: Settings
) -> None:
    browser = client(visitors)
    asked = {**stretch(visitors, QUINCE), "style": "apa"}
    made = browser.get("/reference", params=asked).json()
    assert made["missing"] == ["author", "date", "publisher"]
    assert made["note"] == "(Garden, n.d., para. 1)"
    values = {"author": "Doe, Ann", "date": "2021"}
    browser.post(
        "/reference/fill", json={"path": "garden.txt", "values": values}, headers=HERE
    )
    made = browser.get("/reference", params=asked).json()
    assert made["copied"].startswith(f"“{QUINCE}” (Doe, 2021, para. 1)")
    assert made["missing"] == ["publisher"]
    held = json.loads((settings.citations / "references.json").read_text())
    assert held["documents"] == {"garden.txt": values}
    # The document itself is as it was.
    assert (settings.content / "garden.txt").read_text() == TEXT


@pytest.mark.parametrize("visitors", [True], indirect=True)
def test_where_the_page_is_shared_each_sees_their_own_pins_alone(
    visitors: Visitors, settings: Settings
) -> None:
    DossierFile(settings.citations).name("The owner's")
    before = sorted(settings.citations.iterdir())
    one, other = client(visitors), client(visitors)
    assert one.get("/dossier").json()["title"] == ""
    one.post("/dossier/pin", json=stretch(visitors, QUINCE), headers=HERE)
    fill = {"path": "garden.txt", "values": {"author": "Doe, Ann"}}
    one.post("/reference/fill", json=fill, headers=HERE)
    assert len(one.get("/dossier").json()["pins"]) == 1
    assert other.get("/dossier").json()["pins"] == []
    asked = {**stretch(visitors, QUINCE), "style": "apa"}
    assert "author" not in one.get("/reference", params=asked).json()["missing"]
    assert "author" in other.get("/reference", params=asked).json()["missing"]
    assert sorted(settings.citations.iterdir()) == before
    assert DossierFile(settings.citations).read().pins == ()
    visitors.forget_idle(0)
    assert one.get("/dossier").json()["pins"] == []


@pytest.mark.parametrize("visitors", [True], indirect=True)
@pytest.mark.parametrize("way", ["/citations/quotes", "/dossier/pin"])
def test_what_a_visitor_cites_is_kept_for_them_alone(
    visitors: Visitors, settings: Settings, way: str
) -> None:
    one, other = client(visitors), client(visitors)
    cited = stretch(visitors, QUINCE)
    body = cited if way == "/dossier/pin" else [{**cited, "doc": cited["path"]}]
    assert one.post(way, json=body, headers=HERE).status_code == HTTPStatus.OK
    digest = visitors.library.document("garden.txt").source.digest
    (settings.content / "garden.txt").write_text("Nothing grows here.\n")
    visitors.library.update()
    key = visitors.key_in(one.cookies)
    assert visitors.reads(key).version(digest).text == TEXT
    with pytest.raises(UnknownDocumentError, match="not kept"):
        visitors.reads(visitors.key_in(other.cookies)).version(digest)
    assert not settings.citations.exists()


@pytest.mark.parametrize("visitors", [True], indirect=True)
def test_a_browser_without_cookies_copies_and_keeps_nothing(
    visitors: Visitors, settings: Settings
) -> None:
    browser = client(visitors)
    browser.cookies.clear()
    cited = stretch(visitors, QUINCE)
    body = [{**cited, "doc": cited["path"]}]
    (told,) = browser.post("/citations/quotes", json=body, headers=HERE).json()
    assert told["receipt"]["quote"] == QUINCE
    assert not settings.citations.exists()


def test_a_quote_of_a_document_that_is_gone_is_copied_from_what_was_kept(
    visitors: Visitors, settings: Settings
) -> None:
    browser = client(visitors)
    cited = stretch(visitors, QUINCE)
    body = [{**cited, "doc": cited["path"]}]
    before = browser.post("/citations/quotes", json=body, headers=HERE).json()
    visitors.library.remove("garden.txt")
    after = browser.post("/citations/quotes", json=body, headers=HERE)
    assert after.status_code == HTTPStatus.OK
    assert after.json()[0]["receipt"]["quote"] == before[0]["receipt"]["quote"]
