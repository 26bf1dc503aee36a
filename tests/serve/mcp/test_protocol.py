"""What the tools say where they cannot answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from assistants import refused, text_of
from doubles import WordHashEncoder
from mcp import Client

from citeback.library import Library
from citeback.records import Verdict
from citeback.serve.mcp import protocol
from citeback.settings import Settings


def caller_of(library: Library) -> protocol.Caller:
    return protocol.Caller(library, lambda: library, list, "http://127.0.0.1/")


def test_a_model_that_does_not_come_and_an_empty_library_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "PATIENCE_SECONDS", 0.1)
    (tmp_path / "content").mkdir()
    settings = Settings(content=tmp_path / "content", index=tmp_path / "index")
    why = ["waits_for_model"]

    async def look(library: Library) -> None:
        door = protocol.Door(lambda _: caller_of(library), lambda: why[0])
        async with Client(door.server) as client:
            said = await refused(client, "search", question="Is there tea?")
            assert said.startswith("The model is still being loaded. Try again")
            why[0] = ""
            said = await refused(client, "search", question="Is there tea?")
            assert said.startswith("The library is empty")

    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        asyncio.run(look(library))


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (Verdict.SILENT, "The text does not say.|Answer that the text does not say."),
        (Verdict.TOUCHES, "The text touches on this|Claim no more than they say."),
    ],
)
def test_the_person_is_to_be_told_what_the_verdict_is(
    make_library: Callable[[], Library],
    monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
    told: str,
) -> None:
    library = make_library()
    library.update()
    answer = library.ask("Does the zeppelin boil?")
    judged = replace(answer, verdict=verdict)
    monkeypatch.setattr(library, "ask", lambda *_, **__: judged)

    async def look() -> None:
        door = protocol.Door(lambda _: caller_of(library), lambda: "")
        async with Client(door.server) as client:
            asked = {"question": "Does the zeppelin boil?"}
            result = await client.call_tool("search", asked)
            assert result.structured_content["verdict"] == verdict
            begins, holds = told.split("|")
            said = text_of(result)
            assert said.startswith(begins)
            assert holds in said
            assert ("zeppelin" in said) is (verdict is Verdict.SILENT)

    asyncio.run(look())


def test_what_was_not_foreseen_is_logged_and_not_shown(
    make_library: Callable[[], Library],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    library = make_library()

    def fail(*_: object) -> None:
        raise RuntimeError("the secret of /home/me")

    monkeypatch.setattr(library, "document", fail)

    async def look() -> None:
        door = protocol.Door(lambda _: caller_of(library), lambda: "")
        async with Client(door.server) as client:
            said = await refused(client, "read", document="kettle.txt")
            assert said == protocol.UNEXPECTED

    asyncio.run(look())
    assert "the secret of /home/me" in caplog.text
