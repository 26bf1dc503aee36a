"""The server is killed and started again while a page is open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, NORWAY, Visit, ask, assert_no_overflow, cite
from browser.stage import DESK, LOOKS, ROOT, WORKSHOP, Look, Server
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

STOPPED = "Citeback was stopped. Waiting for it to come back…"


@pytest.fixture
def server(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    """A server that a test may kill."""
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    for name in ("model", "embed"):
        (tmp_path / name).touch()
    started = Server(tmp_path, held=True)
    started.start()
    yield started
    started.stop()


def bar(page: Page) -> object:
    return page.get_by_role("alert").filter(has_text=STOPPED)


@pytest.mark.parametrize("look", [DESK, LOOKS[3]], ids=lambda look: look.name)
def test_the_page_goes_on_by_itself(server: Server, visit: Visit, look: Look) -> None:
    page = visit(server, look)
    ask(page, CHALLENGES)
    answer = ask(page, "Who supported it?")
    searched = answer.locator(".searched q").inner_text()
    cite(answer, 2).click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "1:2")
    if look.phone:
        page.get_by_role("button", name="Close source").tap()
    server.kill()

    expect(bar(page)).to_be_visible()
    assert_no_overflow(page)
    expect(page.locator("#chat .answer")).to_have_count(2)
    # What is typed meanwhile stays, and is not lost to a server that is not there.
    box = page.get_by_role("textbox", name="Question")
    box.fill(NORWAY)
    page.keyboard.press("Enter")
    expect(box).to_have_value(NORWAY)
    expect(page.locator(".toast-body")).not_to_be_visible()

    server.start()
    expect(bar(page)).to_have_count(0)
    expect(page.locator("#chat .user-row")).to_have_text(
        [CHALLENGES, "Who supported it?"]
    )
    # Its context came back, too: the follow-up is understood as before.
    expect(page.locator("#chat .answer").last.locator(".searched q")).to_have_text(
        searched
    )
    expect(page.locator(".reader")).to_have_attribute("data-ready", "1:2")
    expect(box).to_have_value(NORWAY)
    box.press("Enter")
    third = page.locator("#chat .answer").nth(2)
    expect(third).to_have_attribute("data-question", NORWAY)
    expect(third).to_have_attribute("data-turn", "2")


def test_a_question_that_was_cut_off_is_asked_again(
    server: Server, visit: Visit
) -> None:
    page = visit(server)
    ask(page, CHALLENGES)
    server.kill()
    (server.folder / "model").unlink()
    server.start(ready=False)
    # The conversation waits for the model, as its questions did.
    expect(page.locator("#chat .waiting")).to_be_visible()
    other = visit(server)
    other.get_by_role("textbox", name="Question").fill(NORWAY)
    other.keyboard.press("Enter")
    expect(other.locator("#chat .waiting")).to_be_visible()
    server.kill()
    expect(bar(page)).to_be_visible()
    expect(bar(other)).to_be_visible()
    (server.folder / "model").touch()
    server.start()
    for one, question in ((page, CHALLENGES), (other, NORWAY)):
        answer = one.locator("#chat .answer")
        expect(answer).to_have_count(1)
        expect(answer).to_have_attribute("data-question", question)
    # It is done with: a reload asks it no second time.
    other.reload()
    expect(other.locator("#chat .answer")).to_have_count(1)
    expect(other.locator("#chat .user-row")).to_have_text([NORWAY])
