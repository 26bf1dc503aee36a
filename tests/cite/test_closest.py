"""Where a quotation comes closest, against trying every stretch of the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.verifying.closest import LEFT_OUT, MISSING, OTHER, closest
from citeback.index import words


def shown(segments: list[str], text: str) -> tuple[list[str], float]:
    aligned = closest(segments, text)
    assert aligned is not None
    spans = aligned.segments
    return [text[span.start : span.end] for span in spans], aligned.likeness


def test_a_word_replaced_left_out_and_put_in() -> None:
    text = "Yesterday the old mill stood by the river, they say."
    assert shown(["the new mill stood"], text) == (["the old mill stood"], 0.75)
    assert shown(["mill stood the river"], text) == (["mill stood by the river"], 1.0)
    assert shown(["old stone mill stood"], text) == (["old mill stood"], 0.75)


def test_a_word_left_out_before_the_last_one() -> None:
    text = "They face a lack of adequate resources in the long term."
    assert shown(["a lack of resources"], text) == (
        ["a lack of adequate resources"],
        1.0,
    )
    assert shown(["adequate in the long"], text) == (
        ["adequate resources in the long"],
        1,
    )


def test_segments_are_found_in_order_and_close_together() -> None:
    text = "red two x y red one blue one z blue two"
    assert shown(["red one", "blue two"], text) == (["red one", "blue two"], 1.0)
    text = "red one x x red one blue two"
    found = closest(["red one", "blue two"], text)
    assert found is not None
    assert [span.start for span in found.segments] == [12, 20]


def test_nothing_to_align() -> None:
    assert closest(["…"], "some words") is None
    assert closest(["some words"], "") is None


WORDS = st.lists(st.sampled_from(["ash", "birch", "cedar"]), max_size=6)


@given(WORDS.filter(bool), WORDS.filter(bool))
def test_the_cost_is_the_least_there_is(quoted: list[str], held: list[str]) -> None:
    found = closest([" ".join(quoted)], " ".join(held))
    assert found is not None
    stretches = [
        held[start:end]
        for start in range(len(held) + 1)
        for end in range(start, len(held) + 1)
    ]
    assert found.cost == min(distance(quoted, stretch) for stretch in stretches)
    for span in found.segments:
        assert 0 <= span.start <= span.end
    assert sum(1 for _ in words.words(" ".join(quoted))) == len(quoted)


def distance(one: list[str], other: list[str]) -> int:
    """The edit distance by its definition."""
    if not one or not other:
        return MISSING * len(one) + LEFT_OUT * len(other)
    change = 0 if one[0] == other[0] else OTHER
    return min(
        distance(one[1:], other[1:]) + change,
        distance(one[1:], other) + MISSING,
        distance(one, other[1:]) + LEFT_OUT,
    )
