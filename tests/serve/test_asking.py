"""What a browser sends with a question is read, and not trusted."""

from __future__ import annotations

import pytest

from citeback.serve.asking import Asked, Manner, asked_now, remembered, well_formed


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert well_formed(" kettle \ud800 ") == "kettle ?"


def test_a_question_is_asked_as_the_switches_stand() -> None:
    asked = asked_now(" Why? ", {"manner": "topic", "every": True})
    assert asked == Asked("Why?", manner=Manner.TOPIC, every=True)


@pytest.mark.parametrize(
    "way", [None, "typed", [], {}, {"manner": {}, "every": "true"}, {"manner": "x"}]
)
def test_switches_that_say_nothing_leave_a_question_as_it_is(way: object) -> None:
    assert asked_now("Why?", way) == Asked("Why?")


def test_what_a_browser_sends_is_not_trusted() -> None:
    payload = [
        {"question": " Why? ", "seen": {"a": 1}, "manner": "typed", "every": True},
        {"question": 7},
        {"question": "  "},
        "text",
        None,
        {"question": "How?", "seen": "x", "manner": [], "every": "no"},
    ]
    why = Asked("Why?", {"a": "1"}, Manner.TYPED, every=True)
    assert remembered(payload, 30) == [why, Asked("How?")]
    assert remembered("no list", 30) == remembered(None, 30) == []
    many = [{"question": f"Question {i}"} for i in range(35)]
    assert len(remembered(many, 30)) == 30
