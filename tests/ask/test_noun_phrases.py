"""What a question is about, told from word order and short lists."""

from __future__ import annotations

import pytest

from citeback.ask.noun_phrases import noun_phrases


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("When was the Tarn Head reservoir dammed?", ["the Tarn Head reservoir"]),
        ("How deep are the wells at Long Meadow?", ["the wells at Long Meadow"]),
        (
            "What challenges do civil society actors face?",
            ["challenges", "civil society actors"],
        ),
        ("Who hunted pearls in Saxony?", ["pearls in Saxony"]),
        ("Why did Caesar come to Britain?", ["Caesar", "Britain"]),
        ("What happened then?", []),
        ("", []),
    ],
)
def test_the_things_of_a_question(question: str, things: list[str]) -> None:
    found = noun_phrases(question)
    assert [phrase.text for phrase in found] == things
    assert all(question[p.span.start : p.span.end] == p.text for p in found)


def test_number_and_names() -> None:
    wells, caesar = noun_phrases("Who saw the wells before Caesar?")
    assert (wells.head, wells.is_plural, wells.is_name) == ("well", True, False)
    assert (caesar.is_plural, caesar.is_name) == (False, True)
