"""Conversations are kept in the browser, and links lead to passages."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import (
    CHALLENGES,
    CHALLENGES_QUOTE,
    NORWAY,
    QUINCE,
    Visit,
    ask,
    assert_highlighted,
    cite,
)
from browser.stage import DESK, PHONE, ROOT, WORKSHOP, Look, Served, serving
from playwright.sync_api import Locator, Page, expect

from citeback.cite.written import read_receipts

pytestmark = pytest.mark.browser


def history(page: Page) -> Locator:
    """The panel of conversations, opened."""
    page.get_by_role("button", name="History", exact=True).click()
    panel = page.locator("#history")
    expect(panel).to_be_visible()
    return panel


def test_a_reload_brings_the_conversation_and_the_reader_back(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    ask(page, QUINCE)
    answer = ask(page, CHALLENGES)
    cite(answer, 3).click()
    expect(page.locator(".reader")).to_have_attribute("data-ready", "1:3")
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(2)
    expect(page.locator("#chat .user-row")).to_have_text([QUINCE, CHALLENGES])
    expect(page.locator(".reader")).to_have_attribute("data-ready", "1:3")
    expect(page.locator(".reader mark.best").first).to_be_in_viewport()
    expect(page.locator("#chat")).not_to_contain_text("have changed since")
    # It goes on as it was.
    third = ask(page, NORWAY)
    expect(third).to_have_attribute("data-turn", "2")
    kept = page.evaluate("localStorage['citeback.conversations']")
    (conversation,) = json.loads(kept)
    assert [turn["question"] for turn in conversation["turns"]] == [
        QUINCE,
        CHALLENGES,
        NORWAY,
    ]
    # Questions are kept, documents' texts are not.
    assert CHALLENGES_QUOTE not in kept
    # Another tab begins with nothing.
    other = page.context.new_page()
    other.goto(served.url)
    other.locator(".reader[data-ready]").wait_for(state="attached")
    expect(other.locator("#welcome")).to_be_visible()
    expect(history(other)).to_contain_text(QUINCE)


def test_conversations_are_listed_renamed_and_deleted(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    ask(page, QUINCE)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    ask(page, NORWAY)
    panel = history(page)
    names = panel.locator("li .name")
    expect(names).to_have_text([NORWAY, QUINCE])
    expect(names.first).to_have_attribute("aria-current", "true")
    expect(panel.locator("li small").first).to_contain_text("1 question")

    panel.get_by_role("button", name=f"Rename “{QUINCE}”").click()
    field = panel.get_by_role("textbox", name="New name")
    expect(field).to_have_value(QUINCE)
    field.fill("Garden <b>1</b>")
    page.keyboard.press("Enter")
    expect(names).to_have_text([NORWAY, "Garden <b>1</b>"])

    names.nth(1).click()
    expect(panel).not_to_be_visible()
    expect(page.locator("#chat .user-row")).to_have_text([QUINCE])
    expect(page.locator(".reader-title")).to_contain_text("walled")
    history(page)
    expect(names.nth(1)).to_have_attribute("aria-current", "true")

    remove = panel.locator("li").nth(1).locator("button.remove")
    remove.click()
    expect(remove).to_have_text("Really delete?")
    expect(names).to_have_count(2)
    remove.click()
    expect(names).to_have_text([NORWAY])
    # The one on the page is gone from there too.
    expect(page.locator("#chat .answer")).to_have_count(0)
    page.reload()
    expect(history(page).locator("li .name")).to_have_text([NORWAY])


def test_a_conversation_is_exported_as_markdown(served: Served, visit: Visit) -> None:
    page = visit(served)
    ask(page, CHALLENGES)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    ask(page, "Who guards the zeppelin hangar *and* <why>?")
    panel = history(page)
    with page.expect_download() as download:
        panel.get_by_role("button", name="Export “Who").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == (
        "Who-guards-the-zeppelin-hangar-and-why.md"
    )
    assert r"## Who guards the zeppelin hangar \*and\* \<why\>?" in text
    assert r"> The zeppelin hangar \<script\>window." in text
    assert not re.search(r"(?<!\\)<script", text)
    # One that is not on the page is opened first.
    with page.expect_download() as download:
        panel.get_by_role("button", name="Export “What").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith(f"# {CHALLENGES}\n")
    assert CHALLENGES_QUOTE in text
    assert "**The text answers this.**" in text
    assert re.search(r"1\. .*workshop, ¶ 3 · <http://127.*\?doc=.*&quote=.*>", text)
    # Each quotation with its receipt.
    (read, *_) = read_receipts(text)
    assert read.receipt is not None
    source = (ROOT / "content" / WORKSHOP).read_text(encoding="utf-8")
    quote = source[read.receipt.start : read.receipt.end]
    assert quote.startswith(CHALLENGES_QUOTE)
    assert read.receipt.proves(hashlib.sha256(quote.encode()).hexdigest())


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_a_link_opens_its_passage(served: Served, visit: Visit, look: Look) -> None:
    page = visit(served)
    answer = ask(page, CHALLENGES)
    card = answer.locator(".card").first
    card.get_by_role("button", name="Copy a link to passage 1").click()
    expect(card.locator("button.link")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    quote = card.locator("mark").inner_text()
    other = visit(served, look, query=link.removeprefix(served.url))
    expect(other.locator(".reader mark.best")).to_have_text(quote)
    assert_highlighted(other)
    expect(other.locator("#chat .answer")).to_have_count(0)
    # It stays the address until something else is asked.
    assert other.url == link


def test_a_link_to_what_is_gone_says_so(served: Served, visit: Visit) -> None:
    page = visit(served, query=f"?doc={WORKSHOP}&start=3&end=40&state=0000")
    expect(page.locator(".reader-notice")).to_contain_text("has changed since the link")
    expect(page.locator(".reader mark")).to_have_count(0)
    page = visit(served, query="?doc=../../etc/passwd&start=0&end=4")
    expect(page.locator(".reader-empty")).to_contain_text("There is no document")
    page = visit(served, query=f"?doc={WORKSHOP}&start=x&end=")
    expect(page.locator(".reader-text")).to_contain_text(CHALLENGES_QUOTE)


def test_a_spoilt_memory_does_no_harm(served: Served, visit: Visit) -> None:
    page = visit(served)
    for spoilt in ("{", '"text"', '[null, {"id": 1}, {"id": "a", "turns": []}]'):
        page.evaluate(
            """(value) => {
                localStorage['citeback.conversations'] = value;
                sessionStorage['citeback.current'] = '"a"';
            }""",
            spoilt,
        )
        page.reload()
        page.locator(".reader[data-ready]").wait_for(state="attached")
        expect(page.locator("#welcome")).to_be_visible()
    expect(ask(page, QUINCE).locator(".card").first).to_be_visible()


@pytest.fixture
def changing(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library that a test may change."""
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    with serving(tmp_path) as server:
        yield server


def test_a_changed_document_is_told_when_a_conversation_comes_back(
    changing: Served, visit: Visit
) -> None:
    page = visit(changing)
    ask(page, CHALLENGES)
    file = changing.content / WORKSHOP
    file.write_text("A new beginning.\n\n" + file.read_text(encoding="utf-8"))
    page.get_by_role("button", name="Library", exact=True).click()
    page.get_by_role("button", name="Refresh library").click()
    # The page looks at the folder itself, too, and may have been quicker.
    expect(page.locator("#note")).to_contain_text(re.compile("1 changed|nothing new"))
    page.reload()
    answer = page.locator("#chat .answer")
    expect(answer.locator(".notice").first).to_contain_text("have changed since")
    expect(answer.locator(".lead blockquote")).to_contain_text(CHALLENGES_QUOTE)
    assert_highlighted(page)
    # From now on this is what was seen.
    page.reload()
    expect(answer).to_have_count(1)
    expect(page.locator(".reader mark.best").first).to_be_visible()
    expect(answer.locator(".notice")).to_have_count(0)
