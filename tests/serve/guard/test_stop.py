"""A real server on a network: it wants accounts, and stops soon whatever is open."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browser.stage import Server

from citeback.serve.guard import passwords
from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.callers import Role

pytestmark = pytest.mark.real
SECONDS_TO_STOP = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """One with a curator, listening everywhere, whose indexing never ends."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.txt").write_text("The kettle boils.", encoding="utf-8")
    (tmp_path / "model").touch()
    accounts = Accounts(tmp_path / "accounts")
    accounts.add("ana", Role.CURATOR, passwords.hashed("four words that sing"))
    token = accounts.add_token("ana", None, "")
    made = Server(
        tmp_path,
        held=True,
        by_hand=True,
        CITEBACK_ACCOUNTS=str(tmp_path / "accounts"),
        CITEBACK_HOST="0.0.0.0",
        CITEBACK_LOG="json",
    )
    yield made, {"authorization": f"Bearer {token}"}
    if made.process is not None and made.process.poll() is None:
        made.kill()


def test_it_stops_within_three_seconds_with_open_streams(
    server: tuple[Server, dict[str, str]],
) -> None:
    running, token = server
    running.start(ready=False)

    def opened(path: str, body: object = None) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        sent = {**token, "content-type": "application/json"}
        return urllib.request.Request(f"{running.url}{path}", data, sent)

    with ExitStack() as stack:
        job = json.load(
            stack.enter_context(urllib.request.urlopen(opened("api/v1/index", {})))
        )
        for path in (
            "gradio_api/heartbeat/one",
            f"api/v1/jobs/{job['key']}/events",
            "gradio_api/queue/data?session_hash=one",
        ):
            stream = urllib.request.urlopen(opened(path), timeout=20)
            assert "event-stream" in stack.enter_context(stream).headers["content-type"]
        assert running.process is not None
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(timeout=15)
        assert time.monotonic() - began < SECONDS_TO_STOP
    log = running.log.read_text()
    assert "Traceback" not in log
    assert '"path": "/gradio_api/heartbeat/one"' in log
