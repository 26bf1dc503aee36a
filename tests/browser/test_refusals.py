"""Questions that are refused, and what is asked after them."""

from __future__ import annotations

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, Visit, ask, assert_highlighted, cite
from browser.stage import LOOKS, Served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_after_a_question_of_100_000_characters_all_goes_on(
    served: Served, visit: Visit
) -> None:
    page = visit(served, LOOKS[0])
    refused = ask(page, "why " * 25_000)
    expect(refused).to_contain_text("99,999 characters")
    assert len(page.url) < 200
    answer = ask(page, CHALLENGES)
    cite(answer, 1).click()
    assert_highlighted(page)
    page.reload()
    expect(page.get_by_role("textbox", name="Question")).to_be_editable()


@pytest.mark.parametrize("question", ["🤔🎉", "?!"])
def test_a_question_without_words_is_explained(
    served: Served, visit: Visit, question: str
) -> None:
    page = visit(served, LOOKS[0])
    expect(ask(page, question)).to_contain_text("no words")
