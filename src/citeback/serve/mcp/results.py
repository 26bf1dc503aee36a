"""What the tools give back, as records; an assistant is told their schemas.

Offsets count Unicode code points of the document's text, from 0, ends not included.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Allowance, Finding, Receipt, ReceiptFinding
from citeback.records import BlockKind, Locator, Verdict


@dataclass(frozen=True, slots=True)
class WholeReceipt(Receipt):
    """A receipt, and as `text` the line that can stand in any text and be verified."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage: `text` is the document's from `start` to `end`.

    `quote` is its sentence that fits the question best, from `quote_start` to
    `quote_end`; `receipt` proves it, null where the document has just changed, and
    `link` opens it in Citeback's page.
    """

    number: int
    document: str
    title: str
    headings: tuple[str, ...]
    paragraph: int
    place: str
    locator: Locator | None
    start: int
    end: int
    text: str
    quote: str
    quote_start: int
    quote_end: int
    receipt: WholeReceipt | None
    link: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the texts say to a question.

    `says` is the verdict as a sentence for the person, `assurance` how often such a
    verdict was right in tests, `unseen` the question's words that no document uses.
    """

    question: str
    verdict: Verdict
    says: str
    probability: float
    assurance: str
    unseen: tuple[str, ...]
    notice: str
    passages: tuple[FoundPassage, ...]
    build: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, heading or the like that stands in a window, at least in part."""

    number: int
    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A window of a document: `text` is its text from `start` to `end`.

    `next_start` is where to go on reading, null at the end; `digest` is the SHA-256 of
    the whole text.
    """

    document: str
    title: str
    author: str
    date: str
    url: str
    digest: str
    characters: int
    start: int
    end: int
    text: str
    paragraphs: tuple[Paragraph, ...]
    next_start: int | None


@dataclass(frozen=True, slots=True)
class CiteResult:
    """What a quote is cited by.

    `reference` is the quote with its reference in the style that was asked for, ""
    where none was; `missing` is what nobody has said of the document yet.
    """

    quote: str
    place: str
    receipt: WholeReceipt
    link: str
    web_link: str
    style: str
    reference: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedPlace:
    """Where a quotation stands, or comes nearest: `quote` is the document's own text."""

    document: str
    title: str
    place: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation of the text that was checked, at `start` to `end` of that.

    `allowances` are in what an exact one differs, as is the custom. An altered one's
    only place is where it comes nearest.
    """

    text: str
    start: int
    end: int
    finding: Finding
    allowances: tuple[Allowance, ...]
    places: tuple[VerifiedPlace, ...]


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt that stood in the text, and the quote that it proves, "" where none."""

    start: int
    end: int
    finding: ReceiptFinding
    quote: str


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What became of each quotation; it `holds` where none is altered or not found."""

    holds: bool
    quotations: tuple[CheckedQuotation, ...]
    receipts: tuple[CheckedReceipt, ...]
    documents: int
    build: int


def whole(receipt: Receipt) -> WholeReceipt:
    """The receipt with its line."""
    held = {field.name: getattr(receipt, field.name) for field in fields(Receipt)}
    return WholeReceipt(**held, text=receipt_text(receipt))
