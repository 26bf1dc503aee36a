"""Where a quotation stands in one given text, with nothing left out and nothing changed."""

from __future__ import annotations

from citeback.cite.records import Allowance, Quotation
from citeback.cite.verifying import exact
from citeback.cite.verifying.held_texts import HeldText
from citeback.cite.verifying.wording import wordings
from citeback.records import Document, Source, Span

# Of the form of what is quoted, not of its words.
_OF_FORM = frozenset(
    {
        Allowance.QUOTATION_MARKS,
        Allowance.DASHES,
        Allowance.CAPITAL,
        Allowance.END,
        Allowance.NOTES,
        Allowance.HYPHEN,
    }
)


def place_within(quotation: Quotation, source: Source, text: str) -> Span | None:
    """The stretch of the text that is quoted, None where it does not stand there.

    Marked omissions and changes count as none: what they turn the words into is the
    writer's own.
    """
    held = HeldText(Document(source, text, ()))
    ways = wordings(quotation)
    otherwise: Span | None = None  # but for the capital letter that it begins with
    for form, form_allows in held.forms():
        for wording in ways:
            if not _OF_FORM.issuperset((*wording.allowances, *form_allows)):
                continue
            for chain, capital in exact.places(form, wording):
                if len(chain) > 1:
                    continue
                place = form.span(chain[0].start, chain[0].end)
                if not capital:
                    return place
                otherwise = otherwise or place
    return otherwise
