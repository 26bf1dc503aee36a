"""Documents over HTTP: what is listed, read, added, removed and brought back."""

from __future__ import annotations

import errno
import hashlib
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from citeback.records import AddReport
from citeback.serve.api import uploads
from citeback.serve.api.app import PREFIX
from citeback.serve.visitor import FILES_OF_LARGEST_SIZE

from .conftest import SECONDS, OpenDoor, OpenedDoor, sent

EMPTY = "it is empty: write some text into it, or take it out of the folder."
ZEBRA = "A zebra lives here.\n"
# Names that a sloppy address would break.
ODD = (
    "a b.txt",
    "what?.txt",
    "#1.txt",
    "Übergröße é.txt",
    "a+b&c=d.txt",
    "two\nlines.txt",
)


def paths(client: TestClient, **more: int) -> list[str]:
    listed = client.get("/documents", params=more).json()["documents"]
    return [one["source"]["path"] for one in listed]


def test_the_list_tells_each_files_state_and_what_was_left_out(
    door: OpenedDoor, client: TestClient, content: Path
) -> None:
    (content / "empty.txt").write_text("")
    (content / "dated.md").write_text(
        "---\ntitle: On pots\ndate: 18 March 2021\ntags: [pots]\n---\nA pot.\n\n"
        "Subscribe to our newsletter\n\nSign up"
    )
    door.library.update()
    listed = client.get("/documents").json()
    assert listed["total"] == 4
    by_path = {one["source"]["path"]: one for one in listed["documents"]}
    dated, empty = by_path["dated.md"], by_path["empty.txt"]
    assert (empty["state"], empty["reason"]) == ("refused", EMPTY)
    assert dated["source"]["title"] == "On pots"
    assert dated["source"]["tags"] == ["pots"]
    assert (dated["state"], dated["day"]) == ("indexed", "2021-03-18")
    assert dated["yours"] is True
    whole = list(by_path)
    assert paths(client, limit=2) + paths(client, limit=2, offset=2) == whole
    assert client.get("/documents/empty.txt").status_code == 404


def test_a_text_is_known_by_its_digest(
    door: OpenedDoor, client: TestClient, content: Path
) -> None:
    reply = client.get("/texts/kettle.txt")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    tag = reply.headers["etag"]
    assert tag == f'"{hashlib.sha256(reply.content).hexdigest()}"'
    assert reply.text == door.library.document("kettle.txt").text
    head = client.head("/texts/kettle.txt")
    assert (head.content, head.headers["etag"]) == (b"", tag)
    assert head.headers["content-length"] == str(len(reply.content))
    for held in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = client.get("/texts/kettle.txt", headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    (content / "kettle.txt").write_text("Another kettle.")
    door.library.update()
    changed = client.get("/texts/kettle.txt", headers={"if-none-match": tag})
    assert (changed.status_code, changed.text) == (200, "Another kettle.")
    assert changed.headers["etag"] != tag


def test_a_documents_layout_has_a_tag_of_its_own(
    door: OpenedDoor, client: TestClient
) -> None:
    reply = client.get("/documents/garden.md")
    told = reply.json()
    text = client.get("/texts/garden.md").text
    (tree,) = (
        block
        for block in told["blocks"]
        if block["headings"] == ["The garden", "Trees"]
    )
    assert text[tree["start"] : tree["end"]] == "The apple tree was planted in 1987."
    assert told["characters"] == len(text)
    held = {"if-none-match": reply.headers["etag"]}
    assert client.get("/documents/garden.md", headers=held).status_code == 304
    text_tag = client.get("/texts/garden.md").headers["etag"]
    held = {"if-none-match": text_tag}
    assert client.get("/documents/garden.md", headers=held).status_code == 200


def test_a_passage_with_what_stands_around_it(client: TestClient) -> None:
    text = client.get("/texts/garden.md").text
    start = text.index("apple")
    place = {"start": start, "end": start + 5, "context": 4}
    told = client.get("/passages/garden.md", params=place).json()
    assert (told["before"], told["text"], told["after"]) == ("The ", "apple", " tre")
    assert told["headings"] == ["The garden", "Trees"]
    assert told["paragraph"] == 1
    place = {"start": 2, "end": len(text) - 2, "context": 9}
    ends = client.get("/passages/garden.md", params=place).json()
    assert (ends["before"], ends["after"]) == (text[:2], text[-2:])
    assert told["receipt"]["quote"] == "apple"
    for wrong in ({"start": 5, "end": 5}, {"start": 0, "end": len(text) + 1}):
        reply = client.get("/passages/garden.md", params=wrong)
        assert reply.status_code == 404
        assert f"{len(text)} letters" in reply.json()["detail"]


def test_what_is_added_is_found_removed_and_brought_back(
    client: TestClient, content: Path
) -> None:
    (added,) = sent(client, "zebra.txt", ZEBRA)["files"]
    assert (added["state"], added["path"]) == ("added", "zebra.txt")
    (again,) = sent(client, "zebra.txt", ZEBRA)["files"]
    assert again["state"] == "already there"
    (other,) = sent(client, "zebra.txt", "Another zebra.")["files"]
    assert other["path"] == "zebra (2).txt"
    (refused,) = sent(client, "zebra.exe", b"MZ")["files"]
    assert (refused["state"], refused["path"]) == ("refused", "")
    found = client.post("/ask", json={"question": "Where does the zebra live?"})
    assert found.json()["hits"][0]["source"]["path"] == "zebra.txt"
    removed = client.delete("/documents/zebra.txt").json()
    assert not (content / "zebra.txt").exists()
    assert client.get("/texts/zebra.txt").status_code == 404
    assert client.get("/documents").json()["removed"] == [removed]
    back = client.post(f"/removed/{removed['key']}/restore").json()
    assert back["path"] == "zebra.txt"
    assert client.get("/texts/zebra.txt").text == ZEBRA
    assert client.post(f"/removed/{removed['key']}/restore").status_code == 404


def test_a_document_of_any_name_has_an_address(
    door: OpenedDoor, client: TestClient, content: Path
) -> None:
    (content / "deep").mkdir()
    for name in ODD:
        (content / "deep" / name).write_text(f"The name is {name}.")
    door.library.update()
    for name in ODD:
        address = quote(f"deep/{name}")
        assert client.get(f"/texts/{address}").text == f"The name is {name}."
        assert client.delete(f"/documents/{address}").json()["path"] == f"deep/{name}"


def test_only_the_text_that_is_meant_is_removed(client: TestClient) -> None:
    tag = client.get("/texts/kettle.txt").headers["etag"]
    for other in ('"0"', f"W/{tag}", tag.strip('"')):
        reply = client.delete("/documents/kettle.txt", headers={"if-match": other})
        assert reply.status_code == 412
        assert reply.json()["title"] == "The document has changed"
    assert client.get("/texts/kettle.txt").status_code == 200
    reply = client.delete("/documents/kettle.txt", headers={"if-match": tag})
    assert reply.status_code == 200


def test_several_files_come_in_one_form(client: TestClient) -> None:
    files = [("file", (f"{n}.txt", f"Zebra number {n}.".encode())) for n in range(3)]
    reply = client.post("/documents", params={"wait": SECONDS}, files=files)
    assert [file["path"] for file in reply.json()["files"]] == [
        "0.txt",
        "1.txt",
        "2.txt",
    ]
    for wrong in ({"data": {"file": "no file"}}, {"files": {"other": ("a.txt", b"x")}}):
        reply = client.post(
            "/documents",
            headers={} if "files" in wrong else {"content-type": "multipart/form-data"},
            **wrong,
        )
        assert reply.status_code in (400, 422), reply.text
        assert reply.headers["content-type"] == "application/problem+json"


def test_a_file_that_is_too_large_is_not_taken(open_door: OpenDoor) -> None:
    door = open_door(max_file_megabytes=1)
    client, index = door.client(), door.library.settings.index
    large = b"A zebra." + b" " * 1_000_000
    assert sent(client, "just.txt", large[:1_000_000])["files"][0]["state"] == "added"
    both = [("file", ("small.txt", b"small")), ("file", ("large.txt", large))]
    reply = client.post("/documents", files=both)
    assert reply.status_code == 413
    assert "room for 1 MB" in reply.json()["detail"]
    # More than all the files of a request may be, with and without saying so first.
    sizes = [*[1_000_000] * FILES_OF_LARGEST_SIZE, 500_000]
    many = [("file", (f"{n}.txt", large[:size])) for n, size in enumerate(sizes)]
    request = client.build_request("POST", "/documents", files=many)
    assert client.send(request).status_code == 413
    body = request.read()
    pieces = (body[at : at + 100_000] for at in range(0, len(body), 100_000))
    kind = {"content-type": request.headers["content-type"]}
    reply = client.post("/documents", content=pieces, headers=kind)
    assert "content-length" not in reply.request.headers
    assert reply.status_code == 413
    assert not list(index.rglob("arriving-*"))
    assert paths(client) == ["garden.md", "just.txt", "kettle.txt"]


def test_where_the_disk_is_full_nothing_stays(
    client: TestClient, door: OpenedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[object] = []

    def full(source: object, _: object) -> None:
        copied.append(source)
        if len(copied) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.shutil, "copyfileobj", full)
    files = [("file", (f"{n}.txt", b"x")) for n in range(2)]
    reply = client.post("/documents", files=files)
    assert (reply.status_code, reply.json()["title"]) == (507, "The disk is full")
    assert len(copied) == 2
    assert not list(door.library.settings.index.rglob("arriving-*"))


@pytest.fixture
def held(door: OpenedDoor, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Adding goes on when this is set, or when it is stopped."""
    go, add = threading.Event(), door.library.add

    def slow(*arguments: Any, **options: Any) -> AddReport:
        while not go.wait(0.01) and not options["stop"]():
            pass
        return add(*arguments, **options)

    monkeypatch.setattr(door.library, "add", slow)
    return go


def begun(client: TestClient) -> dict[str, Any]:
    reply = client.post("/documents", files={"file": ("zebra.txt", ZEBRA.encode())})
    assert reply.status_code == 202
    job: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"{PREFIX}/jobs/{job['key']}"
    return job


def test_a_job_tells_how_far_it_is_until_it_is_done(
    client: TestClient, held: threading.Event
) -> None:
    job = begun(client)
    assert (job["done"], job["names"]) == (False, ["zebra.txt"])
    busy = client.post("/documents", files={"file": ("b.txt", b"x")})
    assert busy.status_code == 409
    assert int(busy.headers["retry-after"]) > 0
    threading.Timer(0.3, held.set).start()
    events = client.get(f"/jobs/{job['key']}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    told = [part.split("\n", 1) for part in events.text.strip().split("\n\n")]
    names = [name for name, _ in told]
    assert names[0] == "event: progress"
    assert names[-1] == "event: done"
    assert names.count("event: done") == 1
    last = json.loads(told[-1][1].removeprefix("data: "))
    assert last["files"][0]["path"] == "zebra.txt"
    assert client.get(f"/jobs/{job['key']}").json() == last


def test_a_job_can_be_stopped(
    client: TestClient, held: threading.Event, content: Path
) -> None:
    address = f"/jobs/{begun(client)['key']}"
    reply = client.delete(address)
    assert reply.status_code == 200
    assert (reply.json()["stopped"], reply.json()["done"]) == (True, True)
    assert reply.json()["files"][0]["state"] == "stopped"
    assert client.get(address).status_code == 404
    # Another one can begin.
    held.set()
    assert sent(client, "other.txt", ZEBRA)["files"][0]["state"] == "added"
    assert not (content / "zebra.txt").exists()


def test_the_folder_is_indexed_when_asked(client: TestClient, content: Path) -> None:
    (content / "zebra.txt").write_text(ZEBRA)
    reply = client.post("/index", params={"wait": SECONDS})
    assert (reply.status_code, reply.json()["counts"]["added"]) == (200, 1)
    assert client.get("/texts/zebra.txt").text == ZEBRA


def test_what_a_visitor_adds_is_theirs_alone(open_door: OpenDoor) -> None:
    door = open_door(shared=True)
    one, other, nobody = door.client(), door.client(), door.client()
    for client in (one, other):
        assert paths(client) == ["garden.md", "kettle.txt"]  # and here is their key
    job = sent(one, "zebra.txt", ZEBRA)
    assert paths(one) == ["zebra.txt", "garden.md", "kettle.txt"]
    assert one.get("/texts/zebra.txt").text == ZEBRA
    zebra = {"question": "zebra", "mode": "every"}
    assert one.post("/ask", json=zebra).json()["count"] == 1
    link = one.post(
        "/citations", json={"path": "zebra.txt", "quote": "A zebra lives here"}
    ).json()["link"]
    for client in (other, nobody):
        assert client.get("/texts/zebra.txt").status_code == 404
        assert client.get("/documents/zebra.txt").status_code == 404
        assert client.post("/ask", json=zebra).json()["count"] == 0
        assert client.get(f"/jobs/{job['key']}").status_code == 404
        assert client.delete("/documents/zebra.txt").status_code in (403, 404)
        told = client.post("/citations/anchor", json={"link": link}).json()
        assert told["standing"] == "gone"
    for client in (one, other):
        refused = client.post("/index")
        assert (refused.status_code, refused.json()["title"]) == (
            403,
            "This belongs to somebody else",
        )
        assert client.delete("/documents/kettle.txt").status_code == 404
    no_key = door.client().post("/documents", files={"file": ("a.txt", b"x")})
    assert no_key.status_code == 403
    assert "curl: -c" in no_key.json()["detail"]
    # Whoever has no key can read what is shared, and cite it.
    cited = {"path": "kettle.txt", "quote": "blue kettle"}
    assert door.client().post("/citations", json=cited).status_code == 200
