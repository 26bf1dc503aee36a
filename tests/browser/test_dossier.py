"""Pinning while asking, the dossier's drawer, and quotes copied with their reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.acts import ask
from browser.stage import PHONE, WORKSHOP, Served, serving
from browser.test_access import assert_accessible, axe  # noqa: F401

from citeback.cite.written import read_receipts

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def own(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library that no other test pins anything in."""
    (tmp_path / "content").mkdir()
    source = Path(__file__).parents[2] / "content" / WORKSHOP
    (tmp_path / "content" / WORKSHOP).write_bytes(source.read_bytes())
    with serving(tmp_path) as server:
        yield server


def test_what_is_pinned_outlives_a_reload_and_is_exported(
    own: Served,
    visit: Callable[..., Page],
    axe: str,  # noqa: F811
) -> None:
    page = visit(own)
    answer = ask(page, "Who organized the workshop?")
    answer.locator("figcaption").get_by_role("button", name="Pin passage 1").click()
    # The first card shows the same sentence, so it is pinned as well.
    first = answer.locator(".card button.pin").first
    expect(first).to_have_attribute("aria-pressed", "true")
    answer.locator(".card button.pin").nth(1).click()
    opener = page.get_by_role("button", name="Dossier (2)")
    expect(opener).to_be_visible()

    opener.click()
    drawer = page.locator("#dossier")
    quotes = drawer.locator("blockquote")
    # While the drawer slides in, its words are not seen yet.
    expect(quotes.nth(1)).to_be_visible()
    before = quotes.all_inner_texts()
    assert_accessible(page, axe, "dossier")
    drawer.get_by_role("button", name="Move pin 1 down").click()
    expect(quotes.first).to_have_text(before[1])
    expect(drawer.get_by_role("button", name="Move pin 2 up")).to_be_focused()
    drawer.get_by_role("textbox", name="Note on pin 1").fill("Mine <b>")
    drawer.get_by_role("textbox", name="Title of the dossier").fill("Who did it")
    drawer.get_by_role("button", name="Take pin 2 out").click()
    expect(quotes).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(quotes).to_have_count(2)
    # The title was being written all the while.
    expect(drawer.locator(".dossier-title")).to_have_value("Who did it")

    page.reload()
    page.get_by_role("button", name="Dossier (2)").click()
    expect(quotes.first).to_have_text(before[1])
    expect(drawer.get_by_role("textbox", name="Note on pin 1")).to_have_value(
        "Mine <b>"
    )
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Export the dossier as Markdown").click()
    assert download.value.suggested_filename == "Who-did-it.md"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert f"> {before[1]}" in text
    assert len(read_receipts(text)) == 2
    drawer.get_by_role("button", name="Open pin 1").click()
    expect(page.locator(".reader mark").first).to_be_visible()


def test_a_quote_is_copied_with_its_reference_completed_in_the_sheet(
    own: Served,
    tmp_path: Path,
    visit: Callable[..., Page],
    axe: str,  # noqa: F811
) -> None:
    page = visit(own, PHONE)
    answer = ask(page, "Who organized the workshop?")
    lead = answer.locator("figcaption")
    quote = answer.locator(".lead blockquote").inner_text().strip("“”")
    lead.get_by_role("button", name="Reference for quote 1").click()
    sheet = page.get_by_role("dialog", name="Quote and reference")
    sheet.get_by_label("Style", exact=True).select_option("apa")
    expect(sheet).to_contain_text("Not known: author, date, publisher.")
    assert_accessible(page, axe, "reference")
    sheet.get_by_label("author", exact=True).fill("Doe, Ann")
    sheet.get_by_label("date", exact=True).fill("2021")
    sheet.get_by_role("button", name="Keep").click()
    expect(sheet.locator(".reference-shown")).to_contain_text("(Doe, 2021, para. 1)")
    sheet.get_by_label("Use this style").check()
    page.keyboard.press("Escape")
    lead.get_by_role("button", name="Copy quote 1").click()
    expect(page.locator(".toast")).to_contain_text(
        "Not known of this document: publisher"
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{quote}” (Doe, 2021, para. 1)\n\nDoe, A. (2021). ")
    # The text that it was copied from is kept as it was.
    assert list((tmp_path / "citations" / "versions").glob("*.json"))
