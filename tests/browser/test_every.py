"""Every passage that holds the words, counted and opened, instead of the best ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import Visit, ask, assert_highlighted, assert_no_overflow, cite
from browser.stage import LOOKS, PHONE, Look, Served, serving
from browser.test_access import assert_accessible, axe  # noqa: F401
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

DAYS = 60


@pytest.fixture(scope="module")
def crows(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Two documents with 62 passages about crows, and some about none."""
    folder = tmp_path_factory.mktemp("crows")
    content: Path = folder / "content"
    content.mkdir()
    (content / "barn.txt").write_text(
        "The barn is old and full of hay.\n\nA <b>crow</b> sat on the barn.\n\n"
        "The crows of the barn left in autumn.\n",
        encoding="utf-8",
    )
    days = [f"On day {day} a crow came to the window." for day in range(DAYS)]
    (content / "diary.txt").write_text("\n\n".join(days) + "\n", encoding="utf-8")
    with serving(folder) as server:
        yield server


def every(page: Page) -> None:
    """Turn the switch by keyboard."""
    page.get_by_role("radio", name="Best passages").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Every passage")).to_be_checked()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_passage_is_counted_and_opens(
    crows: Served,
    visit: Visit,
    look: Look,
    axe: str,  # noqa: F811
) -> None:
    page = visit(crows, look)
    every(page)
    answer = ask(page, "crows")
    expect(answer.locator(".verdict")).to_have_text("62 passages in 2 documents")
    expect(answer.locator(".found-in h4")).to_have_text(
        ["Barn 2 passages", "Diary 60 passages"]
    )
    cards = answer.locator(".card")
    expect(cards).to_have_count(50)
    expect(cards.first.locator("blockquote")).to_have_text(
        "A <b>crow</b> sat on the barn."
    )
    expect(cards.first.locator("mark")).to_have_text("crow")
    expect(cards.first.locator(".place")).to_have_text("¶ 2")
    assert_no_overflow(page)
    assert_accessible(page, axe, "every passage")
    cite(answer, 2).click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:2")
    expect(assert_highlighted(page)).to_contain_text("The crows of the barn")
    page.keyboard.press("Escape")
    if look.phone:
        return
    # From one passage to the next, in this document and the other.
    cite(answer, 2).click()
    page.get_by_role("button", name="Next cited passage").click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:3")
    expect(page.locator(".reader-title")).to_contain_text("Diary")


def test_long_lists_come_in_steps_and_stay_as_asked(
    crows: Served, visit: Visit
) -> None:
    page = visit(crows, PHONE)
    every(page)
    answer = ask(page, "crow")
    answer.get_by_role("button", name="Show 12 more").tap()
    expect(answer.locator(".card")).to_have_count(62)
    expect(cite(answer, 51)).to_be_focused()
    expect(answer.locator(".more")).to_have_count(0)
    cite(answer, 62).tap()
    expect(assert_highlighted(page)).to_contain_text("On day 59")

    page.reload()
    expect(page.locator("#chat .answer .verdict")).to_have_text(
        "62 passages in 2 documents"
    )


def test_the_switch_goes_both_ways(crows: Served, visit: Visit) -> None:
    page = visit(crows)
    every(page)
    none = ask(page, "zeppelin")
    expect(none.locator(".verdict")).to_have_text(
        "No passage holds all of these words."
    )
    expect(ask(page, "crow -window").locator(".card")).to_have_count(2)
    page.get_by_text("Best passages").click()
    best = ask(page, "Where did a crow sit?")
    expect(best.locator(".cards-title")).to_have_count(1)
    expect(best).to_have_attribute("data-every", "false")
