"""Links and conversations that hold while their documents are edited."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, CHALLENGES_QUOTE, Visit, ask, assert_highlighted
from browser.stage import DESK, PHONE, ROOT, WORKSHOP, Look, Served, serving
from browser.test_access import assert_accessible, axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
__all__ = ["axe"]


@pytest.fixture
def changing(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library that a test may change."""
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    with serving(tmp_path) as server:
        yield server


def edit(server: Served, page: Page, before: str, after: str) -> None:
    """Edit the document as its author would, and have it indexed."""
    file = server.content / WORKSHOP
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    page.get_by_role("button", name="Library", exact=True).click()
    page.get_by_role("button", name="Refresh library").click()
    # Whoever watches the folder may have been quicker.
    expect(page.locator("#note")).to_contain_text(re.compile("1 changed|nothing new"))


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_a_link_finds_its_quote_after_edits_and_shows_the_text_of_then(
    changing: Served, visit: Visit, look: Look, axe: str
) -> None:
    page = visit(changing)
    card = ask(page, CHALLENGES).locator(".card").first
    card.get_by_role("button", name="Copy a link to passage 1").click()
    expect(card.locator("button.link")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    quote = card.locator("mark").inner_text()
    edit(changing, page, CHALLENGES_QUOTE, CHALLENGES_QUOTE.replace("help", "assist"))

    other = visit(changing, look, query=link.removeprefix(changing.url))
    note = other.locator(".reader-change")
    expect(note).to_contain_text("The quotation was edited since")
    expect(note.locator("del")).to_contain_text("help")
    expect(note.locator("ins")).to_contain_text("assist")
    expect(other.locator(".reader mark.best")).to_have_text(
        quote.replace("help", "assist", 1)
    )
    assert_highlighted(other)
    assert_accessible(other, axe, "an edited quotation")

    note.get_by_role("button", name="Read the text that was cited").click()
    expect(note).to_contain_text("An earlier text of this document")
    expect(other.locator(".reader mark.best")).to_have_text(quote)
    assert_highlighted(other)
    other.get_by_role("button", name="Read the document as it is now").click()
    expect(note).to_have_count(0)
    expect(other.locator(".reader-text")).to_contain_text("placed to assist with exit")


def test_a_conversation_comes_back_to_what_was_read(
    changing: Served, visit: Visit
) -> None:
    page = visit(changing)
    ask(page, CHALLENGES)
    assert_highlighted(page)
    text = (changing.content / WORKSHOP).read_text(encoding="utf-8")
    start = text.index(CHALLENGES_QUOTE)
    sentence = text[start : text.index(".", start) + 1]
    edit(changing, page, sentence, "")
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(1)
    note = page.locator(".reader-change")
    expect(note).to_contain_text("is not in the document any more")
    expect(note.locator("del")).to_contain_text(CHALLENGES_QUOTE)
    expect(page.locator(".reader mark")).to_have_count(0)
