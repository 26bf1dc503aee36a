"""The HTTP door of a running server: the documentation's examples, many callers at once,
and whatever can be made from its own description.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from browser.stage import WORKSHOP, Served, serving
from ingest.pdfs import Paper

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTED = "http://127.0.0.1:7860"
EXAMPLE = re.compile(r"```sh\n(.*?)```(?:\n```(json|text)\n(.*?)```)?", re.DOTALL)
NOTES = "The kettle boils water in four minutes.\n\nTea stands in the cupboard.\n"
SECONDS = 60
CONFIRMING_SECONDS = 0.035
# For `make api-fuzz`.
FUZZ_SECONDS = int(os.environ.get("CITEBACK_TEST_API_FUZZ_SECONDS", "0"))
CHANCE = os.environ.get("CITEBACK_TEST_FUZZ_CHANCE", "1")

pytestmark = pytest.mark.real


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    with serving(tmp_path, model=False, CITEBACK_MAX_FILE_MEGABYTES="1") as served:
        yield served


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_examples_of_the_documentation_are_so(
    server: Served, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text(NOTES)
    paper = Paper()
    paper.words(100, 100, "The shed by the river burned in 1990.")
    (tmp_path / "report.pdf").write_bytes(paper.data())
    examples = EXAMPLE.findall((ROOT / "docs" / "http.md").read_text())
    assert len(examples) > 12
    for command, kind, expected in examples:
        here = command.replace(DOCUMENTED, server.url.rstrip("/"))
        done = subprocess.run(
            ["bash", "-ec", here],
            cwd=tmp_path,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        told = done.stdout.decode().replace(server.url.rstrip("/"), DOCUMENTED)
        if kind == "json":
            differs = difference(json.loads(expected), json.loads(told))
            assert not differs, (command, differs, told)
        for line in expected.splitlines() if kind == "text" else ():
            assert line in told.splitlines(), (command, line, told)


def difference(expected: Any, told: Any, where: str = "") -> str:
    """Where what came is not what was to come, "" if it is; "…" may be anything."""
    if isinstance(expected, dict) and isinstance(told, dict):
        missing = expected.keys() - told.keys()
        parts = [
            difference(value, told[key], f"{where}.{key}")
            for key, value in expected.items()
            if key in told
        ]
        return f"{where} lacks {missing}" if missing else next(filter(None, parts), "")
    if isinstance(expected, list) and isinstance(told, list):
        # Those that are left out come last.
        if len(expected) > len(told) or (not expected and told):
            return f"{where} has {len(told)}"
        pairs = enumerate(zip(expected, told, strict=False))
        parts = [difference(one, other, f"{where}[{n}]") for n, (one, other) in pairs]
        return next(filter(None, parts), "")
    if isinstance(expected, str) and isinstance(told, str):
        pattern = ".*".join(map(re.escape, expected.split("…")))
        return "" if re.fullmatch(pattern, told, re.DOTALL) else f"{where}: {told!r}"
    return "" if expected == told else f"{where}: {told!r}"


def test_many_ask_while_others_add_and_remove(server: Served) -> None:
    """Whatever is answered stands in its document, and nothing fails."""
    done = threading.Event()
    waits = httpx.Timeout(SECONDS)

    def client() -> httpx.Client:
        return httpx.Client(base_url=f"{server.url}api/v1/", timeout=waits)

    def ask(number: int) -> list[str]:
        problems, asked = [], 0
        with client() as caller:
            while not done.is_set() or asked < 5:
                asked += 1
                body = {
                    "question": f"Who feeds the zebra {number}?",
                    "mode": ("best", "every")[asked % 2],
                }
                reply = caller.post("ask", json=body)
                if reply.status_code != 200:
                    problems.append(reply.text)
                    continue
                for text, path, at, digest in quotes(reply.json()):
                    held = caller.get(f"texts/{quote(path)}")
                    if held.headers.get("etag") != f'"{digest}"':
                        continue  # removed, or changed, since
                    if held.text[at : at + len(text)] != text:
                        problems.append(f"{path}: {text}")
        return problems

    def change(number: int) -> list[str]:
        problems = []
        with client() as caller:
            for turn in range(4):
                name = f"zebra {number}-{turn}.txt"
                text = f"Keeper {turn} feeds the zebra {number} with hay & straw.\n"
                while True:
                    reply = caller.post(
                        "documents", params={"wait": 30}, files={"file": (name, text)}
                    )
                    if reply.status_code != 409:
                        break
                if reply.status_code != 200 or reply.json()["problem"]:
                    problems.append(reply.text)
                held = caller.get(f"texts/{quote(name)}")
                if held.text != text:
                    problems.append(held.text)
                while True:
                    reply = caller.delete(f"documents/{quote(name)}")
                    if reply.status_code != 409:
                        break
                if reply.status_code != 200:
                    problems.append(reply.text)
        return problems

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(5)]
        changing = [pool.submit(change, number) for number in range(3)]
        changed = [problem for one in changing for problem in one.result()]
        done.set()
        answered = [problem for one in asking for problem in one.result()]
    assert (changed, answered) == ([], [])
    with client() as caller:
        listed = caller.get("documents").json()
    assert [one["source"]["path"] for one in listed["documents"]] == [WORKSHOP]
    assert len(listed["removed"]) == 12


def test_responses_are_sent_at_once(server: Served) -> None:
    """The second half of one does not wait until its first half has been confirmed."""
    took = []
    with httpx.Client(base_url=f"{server.url}api/v1/", timeout=SECONDS) as caller:
        for _ in range(20):
            began = time.monotonic()
            assert caller.get("documents").status_code == 200
            took.append(time.monotonic() - began)
    # Confirming takes the other side 40 ms, on a free machine too.
    assert min(took) < CONFIRMING_SECONDS


def quotes(answer: dict[str, Any]) -> Iterator[tuple[str, str, int, str]]:
    """Each quote with its document's path, where it begins, and the digest."""
    for hit in answer.get("hits", ()):
        source = hit["source"]
        yield hit["quote"], source["path"], hit["best"]["start"], source["digest"]
    for document in answer.get("documents", ()):
        source = document["source"]
        for one in document["passages"]:
            passage = one["passage"]
            yield passage["text"], source["path"], passage["start"], source["digest"]


def test_the_server_does_as_it_is_described(server: Served, tmp_path: Path) -> None:
    """Requests made from the description, right and wrong ones, and their responses."""
    shutil.copy(ROOT / "tests" / "serve" / "api" / "schemathesis.toml", tmp_path)
    bounds = ["--max-examples", "5"]
    if FUZZ_SECONDS:
        bounds = ["--max-time", str(FUZZ_SECONDS)]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{server.url}api/v1/openapi.json",
            *("--seed", CHANCE, "--no-color", *bounds),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3 * SECONDS + 2 * FUZZ_SECONDS,
        check=False,
    )
    if FUZZ_SECONDS:
        print(done.stdout)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Traceback" not in (tmp_path / "server.log").read_text()
