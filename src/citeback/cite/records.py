"""The records of citing. Offsets count as in `citeback.records`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from citeback.records import Locator, Span


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
    """

    standing: Standing
    receipt: Receipt
    path: str
    span: Span | None
    quote: str
    differences: tuple[Difference, ...]
