"""The measures against cases worked out by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from outcome_doubles import outcome, target

from citeback.errors import MissingPackageError
from citeback.evaluate import measures
from citeback.evaluate.measures import estimate, judge, per_question, ranking, times

A, B, C = target("a"), target("b"), target("c")
FIRST = outcome([[A]], [A])
THIRD = outcome([[], [], [A]], [A])
NOWHERE = outcome([[], []], [A])


def test_four_questions_worked_out_by_hand() -> None:
    # Right on rank 1, on rank 3, nowhere, and both right ones on ranks 2 and 3.
    two = outcome([[], [A], [B]], [A, B])
    found = per_question([judge(o) for o in (FIRST, THIRD, NOWHERE, two)])
    assert found["R@1"].tolist() == [1, 0, 0, 0]
    assert found["R@3"].tolist() == [1, 1, 0, 1]
    assert found["R@5"].tolist() == [1, 1, 0, 1]
    assert found["R@10"].tolist() == [1, 1, 0, 1]
    assert found["MRR@10"] == pytest.approx([1, 1 / 3, 0, 1 / 2])
    # 1/log2(rank + 1): rank 3 alone gives 1/2 of the best, 1; ranks 2 and 3 give
    # 0.6309 + 0.5 of the best, 1 + 0.6309: 0.6934.
    both = (1 / log2(3) + 1 / log2(4)) / (1 / log2(2) + 1 / log2(3))
    assert both == pytest.approx(0.6934, abs=1e-4)
    assert found["nDCG@10"] == pytest.approx([1, 0.5, 0, both])
    assert ranking([FIRST, THIRD, NOWHERE, two])["MRR@10"].value == pytest.approx(
        (1 + 1 / 3 + 0 + 1 / 2) / 4
    )


def test_grades_weigh_in_ndcg() -> None:
    # Grade 1 before grade 3: (1/1 + 3/1.585) / (3/1 + 1/1.585) = 2.8928/3.6309.
    better = target("better", grade=3)
    found = per_question([judge(outcome([[A], [better]], [A, better]))])
    assert found["nDCG@10"][0] == pytest.approx(2.8928 / 3.6309, abs=1e-4)


def test_rank_ten_counts_and_rank_eleven_does_not() -> None:
    tenth = outcome([*[[]] * 9, [A]], [A])
    eleventh = outcome([*[[]] * 10, [A]], [A])
    found = per_question([judge(tenth), judge(eleventh)])
    assert found["R@10"].tolist() == [1, 0]
    assert found["MRR@10"] == pytest.approx([0.1, 0])


def test_the_same_passage_in_two_places_counts_as_one() -> None:
    # Shown once on rank 1 with both places, so nothing better could be done.
    found = per_question([judge(outcome([[A, B]], [A, B]))])
    assert found["nDCG@10"][0] == 1
    # The third target is missing: 1/1 of 1/1 + 1/1.585.
    found = per_question([judge(outcome([[A, B]], [A, B, C]))])
    assert found["nDCG@10"][0] == pytest.approx(1 / (1 + 1 / log2(3)))


def test_only_answerable_questions_are_ranked() -> None:
    assert ranking([FIRST, outcome([[]])])["R@1"].value == 1
    assert ranking([outcome([[]])]) == {}


def test_intervals_hold_the_mean_and_shrink_with_more_questions() -> None:
    few = estimate(np.array([0.0, 1.0] * 10))
    many = estimate(np.array([0.0, 1.0] * 1000))
    assert few.low < few.value == 0.5 < few.high
    # The normal approximation: 1.96 * 0.5 / sqrt(20) = 0.219, and 0.0219 for 2000.
    assert few.high - few.value == pytest.approx(0.219, abs=0.04)
    assert many.high - many.value == pytest.approx(0.0219, abs=0.004)
    assert few == estimate(np.array([0.0, 1.0] * 10))
    assert estimate(np.ones(3)) == measures.Estimate(1, 1, 1)


def test_times_are_milliseconds() -> None:
    assert times([FIRST, FIRST]) == measures.Times(p50=20, p95=20)


def test_a_missing_package_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measures, "PACKAGES", ("no_such_package",))
    with pytest.raises(MissingPackageError, match=r"no_such_package.*pip install ir-"):
        measures.check_installed()
    monkeypatch.undo()
    measures.check_installed()
