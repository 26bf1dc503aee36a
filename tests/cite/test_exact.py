"""Where a quotation stands in a text: whole words, parts in order and near each other."""

from __future__ import annotations

import pytest

from citeback.cite.records import Quotation
from citeback.cite.verifying.canonical import canonical
from citeback.cite.verifying.exact import FARTHEST, FARTHEST_OF_FEW, is_whole, places
from citeback.cite.verifying.wording import wordings
from citeback.records import Span


def found(text: str, quote: str) -> list[list[str]]:
    """The parts at each place, read with all that a quotation may allow itself."""
    wording = wordings(Quotation(0, len(quote), quote))[-1]
    return [
        [text[part.start : part.end] for part in chain]
        for chain, _ in places(canonical(text), wording)
    ]


def test_parts_stand_near_each_other() -> None:
    def apart(letters: int) -> str:
        return f"one two three{' ' + 'x' * (letters - 2) + ' '}four five six"

    quote = "one two three … four five six"
    assert found(apart(FARTHEST), quote)
    assert not found(apart(FARTHEST + 1), quote)
    few = "one two three … four"
    assert found(apart(FARTHEST_OF_FEW), few)
    assert not found(apart(FARTHEST_OF_FEW + 1), few)


def test_each_place_is_as_close_together_as_can_be() -> None:
    text = "a b c x a b c y d e f z d e f"
    form = canonical(text)
    (wording,) = wordings(Quotation(0, 1, "a b c … d e f"))[-1:]
    (chain,) = [chain for chain, _ in places(form, wording)]
    assert chain == (Span(8, 13), Span(16, 21))


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("a non-profit pays", "profit", False),
        ("they can't go", "can", False),
        ("the dogs' bowl", "dogs", True),
        ("it cost 12.5", "12", False),
        ("it cost 12. Then", "12", True),
        ("at -5 degrees", "5", False),
        ("'so it is' he", "so it is", True),
        ("que l'homme est", "homme", True),
        ("il n'est pas", "est", False),
        ("日本語の本", "本語", True),
    ],
)
def test_whole_words_and_numbers(text: str, part: str, whole: bool) -> None:
    start = text.index(part)
    assert is_whole(text, start, start + len(part)) is whole
