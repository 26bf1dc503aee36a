"""The model is loaded and the index updated behind the page; questions wait for it."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback import library as library_module
from citeback.errors import EncoderError
from citeback.library import Library
from citeback.records import UpdateReport
from citeback.serve import warm_up as warm_ups
from citeback.serve.warm_up import Stage, WarmUp

SOON = 10  # seconds


class Held(WordHashEncoder):
    """Embeds passages only when it is let go."""

    def encode_passages(self, texts):  # type: ignore[no-untyped-def]
        assert self.go.wait(SOON)
        return super().encode_passages(texts)


@pytest.fixture
def held() -> Held:
    encoder = Held()
    encoder.go = threading.Event()
    return encoder


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, held: Held) -> Iterator[threading.Event]:
    """Lets the model be loaded when it is set."""
    go = threading.Event()

    def load(*_: object, **__: object) -> Held:
        assert go.wait(SOON)
        return held

    monkeypatch.setattr(library_module, "load_encoder", load)
    yield go
    go.set()
    held.go.set()


@pytest.fixture
def library(tmp_path: Path, content: Path) -> Iterator[Library]:
    with Library.open(content, tmp_path / "index") as opened:
        yield opened


def until(warm_up: WarmUp, stage: Stage) -> None:
    with warm_up._changed:
        assert warm_up._changed.wait_for(lambda: warm_up.state.stage is stage, SOON)


def asking(
    warm_up: WarmUp, *, model: bool = True
) -> tuple[list[str], threading.Thread]:
    """A question that waits in a thread, and the reasons it is given."""
    reasons: list[str] = []
    thread = threading.Thread(
        target=lambda: waited(warm_up, model=model, told=reasons), daemon=True
    )
    thread.start()
    until_told(reasons, 1)
    return reasons, thread


def until_told(reasons: list[str], count: int) -> None:
    deadline = time.monotonic() + SOON
    while len(reasons) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def waited(warm_up: WarmUp, *, model: bool, told: list[str] | None = None) -> list[str]:
    """The reasons that a question waits for, when it need not any more."""
    reasons = [] if told is None else told

    async def wait() -> None:
        async for why in warm_up.waits(model=model):
            reasons.append(why)

    asyncio.run(wait())
    return reasons


def test_a_question_waits_first_for_the_model_then_for_the_index(
    library: Library, loads: threading.Event, held: Held
) -> None:
    reports: list[UpdateReport] = []
    warm_up = WarmUp(library, updated=reports.append)
    warm_up.start()
    assert warm_up.why_wait(model=True) == "waits_for_model"
    assert warm_up.why_wait(model=False) == "waits_for_index"
    reasons, thread = asking(warm_up)
    loads.set()
    until(warm_up, Stage.INDEXING)
    until_told(reasons, 2)
    assert thread.is_alive()
    held.go.set()
    thread.join(SOON)
    assert reasons == ["waits_for_model", "waits_for_index"]
    until(warm_up, Stage.READY)
    assert warm_up.state.problem == ""
    assert reports[0].added == ("garden.md", "kettle.txt")
    assert waited(warm_up, model=True) == []


def test_with_an_index_there_words_are_searched_before_the_model_is_there(
    make_library: MakeLibrary, library: Library, loads: threading.Event, held: Held
) -> None:
    make_library().update()
    warm_up = WarmUp(library)
    warm_up.start()
    assert waited(warm_up, model=False) == []
    assert library.every("kettle").count == 1
    reasons, thread = asking(warm_up)
    (library.settings.content / "new.txt").write_text("A new jar stands there.")
    loads.set()
    # What is indexed already answers while the new file is still being embedded.
    thread.join(SOON)
    assert reasons == ["waits_for_model"]
    assert not held.go.is_set()


def test_an_index_of_another_model_is_waited_for(
    make_library: MakeLibrary, library: Library, loads: threading.Event, held: Held
) -> None:
    make_library(WordHashEncoder(fingerprint="another")).update()
    warm_up = WarmUp(library)
    warm_up.start()
    loads.set()
    until(warm_up, Stage.INDEXING)
    assert warm_up.why_wait(model=True) == "waits_for_index"
    assert warm_up.why_wait(model=False) == ""


def test_files_are_counted_and_the_time_left_is_told(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citeback.ingest.embed.COMMIT_TEXTS", 2)
    for number in range(10):
        (content / f"{number}.txt").write_text(f"The jar numbered {number} is full.")
    seen = []
    warm_up = WarmUp(
        make_library(WordHashEncoder(seconds=0.06)),
        follow=lambda _: seen.append(warm_up.state),
    )
    warm_up.start()
    until(warm_up, Stage.READY)
    shown = [state for state in seen if state.files]
    assert {state.files for state in shown} == {12}
    files = [state.file for state in shown]
    assert files == sorted(files)
    assert files[0] == 1
    assert files[-1] > 6
    assert shown[0].seconds_left == -1
    assert any(state.seconds_left >= 0 for state in shown)


def test_a_model_that_cannot_be_loaded_is_told_and_ends_the_waiting(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> None:
        raise EncoderError("The model is damaged.")

    monkeypatch.setattr(library_module, "load_encoder", load)
    complaints: list[str] = []
    warm_up = WarmUp(library, failed=complaints.append)
    _, thread = asking(warm_up)
    warm_up.start()
    thread.join(SOON)
    assert not thread.is_alive()
    until(warm_up, Stage.READY)
    assert complaints == [warm_up.state.problem] == ["The model is damaged."]


@pytest.mark.filterwarnings("error")
def test_what_nobody_foresaw_is_told_as_well(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def load(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(library_module, "load_encoder", load)
    warm_up = WarmUp(library)
    warm_up.start()
    until(warm_up, Stage.READY)
    assert warm_up.state.problem == warm_ups.UNEXPECTED
    assert "ZeroDivisionError" in caplog.text


def test_stopping_lets_go_of_whoever_waits_and_ends_the_update(
    library: Library, loads: threading.Event, held: Held
) -> None:
    warm_up = WarmUp(library)
    warm_up.start()
    _, thread = asking(warm_up)
    warm_up.stop()
    thread.join(SOON)
    assert not thread.is_alive()
    loads.set()
    held.go.set()
    warm_up._thread.join(SOON)
    assert not warm_up.is_at_work
    assert library.size().documents == 0


def test_files_that_come_and_go_while_it_runs_are_noticed(
    make_library: MakeLibrary, content: Path
) -> None:
    reports: queue.Queue[UpdateReport] = queue.Queue()
    library = make_library()
    warm_up = WarmUp(library, updated=reports.put)
    warm_up.start()
    assert set(reports.get(timeout=SOON).added) == {"garden.md", "kettle.txt"}
    until(warm_up, Stage.READY)
    (content / "pot.txt").write_text("The copper pot hangs in the pantry.")
    assert reports.get(timeout=SOON).added == ("pot.txt",)
    until(warm_up, Stage.READY)
    assert (
        library.ask("Where does the copper pot hang?").hits[0].source.path == "pot.txt"
    )
    (content / "pot.txt").rename(content / "pan.txt")
    report = reports.get(timeout=SOON)
    assert (report.added, report.removed) == (("pan.txt",), ("pot.txt",))
    assert report.embedded == 0
    (content / "pan.txt").unlink()
    assert reports.get(timeout=SOON).removed == ("pan.txt",)
    warm_up.stop()
    warm_up._thread.join(SOON)
    assert not warm_up._thread.is_alive()


def test_what_is_not_looked_through_yet_may_be_missing_from_an_answer(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    looking, go = threading.Event(), threading.Event()
    update = library.update

    def held_update(**options: Any) -> UpdateReport:
        looking.set()
        assert go.wait(SOON)
        return update(**options)

    monkeypatch.setattr(library, "update", held_update)
    warm_up = WarmUp(library)
    assert not warm_up.is_indexing
    warm_up.start()
    assert looking.wait(SOON)
    assert warm_up.is_indexing
    go.set()
    until(warm_up, Stage.READY)
    assert not warm_up.is_indexing


def test_files_are_added_when_that_is_possible(
    library: Library, loads: threading.Event, held: Held
) -> None:
    warm_up = WarmUp(library)
    warm_up.start()
    for of_folder in (True, False):
        why = warm_up.why_changes_wait(of_folder=of_folder)
        assert why == "add_waits_for_model"
    loads.set()
    until(warm_up, Stage.INDEXING)
    assert warm_up.why_changes_wait(of_folder=True) == "add_waits_for_index"
    assert warm_up.why_changes_wait(of_folder=False) == ""
    held.go.set()
    until(warm_up, Stage.READY)
    assert warm_up.why_changes_wait(of_folder=True) == ""
