"""The cluster goes away while it is brought in step: what is told, and what comes then."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cluster_process import opened
from doubles import WordHashEncoder
from milvus_server import WordsServer

from citeback.errors import IndexStateError
from citeback.index.milvus import client, writer
from citeback.library import Library
from citeback.records import Publishing
from citeback.serve import command_line
from citeback.serve.terminal import ProgressBar

QUESTION = "Where is the lamp of house 3?"
COUNT = 12


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WordsServer]:
    if importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("milvus-lite is not installed")
    with closing(WordsServer(tmp_path / "server")) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some documents, sent a few at a time, to a cluster that is soon given up."""
    (tmp_path / "content").mkdir()
    for n in range(COUNT):
        text = f"The lamp of house {n} is lit.\n\nNobody lives in house {n}."
        (tmp_path / "content" / f"{n:02}.txt").write_text(text)
    monkeypatch.setattr(writer, "DOCUMENTS", 3)
    for limit in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(client, limit, 1)
    return tmp_path


def same_answers(one: Library, other: Library) -> bool:
    return one.ask(QUESTION).hits == other.ask(QUESTION).hits != ()


def test_what_is_sent_is_counted(folder: Path, server: WordsServer) -> None:
    engine = f"{server.address}/counted"
    told: list[Publishing] = []
    with opened(folder, engine) as library:
        library.update(publishing=told.append)
        names = [f"{n:02}.txt" for n in range(COUNT)]
        assert told == [
            *(Publishing(name, n, COUNT) for n, name in enumerate(names)),
            Publishing("", COUNT, COUNT),
        ]
        told.clear()
        (folder / "content" / "03.txt").write_text("The lamp of house 3 is broken.")
        library.update(publishing=told.append)
        assert told == [Publishing("03.txt", 0, 1), Publishing("", 1, 1)]
        told.clear()
        library.update(publishing=told.append)
        assert told == []


def test_a_cluster_that_goes_away_is_told_of_and_filled_when_it_is_back(
    folder: Path, server: WordsServer
) -> None:
    engine = f"{server.address}/gone"

    def kill(how_far: Publishing) -> None:
        if how_far.done == 7:
            server.kill()

    with opened(folder, engine) as library:
        with pytest.raises(IndexStateError) as error:
            library.update(publishing=kill)
        said = str(error.value)
        assert f"The cluster at {server.address.replace('milvus', 'http')}" in said
        assert "nothing is lost" in said
        at = error.value.__cause__ and told_of(said)
        assert at
        assert 6 <= at <= 8
        assert f"of the {COUNT} documents" in said
        assert said.endswith("python -m citeback index")
        with opened(folder, "") as embedded:
            assert embedded.size().documents == COUNT  # the index itself is whole
            server.start()
            told: list[Publishing] = []
            library.update(publishing=told.append)
            assert told[0].total == COUNT - 6  # two lots of three were there
            assert same_answers(library, embedded)


def told_of(said: str) -> int:
    """How many documents are said to be on the cluster."""
    return int(said.split("differ some ")[1].split()[0])


def test_the_command_tells_it_in_a_sentence(
    folder: Path,
    server: WordsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CITEBACK_ENGINE", f"{server.address}/told")
    monkeypatch.setattr(
        "citeback.library.load_encoder", lambda *_, **__: WordHashEncoder()
    )
    monkeypatch.setattr(
        ProgressBar, "publishing", lambda _, far: far.done == 7 and server.kill()
    )
    words = ["--content", str(folder / "content"), "--index", str(folder / "index")]
    assert command_line.main(["index", *words]) == 2
    shown = capsys.readouterr()
    assert "To go on there: python -m citeback index" in shown.err
    assert "Traceback" not in shown.err


def test_the_bar_changes_to_documents(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(hidden=False) as bar:
        bar.publishing(Publishing("a.txt", 0, 40))
        bar._publishing.mininterval = 0  # type: ignore[union-attr]
        bar.publishing(Publishing("b\x1b.txt", 10, 40))
    shown = capsys.readouterr().err
    assert "Sending to the cluster:  25%" in shown
    assert "10/40" in shown
    assert "b\ufffd.txt" in shown
    assert "\x1b." not in shown
