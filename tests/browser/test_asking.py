"""How a question is asked: after earlier ones, on a new topic, with filters."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import NORWAY, QUINCE, Visit, ask, assert_no_overflow
from browser.stage import DESK, LOOKS, PHONE, Look, Served
from browser.test_access import assert_accessible, axe  # noqa: F401
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FOLLOW_UP = "And the pear tree?"


def searched(page: Page) -> list[str]:
    """What each answer on the page says that it was searched for."""
    answers = page.locator("#chat .answer").all()
    return [answer.get_attribute("data-searched") or "" for answer in answers]


def test_a_follow_up_says_what_it_was_searched_for_and_can_be_edited(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    ask(page, QUINCE)
    answer = ask(page, FOLLOW_UP)
    said = answer.locator(".searched")
    completed = said.locator("q").inner_text()
    assert "pear tree" in completed
    assert "planted" in completed
    expect(said).to_contain_text("Searched for:")
    # The address finds the same without the conversation.
    assert "planted" in page.evaluate("location.search")

    said.get_by_role("button", name="Edit what was searched for").click()
    box = page.get_by_role("textbox", name="Question")
    expect(box).to_be_focused()
    expect(box).to_have_value(completed)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .answer")).to_have_count(3)
    expect(page.locator("#chat .answer").last.locator(".verdict")).to_be_visible()
    assert searched(page) == ["", completed, ""]
    expect(page.locator("#chat .answer").last).to_have_attribute("data-manner", "typed")
    # What comes after leans on the turns again.
    assert ask(page, "And the spades?").get_attribute("data-searched")


def test_a_new_topic_forgets_the_questions_and_keeps_the_answers(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    topic = page.get_by_role("button", name="New topic")
    expect(topic).not_to_be_visible()
    ask(page, QUINCE)
    topic.click()
    line = page.locator("#chat .topic-line")
    expect(line).to_have_text("New topic")
    expect(line).to_be_in_viewport()
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    topic.click()
    expect(line).to_have_count(1)
    answer = ask(page, FOLLOW_UP)
    expect(answer).to_have_attribute("data-manner", "topic")
    ask(page, "And the spades?")
    expect(line).to_have_count(1)
    before = searched(page)
    assert before[1] == ""
    assert "pear" in before[2]
    assert "quince" not in before[2]

    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(3)
    expect(line).to_have_count(1)
    assert searched(page) == before
    after = ask(page, "Why?").get_attribute("data-searched") or ""
    assert "quince" not in after
    assert after


def test_a_question_about_something_else_says_so(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, QUINCE)
    answer = ask(page, NORWAY)
    expect(answer.locator(".aside")).to_contain_text("New topic")
    expect(answer.locator(".searched")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_help_for_searching_is_there_for_everyone(
    served: Served,
    visit: Visit,
    look: Look,
    axe: str,  # noqa: F811
) -> None:
    page = visit(served, look)
    ask(page, QUINCE)
    opener = page.get_by_role("button", name="Search help")
    sheet = page.get_by_role("group", name="Search help")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(sheet).not_to_be_visible()
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(sheet).to_be_in_viewport(ratio=1)
    expect(sheet.get_by_role("button").first).to_be_focused()
    assert_no_overflow(page)
    assert_accessible(page, axe, "search help")
    page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()
    expect(opener).to_be_focused()

    box = page.get_by_role("textbox", name="Question")
    box.fill("When was it planted?")
    opener.click()
    sheet.get_by_role("button", name="file:report").click()
    expect(sheet).not_to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value("When was it planted? file:report")
    page.keyboard.type("garden")
    page.keyboard.press("Enter")
    answer = page.locator("#chat .answer").nth(1)
    expect(answer).to_have_attribute("data-question", re.compile("file:garden$"))
    titles = set(answer.locator(".card .title").all_inner_texts())
    assert titles == {"The <b>walled</b> garden"}
    opener.click()
    page.locator("#header h1").click()
    expect(sheet).not_to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_arabic_has_room_for_it_all(served: Served, visit: Visit, look: Look) -> None:
    page = visit(served, look, locale="ar-EG")
    page.locator("#question textarea").fill(QUINCE)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .answer")).to_have_count(1)
    page.locator("#asking .opener").click()
    expect(page.locator(".search-help")).to_be_in_viewport(ratio=1)
    assert_no_overflow(page)
    row = page.locator("#asking .ways").bounding_box()
    assert row is not None
    # One line of buttons, not two.
    assert row["height"] < 60


def test_what_is_remembered_is_how_it_was_asked(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, QUINCE)
    answer = ask(page, FOLLOW_UP)
    (kept,) = json.loads(page.evaluate("localStorage['citeback.conversations']"))
    assert [turn["manner"] for turn in kept["turns"]] == ["follows", "follows"]
    assert kept["turns"][1]["searched"] == answer.get_attribute("data-searched")
