"""Outcomes → how well right passages are ranked. The only file with ir_measures.

R@k is the share of questions with a right passage among the first k (`Success@k` of
ir_measures; the same as recall where one passage is right). MRR@10 is the mean of
1 / rank of the first right one, 0 from rank 11 on. nDCG@10 is trec_eval's: the sum of
grade / log2(rank + 1), divided by that of the best order. Ranks count from 1.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.errors import MissingPackageError
from citeback.evaluate.records import Outcome

# A question's grades by name, from 1 up, and the names that were found, best first.
Judged = tuple[dict[str, int], list[str]]

RECALL_DEPTHS = (1, 3, 5, 10)
RESAMPLES = 2_000
SEED = 20_261_122
PACKAGES = ("ir_measures", "sklearn")
INSTALL = "pip install ir-measures==0.4.3 scikit-learn==1.9.1"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds per question: median, and what 95 % stay below."""

    p50: float
    p95: float


def check_installed() -> None:
    """Raise MissingPackageError, before any work, if a package is missing."""
    try:
        for package in PACKAGES:
            importlib.import_module(package)
    except ImportError as error:
        raise MissingPackageError(
            f"Evaluating needs a package that is not installed ({error.name}). Run: "
            f"{INSTALL}"
        ) from error


def ranking(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """R@k, MRR@10 and nDCG@10 over the questions with a right passage; empty without."""
    judged = [judge(outcome) for outcome in outcomes if outcome.wanted]
    if not judged:
        return {}
    return {name: estimate(values) for name, values in per_question(judged).items()}


def judge(outcome: Outcome) -> Judged:
    """Targets that share a rank, being the same passage, count as one."""
    grades = {target.name: target.grade for target in outcome.wanted}
    order = []
    for rank, found in enumerate(outcome.found, start=1):
        best = max(found.targets, key=lambda target: target.grade, default=None)
        for target in found.targets:
            if target is not best:
                del grades[target.name]
        order.append(best.name if best else f"not right, rank {rank}")
    return grades, order


def per_question(judged: Sequence[Judged]) -> dict[str, npt.NDArray[np.float64]]:
    """For each measure its value for each question, in their order."""
    import ir_measures

    names = {ir_measures.Success @ k: f"R@{k}" for k in RECALL_DEPTHS}
    names |= {ir_measures.RR @ 10: "MRR@10", ir_measures.nDCG @ 10: "nDCG@10"}
    grades = {str(number): wanted for number, (wanted, _) in enumerate(judged)}
    run = {
        str(number): {name: -float(rank) for rank, name in enumerate(order)}
        for number, (_, order) in enumerate(judged)
    }
    values = {name: np.zeros(len(judged)) for name in names.values()}
    for metric in ir_measures.iter_calc(list(names), grades, run):
        values[names[metric.measure]][int(metric.query_id)] = metric.value
    return values


def estimate(values: npt.NDArray[np.float64]) -> Estimate:
    """The mean with its percentile bootstrap interval; the same for the same values."""
    picks = np.random.default_rng(SEED).integers(
        len(values), size=(RESAMPLES, len(values))
    )
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return Estimate(float(values.mean()), float(low), float(high))


def times(outcomes: Sequence[Outcome]) -> Times:
    """How long questions took, refused ones left out."""
    milliseconds = [1000 * o.seconds for o in outcomes if not o.refusal] or [0.0]
    return Times(*(float(p) for p in np.percentile(milliseconds, [50, 95])))
