"""Outcomes → how far the verdict's probability can be relied on. Only file with sklearn.

A verdict is about the first hit: right if that is a right passage, and wrong for any
question that the texts do not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.evaluate.records import Outcome
from citeback.records import Verdict

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like probability: how many, its mean, and the share that is right."""

    count: int
    probability: float
    right: float


@dataclass(frozen=True, slots=True)
class Point:
    """Answering the surest share `coverage` of questions, the share `risk` is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """How often a verdict was given; how often the first hit was right, and how often
    the texts answer the question at all.
    """

    count: int
    right: int
    answerable: int


@dataclass(frozen=True, slots=True)
class Confidence:
    """`auroc` is None where all first hits are right or all are wrong."""

    auroc: float | None
    calibration_error: float
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    verdicts: dict[Verdict, Spoken]


def confidence(outcomes: Sequence[Outcome]) -> Confidence:
    """All of it, over the outcomes whose first passage can be judged.

    Of the others only the words of the verdict are counted.
    """
    spoken = [outcome for outcome in outcomes if outcome.question.judged]
    outcomes = [outcome for outcome in outcomes if outcome.is_rankable]
    chances = np.array([outcome.probability for outcome in outcomes])
    right = np.array([outcome.rank == 1 for outcome in outcomes], dtype=np.float64)
    bins = _bins(chances, right)
    return Confidence(
        auroc=_auroc(chances, right),
        calibration_error=sum(
            b.count / len(outcomes) * abs(b.probability - b.right) for b in bins
        ),
        bins=bins,
        curve=_curve(chances, right),
        verdicts={verdict: _spoken(spoken, verdict) for verdict in Verdict},
    )


def _auroc(
    chances: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> float | None:
    """The chance that a right first hit has a higher probability than a wrong one."""
    # Takes a second to import, which other commands should not wait for.
    from sklearn.metrics import (  # type: ignore[import-untyped,unused-ignore]
        roc_auc_score,
    )

    if not len(right) or right.min() == right.max():
        return None
    return float(roc_auc_score(right, chances))


def _bins(
    chances: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> tuple[Bin, ...]:
    """Up to BINS bins of equal width, lowest first, empty ones left out.

    The calibration error over them is that of Guo et al., 2017
    (https://arxiv.org/abs/1706.04599): the mean distance of probability and share,
    weighted by count.
    """
    numbers = np.minimum((chances * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            count=int((numbers == number).sum()),
            probability=float(chances[numbers == number].mean()),
            right=float(right[numbers == number].mean()),
        )
        for number in np.unique(numbers)
    )


def _curve(
    chances: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> tuple[Point, ...]:
    """A point after each distinct probability, the surest questions first."""
    if not len(chances):
        return ()
    order = np.argsort(-chances, kind="stable")
    falling = chances[order]
    asked = np.arange(1, len(order) + 1)
    wrong = np.cumsum(1 - right[order])
    last_of_its_kind = np.append(falling[1:] != falling[:-1], True)
    return tuple(
        Point(float(n / len(order)), float(w / n))
        for n, w in zip(asked[last_of_its_kind], wrong[last_of_its_kind], strict=True)
    )


def _spoken(outcomes: Sequence[Outcome], verdict: Verdict) -> Spoken:
    given = [outcome for outcome in outcomes if outcome.verdict is verdict]
    return Spoken(
        count=len(given),
        right=sum(outcome.rank == 1 for outcome in given),
        answerable=sum(outcome.question.answerable for outcome in given),
    )
