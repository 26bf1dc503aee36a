"""Fifty visitors at once, each in a session of its own, through the server's queue.

They speak to the server as the page's own scripts do: a question is put into the queue,
and what comes of it is read from the session's stream of events.
"""

from __future__ import annotations

import html
import json
import re
import secrets
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browser.stage import Server

SESSIONS = 50
SECONDS = 60
# A question in full, then nine that lean on it.
ASKED = (
    "When was the mill of {name} built?",
    "Who owns it?",
    "What does it grind?",
    "How many stones does it have?",
    "Which river drives it?",
    "When did it burn?",
    "Who repaired it?",
    "What does it sell?",
    "When does it close?",
    "Which bell hangs above it?",
)
NAMES = [f"{first}{last}" for first in "BDFGKLMNPR" for last in ("orvik", "almen", "ustad", "inget", "ekrona")]  # fmt: skip

pytestmark = pytest.mark.real


def document(number: int, name: str) -> str:
    return (
        f"# The mill of {name}\n\n"
        f"The mill of {name} was built in {1500 + number}.\n\n"
        f"The mill of {name} belongs to the family Ask.\n\n"
        f"The mill of {name} grinds rye and oats.\n\n"
        f"The mill of {name} has {number + 2} stones.\n\n"
        f"The mill of {name} is driven by the river Wend.\n\n"
        f"The mill of {name} burned one night.\n\n"
        f"The mill of {name} was repaired by a carpenter.\n\n"
        f"The mill of {name} sells flour on Mondays.\n\n"
        f"The mill of {name} closes at noon.\n\n"
        f"A bell hangs above the mill of {name}.\n"
    )


class Visitor:
    """One session of the page, without a browser."""

    def __init__(self, url: str, config: dict[str, Any]) -> None:
        self._url = f"{url}gradio_api/queue"
        self._session = secrets.token_hex(6)
        (box,) = (
            part["id"]
            for part in config["components"]
            if part["props"].get("elem_id") == "question"
        )
        (self._event,) = (
            event["id"]
            for event in config["dependencies"]
            if [box, "submit"] in event["targets"]
        )
        self._box = box

    def ask(self, question: str) -> dict[str, Any]:
        """The last of the events about the question: what the page would show."""
        way = {"manner": "follows", "every": False}
        self._post(
            {
                "data": [question, None, way],
                "event_data": None,
                "fn_index": self._event,
                "trigger_id": self._box,
                "session_hash": self._session,
            }
        )
        address = f"{self._url}/data?session_hash={self._session}"
        with urllib.request.urlopen(address, timeout=SECONDS) as stream:
            for line in stream:
                if not line.startswith(b"data: "):
                    continue
                message: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                assert message["msg"] != "unexpected_error", message
                if message["msg"] == "process_completed":
                    assert message["success"], message
                    return message
        raise AssertionError("the stream of events ended without an answer")

    def _post(self, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self._url}/join",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:
            assert reply.status == 200


def articles(message: dict[str, Any]) -> list[str]:
    """The answers of the conversation, as the page is given them."""
    found: list[str] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)
        elif isinstance(value, str) and value.startswith("<article"):
            found.append(value)

    look(message["output"]["data"][1])
    return list(dict.fromkeys(found))  # each is given twice


def converse(url: str, config: dict[str, Any], number: int, together: Any) -> list[str]:
    """What is wrong in the conversation of one session."""
    name, problems = NAMES[number], []
    visitor = Visitor(url, config)
    asked: list[str] = []
    together.wait(SECONDS)
    for question in ASKED:
        asked.append(question.format(name=name))
        answers = articles(visitor.ask(asked[-1]))
        shown = [
            html.unescape(re.findall(r'data-question="([^"]*)"', one)[0])
            for one in answers
        ]
        if shown != asked:
            problems.append(f"{name}: {shown} instead of {asked}")
            continue
        # Its own context: the follow-up is about its own mill, and so is the answer.
        (searched,) = re.findall(r'data-searched="([^"]*)"', answers[-1])
        card = re.findall(r"<li class=\"card\".*?</li>", answers[-1], re.DOTALL)[0]
        if name not in (searched or asked[-1]) or name not in card:
            problems.append(f"{name}: {asked[-1]} as {searched!r}: {card[:200]}")
    return problems


@pytest.fixture
def mills(tmp_path: Path) -> Path:
    """A document for each session, which no other session asks about."""
    (tmp_path / "content").mkdir()
    for number, name in enumerate(NAMES):
        file = tmp_path / "content" / f"{name}.md"
        file.write_text(document(number, name), encoding="utf-8")
    for name in ("model", "embed"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture(params=["double", "model"])
def server(mills: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with the word-hash encoder, and one with the model."""
    started = Server(mills, held=request.param == "double")
    started.start()
    yield started
    started.stop()


def test_fifty_sessions_at_once_each_get_their_own_answers(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}config", timeout=SECONDS) as reply:
        config = json.load(reply)
    together = threading.Barrier(SESSIONS)
    began = time.monotonic()
    with ThreadPoolExecutor(SESSIONS) as pool:
        running = [
            pool.submit(converse, server.url, config, number, together)
            for number in range(SESSIONS)
        ]
        problems = [problem for one in running for problem in one.result()]
    seconds = time.monotonic() - began
    print(f"{SESSIONS * len(ASKED)} questions in {seconds:.1f} s")
    assert problems == []
    assert seconds < SECONDS
    assert "Traceback" not in server.log.read_text()
