"""A text is checked in the page: what it quotes, where that stands, and its sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import Visit, assert_no_overflow
from browser.stage import PHONE, Served
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

MEMO = (
    "It says “many opportunities exist for civil society engagement”, that actors “face "
    "a number of obstacles, such as a lack of adequate resources”, and “nobody had "
    "expected this at all”. So much for “scare quotes” <img src=x onerror=alert(1)>."
)


def panel(page: Page) -> Locator:
    """The panel in which a text is checked, opened."""
    page.get_by_role("button", name="Check", exact=True).click()
    opened = page.locator("#check")
    expect(opened).to_be_visible()
    return opened


def test_quotations_lead_to_their_places(
    served: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(served)
    check = panel(page)
    check.get_by_label("Text to check").fill(MEMO)
    check.get_by_role("button", name="Check it").click()
    items = check.locator(".check-item")
    expect(items.locator(".check-state")).to_have_text(
        ["✓Exact", "≠Altered", "✕Not found", "–Too short to judge"]
    )
    expect(check.get_by_role("status")).to_have_text(
        "Exact: 1 · Altered: 1 · Not found: 1 · Too short to judge: 1"
    )
    altered = items.nth(1)
    expect(altered.locator("del")).to_have_text("in the document: challenges")
    expect(altered.locator("ins")).to_have_text("in your text: obstacles")
    altered.locator(".check-places button").click()
    # Beside the panel, which stays.
    expect(page.locator(".reader mark").first).to_be_in_viewport()
    expect(page.locator(".reader mark").first).to_contain_text("face a number of")
    expect(check).to_be_visible()

    check.get_by_label("Text to check").fill("“nobody had expected this at all”")
    page.keyboard.press("Control+Enter")
    expect(items.locator(".check-state")).to_have_text(["✕Not found"])
    file = tmp_path / "memo.md"
    file.write_text("> many opportunities exist for civil society\n", encoding="utf-8")
    page.locator("#check-file").set_input_files(file)
    expect(items.locator(".check-state")).to_have_text(["✓Exact"])
    expect(check.get_by_role("status")).to_have_text("memo.md · Exact: 1")
    file.with_name("memo.exe").write_text("x")
    page.locator("#check-file").set_input_files(file.with_name("memo.exe"))
    expect(check.get_by_role("status")).to_contain_text("memo.exe cannot be checked")
    expect(items).to_have_count(0)
    assert sorted(p.name for p in served.content.iterdir() if "memo" in p.name) == []


def test_sentences_on_a_phone(served: Served, visit: Visit) -> None:
    page = visit(served, PHONE)
    check = panel(page)
    check.get_by_text("Sentences", exact=True).click()
    check.get_by_label("Text to check").fill(
        "Civil society faces a lack of resources. Zebras juggle purple xylophones underwater."
    )
    check.get_by_role("button", name="Check it").click()
    items = check.locator(".check-item")
    expect(items.locator(".check-state")).to_have_text(
        ["≈Related", "–Nothing in the text"]
    )
    expect(items.first.locator("q")).to_contain_text("lack of adequate resources")
    assert_no_overflow(page)
    items.first.locator(".check-places button").click()
    expect(check).to_be_hidden()
    expect(page.locator(".reader mark").first).to_be_in_viewport()
