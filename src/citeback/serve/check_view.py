"""What checking a draft found, as plain values for the page. Pure."""

from __future__ import annotations

import re
from typing import Any

from citeback.cite.records import (
    Claim,
    ClaimReport,
    QuotedPlace,
    VerifiedQuotation,
    VerifiedReceipt,
    VerifyReport,
)
from citeback.serve.links import DIGEST_LETTERS
from citeback.serve.places import place
from citeback.serve.strings import Words

# Where a quoted line goes on.
_LINE_MARKS = re.compile(r"\s*\n[ \t>]*")


def verify_view(report: VerifyReport, words: Words) -> dict[str, Any]:
    """Each quotation in order, with the keys of the words for its state."""
    return {
        "mode": "quotations",
        "name": report.name,
        "items": [_quotation(one, words) for one in report.quotations]
        + [_receipt(one) for one in report.receipts],
    }


def claims_view(report: ClaimReport, words: Words) -> dict[str, Any]:
    """Each sentence in order, with the passage that is related to it."""
    return {
        "mode": "claims",
        "name": report.name,
        "left": report.left,
        "items": [_claim(one, words) for one in report.claims],
    }


def _quotation(one: VerifiedQuotation, words: Words) -> dict[str, Any]:
    return {
        "text": one.quotation.text,
        "open": one.quotation.open,
        "state": one.finding.name.lower(),
        "allowances": [allowance.name.lower() for allowance in one.allowances],
        "places": [_place(where, words) for where in one.places],
        "differences": [[part.change.value, part.text] for part in one.differences],
    }


def _receipt(one: VerifiedReceipt) -> dict[str, Any]:
    written = one.written
    where = f"{written.path}:{written.start}-{written.end}" if written else ""
    return {
        "text": one.quote or where or one.problem,
        "state": f"receipt_{one.finding.name.lower()}",
        "places": [],
    }


def _claim(one: Claim, words: Words) -> dict[str, Any]:
    return {
        "text": _LINE_MARKS.sub(" ", one.sentence),
        "state": one.verdict.name.lower(),
        "places": [_place(one.place, words)] if one.place else [],
        "quote": one.place.quote if one.place else "",
    }


def _place(where: QuotedPlace, words: Words) -> dict[str, Any]:
    return {
        "document": where.source.path,
        "title": where.source.title,
        "place": place(where, words),
        "start": where.start,
        "end": where.end,
        "state": where.source.digest[:DIGEST_LETTERS],
    }
