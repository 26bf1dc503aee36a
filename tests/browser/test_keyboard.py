"""Single keys do what the page does most, and never while someone types."""

from __future__ import annotations

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import QUINCE, Visit, ask, assert_highlighted
from browser.stage import Served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_keys_step_search_and_open(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, QUINCE)
    box = page.get_by_role("textbox", name="Question")
    ready = page.locator(".reader")
    box.evaluate("node => node.blur()")
    page.keyboard.press("j")
    expect(ready).to_have_attribute("data-ready", "0:2")
    assert_highlighted(page)
    page.keyboard.press("k")
    expect(ready).to_have_attribute("data-ready", "0:1")
    page.keyboard.press("o")
    expect(page.locator(".outline-menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator(".find-field")).to_be_focused()
    # In a field the same keys are letters.
    page.keyboard.type("jk?/h")
    expect(page.locator(".find-field")).to_have_value("jk?/h")
    expect(ready).to_have_attribute("data-ready", "0:1")
    page.keyboard.press("Escape")
    for key, panel in (("h", "#history"), ("l", "#library")):
        page.keyboard.press(key)
        expect(page.locator(panel)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(panel)).not_to_be_visible()
    page.keyboard.press("Control+f")
    expect(page.locator(".find-field")).not_to_be_visible()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("?")
    expect(box).to_have_value("?")
    expect(page.locator("dialog.shortcuts")).to_have_count(0)


def test_the_sheet_lists_the_keys_and_turns_them_off(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    ask(page, QUINCE)
    page.locator("#header [data-help]").focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    keys = sheet.locator("kbd").all_inner_texts()
    assert {"/", "j", "k", "o", "f", "?", "Esc"} <= set(keys)
    page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()
    expect(page.locator("#header [data-help]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    sheet.get_by_role("checkbox").uncheck()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    expect(sheet).not_to_be_visible()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "0:1")
