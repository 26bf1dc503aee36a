"""What two libraries say to the same draft → one report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from citeback.cite.records import (
    Claim,
    ClaimReport,
    Finding,
    ReceiptFinding,
    VerifiedQuotation,
    VerifiedReceipt,
    VerifyReport,
)

_BEST_FIRST = list(Finding)
_SUREST_FIRST = list(ReceiptFinding)


def best_verified(reports: Sequence[VerifyReport]) -> VerifyReport:
    """Each quotation where it stands best; exact ones with the places of both.

    The reports are of one draft, so the quotations are the same.
    """
    each = zip(*(report.quotations for report in reports), strict=True)
    receipts = zip(*(report.receipts for report in reports), strict=True)
    return replace(
        reports[0],
        quotations=tuple(map(_best, each)),
        receipts=tuple(map(_surest, receipts)),
        documents=sum(report.documents for report in reports),
        seconds=sum(report.seconds for report in reports),
    )


def _best(found: Sequence[VerifiedQuotation]) -> VerifiedQuotation:
    best = min(
        found,
        key=lambda one: (
            _BEST_FIRST.index(one.finding),
            len(one.allowances),
            -one.likeness,
        ),
    )
    if best.finding is not Finding.EXACT:
        return best
    others = [one for one in found if one is not best and one.finding is best.finding]
    return replace(
        best,
        places=best.places + tuple(place for one in others for place in one.places),
    )


def _surest(found: Sequence[VerifiedReceipt]) -> VerifiedReceipt:
    return min(found, key=lambda one: _SUREST_FIRST.index(one.finding))


def most_related(reports: Sequence[ClaimReport]) -> ClaimReport:
    """Each sentence with the passage that is more likely to be about it."""
    each = zip(*(report.claims for report in reports), strict=True)
    return replace(
        reports[0],
        claims=tuple(map(_likeliest, each)),
        seconds=sum(report.seconds for report in reports),
    )


def _likeliest(claims: Sequence[Claim]) -> Claim:
    return max(claims, key=lambda claim: claim.probability)
