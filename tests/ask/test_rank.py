"""The parts of a score, each worked out by hand."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.ask.cover import closeness, covers
from citeback.ask.interaction import interaction
from citeback.ask.question import Query, _owners, _piece_weights, checked, idf
from citeback.ask.rank import closely, rough_score, roughly, score
from citeback.errors import QuestionError
from citeback.index.engine import Candidate
from citeback.records import Parts, Span


def query(**changes: object) -> Query:
    made = Query(
        text="blue kettle boils",
        vector=np.array([1, 0], np.float32),
        stems={"blue": "blue", "kettl": "kettle", "boil": "boils"},
        sequence=("blue", "kettl", "boil"),
        idf={"blue": 1.0, "kettl": 2.0, "boil": 1.0},
        content=frozenset({"blue", "kettl", "boil"}),
        total=4.0,
        names=frozenset(),
        unseen=(),
        pieces=np.array([[1, 0], [0, 1]], np.float32),
        owners=("kettl",),
        middles=np.zeros((1, 2), dtype=np.float32),
        weights=np.array([0.25, 0.75], np.float32),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def candidate(*sentences: str, identity: int = 1, context: str = "") -> Candidate:
    bounds = [
        (number, number * 10, number * 10 + 5) for number in range(len(sentences))
    ]
    packed = np.array(bounds, dtype="<i8").tobytes()
    return Candidate(identity, "a.txt", context, packed, "\n".join(sentences))


def test_idf_is_the_smoothed_one() -> None:
    # ln(1 + (10 − 2 + .5) / (2 + .5)) = ln 4.4
    assert idf(10, 2) == pytest.approx(math.log(4.4))
    assert idf(1, 1) > 0


def test_cover_is_the_share_of_idf() -> None:
    held = [
        candidate("kettl tea", "x"),
        candidate("tea"),
        candidate("blue x", "kettl", "boil kettl"),
        candidate("blue", context="boil"),
        candidate("kettles kett ettl"),  # the words alone, no parts of others
    ]
    assert covers(query(), held) == [
        (2 / 4, 2 / 4),
        (0, 0),
        (1, 3 / 4),
        (2 / 4, 1 / 4),
        (0, 0),
    ]


def test_closeness_counts_pairs_that_stand_together() -> None:
    # Pairs: blue–kettl weighs 3, kettl–boil 3. Three words apart is near, four not.
    assert closeness(query(), candidate("blue x y kettl x x x boil")) == 3 / 6
    assert closeness(query(), candidate("kettl blue", "boil")) == 1
    assert closeness(query(), candidate("boil")) == 0
    assert closeness(query(sequence=("blue",)), candidate("blue")) == 0


def test_interaction_takes_the_best_match_of_each_piece() -> None:
    first = np.array([[0.6, 0.8], [1, 0]], np.float32)  # matches 1 and .8
    second = np.array([[0, 1]], np.float32)  # matches 0 and 1
    # Alone .25·1 + .75·.8 = .85. With its neighbour at .85: .25·1 + .75·.85 = .8875.
    # The second: .25·.85 + .75·1 = .9625.
    np.testing.assert_allclose(
        interaction(query(), first, [2], [1])[0], [0.85], atol=1e-6
    )
    both = np.concatenate([first, second])
    helped, alone = interaction(query(), both, [2, 1], [2])
    np.testing.assert_allclose(helped, [0.8875, 0.9625], atol=1e-6)
    np.testing.assert_allclose(alone, [0.85, 0.75], atol=1e-6)
    # In two passages neither helps the other.
    apart, _ = interaction(query(), both, [2, 1], [1, 1])
    np.testing.assert_allclose(apart, [0.85, 0.75], atol=1e-6)


def test_an_empty_sentence_meets_nothing() -> None:
    nothing = np.zeros((0, 2), np.float32)
    assert [found.tolist() for found in interaction(query(), nothing, [0], [1])] == [
        [0],
        [0],
    ]
    one = np.array([[0, 1]], np.float32)
    # .75·1 for its own sentence; its neighbours have none and get .85 of that.
    np.testing.assert_allclose(
        interaction(query(), one, [0, 1, 0], [3])[0], [0.6375, 0.75, 0.6375], atol=1e-6
    )


def test_scores_are_weighted_sums() -> None:
    parts = Parts(
        interaction=0.5,
        passage_meaning=0.4,
        sentence_meaning=0.6,
        passage_words=1.0,
        sentence_words=0.5,
        closeness=0.2,
    )
    # .5 + .15·.4 + .12·1 + .12·.5 + .1·.2 = .76
    assert score(parts) == pytest.approx(0.76)
    # .5·.4 + .6 + .5·1 + .5·.5 = 1.55
    assert rough_score(parts) == pytest.approx(1.55)


def test_ranking_puts_the_passage_that_says_it_first() -> None:
    some = [candidate("tea", identity=1), candidate("blue kettl boil", identity=2)]
    vectors = np.array([[0.6, 0.8], [0.6, 0.8]], np.float32)
    rough = roughly(query(), some, vectors, vectors)
    assert [item.candidate.id for item in rough] == [2, 1]
    close = closely(query(), rough, np.eye(2, dtype=np.float32), [2, 0])
    assert close[0].candidate.id == 2
    assert close[0].parts.interaction == pytest.approx(1)


def test_ties_keep_their_order() -> None:
    some = [candidate("x", identity=n) for n in (5, 3, 4)]
    vectors = np.ones((3, 2), np.float32)
    rough = roughly(query(), some, vectors, vectors)
    assert [item.candidate.id for item in rough] == [5, 3, 4]


def test_rare_words_weigh_more_and_every_piece_something() -> None:
    # "who" has no idf; "ket" and "tle" are pieces of a word as rare as can be.
    spans = [(0, 3), (4, 7), (7, 10), (10, 11)]
    owners = _owners([("kettl", Span(4, 10))], spans, 4)
    assert owners == ("", "kettl", "kettl", "")
    weights = _piece_weights(owners, {"kettl": 2.0}, rarest=2.0)
    np.testing.assert_allclose(weights, np.array([0.5, 1.5, 1.5, 0.5]) / 4, atol=1e-6)


@given(st.text(max_size=30))
def test_a_checked_question_has_words(text: str) -> None:
    try:
        found = checked(text, max_characters=20)
    except QuestionError:
        found = ""
    assert found in ("", text.strip())
    assert found or len(text.strip()) > 20 or not any(map(is_of_a_word, text))


def is_of_a_word(sign: str) -> bool:
    # A raised figure or letter is the number of a note.
    return sign.isalnum() and not unicodedata.decomposition(sign).startswith("<super>")


def test_a_sentence_between_two_that_say_it_is_not_quoted_for_them() -> None:
    question = query(
        pieces=np.eye(3, dtype=np.float32), weights=np.full(3, 1 / 3, np.float32)
    )
    rows = np.array([[1, 0, 0.2], [0.6, 0.6, 0], [0, 1, 1]], np.float32)
    helped, alone = interaction(question, rows, [1, 1, 1], [3])
    # The middle one has .85 of each neighbour's best, and little by itself.
    np.testing.assert_allclose(helped * 3, [1.71, 2.55, 2.51], atol=1e-6)
    np.testing.assert_allclose(alone * 3, [1.2, 1.2, 2.0], atol=1e-6)
    vectors = np.ones((3, 2), np.float32)
    some = [candidate("a", "b", "c")]
    (found,) = closely(
        question, roughly(question, some, vectors[:1], vectors), rows, [1, 1, 1]
    )
    assert found.best == 2
    assert found.parts.interaction == pytest.approx(0.85)
