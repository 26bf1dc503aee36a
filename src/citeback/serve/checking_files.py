"""What checking a file found, in lines for the terminal, and the exit status for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from citeback.cite.records import (
    Change,
    Claim,
    ClaimReport,
    Difference,
    Finding,
    QuotedPlace,
    VerifiedQuotation,
    VerifiedReceipt,
    VerifyReport,
)
from citeback.errors import BelowThresholdError
from citeback.records import Verdict
from citeback.serve.places import place
from citeback.serve.terminal import ENGLISH, counted, flat, shown, wrapped

# Around a difference so many letters of what is the same are shown.
AROUND = 60
MORE_PLACES = 5
NO_SENTENCE = "There is no sentence in {} to look for."
NO_PROOF = "Related does not mean that a passage proves a sentence."
NOTHING = (
    "Nothing is quoted in {}: no quotation marks with words between them, and no "
    "paragraph set apart as a quotation."
)


def verify_lines(report: VerifyReport) -> Iterator[str]:
    """Each quotation with what became of it, and the counts first."""
    if not report.quotations and not report.receipts:
        yield from wrapped(NOTHING.format(shown(report.name)))
        return
    counts = Counter(one.finding for one in report.quotations)
    told = ", ".join(f"{counts[one]} {one}" for one in Finding if counts[one])
    searched = counted(report.documents, "document")
    quoted = counted(len(report.quotations), "quotation")
    found = f": {told}" if told else ""
    yield f"{quoted} in {shown(report.name)}, against {searched}{found}."
    for number, one in enumerate(report.quotations, start=1):
        yield from ("", *_quotation_lines(number, one))
    if report.receipts:
        yield from ("", f"{counted(len(report.receipts), 'receipt')}:")
    for receipt in report.receipts:
        yield from ("", *_receipt_lines(receipt))


def claims_lines(report: ClaimReport) -> Iterator[str]:
    """Each sentence with the passage that is related to it."""
    if not report.claims:
        yield from wrapped(NO_SENTENCE.format(shown(report.name)))
        return
    counts = Counter(ENGLISH(_relation(one)) for one in report.claims)
    told = ", ".join(
        f"{count} {relation.lower()}" for relation, count in counts.items()
    )
    yield from wrapped(f"{counted(len(report.claims), 'sentence')}: {told}.")
    yield from wrapped(NO_PROOF)
    for number, one in enumerate(report.claims, start=1):
        yield ""
        yield f"[{number}] {ENGLISH(_relation(one))}"
        yield from wrapped(flat(one.sentence), indent="    ")
        if one.place is not None:
            if one.verdict is Verdict.SILENT:
                yield f"    {ENGLISH('claim_nearest')}:"
            yield from wrapped(f"“{flat(one.place.quote)}”", indent="      ")
            yield from wrapped(_where(one.place), indent="      ")
    if report.left:
        yield from ("", ENGLISH("check_left", number=report.left))


def _relation(claim: Claim) -> str:
    return f"finding_{claim.verdict.name.lower()}"


def check(report: VerifyReport) -> None:
    """Raise BelowThresholdError where not all quotations and receipts hold."""
    if not report.holds:
        quoted = counted(len(report.quotations), "quotation")
        if report.receipts:
            quoted += f" and {counted(len(report.receipts), 'receipt')}"
        raise BelowThresholdError(f"{report.failed} of {quoted} not exact.")


def _receipt_lines(one: VerifiedReceipt) -> Iterator[str]:
    written = one.written
    if written is not None:
        where = f"{written.path}:{written.start}-{written.end}"
        yield from wrapped(f"{shown(where)} {one.finding}")
    else:
        yield from wrapped(one.problem)
    if one.quote:
        yield from wrapped(f"“{flat(one.quote)}”", indent="    ")


def _quotation_lines(number: int, one: VerifiedQuotation) -> Iterator[str]:
    said = ", ".join((one.finding, *one.allowances))
    missing = " (its closing mark is missing)" if one.quotation.open else ""
    yield from wrapped(f"[{number}] {said.upper()[:1]}{said[1:]}{missing}")
    yield from wrapped(f"“{flat(one.quotation.text)}”", indent="    ")
    if one.finding is Finding.ALTERED:
        yield from wrapped(f"changed: {_marked(one)}", indent="    ")
    for where in one.places[:MORE_PLACES]:
        yield from wrapped(_where(where), indent="    ")
    if len(one.places) > MORE_PLACES:
        yield f"    and in {len(one.places) - MORE_PLACES} places more"


def _where(where: QuotedPlace) -> str:
    source = where.source
    located = place(where, ENGLISH)
    title = f"{source.title} · {located}" if located else source.title
    return shown(f"{title}  {source.path}:{where.start}-{where.end}")


def _marked(one: VerifiedQuotation) -> str:
    """The differences: [-what the document has-] and {+what the file has+}."""
    last = len(one.differences) - 1
    return flat(
        "".join(
            _difference(difference, first=at == 0, last=at == last)
            for at, difference in enumerate(one.differences)
        )
    )


def _difference(one: Difference, *, first: bool, last: bool) -> str:
    if one.change is Change.REMOVED:
        return f"[-{one.text}-]"
    if one.change is Change.ADDED:
        return f"{{+{one.text}+}}"
    if len(one.text) <= 2 * AROUND:
        return one.text
    begin = "" if first else one.text[:AROUND]
    end = "" if last else one.text[-AROUND:]
    return f"{begin} … {end}"
