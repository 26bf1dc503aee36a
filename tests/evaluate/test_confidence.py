"""The verdict's measures against cases worked out by hand."""

from __future__ import annotations

import pytest
from outcome_doubles import outcome, target

from citeback.evaluate.confidence import Bin, Point, Spoken, confidence
from citeback.evaluate.records import Outcome
from citeback.records import Verdict

A = target("a")


def right(probability: float, verdict: Verdict = Verdict.ANSWERS) -> Outcome:
    return outcome([[A]], [A], probability=probability, verdict=verdict)


def wrong(probability: float, verdict: Verdict = Verdict.SILENT) -> Outcome:
    return outcome([[], [A]], [A], probability=probability, verdict=verdict)


def unanswerable(probability: float) -> Outcome:
    return outcome([[]], [], probability=probability, verdict=Verdict.TOUCHES)


def test_auroc_counts_pairs_in_the_right_order() -> None:
    # Right 0.9 and 0.4, wrong 0.6 and 0.1: 3 of the 4 pairs are in order.
    found = confidence([right(0.9), right(0.4), wrong(0.6), unanswerable(0.1)])
    assert found.auroc == 0.75


def test_auroc_is_undefined_where_all_are_right() -> None:
    assert confidence([right(0.9), right(0.4)]).auroc is None


def test_calibration_error_is_the_mean_distance_over_the_bins() -> None:
    # Bin 0.9-1.0 holds 0.92 (right) and 0.96 (wrong): stated 0.94, right 0.5, apart
    # 0.44. Bin 0.1-0.2 holds 0.15 and 0.19, both right: apart 0.83. Each holds half.
    found = confidence([right(0.92), wrong(0.96), right(0.15), right(0.19)])
    assert found.calibration_error == pytest.approx((0.44 + 0.83) / 2)
    low, high = found.bins
    assert low == Bin(2, pytest.approx(0.17), 1)
    assert high == Bin(2, pytest.approx(0.94), 0.5)


def test_a_probability_of_one_is_in_the_last_bin() -> None:
    assert confidence([right(1.0), right(0.95)]).bins[0].count == 2


def test_risk_rises_as_less_sure_questions_are_answered() -> None:
    # Surest first: right, wrong, then two of one probability, one of them right.
    found = confidence([right(0.5), wrong(0.8), unanswerable(0.5), right(0.9)])
    assert found.curve == (Point(0.25, 0), Point(0.5, 0.5), Point(1, 0.5))


def test_verdicts_are_counted_with_what_is_true() -> None:
    found = confidence([right(0.9), wrong(0.9, Verdict.ANSWERS), unanswerable(0.5)])
    assert found.verdicts == {
        Verdict.ANSWERS: Spoken(count=2, right=1, answerable=2),
        Verdict.TOUCHES: Spoken(count=1, right=0, answerable=0),
        Verdict.SILENT: Spoken(count=0, right=0, answerable=0),
    }
