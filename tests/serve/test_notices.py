"""What the library says is shown in the language of the page."""

from __future__ import annotations

import pytest

from citeback.ask import answer, scope
from citeback.ask.verdict import assurance
from citeback.records import Verdict
from citeback.serve.notices import PREFIX, translated
from citeback.serve.strings import LANGUAGES, words_of

TOLD = [
    *map(assurance, Verdict),
    answer.EMPTY,
    answer.OTHER_LANGUAGE,
    answer.NOTHING_SHARED,
    answer.PARTIAL,
    answer.NO_QUESTION.format(12),
    scope.NO_MATCH,
    scope.UNDATED.format("a.txt, b. and c.md"),
]


@pytest.mark.parametrize("told", TOLD)
def test_every_sentence_has_its_translation(told: str) -> None:
    assert translated(told, words_of("en")) == told
    others = {translated(told, words_of(language)) for language in LANGUAGES[1:]}
    assert len(others | {told}) == len(LANGUAGES)


def test_values_are_carried_over() -> None:
    french = words_of("fr")
    said = translated(scope.UNDATED.format("a.txt, b. and c.md"), french)
    assert "inconnue : a.txt, b. and c.md." in said
    assert "8,433" in translated(assurance(Verdict.SILENT), french)


def test_several_sentences_and_unknown_ones() -> None:
    spanish = words_of("es")
    both = translated(f"{scope.NO_MATCH} {answer.NOTHING_SHARED}", spanish)
    assert both == " ".join(
        (spanish(f"{PREFIX}no_match"), spanish(f"{PREFIX}nothing_shared"))
    )
    assert translated("A new sentence.", spanish) == "A new sentence."
    assert translated(f"{scope.NO_MATCH} New.", spanish).endswith("citar. New.")
    assert translated("", spanish) == ""
