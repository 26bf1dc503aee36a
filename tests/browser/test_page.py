"""What a visitor does with the page, in a real browser against a real server."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import (
    CHALLENGES,
    CHALLENGES_QUOTE,
    ELSEWHERE,
    NORWAY,
    Visit,
    ask,
    assert_highlighted,
    assert_no_overflow,
    cite,
)
from browser.stage import (
    HOSTILE_NAME,
    KEEPER,
    LOOKS,
    PHONE,
    Look,
    Served,
)
from playwright.sync_api import expect

from citeback.records import Parts

pytestmark = pytest.mark.browser

SCREENSHOTS = "CITEBACK_SCREENSHOTS"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_ask_and_jump_to_the_place(served: Served, visit: Visit, look: Look) -> None:
    page = visit(served, look)
    assert_no_overflow(page)
    answer = ask(page, CHALLENGES)
    expect(answer.locator(".verdict")).to_have_text("The text answers this.")
    expect(answer.locator(".lead blockquote")).to_contain_text(CHALLENGES_QUOTE)
    expect(answer.locator(".card").first).to_contain_text("¶ 3")
    assert_no_overflow(page)

    button = cite(answer, 1)
    button.click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:1")
    mark = assert_highlighted(page)
    expect(mark).to_contain_text(CHALLENGES_QUOTE)
    expect(mark).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#reader [role=status]")).to_contain_text("Passage 1, ¶ 3")
    assert_no_overflow(page)

    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(map(int, re.findall(r"\d+", dark)[:3]))
    assert (lightness < 200) == (look.scheme == "dark")

    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    if look.phone:
        expect(page.locator(".reader-text")).not_to_be_visible()
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_the_keyboard_alone_does_everything(served: Served, visit: Visit) -> None:
    page = visit(served)
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.type(CHALLENGES)
    page.keyboard.press("Enter")
    answer = page.locator("#chat .answer")
    expect(answer).to_be_visible()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:1")

    # Backwards from the box through the last card to its number.
    last = answer.locator(".card button.cite:not(.also)").last
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if last.evaluate("node => node === document.activeElement"):
            break
    expect(last).to_be_focused()
    number = last.inner_text()
    page.keyboard.press("Space")
    expect(page.locator(".reader")).to_have_attribute("data-ready", f"0:{number}")
    assert_highlighted(page)
    page.keyboard.press("Escape")
    expect(last).to_be_focused()

    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name=re.compile("cited passage"))
    step = stop.and_(page.locator(":enabled")).first
    step.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".reader")).not_to_have_attribute("data-ready", f"0:{number}")
    assert_highlighted(page)


def test_the_phone_sheet_closes_and_gives_the_focus_back(
    served: Served, visit: Visit
) -> None:
    page = visit(served, PHONE)
    button = cite(ask(page, CHALLENGES), 1)
    button.tap()
    assert_highlighted(page)
    assert page.evaluate("document.querySelector('#left').inert")
    page.get_by_role("button", name="Close source").tap()
    expect(page.locator(".reader-text")).not_to_be_visible()
    assert not page.evaluate("document.querySelector('#left').inert")
    expect(button).to_be_focused()


def test_silence_is_said_straight(served: Served, visit: Visit) -> None:
    page = visit(served)
    answer = ask(page, ELSEWHERE)
    expect(answer.get_by_role("heading", name="The text does not say.")).to_be_visible()
    expect(answer.locator(".unseen")).to_contain_text(
        re.compile("jupiter", re.IGNORECASE)
    )
    expect(answer.get_by_role("heading", name="Nearest passages")).to_be_visible()
    expect(answer.locator(".lead")).to_have_count(0)
    expect(page.locator(".reader mark")).to_have_count(0)


def test_a_question_without_words_gets_a_sentence(served: Served, visit: Visit) -> None:
    page = visit(served)
    answer = ask(page, "???")
    expect(answer.get_by_role("alert")).to_contain_text(re.compile(r"\w+ \w+"))
    expect(ask(page, NORWAY).locator(".card").first).to_be_visible()


def test_hostile_documents_and_questions_stay_text(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    question = (
        "Who guards the zeppelin hangar <img src=x onerror=window.__xss=6> "
        "![x](http://example.invalid/q.png) ${window.__xss=7} **geese**?"
    )
    answer = ask(page, question)
    expect(page.locator("#chat .user-row")).to_have_text(question)
    first = answer.locator(".card").first
    expect(first).to_contain_text("<script>window.__xss=1</script>")
    cite(answer, 1).click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:1")
    expect(assert_highlighted(page)).to_contain_text("<img src=x onerror=window")
    expect(page.locator(".reader-text")).to_contain_text("${window.__xss=3} {{value}}")
    page.get_by_role("button", name="Library", exact=True).click()
    expect(page.locator("#files")).to_contain_text(HOSTILE_NAME)
    expect(page.locator("#files")).to_contain_text("The <b>walled</b> garden")
    garden = ask(page, "When was the quince tree planted?")
    expect(garden.locator(".card").first).to_contain_text("Trees")
    assert page.evaluate("window.__xss") is None
    assert page.locator("img[src='x'], .answer img, .reader img").count() == 0


def test_a_shared_link_asks_its_question(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, NORWAY)
    expect(page).to_have_url(re.compile(r"\?q=Which\+country"))
    other = visit(served, query=page.url.removeprefix(served.url))
    expect(other.locator("#chat .answer")).to_have_count(1)
    expect(other.locator("#chat .user-row")).to_have_text(NORWAY)
    other.get_by_role("button", name="Start over").click()
    expect(other.locator("#chat .answer")).to_have_count(0)
    expect(other).to_have_url(served.url)


def test_a_shared_link_shows_every_passage_where_it_did(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    page.get_by_text("Every passage", exact=True).click()
    ask(page, "civil society")
    expect(page).to_have_url(re.compile(r"\?q=civil\+society&every=1"))
    other = visit(served, query=page.url.removeprefix(served.url))
    expect(other.locator("#chat .answer")).to_have_attribute("data-every", "true")
    other.get_by_role("button", name="Start over").click()
    expect(other).to_have_url(served.url)


def test_sessions_do_not_see_each_other(served: Served, visit: Visit) -> None:
    first, second = visit(served), visit(served)
    one = ask(first, NORWAY)
    two = ask(second, "When was the quince tree planted?")
    cite(one, 1).click()
    cite(two, 1).click()
    expect(first.locator(".reader-title")).to_contain_text(
        re.compile("workshop", re.IGNORECASE)
    )
    expect(second.locator(".reader-title")).to_contain_text("walled")
    expect(first.locator("#chat .answer")).to_have_count(1)
    expect(second.locator("#chat .answer")).to_have_count(1)


def test_of_fast_clicks_the_last_wins(served: Served, visit: Visit) -> None:
    page = visit(served)
    answer = ask(page, "Who guards the geese, and who supported the workshop?")
    numbers = answer.locator(".card > .card-head button.cite").all_inner_texts()
    assert len(numbers) >= 3
    order = [*numbers, *reversed(numbers), numbers[-1], numbers[1]]
    page.evaluate(
        """(order) => {
            for (const n of order) {
                document.querySelector(`#chat .card button.cite[data-n="${n}"]`).click();
            }
        }""",
        order,
    )
    ready = page.locator(".reader")
    expect(ready).to_have_attribute("data-ready", f"0:{numbers[1]}")
    # Replies that were still on their way must not change it.
    page.wait_for_timeout(700)
    expect(ready).to_have_attribute("data-ready", f"0:{numbers[1]}")
    pressed = page.locator("#chat .card button.cite[aria-pressed=true]")
    expect(pressed).to_have_text(numbers[1])


def test_an_example_is_asked_and_a_quote_copied(served: Served, visit: Visit) -> None:
    page = visit(served)
    example = page.locator("#welcome [data-question]").first
    question = example.inner_text()
    example.click()
    answer = page.locator("#chat .answer")
    expect(answer).to_have_attribute("data-question", question)
    expect(page.locator("#welcome")).not_to_be_visible()
    card = answer.locator(".card").first
    card.get_by_role("button", name="Copy quote 1").click()
    expect(card.locator("button.copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert card.locator("mark").inner_text() in copied
    assert "¶" in copied
    card.get_by_text("Why this passage").click()
    expect(card.locator(".parts dt")).to_have_count(len(fields(Parts)))
    expect(card.locator(".parts")).to_be_visible()


def test_the_library_panel_lists_files_and_opens_them(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    opener = page.get_by_role("button", name="Library", exact=True)
    opener.click()
    panel = page.locator("#library")
    expect(panel).to_contain_text("civil-society-rehabilitation-workshop.txt")
    expect(panel).to_contain_text("not searched")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(panel).not_to_be_visible()
    opener.click()
    panel.locator("[data-path='civil-society-rehabilitation-workshop.txt']").click()
    expect(page.locator(".reader-text")).to_contain_text(CHALLENGES_QUOTE)
    expect(page.locator(".reader .furniture").first).to_contain_text("Not searched")


def test_a_long_document_is_read_in_windows(served: Served, visit: Visit) -> None:
    page = visit(served)
    answer = ask(page, "What did the keeper of the lighthouse at Vinga burn?")
    cite(answer, 1).click()
    expect(assert_highlighted(page)).to_have_text(KEEPER)
    assert page.locator(".reader .block").count() < 2500
    first = page.locator(".reader .block").first.get_attribute("data-start")
    page.get_by_role("button", name="Show earlier text").click()
    expect(page.locator(".reader .block").first).not_to_have_attribute(
        "data-start", first or ""
    )
    page.get_by_role("button", name="Show later text").click()
    assert_no_overflow(page)


def test_an_empty_library_says_what_to_do_and_can_be_filled(
    empty: Served, visit: Visit
) -> None:
    page = visit(empty)
    expect(page.get_by_role("heading", name="The library is empty")).to_be_visible()
    expect(page.locator("#welcome")).to_contain_text("content/")
    (empty.content / "kettle.txt").write_text(
        "The blue kettle boils water in four minutes.\n", encoding="utf-8"
    )
    page.get_by_role("button", name="Library", exact=True).click()
    page.get_by_role("button", name="Refresh library").click()
    # The page looks at the folder itself, too, and may have been quicker.
    expect(page.locator("#note")).to_contain_text(re.compile("1 added|nothing new"))
    expect(page.locator("#header .size")).to_contain_text("1 document · 1 paragraph")
    expect(page.locator("#files")).to_contain_text("kettle.txt")
    page.get_by_role("button", name="Close library").click()
    answer = ask(page, "How long does the blue kettle take to boil water?")
    expect(answer.locator(".card mark")).to_have_text(
        "The blue kettle boils water in four minutes."
    )


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_pictures_for_the_readme(
    browser: object, visit: Visit, look: Look, workshop: Served
) -> None:
    folder = Path(os.environ[SCREENSHOTS])
    folder.mkdir(parents=True, exist_ok=True)
    page = visit(workshop, look)
    answer = ask(page, CHALLENGES)
    cite(answer, 1).click()
    assert_highlighted(page)
    page.wait_for_timeout(1200)  # until the flash and the sheet have come to rest
    page.screenshot(path=folder / f"{look.name}.png")


@pytest.fixture(scope="module")
def workshop(request: pytest.FixtureRequest) -> Served:
    """The library as it is shipped, for pictures only."""
    if SCREENSHOTS not in os.environ:
        pytest.skip(f"makes pictures only where {SCREENSHOTS} names a folder")
    served: Served = request.getfixturevalue("shipped")
    return served
