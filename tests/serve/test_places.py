"""Where a passage stands, in words."""

from __future__ import annotations

import pytest

from citeback.records import Locator, LocatorKind, Passage, Place, Source
from citeback.serve.places import place
from citeback.serve.strings import words_of

ENGLISH = words_of("en")
SOURCE = Source("a.pdf", "", "A", "", "", "")


def passage(locator: Locator | None, *, parts: int = 1) -> Passage:
    return Passage(1, "a", 0, 4, "Text", 7, 1, parts, (), None, (), locator)


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        (None, "¶ 7"),
        (Locator(LocatorKind.PAGE, "iv", "iv"), "p. iv · ¶ 7"),
        (Locator(LocatorKind.PAGE, "3", "4"), "pp. 3–4 · ¶ 7"),
        (Locator(LocatorKind.SLIDE, "2", "2"), "slide 2 · ¶ 7"),
        (Locator(LocatorKind.ROW, "Prices 7", "Prices 7"), "row Prices 7 · ¶ 7"),
        (Locator(LocatorKind.TIME, "00:01", "00:01"), "00:01 · ¶ 7"),
        (Locator(LocatorKind.TIME, "00:01", "00:09"), "00:01–00:09 · ¶ 7"),
    ],
)
def test_a_passage_is_placed(locator: Locator | None, expected: str) -> None:
    assert place(passage(locator), ENGLISH) == expected
    other = Place(SOURCE, 7, 0, 4, locator)
    assert place(other, ENGLISH) == expected


def test_a_part_of_a_paragraph_says_so() -> None:
    page = Locator(LocatorKind.PAGE, "3", "3")
    assert place(passage(page, parts=2), ENGLISH) == "p. 3 · ¶ 7 (part 1 of 2)"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "ne"])
@pytest.mark.parametrize("kind", list(LocatorKind))
def test_every_language_has_every_kind(language: str, kind: LocatorKind) -> None:
    words = words_of(language)
    for last in ("5", "6"):
        assert "5" in place(passage(Locator(kind, "5", last)), words)
