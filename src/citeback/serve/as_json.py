"""Records as plain values for JSON; every front door gives the same."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from citeback.cite.records import VerifyReport
from citeback.records import (
    AbsenceReport,
    Answer,
    EveryAnswer,
    Examination,
    FileReport,
    UpdateReport,
)

# What no file's name may do to whoever looks at the JSON: colour a terminal, end a line
# or turn it around. In JSON these signs stand in strings alone, where they have names.
_REWRITING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def as_text(value: object) -> str:
    """The value as indented JSON, its letters as they are."""
    plain = json.dumps(value, ensure_ascii=False, indent=2)
    return _REWRITING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", plain)


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


def verify_json(report: VerifyReport) -> dict[str, Any]:
    """What became of a draft's quotations, and whether all of them hold."""
    return {"holds": report.holds, **asdict(report)}


def file_json(report: FileReport) -> dict[str, Any]:
    """One file's line of the list."""
    return asdict(report)


def examination_json(found: Examination) -> dict[str, Any]:
    """What looking the index through found."""
    return asdict(found)


def update_json(report: UpdateReport) -> dict[str, Any]:
    """What an update did."""
    return asdict(report)
