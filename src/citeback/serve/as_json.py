"""Records as plain values for JSON; every front door gives the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from citeback.records import (
    AbsenceReport,
    Answer,
    EveryAnswer,
    Examination,
    FileReport,
    UpdateReport,
)


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer with each hit's best sentence spelled out as `quote`."""
    plain = asdict(answer)
    for hit, record in zip(plain["hits"], answer.hits, strict=True):
        hit["quote"] = record.quote
    return plain


def every_json(found: EveryAnswer) -> dict[str, Any]:
    """Every passage found, by document."""
    return asdict(found)


def absence_json(report: AbsenceReport) -> dict[str, Any]:
    """An absence report."""
    return asdict(report)


def file_json(report: FileReport) -> dict[str, Any]:
    """One file's line of the list."""
    return asdict(report)


def examination_json(found: Examination) -> dict[str, Any]:
    """What looking the index through found."""
    return asdict(found)


def update_json(report: UpdateReport) -> dict[str, Any]:
    """What an update did."""
    return asdict(report)
