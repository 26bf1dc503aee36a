"""A server that behaves, and all the ways not to: what the person is told of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from writing_server import TEXTS, FakeServer

from citeback.errors import WriterError
from citeback.settings import Settings
from citeback.write import client
from citeback.write.writer import writer_of

MESSAGES = [{"role": "user", "content": "How fast is the kettle?"}]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer() as made:
        yield made


def asked(server: FakeServer, model: str, *, seconds: int = 30, key: str = "") -> str:
    writer = writer_of(
        Settings(writer_url=server.url, writer_model=model, writer_seconds=seconds)
    )
    assert writer is not None
    return asyncio.run(client.completed(writer, key, MESSAGES))


@pytest.mark.parametrize("model", ["honest", "whole"])
def test_what_is_written_comes_whole(server: FakeServer, model: str) -> None:
    server.asked.clear()
    assert asked(server, model, key="sk-secret").strip() == TEXTS["honest"]
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert {name.lower(): value for name, value in headers.items()}[
        "authorization"
    ] == "Bearer sk-secret"
    assert body["messages"] == MESSAGES


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("401", "did not take the key"),
        ("403", "did not take the key"),
        ("404", "does not know this address or this model"),
        ("429", "asked too often"),
        ("500", r"failed \(status 500\)"),
        ("599", r"failed \(status 599\)"),
        ("307", "to another address. That was not done"),
        ("html", "did not answer as OpenAI's protocol has it"),
        ("wrong", "did not answer as OpenAI's protocol has it"),
        ("broken", "did not answer as OpenAI's protocol has it"),
        ("packed", "did not answer as OpenAI's protocol has it"),
        ("empty", "wrote nothing"),
        ("drops", "broke off before it had finished, so nothing"),
        ("endless", "did not stop writing"),
        ("endless-line", "did not stop writing"),
        ("cut", "did not stop writing"),
    ],
)
def test_whatever_goes_wrong_is_told_in_a_sentence(
    server: FakeServer, model: str, told: str
) -> None:
    server.asked.clear()
    with pytest.raises(WriterError, match=told) as raised:
        asked(server, model, key="sk-secret")
    assert len(server.asked) == 1  # in particular, no redirect was followed
    assert "sk-secret" not in str(raised.value)
    assert f"http://127.0.0.1:{server.port} " in str(raised.value)


def test_a_server_that_falls_silent_is_not_waited_for(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS_OF_SILENCE", 0.2)
    with pytest.raises(WriterError, match="said nothing for"):
        asked(server, "stalls")


def test_nor_one_that_says_nothing_for_ever(server: FakeServer) -> None:
    begun = time.monotonic()
    with pytest.raises(WriterError, match="longer than the 1 seconds of CITEBACK_WRIT"):
        asked(server, "drips", seconds=1)
    assert time.monotonic() - begun < 3


def test_a_server_that_is_not_there_is_told() -> None:
    with FakeServer() as server:
        pass
    with pytest.raises(WriterError, match="cannot be reached"):
        asked(server, "honest")


def test_no_proxy_is_asked(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert asked(server, "honest")
