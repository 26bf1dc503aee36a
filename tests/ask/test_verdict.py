"""The verdict's evidence and probability, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from citeback.ask.question import Query, _names
from citeback.ask.rank import Ranked
from citeback.ask.verdict import assurance, evidence, features, probability, verdict
from citeback.index.engine import Candidate
from citeback.records import Evidence, Parts, Verdict

QUERY = Query(
    text="When did Rollo pay?",
    vector=np.ones(1, np.float32),
    stems={"rollo": "Rollo", "pay": "pay"},
    sequence=("rollo", "pay"),
    idf={"rollo": 3.0, "pay": 1.0},
    content=frozenset({"rollo", "pay"}),
    total=4.0,
    names=frozenset({"rollo", "absent"}),
    unseen=(),
    pieces=np.ones((1, 1), np.float32),
    owners=("rollo",),
    middles=np.zeros((1, 2), dtype=np.float32),
    weights=np.ones(1, np.float32),
)
PARTS = Parts(
    interaction=0.5,
    passage_meaning=0.5,
    sentence_meaning=0.5,
    passage_words=0.5,
    sentence_words=0.5,
    closeness=0.5,
)


def test_evidence_of_a_passage() -> None:
    bounds = np.array([1, 0, 20], dtype="<i8").tobytes()
    sentence = Candidate(1, "a.txt", "", bounds, "rollo the king was paid")
    best = Ranked(sentence, 0.9, PARTS, 0, np.zeros(1, dtype=np.float32))
    found = evidence(QUERY, best, 0.7)
    # Names weigh 3 of 4; "the" and "was" are no content words.
    assert found == Evidence(score=0.9, lead=pytest.approx(0.2), named=0.75, words=3)


def test_a_lead_counts_up_to_its_limit() -> None:
    found = Evidence(score=0.5, lead=0.9, named=0.1, words=0)
    assert features(found) == (0.5, 0.3, 0.1, 0.0)


def test_probability_is_the_logistic_of_the_sum() -> None:
    found = Evidence(score=0.8, lead=0.1, named=0.5, words=math.e - 1)  # type: ignore
    # −1.27 + 6.53·.8 + 9.23·.1 − 2.1·.5 − 1.09·1 = 2.737
    assert probability(found) == pytest.approx(1 / (1 + math.exp(-2.737)))


def test_assurance_is_in_words() -> None:
    assert assurance(Verdict.ANSWERS) == (
        "In tests, the text held the answer to 9 of 10 questions judged like this "
        "(3,020 questions)."
    )


def test_the_words_for_probabilities() -> None:
    assert [verdict(p) for p in (0.6, 0.59, 0.1, 0.09)] == [
        Verdict.ANSWERS,
        Verdict.TOUCHES,
        Verdict.TOUCHES,
        Verdict.SILENT,
    ]


def test_names_are_capitals_after_the_first_word_and_numbers() -> None:
    assert set(_names("Does Resolution 2178 bind the UN?")) == {
        "resolut",
        "2178",
        "un",
    }
