"""The records of citing. Offsets count as in `citeback.records`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from citeback.records import Locator, Source, Span, Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """A quotation with all that proves it and that finds it again.

    `quote` is `text[start:end]` of the document at `path` whose text has the SHA-256
    `document`; `digest` is the quote's own; both are of the text as UTF-8, in hex.
    `prefix` and `suffix` are the letters just before and after it, as in the Text
    Quote Selector of the W3C's Web Annotation model. `paragraph` is 0 where the quote
    begins outside any, `locator` None where the document has no pages or the like.
    `build` names the state of the index that it was taken from. `times` is how often the
    quote stood in the document, this one counted, and `twins` how often so with nearly
    the same around it; 0 where that is not known.
    """

    path: str
    title: str
    url: str
    document: str
    start: int
    end: int
    quote: str
    digest: str
    prefix: str
    suffix: str
    paragraph: int
    locator: Locator | None
    build: int
    times: int = 0
    twins: int = 0

    @property
    def span(self) -> Span:
        """Where the quote stands in the document."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class WrittenReceipt:
    """What a receipt says where it stands in a text: all but the quote itself.

    `document` and `digest` are the first digits of those of a `Receipt`.
    """

    path: str
    document: str
    start: int
    end: int
    digest: str
    paragraph: int
    locator: Locator | None
    build: int

    def names(self, document: str) -> bool:
        """Whether this is the full digest of the document that is meant."""
        return document.startswith(self.document)

    def proves(self, digest: str) -> bool:
        """Whether this is the full digest of the quote that is meant."""
        return digest.startswith(self.digest)


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """A receipt that was found in a text, and where; None and why if it is damaged."""

    span: Span
    receipt: WrittenReceipt | None
    problem: str


class Standing(StrEnum):
    """What has become of a quotation in the document as it is now."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    EDITED = "edited"
    GONE = "gone"


class Change(StrEnum):
    """What a difference between two texts is, going from the first to the second."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of letters, and whether both texts have it."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where a quotation stands now.

    `span` is its place in the document at `path`, and `quote` what stands there; None
    and "" where it is gone. `differences` tell how it was edited, empty otherwise.
    It is not `certain` where it may be another place of the same words; `others` are
    places that it could be just as well.
    """

    standing: Standing
    receipt: Receipt
    path: str
    span: Span | None
    quote: str
    differences: tuple[Difference, ...]
    certain: bool = True
    others: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A text whose quotations are to be checked; it belongs to no library.

    `blocks` are the stretches that it sets apart as quoted. `markdown` tells that its
    own signs for emphasis, links and notes are no part of what it quotes.
    """

    name: str
    text: str
    blocks: tuple[Span, ...] = ()
    markdown: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that a draft gives as someone else's.

    They stand in `text[start:end]` of the draft, the marks around them left out;
    `text` is the words without the marks that each further paragraph, or each line of
    a block, begins with. An `open` one lacks its closing mark.
    """

    start: int
    end: int
    text: str
    block: bool = False
    open: bool = False


class Finding(StrEnum):
    """How a quotation stands to the library's own words."""

    EXACT = "exact"
    TITLE = "a document's title"
    ALTERED = "altered"
    NOT_FOUND = "not found"
    SHORT = "too short to judge"


class Allowance(StrEnum):
    """In what an exact quotation differs from the document, as is the custom."""

    OMISSIONS = "with marked omissions"
    CHANGES = "with marked changes"
    NEGATION = "a “not” or the like is left out or changed there"
    QUOTATION_MARKS = "but for the form of quotation marks"
    DASHES = "but for the form of dashes"
    CAPITAL = "but for the capital or small letter that it begins with"
    END = "but for the punctuation at its end"
    REFERENCE = "but for a reference at its end"
    NOTES = "but for the numbers of notes"
    HYPHEN = "but for hyphens at the ends of lines"


@dataclass(frozen=True, slots=True)
class QuotedPlace:
    """Where a quotation stands in a document: `parts` more than one if it omits some.

    `quote` is the document's own text from the first part's start to the last one's
    end. `paragraph` is 0 where it begins outside any.
    """

    source: Source
    paragraph: int
    locator: Locator | None
    parts: tuple[Span, ...]
    quote: str

    @property
    def start(self) -> int:
        """Where the first part begins."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """Where the last part ends."""
        return self.parts[-1].end


@dataclass(frozen=True, slots=True)
class VerifiedQuotation:
    """A quotation and what became of looking for it.

    `places` are, for an exact one, all that were found, at most `verify.SHOWN` of
    them, by path; for an altered one the closest; none for others. `likeness` is the
    share of the quotation's words that stand there in order (0 to 1). `differences`
    go from the document to the quotation, "…" standing for what was left out with a
    mark; empty for all but altered ones.
    """

    quotation: Quotation
    finding: Finding
    allowances: tuple[Allowance, ...]
    places: tuple[QuotedPlace, ...]
    likeness: float
    differences: tuple[Difference, ...]


class ReceiptFinding(StrEnum):
    """What a receipt in a draft proves."""

    HOLDS = "holds"
    EARLIER = "holds for an earlier version of the document"
    MISPLACED = "holds its words, but names another paragraph or page than theirs"
    FALSE = "does not hold: other words stand there"
    UNKNOWN = "cannot be checked: the document is not as it was, nor kept so"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt in a draft, at `span`, and the quote that it proves, "" where none.

    `written` is None, and `problem` says why, where it is damaged.
    """

    span: Span
    written: WrittenReceipt | None
    finding: ReceiptFinding
    quote: str
    problem: str

    @property
    def holds(self) -> bool:
        """Whether it proves its quote."""
        return self.finding in (ReceiptFinding.HOLDS, ReceiptFinding.EARLIER)


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All quotations of a draft in their order, and all receipts in theirs.

    `build` names the state of the index.
    """

    name: str
    quotations: tuple[VerifiedQuotation, ...]
    receipts: tuple[VerifiedReceipt, ...]
    documents: int
    build: int
    seconds: float

    @property
    def failed(self) -> int:
        """How many are altered, missing, or prove nothing."""
        wrong = (Finding.ALTERED, Finding.NOT_FOUND)
        quotations = sum(one.finding in wrong for one in self.quotations)
        return quotations + sum(not one.holds for one in self.receipts)

    @property
    def holds(self) -> bool:
        """Whether nothing failed; so, too, where nothing is quoted."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a draft, and what of the library is related to it.

    `verdict` is the one for a question of these words; `place` is the best sentence of
    the most related passage, None where the library holds nothing. It is related; that
    it proves or contradicts the sentence is not said.
    """

    sentence: str
    start: int
    end: int
    verdict: Verdict
    probability: float
    place: QuotedPlace | None


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """The sentences of a draft in order; `left` more were too many to look up."""

    name: str
    claims: tuple[Claim, ...]
    left: int
    build: int
    seconds: float
