"""Records as plain values for JSON; every front door gives the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from citeback.cite.records import ClaimReport, Receipt, VerifyReport
from citeback.records import (
    AbsenceReport,
    Answer,
    EveryAnswer,
    Examination,
    FileReport,
    UpdateReport,
)
from citeback.serve.citing import receipt_json

# Those of what was shown, in its order; None for a text that is no more.
Receipts = Sequence[Receipt | None]

# What no file's name may do to whoever looks at the JSON: colour a terminal, end a line
# or turn it around. In JSON these signs stand in strings alone, where they have names.
_REWRITING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def as_text(value: object) -> str:
    """The value as indented JSON, its letters as they are."""
    plain = json.dumps(value, ensure_ascii=False, indent=2)
    return _REWRITING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", plain)


def answer_json(answer: Answer, receipts: Receipts) -> dict[str, Any]:
    """An answer with each hit's best sentence spelled out as `quote`, and its receipt."""
    plain = asdict(answer)
    for hit, record in zip(plain["hits"], answer.hits, strict=True):
        hit["quote"] = record.quote
    _with_receipts(plain["hits"], receipts)
    return plain


def every_json(found: EveryAnswer, receipts: Receipts) -> dict[str, Any]:
    """Every passage found, by document, each with its receipt."""
    plain = asdict(found)
    shown = [one for document in plain["documents"] for one in document["passages"]]
    _with_receipts(shown, receipts)
    return plain


def absence_json(report: AbsenceReport, receipts: Receipts) -> dict[str, Any]:
    """An absence report, each place and each passage with its receipt."""
    plain = asdict(report)
    _with_receipts([*plain["places"], *plain["nearest"]], receipts)
    return plain


def _with_receipts(shown: list[dict[str, Any]], receipts: Receipts) -> None:
    for one, receipt in zip(shown, receipts, strict=True):
        one["receipt"] = receipt_json(receipt)


def verify_json(report: VerifyReport) -> dict[str, Any]:
    """What became of a draft's quotations, and whether all of them hold."""
    return {"holds": report.holds, **asdict(report)}


def claims_json(report: ClaimReport) -> dict[str, Any]:
    """What is related to each sentence of a draft."""
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
