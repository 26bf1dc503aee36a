"""The tools at `/mcp`: who is let in, and to what."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from assistants import SCRIPT, Served, given, refused, started
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from citeback.serve.visitor import new_key
from citeback.settings import Settings


def posted(url: str, **headers: str) -> httpx2.Response:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepts = {"accept": "application/json, text/event-stream"}
    return httpx2.post(url, json=asked, headers={**accepts, **headers})


def test_pages_elsewhere_are_turned_away(served: Served) -> None:
    here = served.page.rstrip("/")
    assert posted(served.url).status_code == 200
    assert posted(served.url, origin=here).status_code == 200
    assert posted(served.url, origin="https://evil.example").status_code == 403
    assert posted(served.url, origin="null").status_code == 403
    assert posted(served.url, host="evil.example").status_code == 421


def test_the_whole_application_has_the_door(folder: Path, tmp_path: Path) -> None:
    """Before the page, which takes every other address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "CITEBACK_PORT": str(port),
        "CITEBACK_INDEX": str(tmp_path / "index"),
        "CITEBACK_CONTENT": str(folder / "content"),
    }
    url = f"http://127.0.0.1:{port}/mcp"
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), "page"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        try:
            assert "ready" in process.stdout.readline()
            got = posted(url)
            assert len(got.json()["result"]["tools"]) == 4
            assert "content-security-policy" in got.headers
            assert posted(url, host="evil.example").status_code == 400
            assert httpx2.get(url).status_code == 405
        finally:
            process.terminate()


def test_only_posts_are_taken_and_none_too_large(served: Served) -> None:
    got = httpx2.get(served.url, headers={"accept": "text/event-stream"})
    assert (got.status_code, got.headers["allow"]) == (405, "POST")
    assert httpx2.post(served.url, content=b" " * 4_000_001).status_code == 413


def test_both_kinds_of_the_protocol_are_spoken(served: Served, folder: Path) -> None:
    async def look() -> None:
        for mode in ("legacy", "auto"):
            for way in (served.url, started(folder)):
                async with Client(way, mode=mode) as client:
                    await given(client, "search", question="Where is tea kept?")

    asyncio.run(look())


def test_a_visitors_own_documents_are_theirs_alone(
    folder: Path, tmp_path: Path
) -> None:
    settings = Settings(
        content=folder / "content",
        index=tmp_path / "index",
        citations=tmp_path / "citations",
        shared=True,
    )
    served = Served(settings)

    @asynccontextmanager
    async def asking(key: str) -> AsyncIterator[Client]:
        http = httpx2.AsyncClient(cookies={served.visitors.cookie: key})
        way = streamable_http_client(served.url, http_client=http)
        async with http, Client(way) as client:
            yield client

    async def look(key: str) -> None:
        question = "What does the secret drawer hold?"
        async with asking(key) as client:
            found = await given(client, "search", question=question)
            assert found["passages"][0]["document"] == "drawer.txt"
            for document in ("drawer.txt", "kettle.txt"):
                await given(client, "cite", document=document, start=4, end=10)
            assert len((await client.list_resources()).resources) == 3
        async with asking(new_key()) as client:
            found = await given(client, "search", question=question)
            assert "drawer.txt" not in str(found)
            said = await refused(client, "read", document="drawer.txt")
            assert said.startswith("There is no document")
            assert len((await client.list_resources()).resources) == 2

    try:
        served.warm_up.start()
        key = new_key()
        visitor = served.visitors.welcome(key)
        arriving = visitor.arriving()
        arriving.write_text("The secret drawer holds seven spoons.")
        job = visitor.add([visitor.arrived(arriving, "drawer.txt")])
        while not job.done:
            time.sleep(0.02)
        asyncio.run(look(key))
        # What visitors cite is not kept among what the owner has cited.
        assert not (tmp_path / "citations").exists()
    finally:
        served.close()
