"""Follow-up questions: what they are completed to, and what is left alone."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.ask.followup import resolve
from citeback.records import Turn

DATA = Path(__file__).resolve().parents[1] / "data"


def turns(*questions: str) -> list[Turn]:
    return [Turn(question, question, "", "") for question in questions]


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        # Cut short.
        (
            "How was the fishery in Saxony run?",
            "And in Scotland?",
            "How was the fishery in Scotland run?",
        ),
        (
            "What does a household with a meter pay?",
            "And without one?",
            "What does a household without a meter pay?",
        ),
        (
            "How deep is the Tarn Head reservoir?",
            "What about the Ashby reservoir?",
            "How deep is the Ashby reservoir?",
        ),
        (
            "Which fish are hosts?",
            "And rainbow trout?",
            "Rainbow trout? Which fish are hosts?",
        ),
        (
            "What do mussels eat?",
            "How about in winter?",
            "What do mussels eat in winter?",
        ),
        (
            "What challenges do civil society actors face?",
            "What about them?",
            "Civil society actors? What challenges do civil society actors face?",
        ),
        # A question word alone.
        ("When do pipes break?", "Why then?", "Why do pipes break?"),
        ("Do pipes break?", "Why not?", "Why not? Do pipes break?"),
        # Words that point back.
        (
            "Which Security Council resolution was considered?",
            "And when was it adopted by the members?",
            "When was Security Council resolution adopted by the members?",
        ),
        (
            "How much water does an adult mussel filter?",
            "What kind of food does it eat?",
            "What kind of food does an adult mussel eat?",
        ),
        (
            "What challenges do civil society actors face?",
            "What opportunities do they have?",
            "What opportunities do civil society actors have?",
        ),
        (
            "What did Bill Abernethy find?",
            "In which river did he find it?",
            "In which river did Bill Abernethy find it?",
        ),
        (
            "Why do wild mussels die?",
            "How are their shells counted?",
            "How are wild mussels' shells counted?",
        ),
        (
            "Who dug the Ashby reservoir?",
            "What did the council pay for that reservoir?",
            "What did the council pay for the Ashby reservoir?",
        ),
        (
            "How was the fishery run in Scotland?",
            "Which fishers worked there?",
            "Which fishers worked in Scotland?",
        ),
        (
            "How are young mussels raised?",
            "How many are released each year?",
            "How many young mussels are released each year?",
        ),
        # Nothing to put in their place, or too little left: both are searched for.
        (
            "How much water is lost?",
            "What causes that?",
            "What causes that? How much water is lost?",
        ),
        (
            "Who hunted pearls in Saxony?",
            "Which tool did they use?",
            "Which tool did they use? Who hunted pearls in Saxony?",
        ),
        (
            "Who objects to the zone?",
            "What would the alternative cost?",
            "What would the alternative cost? Who objects to the zone?",
        ),
        ("When was the dam built?", "Who paid?", "Who paid? When was the dam built?"),
    ],
)
def test_a_follow_up_is_completed(before: str, question: str, searched: str) -> None:
    resolved = resolve(question, turns(before))
    assert resolved.searched == searched
    assert resolved.why
    assert not resolved.topic_changed


@pytest.mark.parametrize(
    "question",
    [
        "How much did it cost to run the water supply?",
        "Is it true that pearls are rare?",
        "How long does it take to boil water?",
        "Was this the last workshop in the series?",
        "What did the council say about its debts?",
        "When the mill closed, who bought it?",
        "Who says that governments lack political will?",
        "Are there any pearls in the Tay?",
        "What share of the farmers lost their harvests?",
        "Which part of the IT budget went to repairs?",
        "What happens to those who wait too long?",
        "What's the name of the mayor?",
        "reservoir depth Ashby",
        "List all reservoirs",
        "What is the reason for the delay?",
        "What can one see from outside?",
    ],
)
def test_a_complete_question_is_left_alone(question: str) -> None:
    resolved = resolve(question, turns("Who organized the workshops in Norway?"))
    assert (resolved.searched, resolved.why) == (question, "")


def test_without_earlier_turns_nothing_is_completed() -> None:
    assert resolve("And in Europe?", []).searched == "And in Europe?"
    assert resolve("Who funded it?", turns("?!")).searched == "Who funded it?"


def test_the_turn_before_is_taken_as_it_was_understood() -> None:
    earlier = [
        *turns("How was the fishery in Saxony run?"),
        Turn("And in Scotland?", "How was the fishery in Scotland run?", "", ""),
    ]
    resolved = resolve("When was it forbidden by law?", earlier)
    assert resolved.searched == "When was the fishery in Scotland forbidden by law?"


def test_a_long_row_of_short_questions_does_not_grow() -> None:
    searched = "When was the dam built?"
    for _ in range(20):
        searched = resolve("Who says so?", turns(searched)).searched
    assert searched == "Who says so? Who says so? When was the dam built?"


def test_a_new_topic_is_noticed() -> None:
    before = turns("Who organized the workshop?")
    assert resolve("How deep is the reservoir?", before).topic_changed
    assert not resolve("When was the workshop held?", before).topic_changed
    assert not resolve("When was it held?", before).topic_changed
    shown = [Turn("Who organized it?", "Who organized it?", "Norway paid.", "")]
    assert not resolve("What is the capital of Norway?", shown).topic_changed


def test_a_complete_question_after_another_topic_is_not_altered() -> None:
    lines = (DATA / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    first = [(row["text"], row["turns"][0]["question"]) for row in rows]
    pairs = [(a, b) for one, a in first for other, b in first if one != other]
    altered = [pair for pair in pairs if resolve(pair[1], turns(pair[0])).why]
    assert len(pairs) == 1536
    assert len(altered) < 0.03 * len(pairs)


@given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_any_text_resolves_and_always_to_the_same(questions: list[str]) -> None:
    *earlier, question = questions
    resolved = resolve(question, turns(*earlier))
    assert resolved == resolve(question, turns(*earlier))
    assert bool(resolved.why) or resolved.searched == question


WORDS = (
    "it they that this one ones there how many what about and why the who in".split()
)


@given(
    st.lists(st.sampled_from([*WORDS, "dam", "Norway", "built", "?", ","]), max_size=9)
)
def test_any_row_of_small_words_resolves(chosen: list[str]) -> None:
    for before, question in pairwise(["Who built dams?", " ".join(chosen), "Why?"]):
        assert resolve(question, turns(before)).searched.strip() or not question
