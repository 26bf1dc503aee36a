"""The page as assistive technology and other reading directions meet it."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, QUINCE, Visit, ask, assert_highlighted, cite
from browser.stage import DESK, LOOKS, Look, Served
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# WCAG 2.2 up to level AA, and what axe-core holds to be good practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, as carried by a package for these tests."""
    pytest.importorskip(
        "axe_playwright_python",
        reason="needs axe-core: pip install -r requirements-dev.txt",
    )
    script = files("axe_playwright_python") / "axe.min.js"
    return script.read_text(encoding="utf-8")


def assert_accessible(page: Page, axe: str, where: str) -> None:
    """No serious finding, counted with the elements that it is about."""
    # What fades or slides is judged when it has come to rest.
    page.wait_for_function(
        "document.getAnimations().every(a => a.playState != 'running')"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    report: dict[str, Any] = page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES
    )
    assert len(report["passes"]) > 15
    found = [
        f"{where}: {one['impact']} {one['id']}: {node['html'][:160]}"
        f" {node['any'][0]['message'] if node['any'] else ''}"
        for one in report["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    assert found == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_nothing_serious_for_axe(
    served: Served, visit: Visit, look: Look, axe: str
) -> None:
    page = visit(served, look)
    assert_accessible(page, axe, "welcome")
    answer = ask(page, CHALLENGES)
    answer.get_by_text("Why this passage").first.click()
    answer.locator("button.around").first.click()
    expect(answer.locator(".around-text").first).to_be_visible()
    cite(answer, 1).click()
    assert_highlighted(page)
    assert_accessible(page, axe, "answer and reader")
    page.get_by_role("button", name="Find", exact=True).click()
    page.keyboard.type("civil")
    assert_accessible(page, axe, "find")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for name in ("Check", "History", "Library"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(f"#{name.lower()}")).to_be_visible()
        assert_accessible(page, axe, name)
        page.keyboard.press("Escape")
    if not look.phone:
        page.locator("#header [data-help]").click()
        expect(page.locator("dialog.shortcuts")).to_be_visible()
        assert_accessible(page, axe, "shortcuts")


def test_axe_would_notice(served: Served, visit: Visit, axe: str) -> None:
    page = visit(served)
    page.evaluate("document.querySelector('.reader-empty').style.color = '#ddd'")
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page, axe, "spoilt")


def test_answers_and_passages_are_announced(served: Served, visit: Visit) -> None:
    page = visit(served)
    status = page.locator("#reader [role=status]")
    answer = ask(page, QUINCE)
    expect(status).to_contain_text("The text answers this.")
    expect(status).to_contain_text("passages shown")
    cite(answer, 1).click()
    expect(status).to_have_text("Passage 1, ¶ 1, The <b>walled</b> garden")
    answer.locator("button.copy").first.click()
    expect(status).to_have_text("Quote copied")
    assert page.locator("#chat [role=log]").count() == 1


def test_nothing_moves_for_whoever_asks_for_calm(served: Served, visit: Visit) -> None:
    page = visit(served, DESK, reduced_motion="reduce")
    answer = ask(page, QUINCE)
    cite(answer, 1).click()
    assert_highlighted(page)
    page.get_by_role("button", name="Library", exact=True).click()
    moving = page.evaluate(
        """document.getAnimations().filter((one) => one.effect.target.closest(
            '.reader, .drawer, #chat .answer')).length"""
    )
    assert moving == 0
    seconds = page.locator("#library").evaluate(
        "node => getComputedStyle(node).transitionDuration"
    )
    assert seconds == "0s"
