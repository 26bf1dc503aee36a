"""Outcomes → a report: its record, as JSON, and as lines of text for the terminal."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from citeback import __version__
from citeback.evaluate import confidence, measures
from citeback.evaluate.confidence import Confidence
from citeback.evaluate.measures import Estimate, Times
from citeback.evaluate.records import Found, Outcome, QuestionSet
from citeback.library import Library
from citeback.records import LibrarySize, Verdict

# What the terminal shows; the files have all.
SHOWN_MISSES = 5


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation: what was asked, how, and what came of it.

    `unfindable` are paths of documents of which no passage was indexed. `made` is in
    ISO 8601, UTC; `left_out` counts questions of another split.
    """

    name: str
    method: str
    made: str
    machine: str
    encoder: str
    size: LibrarySize
    unfindable: tuple[str, ...]
    left_out: int
    outcomes: tuple[Outcome, ...]
    ranking: dict[str, Estimate]
    confidence: Confidence
    times: Times

    @property
    def answerable(self) -> int:
        """How many questions the texts answer."""
        return sum(outcome.question.answerable for outcome in self.outcomes)

    @property
    def misses(self) -> tuple[Outcome, ...]:
        """The questions with a right passage whose first one is not right."""
        return tuple(o for o in self.outcomes if o.wanted and o.rank != 1)

    @property
    def rejections(self) -> tuple[Outcome, ...]:
        """The questions of which a passage is known to be wrong."""
        return tuple(o for o in self.outcomes if o.question.rejected)

    @property
    def rejected_first(self) -> int:
        """For how many of them such a passage stands first."""
        return sum(outcome.rejected_first for outcome in self.rejections)

    @property
    def false_answers(self) -> tuple[Outcome, ...]:
        """Unanswerable questions to which the verdict is that the text answers."""
        return tuple(
            outcome
            for outcome in self.outcomes
            if not outcome.question.answerable and outcome.verdict is Verdict.ANSWERS
        )


def report_of(
    outcomes: Sequence[Outcome],
    questions: QuestionSet,
    library: Library,
    ids: dict[str, str],
    method: str,
) -> Report:
    """The report of outcomes in the library that was asked."""
    return Report(
        name=questions.name,
        method=method,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, Citeback {__version__}",
        encoder=library.encoder.fingerprint,
        size=library.size(),
        unfindable=tuple(
            ids.get(file.source.path, file.source.path)
            for file in library.files()
            if not file.passages
        ),
        left_out=questions.left_out,
        outcomes=tuple(outcomes),
        ranking=measures.ranking(outcomes),
        confidence=confidence.confidence(outcomes),
        times=measures.times(outcomes),
    )


def report_json(report: Report) -> dict[str, Any]:
    """The report in plain values: numbers first, then the misses."""
    return {
        "set": report.name,
        "method": report.method,
        "made": report.made,
        "machine": report.machine,
        "encoder": report.encoder,
        "library": asdict(report.size),
        "unfindable": list(report.unfindable),
        "questions": {
            "asked": len(report.outcomes),
            "answerable": report.answerable,
            "left_out": report.left_out,
        },
        "rejected": {
            "questions": len(report.rejections),
            "put_first": report.rejected_first,
        },
        "ranking": {name: asdict(value) for name, value in report.ranking.items()},
        "verdict": asdict(report.confidence),
        "milliseconds": asdict(report.times),
        "misses": [_miss_json(outcome) for outcome in report.misses],
        "false_answers": [_miss_json(outcome) for outcome in report.false_answers],
    }


def _miss_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "question": outcome.question.text,
        "refusal": outcome.refusal,
        "verdict": outcome.verdict,
        "probability": outcome.probability,
        "wanted": [{"name": t.name, "text": t.text} for t in outcome.wanted],
        "rank": outcome.rank or None,
        "first": _found_json(outcome.found[0]) if outcome.found else None,
        "right": _found_json(outcome.found[outcome.rank - 1]) if outcome.rank else None,
    }


def _found_json(found: Found) -> dict[str, Any]:
    return {
        "name": found.name,
        "text": found.hit.passage.text,
        "quote": found.hit.quote,
        "score": found.hit.score,
        "parts": asdict(found.hit.parts),
    }


def report_lines(report: Report) -> Iterator[str]:
    """The numbers, the first misses, for a terminal."""
    yield (
        f"{report.name}, {report.method}: {len(report.outcomes)} questions "
        f"({report.answerable} answerable), documents: {report.size.documents}"
    )
    if report.unfindable:
        yield f"  {len(report.unfindable)} of the documents left no passage to find."
    if report.left_out:
        yield f"  {report.left_out} questions of another split were left out."
    for name, estimate in report.ranking.items():
        yield f"  {name:8} {spread(estimate)}"
    yield f"  verdict  {verdict_line(report.confidence)}"
    if report.rejections:
        yield (
            f"  rejected passages put first: {report.rejected_first} of "
            f"{len(report.rejections)} questions that have some"
        )
    yield (
        f"  time     p50 {report.times.p50:.0f} ms, p95 {report.times.p95:.0f} ms per question"
    )
    for outcome in report.misses[:SHOWN_MISSES]:
        where = f"right one: rank {outcome.rank}" if outcome.rank else "right one: none"
        yield f"  missed   {' '.join(outcome.question.text.split())}  ({where})"


def spread(estimate: Estimate) -> str:
    """An estimate in words: value and interval."""
    return f"{estimate.value:.3f} (95 %: {estimate.low:.3f}–{estimate.high:.3f})"


def verdict_line(found: Confidence) -> str:
    """The verdict's two measures in words."""
    auroc = "undefined (all right or all wrong)"
    if found.auroc is not None:
        auroc = f"{found.auroc:.3f}"
    return f"AUROC {auroc}, calibration error {found.calibration_error:.3f}"
