"""What visitors do in more than one test, and what they must see."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]

CHALLENGES = "What challenges do civil society actors face?"
CHALLENGES_QUOTE = "Civil society actors placed to help with exit"
NORWAY = "Which country supported the workshop?"
QUINCE = "When was the quince tree planted?"
ELSEWHERE = "How many moons does Jupiter have?"

# A cold start on a busy machine takes longer than the usual five seconds.
expect.set_options(timeout=20_000)


def ask(page: Page, question: str) -> Locator:
    """Ask by keyboard and return the new answer."""
    answers = page.locator("#chat .answer")
    before = answers.count()
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    expect(answers).to_have_count(before + 1)
    return answers.last


def cite(answer: Locator, number: int) -> Locator:
    return answer.get_by_role("button", name=re.compile(f"^Open source {number},")).last


def assert_highlighted(page: Page) -> Locator:
    """The best sentence is marked and lies inside the reader's visible part."""
    mark = page.locator(".reader mark.best").first
    expect(mark).to_be_visible()
    expect(mark).to_be_in_viewport()
    page.wait_for_function(
        """() => {
            const mark = document.querySelector('.reader mark.best');
            const inner = mark.getBoundingClientRect();
            const outer = mark.closest('.reader-text').getBoundingClientRect();
            return inner.top >= outer.top - 1 && inner.top < outer.bottom
                && outer.bottom <= innerHeight + 1;
        }"""
    )
    return mark


def assert_no_overflow(page: Page) -> None:
    """The page itself scrolls in no direction; only parts of it do."""
    over = page.evaluate(
        """() => {
            const { scrollWidth, scrollHeight } = document.documentElement;
            return [scrollWidth - innerWidth, scrollHeight - innerHeight];
        }"""
    )
    assert max(over) <= 0, over
