"""The page's words: each language complete, and the right one for each browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from citeback.serve import strings
from citeback.serve.strings import LANGUAGES, for_scripts, preferred, words_of

SERVE = Path(strings.__file__).parent
NAMES = re.compile(r"{(\w+)}")
# Plural forms that a language has and English has not, and the other way round.
PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")


def singular_keys(language: str) -> set[str]:
    return {PLURAL.sub("", key) for key in words_of(language).texts} - {"_note"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    assert singular_keys(language) == singular_keys("en")
    english = words_of("en").texts
    for key, text in words_of(language).texts.items():
        assert text.strip()
        if key != "_note" and not PLURAL.search(key):
            assert set(NAMES.findall(text)) == set(NAMES.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_are_marked_as_machine_made(language: str) -> None:
    assert "machine" in words_of(language).texts["_note"].lower()
    same = [
        key
        for key, text in words_of(language).texts.items()
        if text == words_of("en").texts.get(key)
    ]
    # A few words are the same in two languages, most are not.
    assert len(same) < 12, same


def test_every_word_that_is_asked_for_exists_and_is_used() -> None:
    sources = [*SERVE.rglob("*.py"), *SERVE.glob("assets/*.js")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""\b(?:t|words|english)\(\s*["'](\w+)["']""", text))
    assert asked <= singular_keys("en")
    built = ("part_", "verdict_", "file_", "told_", "locator_", "finding_", "allow_")
    built += ("field_", "kind_", "check_quotations", "check_claims", "check_nothing_")
    built += ("change_", "word_", "struck_")
    for key in singular_keys("en"):
        assert key.startswith(built) or re.search(rf"""["']{key}["']""", text), key


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de-DE,de;q=0.9,ar;q=0.5,en;q=0.7", "en"),
        ("de, ne-NP;q=0.2", "ne"),
        ("fr;q=0, ar;q=0.1", "ar"),
        ("fr;q=oops, *", "en"),
    ],
)
def test_a_browser_gets_its_language(header: str, language: str) -> None:
    assert preferred(header).language == language


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        ("en", 1, "one"),
        ("en", 0, "other"),
        ("fr", 0, "one"),
        ("fr", 2, "other"),
        ("ar", 0, "zero"),
        ("ar", 2, "two"),
        ("ar", 10, "few"),
        ("ar", 103, "few"),
        ("ar", 11, "many"),
        ("ar", 100, "other"),
    ],
)
def test_counted_things_take_their_plural(
    language: str, number: int, form: str
) -> None:
    words = words_of(language)
    expected = words.texts[f"document.{form}"].replace("{number}", str(number))
    assert words.counted("document", number) == expected


def test_thousands_are_grouped() -> None:
    assert words_of("en").counted("document", 12_345) == "12,345 documents"
    assert words_of("es").counted("document", 12_345).startswith("12.345 ")


def test_the_tables_may_stand_inside_a_script() -> None:
    assert "<" not in for_scripts()
    assert json.loads(for_scripts())["en"]["library"] == "Library"
