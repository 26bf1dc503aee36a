"""The page speaks the browser's language, and lays it out the way it runs."""

from __future__ import annotations

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, QUINCE, Visit, assert_no_overflow
from browser.stage import DESK, PHONE, Look, Served
from playwright.sync_api import Page, expect

from citeback.serve.strings import words_of

pytestmark = pytest.mark.browser

LOCALES = {"fr": "fr-CA", "es": "es-MX", "ar": "ar-EG", "ne": "ne-NP"}


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .answer")).to_have_count(1)


@pytest.mark.parametrize("language", LOCALES)
def test_every_part_is_in_the_browsers_language(
    served: Served, visit: Visit, language: str
) -> None:
    look = PHONE if language in ("fr", "ne") else DESK
    page = visit(served, look, locale=LOCALES[language])
    words = words_of(language)
    assert page.evaluate("document.documentElement.lang") == language
    expect(page.locator("#welcome h2")).to_have_text(words("welcome"))
    expect(page.locator("#question textarea")).to_have_attribute(
        "placeholder", words("ask_placeholder")
    )
    expect(page.locator("#question .submit-button")).to_have_text(words("ask"))
    expect(page.locator("#header .size")).to_contain_text(words.counted("document", 4))
    expect(page.locator(".reader-empty")).to_have_text(words("source_hint"))
    assert_no_overflow(page)
    ask(page, QUINCE)
    answer = page.locator("#chat .answer")
    expect(answer.locator(".verdict")).to_have_text(words("verdict_answers"))
    expect(answer.locator(".card").first).to_contain_text(words("show_around"))
    assert_no_overflow(page)
    page.locator("#header .library").click()
    expect(page.locator("#refresh")).to_have_text(words("refresh"))
    expect(page.locator("#files")).to_contain_text(words.counted("block_skipped", 3))
    page.keyboard.press("Escape")
    page.locator("#header .history").click()
    expect(page.locator("#history")).to_contain_text(words("history_help"))
    seen = page.locator("body").inner_text()
    for key in ("start_over", "passages", "show_around", "copy_link", "rename"):
        if words(key) != words_of("en")(key):
            assert words_of("en")(key) not in seen


@pytest.mark.parametrize("look", [DESK, PHONE], ids=lambda look: look.name)
def test_arabic_is_laid_out_from_right_to_left(
    served: Served, visit: Visit, look: Look
) -> None:
    page = visit(served, look, locale="ar-EG")
    expect(page.locator("#welcome h2")).to_have_text(words_of("ar")("welcome"))
    ask(page, CHALLENGES)
    assert_no_overflow(page)

    def left(selector: str) -> float:
        return page.locator(selector).first.evaluate(
            "node => node.getBoundingClientRect().left"
        )

    assert left("#header h1") > left("#header .library")
    assert left("#chat .card button.cite") > left("#chat .card .title")
    if not look.phone:
        assert left("#left") > left("#right")
    # What is quoted runs as its own letters do.
    quote = page.locator("#chat .card blockquote").first
    assert quote.evaluate("node => getComputedStyle(node).direction") == "ltr"


def test_right_to_left_text_runs_so_on_an_english_page(
    served: Served, visit: Visit
) -> None:
    page = visit(served)
    ask(page, "متى زُرعت شجرة السفرجل؟")
    shown = page.locator("#chat .user-row .message p")
    assert shown.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
    page.evaluate(
        """() => {
            document.querySelector('#chat .card blockquote').replaceChildren('شجرة');
        }"""
    )
    quote = page.locator("#chat .card blockquote").first
    assert quote.evaluate("node => getComputedStyle(node).direction") == "rtl"
