"""A draft checked against two libraries at once."""

from __future__ import annotations

from citeback.cite.records import (
    Claim,
    ClaimReport,
    Finding,
    Quotation,
    QuotedPlace,
    VerifiedQuotation,
    VerifyReport,
)
from citeback.cite.verifying.joined import best_verified, most_related
from citeback.records import Source, Span, Verdict

QUOTATION = Quotation(0, 3, "one")


def judged(finding: Finding, path: str, likeness: float = 1.0) -> VerifyReport:
    place = QuotedPlace(Source(path, "", "", "", "", ""), 1, None, (Span(0, 1),), "x")
    places = (place,) if finding in (Finding.EXACT, Finding.ALTERED) else ()
    one = VerifiedQuotation(QUOTATION, finding, (), places, likeness, ())
    return VerifyReport("memo", (one,), (), 2, 1, 0.5)


def paths(report: VerifyReport) -> list[str]:
    return [place.source.path for place in report.quotations[0].places]


def test_the_better_finding_counts_and_exact_places_are_all_named() -> None:
    exact, other = judged(Finding.EXACT, "own"), judged(Finding.EXACT, "shared")
    altered = judged(Finding.ALTERED, "near", 0.9)
    far = judged(Finding.ALTERED, "far", 0.6)
    missing = judged(Finding.NOT_FOUND, "")
    assert paths(best_verified([altered, exact])) == ["own"]
    assert paths(best_verified([exact, other])) == ["own", "shared"]
    assert paths(best_verified([far, altered])) == ["near"]
    assert paths(best_verified([missing, far])) == ["far"]
    assert best_verified([exact, other]).documents == 4


def test_the_likelier_passage_counts() -> None:
    def said(chance: float) -> ClaimReport:
        claim = Claim("one", 0, 3, Verdict.TOUCHES, chance, None)
        return ClaimReport("memo", (claim,), 0, 1, 0.5)

    assert most_related([said(0.2), said(0.4)]).claims[0].probability == 0.4
