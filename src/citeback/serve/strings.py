"""The words of the page in each of its languages. Nothing else holds such words.

Each language is a file of `assets/`, `words.LANGUAGE.json`: a flat table from key to
text, with `{name}` where a value goes. Counted things have a key per plural form, as
`document.one`. English is what the others are made from and checked against.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr", "es", "ar", "ne")
RIGHT_TO_LEFT = frozenset({"ar"})
ASSETS = Path(__file__).parent / "assets"

_THOUSANDS = {"fr": "\u202f", "es": "."}


@dataclass(frozen=True, slots=True)
class Words:
    """One language's table."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values put in. Not escaped."""
        return self.texts[key].format(**values)

    def counted(self, noun: str, number: int) -> str:
        """A number with its noun in the right plural form."""
        form = f"{noun}.{_plural(self.language, number)}"
        text = self.texts.get(form) or self.texts[f"{noun}.other"]
        grouped = f"{number:,}".replace(",", _THOUSANDS.get(self.language, ","))
        return text.format(number=grouped)


@cache
def words_of(language: str) -> Words:
    """The table of one of LANGUAGES."""
    path = ASSETS / f"words.{language}.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    return Words(language, texts)


def preferred(accept_language: str) -> Words:
    """The table that suits a browser best, by its Accept-Language header."""
    wishes = []
    for wish in accept_language.split(","):
        tag, _, weight = wish.partition(";q=")
        try:
            wishes.append((-float(weight or 1), tag.strip().lower().split("-")[0]))
        except ValueError:
            continue
    for rank, language in sorted(wishes, key=lambda wish: wish[0]):
        if language in LANGUAGES and rank < 0:
            return words_of(language)
    return words_of("en")


def words_for(headers: Mapping[str, str]) -> Words:
    """The table in the language of whoever sent a request, by its headers."""
    return preferred(headers.get("accept-language", ""))


def for_scripts() -> str:
    """All tables as JSON that may stand inside a script element."""
    tables = {language: dict(words_of(language).texts) for language in LANGUAGES}
    return json.dumps(tables, ensure_ascii=False).replace("<", "\\u003c")


def _plural(language: str, number: int) -> str:
    """The plural form by the rules of Unicode CLDR, for whole numbers."""
    if language == "ar":
        if number < 3:
            return ("zero", "one", "two")[number]
        if 3 <= number % 100 <= 10:
            return "few"
        return "many" if number % 100 >= 11 else "other"
    if language == "fr":
        return "one" if number < 2 else "other"
    return "one" if number == 1 else "other"
