"""The reader's tools: words, outline, find, sizes, quoting, and what stands around."""

from __future__ import annotations

import re

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import (
    CHALLENGES,
    CHALLENGES_QUOTE,
    QUINCE,
    Visit,
    ask,
    assert_highlighted,
    cite,
)
from browser.stage import DESK, PHONE, WORKSHOP, Look, Served
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SELECT = """([from, to]) => {
    const words = document.querySelectorAll('.reader .words');
    const place = (block, offset) => {
        const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode;
            if (offset <= node.length) return [node, offset];
            offset -= node.length;
        }
    };
    getSelection().setBaseAndExtent(
        ...place(words[from[0]], from[1]), ...place(words[to[0]], to[1]));
}"""


def select(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Select from a letter of one of the reader's blocks to one of another."""
    page.evaluate(SELECT, [start, end])


def test_the_words_that_met_the_question_are_underlined(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    answer = ask(page, CHALLENGES)
    in_card = answer.locator(".card").first.locator("mark b").all_inner_texts()
    in_reader = page.locator(".reader mark.best b.met")
    expect(in_reader).to_have_text(in_card)
    assert "challenges" in in_card
    line = in_reader.first.evaluate("node => getComputedStyle(node).textDecorationLine")
    assert line == "underline"
    cite(answer, 2).click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:2")
    second = answer.locator(".card").nth(1).locator("mark b").all_inner_texts()
    expect(in_reader).to_have_text(second)


def test_the_outline_goes_to_a_heading(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, QUINCE)
    opener = page.get_by_role("button", name="Outline")
    opener.click()
    entries = page.locator(".outline-menu button")
    expect(entries).to_have_text(["The <b>walled</b> garden", "Trees", "Tools"])
    expect(entries.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(entries.first).not_to_be_visible()
    opener.click()
    entries.nth(2).click()
    expect(page.locator(".reader .heading", has_text="Tools")).to_be_focused()
    # A document without headings has no outline.
    ask(page, CHALLENGES)
    expect(page.locator(".reader-title")).to_contain_text("workshop")
    expect(opener).to_have_count(0)


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_find_counts_and_goes_round(served: Served, visit: Visit, look: Look) -> None:
    page = visit(served, look)
    answer = ask(page, QUINCE)
    cite(answer, 1).click()
    assert_highlighted(page)
    page.get_by_role("button", name="Find", exact=True).click()
    field = page.get_by_role("textbox", name="Find in this document")
    expect(field).to_be_focused()
    count = page.locator(".find-count")
    page.keyboard.type("TREE")
    expect(count).to_have_text("1 / 3")
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 / 3")
    found = "[...CSS.highlights.get('citeback-current')].map(String).join()"
    assert page.evaluate(found) == "tree"
    expect(page.locator("#reader [role=status]")).to_have_text("Match 2 of 3")
    page.keyboard.press("Shift+Enter")
    page.get_by_role("button", name="Previous match").click()
    expect(count).to_have_text("3 / 3")
    # Across what is marked and what is not, and with other white space.
    field.fill("1987  by the")
    expect(count).to_have_text("1 / 1")
    field.fill(".*(")
    expect(count).to_have_text("0 / 0")
    page.keyboard.press("Escape")
    expect(field).not_to_be_visible()
    assert page.evaluate("CSS.highlights.size") == 0
    expect(page.get_by_role("button", name="Find", exact=True)).to_be_focused()


def test_the_whole_of_a_long_document_is_searched(served: Served, visit: Visit) -> None:
    page = visit(served)
    page.get_by_role("button", name="Library", exact=True).click()
    page.locator("#library [data-path='lighthouse-diary.txt']").click()
    expect(page.locator(".reader .block").first).to_be_visible()
    page.get_by_role("button", name="Find", exact=True).click()
    field = page.get_by_role("textbox", name="Find in this document")
    count = page.locator(".find-count")
    found = "[...CSS.highlights.get('citeback-current')].map(String).join()"
    # The keeper stands in the middle, far from the beginning that is drawn.
    expect(page.locator(".reader-text")).not_to_contain_text("Vinga")
    field.fill("vinga")
    expect(count).to_have_text("1 / 1")
    expect(page.locator(".reader-text")).to_contain_text("Vinga")
    assert page.evaluate(found) == "Vinga"
    expect(field).to_have_value("vinga")
    expect(field).to_be_focused()
    # 3,000 quiet days, of which the first is reached by going on from the last.
    field.fill("quiet day")
    expect(count).to_have_text(re.compile(r"^\d+ / 3000$"))
    here = int(count.inner_text().split()[0])
    page.keyboard.press("Enter")
    expect(count).to_have_text(f"{here + 1} / 3000")
    field.fill("this quiet day, and nobody wrote about it. ")
    expect(count).to_have_text(re.compile("^[1-9].* / 3000$"))
    page.get_by_role("button", name="Close the search").click()

    page.locator("#library [data-path='lighthouse-diary.txt']").dispatch_event("click")
    expect(page.get_by_role("button", name="Show earlier text")).to_have_count(0)
    page.get_by_role("button", name="Find", exact=True).click()
    field.fill("quiet day")
    expect(count).to_have_text("1 / 3000")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("3000 / 3000")
    assert page.evaluate(found) == "quiet day"
    page.keyboard.press("Enter")
    expect(count).to_have_text("1 / 3000")
    field.fill("no such words")
    expect(count).to_have_text("0 / 0")


def test_the_size_of_the_letters_is_kept(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, QUINCE)
    words = page.locator(".reader .block .words").last

    def size() -> float:
        return float(
            words.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        )

    usual = size()
    page.get_by_role("button", name="Larger text").click()
    page.get_by_role("button", name="Larger text").click()
    larger = size()
    assert larger > usual
    page.reload()
    expect(words).to_be_visible()
    assert size() == larger
    for _ in range(12):
        page.get_by_role("button", name="Smaller text").click()
    assert 10 < size() < usual


def test_a_card_shows_what_stands_around(served: Served, visit: Visit) -> None:
    page = visit(served)
    answer = ask(page, QUINCE)
    card = answer.locator(".card").first
    card.get_by_role("button", name="Show the paragraphs around passage 1").click()
    around = card.locator(".around-text")
    expect(around).to_have_text(
        ["The pear tree stands beside the well and was grafted twice."]
    )
    # Asked again, it is hidden and shown without another reply.
    button = card.locator("button.around")
    button.click()
    expect(around.first).not_to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(around.first).to_be_visible()
    third = ask(page, CHALLENGES).locator(".card").first
    third.locator("button.around").click()
    expect(third.locator(".around-text")).to_have_count(2)
    order = third.evaluate(
        """card => [...card.querySelectorAll('.around-text, blockquote')]
            .map((node) => node.tagName)"""
    )
    assert order == ["P", "BLOCKQUOTE", "P"]


def test_a_selection_is_quoted_exactly(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, CHALLENGES)
    expect(page.locator(".reader-title")).to_contain_text("workshop")
    text = (served.content / WORKSHOP).read_text(encoding="utf-8")
    paragraphs = page.locator(".reader .words").all_inner_texts()
    select(page, (1, 10), (2, 40))
    page.get_by_role("button", name="Quote this").click()
    expect(page.locator(".selection-bar button").first).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    start = text.index(paragraphs[1][:30]) + 10
    end = text.index(CHALLENGES_QUOTE) + 40
    assert copied.startswith(f"“{text[start:end]}” — ")
    assert copied.endswith(", ¶ 2–3")
    page.locator("#header h1").click()
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator(".selection-bar")).not_to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_a_selection_becomes_part_of_a_question(
    served: Served, visit: Visit, look: Look
) -> None:
    page = visit(served, look)
    cite(ask(page, CHALLENGES), 1).click()
    assert_highlighted(page)
    select(page, (2, 0), (2, 20))
    page.get_by_role("button", name="Ask about this").click()
    box = page.get_by_role("textbox", name="Question")
    expect(box).to_have_value("“Civil society actors”")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#chat .user-row").last).to_have_text("“Civil society actors”")


def test_coming_back_to_an_earlier_answer_marks_it_again(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    first = ask(page, CHALLENGES)
    cite(first, 2).click()
    ready = page.locator(".reader")
    expect(ready).to_have_attribute("data-ready", "0:2")
    ask(page, QUINCE)
    expect(ready).to_have_attribute("data-ready", "1:1")
    box = page.get_by_role("textbox", name="Question")

    # By scrolling, where one left off; the focus stays where it was.
    box.focus()
    page.locator("#chat .answer").last.hover()
    page.mouse.wheel(0, -6000)
    expect(ready).to_have_attribute("data-ready", "0:2")
    expect(page.locator(".reader mark.best").first).to_be_in_viewport()
    expect(box).to_be_focused()
    page.mouse.wheel(0, 6000)
    expect(ready).to_have_attribute("data-ready", "1:1")

    # By a press on the earlier question, and by the keyboard.
    page.locator("#chat .user-row .user").first.click()
    expect(ready).to_have_attribute("data-ready", "0:2")
    page.locator("#chat .answer").last.locator("button.cite").first.focus()
    page.keyboard.press("Tab")
    expect(ready).to_have_attribute("data-ready", "1:1")
    pressed = page.locator("#chat button.cite[aria-pressed=true]")
    expect(pressed.first).to_have_attribute("aria-label", re.compile("Open source 1"))
