"""What a language model wrote, on the command line and as values for the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder
from writing_server import FakeServer

from citeback import library as libraries
from citeback.serve.asking import Asked, Manner
from citeback.serve.command_line import main
from citeback.serve.session import take_turn
from citeback.serve.writing import Writing
from citeback.settings import Settings
from citeback.write.writer import writer_of

KETTLE = "The blue kettle boils water in four minutes."


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer() as made:
        yield made


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: Path, server: FakeServer
) -> None:
    """A library in a folder, and an address of a model."""
    monkeypatch.setenv("CITEBACK_CONTENT", str(content))
    monkeypatch.setenv("CITEBACK_INDEX", str(tmp_path / "index"))
    monkeypatch.setattr(libraries, "load_encoder", lambda *_, **__: WordHashEncoder())
    monkeypatch.setenv("CITEBACK_WRITER_URL", server.url)
    monkeypatch.setenv("CITEBACK_WRITER_KEY", "sk-secret")


ASK = ["ask", "How long does the blue kettle take?"]


@pytest.mark.usefixtures("here")
def test_the_models_words_stand_apart_below_the_texts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEBACK_WRITER_MODEL", "honest")
    assert main(ASK) == 0
    plain = capsys.readouterr().out
    assert main([*ASK, "--write"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(plain)  # the answer is what it is without
    below = told.removeprefix(plain)
    assert "Written by honest, not the text's words:" in below
    assert f"“{KETTLE}” [1]" in below.replace("\n  | ", " ")
    assert "Whether the other words are true to them was not." in " ".join(
        below.split()
    )


@pytest.mark.usefixtures("here")
def test_what_was_struck_out_is_told_and_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEBACK_WRITER_MODEL", "invents")
    assert main([*ASK, "--write", "--json"]) == 0
    out = capsys.readouterr().out
    assert "gardener" not in out
    (paragraph,) = json.loads(out)["written"]["paragraphs"]
    struck = [p["why"] for s in paragraph for p in s if p["kind"] == "struck"]
    assert struck == ["quote"]


@pytest.mark.usefixtures("here")
def test_the_answer_stands_whatever_the_model_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEBACK_WRITER_MODEL", "500")
    assert main([*ASK, "--write"]) == 2
    said = capsys.readouterr()
    assert KETTLE in said.out
    assert "failed (status 500)" in said.err
    assert "sk-secret" not in said.out + said.err


def test_the_page_is_told_what_came_of_it(
    make_library: MakeLibrary, server: FakeServer
) -> None:
    library = make_library()
    library.update()
    asked = Asked("How long does the blue kettle take?", manner=Manner.FOLLOWS)
    turns = take_turn(library, asked, [])
    (turn,) = turns

    def replied(model: str, **event: object) -> dict[str, object] | None:
        settings = Settings(writer_url=server.url, writer_model=model)
        writer = writer_of(settings)
        assert writer is not None
        writing = Writing(settings, writer)
        return asyncio.run(writing.replied(turns, SimpleNamespace(**event)))

    good = replied("honest", turn=0, asked=turn.asked)
    assert good is not None
    assert (good["turn"], good["asked"], good["local"]) == (0, turn.asked, True)
    assert "paragraphs" in str(good["written"])
    bad = replied("429", turn=0, asked=turn.asked)
    assert bad is not None
    assert "asked too often" in str(bad["problem"])
    # of another conversation, of a turn that there is not, of what no page sends
    assert replied("honest", turn=0, asked="2020-01-01") is None
    assert replied("honest", turn=7, asked=turn.asked) is None
    assert replied("honest", turn=None) is None
