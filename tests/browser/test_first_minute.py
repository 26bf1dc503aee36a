"""The page before the model is loaded and the documents are indexed."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, NORWAY, Visit, assert_no_overflow
from browser.stage import LOOKS, ROOT, WORKSHOP, Look, Server
from playwright.sync_api import Page, expect
from starving import seconds_to_end

pytestmark = pytest.mark.browser

SECONDS_TO_STOP = 3


@pytest.fixture
def server(
    chromium_path: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """A server whose model is not there yet, and whose documents are not indexed.

    Given "by hand", it is started as a person would start it.
    """
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    by_hand = getattr(request, "param", "") == "by hand"
    held = Server(tmp_path, held=True, by_hand=by_hand)
    held.start(ready=False)
    yield held
    held.stop()


def type_and_ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .user-row").last).to_have_text(question)


def assert_clear_of_buttons(page: Page) -> None:
    """What is going on is written beside the header's buttons, not on them."""
    over = page.evaluate(
        """() => {
            const words = document.createRange();
            words.selectNodeContents(document.querySelector('#header .state'));
            const own = words.getBoundingClientRect();
            const buttons = [...document.querySelectorAll('#header button')];
            return buttons.map((one) => one.getBoundingClientRect())
                .filter((one) => one.width && own.right > one.left && own.left < one.right)
                .length;
        }"""
    )
    assert over == 0


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_first_minute(server: Server, visit: Visit, look: Look) -> None:
    page = visit(server, look)
    state = page.locator("#header .state")
    expect(state).to_have_text("Loading the model…")
    assert_no_overflow(page)
    assert_clear_of_buttons(page)
    before = page.locator("#main").bounding_box()
    type_and_ask(page, CHALLENGES)
    waiting = page.locator("#chat .waiting")
    expect(waiting).to_contain_text("The model is still being loaded.")

    (server.folder / "model").touch()
    expect(waiting).to_contain_text("indexed for the first time")
    expect(state).to_have_text("Indexing 1 of 1 files")
    assert_no_overflow(page)
    assert_clear_of_buttons(page)

    (server.folder / "embed").touch()
    answer = page.locator("#chat .answer")
    expect(answer.locator(".card").first).to_be_visible()
    expect(answer.locator(".notice")).to_have_count(0)
    expect(waiting).to_have_count(0)
    expect(state).to_have_text("Ready")
    expect(state).to_be_empty()
    assert page.locator("#main").bounding_box() == before
    if not look.phone:
        expect(page.locator("#header .size")).to_contain_text("1 document")
    page.get_by_role("button", name="Library", exact=True).click()
    expect(page.locator("#files")).to_contain_text(WORKSHOP)


def test_what_is_indexed_is_read_and_searched_by_words_before_the_model_is_there(
    server: Server, visit: Visit
) -> None:
    for name in ("model", "embed"):
        (server.folder / name).touch()
    page = visit(server)
    expect(page.locator("#header .size")).to_contain_text("1 document")
    server.kill()
    (server.folder / "model").unlink()
    server.start(ready=False)

    page = visit(server)
    expect(page.locator("#header .state")).to_have_text("Loading the model…")
    expect(page.locator("#welcome [data-question]").first).to_be_visible()
    page.get_by_role("button", name="Library", exact=True).click()
    page.locator(f"#library [data-path='{WORKSHOP}']").click()
    expect(page.locator(".reader-text")).to_contain_text("Civil society actors")
    page.get_by_text("Every passage", exact=True).click()
    type_and_ask(page, "civil society")
    expect(page.locator("#chat .answer .card").first).to_be_visible()
    # An answer from part of the documents says so.
    page.get_by_text("Best passages", exact=True).click()
    (server.folder / "embed").unlink()
    (server.folder / "content" / "kettle.txt").write_text("The blue kettle is new.")
    (server.folder / "model").touch()
    type_and_ask(page, NORWAY)
    answer = page.locator("#chat .answer").last
    expect(answer).to_have_attribute("data-question", NORWAY)
    expect(answer.locator(".notice")).to_contain_text("still being indexed")
    (server.folder / "embed").touch()
    expect(page.locator("#header .size")).to_contain_text("2 documents")


def test_a_new_topic_pressed_while_an_answer_is_on_its_way_stands(
    server: Server, visit: Visit
) -> None:
    (server.folder / "embed").touch()
    page = visit(server)
    type_and_ask(page, CHALLENGES)
    expect(page.locator("#chat .waiting")).to_be_visible()
    page.get_by_role("button", name="New topic").click()
    (server.folder / "model").touch()
    expect(page.locator("#chat .answer")).to_have_count(1)
    expect(page.locator("#chat .topic-line")).to_have_count(1)
    type_and_ask(page, "Who supported it?")
    second = page.locator("#chat .answer").nth(1)
    expect(second).to_have_attribute("data-manner", "topic")
    expect(second.locator(".searched")).to_have_count(0)
    # And it holds for one question alone.
    type_and_ask(page, NORWAY)
    third = page.locator("#chat .answer").nth(2)
    expect(third).to_have_attribute("data-manner", "follows")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_model_that_cannot_be_loaded_is_told(
    server: Server, visit: Visit, look: Look
) -> None:
    (server.folder / "broken").touch()
    page = visit(server, look)
    (server.folder / "model").touch()
    bar = page.get_by_role("alert").filter(has_text="files are damaged")
    expect(bar).to_be_visible()
    assert_no_overflow(page)
    assert "citeback: The model's files are damaged." in server.log.read_text()
    bar.get_by_role("button", name="Dismiss").click()
    expect(bar).to_have_count(0)
    page.wait_for_timeout(2500)  # it is asked again, and must not come back
    expect(bar).to_have_count(0)
    type_and_ask(page, NORWAY)
    expect(page.locator("#chat .problem")).to_contain_text("files are damaged")


def test_a_missing_folder_is_told_in_the_page(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "content")
    (server.folder / "model").touch()
    page = visit(server)
    expect(page.locator(".state-bar")).to_contain_text("content")
    expect(page.get_by_role("heading", name="The library is empty")).to_be_visible()


def test_a_file_added_too_early_says_what_it_waits_for(
    server: Server, visit: Visit
) -> None:
    page = visit(server)
    page.get_by_role("button", name="Library", exact=True).click()
    pot = {"name": "pot.txt", "mimeType": "", "buffer": b"The pot is red."}
    page.locator("#upload").set_input_files([pot])  # type: ignore[list-item]
    told = page.locator("#panel .progress p")
    expect(told).to_have_text("Waiting until the model is loaded")
    (server.folder / "model").touch()
    expect(told).to_have_text("Waiting until the documents in the folder are indexed")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#panel .result")).to_contain_text("Not added: stopped")
    assert not (server.folder / "content" / "pot.txt").exists()


def test_questions_that_wait_for_the_model_hold_up_no_others(
    server: Server, visit: Visit
) -> None:
    for name in ("model", "embed"):
        (server.folder / name).touch()
    expect(visit(server).locator("#header .size")).to_contain_text("1 document")
    server.kill()
    (server.folder / "model").unlink()
    server.start(ready=False)
    for _ in range(6):
        waits = visit(server)
        type_and_ask(waits, NORWAY)
        expect(waits.locator("#chat .waiting")).to_be_visible()
    page = visit(server)
    page.get_by_text("Every passage", exact=True).click()
    type_and_ask(page, "civil society")
    expect(page.locator("#chat .answer .card").first).to_be_visible()


@pytest.mark.parametrize("server", ["by hand"], indirect=True)
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stage", ["loading", "indexing"])
def test_it_stops_soon_whatever_it_is_doing(
    server: Server, visit: Visit, sign: signal.Signals, stage: str
) -> None:
    page = visit(server)
    type_and_ask(page, NORWAY)
    if stage == "indexing":
        (server.folder / "model").touch()
        expect(page.locator("#header .state")).to_contain_text("Indexing")
    assert isinstance(server.process, subprocess.Popen)
    server.process.send_signal(sign)
    assert seconds_to_end(server.process, timeout=60) < SECONDS_TO_STOP
    assert "Traceback" not in server.log.read_text()
