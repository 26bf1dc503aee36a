"""Where in a document a quote stands, as each style of reference writes it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citeback.cite.records import Receipt
from citeback.records import LocatorKind

PARAGRAPH = "paragraph"

# What stands before one number and before several; the styles' own manuals say so for
# pages and paragraphs. None of them knows rows; slides and moments are named as in APA.
_PLAIN = {
    LocatorKind.PAGE: ("p. ", "pp. "),
    PARAGRAPH: ("para. ", "paras. "),
    LocatorKind.ROW: ("row ", "rows "),
    LocatorKind.SLIDE: ("slide ", "slides "),
    LocatorKind.TIME: ("", ""),
}
_WAYS: dict[str, dict[str, tuple[str, str]]] = {
    "chicago-notes": {LocatorKind.PAGE: ("", "")},
    "chicago-author-date": {LocatorKind.PAGE: ("", "")},
    "apa": {LocatorKind.SLIDE: ("Slide ", "Slides ")},
    "mla": {LocatorKind.PAGE: ("", ""), PARAGRAPH: ("par. ", "pars. ")},
    "bluebook": {PARAGRAPH: ("¶ ", "¶¶ "), LocatorKind.PAGE: ("", "")},
}


@dataclass(frozen=True, slots=True)
class Pinpoint:
    """A page, row, slide, moment or paragraph, or from which to which.

    `kind` is one of LocatorKind, or "paragraph".
    """

    kind: str
    first: str
    last: str

    def written(self, style: str = "") -> str:
        """As a style writes it: "12", "p. 12", "paras. 3–4"."""
        one, several = {**_PLAIN, **_WAYS.get(style, {})}[self.kind]
        if self.first == self.last:
            return f"{one}{self.first}"
        return f"{several}{self.first}–{self.last}"


def pinpoint_of(receipt: Receipt) -> Pinpoint | None:
    """The page where there is one, or the row, slide or moment, or the paragraph."""
    if receipt.locator is not None:
        locator = receipt.locator
        return Pinpoint(locator.kind, locator.first, locator.last)
    if receipt.paragraph:
        number = str(receipt.paragraph)
        return Pinpoint(PARAGRAPH, number, number)
    return None
