"""A PDF in the reader: its text, or its pages with the cited passage on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import Visit, ask, assert_no_overflow, cite
from browser.stage import DESK, LOOKS, PHONE, Look, Served, serving
from ingest.pdfs import BOLD, TEXT, Paper
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

BELL = "When was the bell of the ferry cast?"
CAST = "The bell of the ferry was cast in 1871 by two brothers from Malmö."


@pytest.fixture(scope="module")
def ferry(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A library with one PDF, whose third page, "1", tells of a bell."""
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "content").mkdir()
    paper = Paper(title="The ferry", author="N. Writer")
    paper.canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    paper.canvas.addPageLabel(2, style="ARABIC", start=1)
    for page in range(4):
        paper.centred(80, f"Chapter {'one two three four'.split()[page]}", 16, BOLD)
        told = f"{CAST} Nobody has rung it since the war. " if page == 2 else ""
        for x in (50, 310):
            words = f"{TEXT}{told if x == 310 else ''}"
            paper.text(x, 130, 235, words, 11, justified=True)
        paper.next()
    (folder / "content" / "ferry.pdf").write_bytes(paper.data())
    with serving(folder) as server:
        yield server


def sheet(page: Page, number: int) -> Locator:
    """The page's sheet, when that page is drawn."""
    shown = page.locator(f".reader-pages[data-page='{number}']:not([aria-busy])")
    expect(shown).to_be_visible()
    return shown


def as_page(page: Page) -> None:
    page.get_by_role("button", name="Page", exact=True).click()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_page_is_shown_with_the_quotation_on_it(
    ferry: Served, visit: Visit, look: Look
) -> None:
    page = visit(ferry, look)
    answer = ask(page, BELL)
    cite(answer, 1).click()
    expect(page.locator(".reader mark.best").first).to_be_visible()
    assert_all_tools_in_sight(page, look)
    as_page(page)
    drawn = sheet(page, 3)
    expect(drawn.get_by_role("img", name="Page 1 as it looks")).to_be_visible()
    expect(drawn.locator(".reader-count")).to_have_text("Page 1 (3 of 4)")
    best = drawn.locator(".box.best")
    expect(best.first).to_be_in_viewport()
    figure = drawn.locator("figure").bounding_box()
    assert figure is not None
    for box in best.all():
        place = box.bounding_box()
        assert place is not None
        # It stands in the right one of the two columns.
        assert place["x"] > figure["x"] + 0.5 * figure["width"]
        assert place["x"] + place["width"] < figure["x"] + figure["width"]
    expect(page.locator(".reader-text")).to_be_hidden()
    assert_no_overflow(page)
    assert_all_tools_in_sight(page, look)


def assert_all_tools_in_sight(page: Page, look: Look) -> None:
    for one in page.locator(".reader-tools button:visible").all():
        place = one.bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= look.width


def test_one_turns_pages_and_comes_back_to_the_text(
    ferry: Served, visit: Visit
) -> None:
    page = visit(ferry, DESK)
    cite(ask(page, BELL), 1).click()
    as_page(page)
    sheet(page, 3)
    page.get_by_role("button", name="Next page").click()
    drawn = sheet(page, 4)
    expect(drawn.locator(".box")).to_have_count(0)
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.get_by_role("button", name="Previous page").click()
    expect(sheet(page, 3).locator(".box.best").first).to_be_visible()
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator(".reader mark.best").first).to_be_visible()
    expect(page.locator(".reader-pages")).to_be_hidden()


def test_the_choice_of_the_page_is_kept(ferry: Served, visit: Visit) -> None:
    page = visit(ferry, DESK)
    cite(ask(page, BELL), 1).click()
    as_page(page)
    sheet(page, 3)
    page.get_by_role("button", name="Next cited passage").click()
    expect(page.locator(".reader-pages")).to_be_visible()
    expect(page.locator(".reader-pages .box.best").first).to_be_visible()


def test_a_file_that_has_changed_is_said_to_have(ferry: Served, visit: Visit) -> None:
    file = ferry.content / "ferry.pdf"
    before = file.read_bytes()
    page = visit(ferry, PHONE)
    cite(ask(page, BELL), 1).click()
    other = Paper()
    other.text(50, 90, 400, "Nothing of this stands in the other file at all.")
    try:
        file.write_bytes(other.data())
        as_page(page)
        problem = page.locator(".reader-pages .reader-empty")
        expect(problem).to_contain_text("changed since it was indexed")
    finally:
        file.write_bytes(before)


def test_a_text_has_no_such_choice(served: Served, visit: Visit) -> None:
    page = visit(served, DESK)
    cite(ask(page, "When was the quince tree planted?"), 1).click()
    expect(page.locator(".reader mark.best").first).to_be_visible()
    expect(page.locator(".looks")).to_have_count(0)
