"""The records that cross borders between the parts. Imports nothing of ours.

Every offset counts Unicode code points of `Document.text`, from 0, and every
span is half-open, so that `document.text[span.start:span.end]` is the quote.
Unknown text fields are "" and never guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points in a document's text."""

    start: int
    end: int


class BlockKind(StrEnum):
    """What a stretch of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    ROW = "row"
    NOTE = "note"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list, table row, footnote, heading or piece of page furniture.

    A list includes the paragraph that leads into it; `items` are its items, or a row's
    cells. `lead_in` is the header of a row's table, None where there is none.
    `paragraph` counts from 1 what can be found: all but furniture, and headings
    that something stands under, which have 0.
    `headings` is the path of headings above the block, outermost first; `level` is
    a heading's own depth from 1, and 0 elsewhere. `note` says why furniture is so.
    """

    kind: BlockKind
    start: int
    end: int
    paragraph: int
    headings: tuple[str, ...]
    level: int
    items: tuple[Span, ...]
    note: str
    lead_in: Span | None = None


class LocatorKind(StrEnum):
    """By what a person finds a place in a file that has no paragraph numbers."""

    PAGE = "page"
    SLIDE = "slide"
    ROW = "row"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page, slide, table row or moment begins in a document's text.

    `label` is as a person reads it there: "iv", "12", "Prices 7", "00:01:02".
    """

    start: int
    kind: LocatorKind
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page of a file, from 1: shares of its width and height, 0 to 1."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as it looks, from 1 of `pages`: a PNG, and its number as printed on it."""

    page: int
    pages: int
    label: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Locator:
    """The marks that a stretch of text stands under; `last` is `first` if only one."""

    kind: LocatorKind
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a document besides its text.

    `path` is the file's place under the content folder, with "/" on every system;
    it names the document. `digest` is the SHA-256 (hex) of the text as UTF-8. `tags`
    are what the document says it is about, and the outermost folder that it lies in.
    """

    path: str
    digest: str
    title: str
    author: str
    date: str
    url: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document's own words, unchanged, and how they are laid out.

    Blocks and marks are in reading order; a mark holds until the next one begins.
    """

    source: Source
    text: str
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...] = ()

    def locator(self, span: Span) -> Locator | None:
        """The marks that a stretch stands under, None before the first of them."""
        first = bisect_right(self.marks, span.start, key=lambda mark: mark.start) - 1
        if first < 0:
            return None
        past = bisect_left(self.marks, span.end, key=lambda mark: mark.start)
        under = self.marks[first : max(past, first + 1)]
        return Locator(under[0].kind, under[0].label, under[-1].label)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one paragraph or list, short enough for the encoder to read.

    `id` is a positive 63-bit integer made from path, headings, lead-in and text, so it
    stays the same while they do. `part` of `parts` (from 1) tells the pieces of a long paragraph
    apart. `lead_in` is the text that introduces a list of which this is a later part, or
    the header of a row's table.
    `locator` is None where the document has no pages or the like.
    Invariant: `document.text[start:end] == text`, and the sentences lie within it.
    """

    id: int
    path: str
    start: int
    end: int
    text: str
    paragraph: int
    part: int
    parts: int
    headings: tuple[str, ...]
    lead_in: Span | None
    sentences: tuple[Span, ...]
    locator: Locator | None = None


class Verdict(StrEnum):
    """What the library says to a question."""

    ANSWERS = "answers"
    TOUCHES = "touches on it"
    SILENT = "does not say"


@dataclass(frozen=True, slots=True)
class Parts:
    """Why a passage was found: the parts of its score, each about 0 to 1.

    `interaction` is how well the question's words, one by one and in their context,
    are met by words of one sentence and its neighbours. Meanings are cosines; words
    are the share, by rarity, of the question's words that occur; `closeness` is the
    share of its pairs of words that stand together here, too.
    """

    interaction: float
    passage_meaning: float
    sentence_meaning: float
    passage_words: float
    sentence_words: float
    closeness: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where else a folded near-duplicate stands."""

    source: Source
    paragraph: int
    start: int
    end: int
    locator: Locator | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a question found, best first from number 1.

    `best` is its best sentence, and `words` are the words in it that carried the
    match, in order.
    """

    number: int
    passage: Passage
    source: Source
    score: float
    parts: Parts
    best: Span
    words: tuple[Span, ...]
    also_in: tuple[Place, ...]

    @property
    def quote(self) -> str:
        """The best sentence, exactly as the document has it."""
        offset = self.passage.start
        return self.passage.text[self.best.start - offset : self.best.end - offset]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict goes by.

    `score` is the best passage's and `lead` how far it is above that of the next one
    that says something else; `named` is the share, by rarity, of names and numbers in
    the question (0 to 1); `words` counts the best passage's words, stop words left out.
    """

    score: float
    lead: float
    named: float
    words: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the library has to say to one question.

    `probability` is the calibrated chance that the first hit answers it, by the
    `evidence`; `assurance` says in a sentence how often such a verdict was right in
    tests. `unseen` are the question's words that no document uses. `notice` is one
    sentence for the person asking, or "". `build` names the state of the index that was asked.
    `searched` is what a follow-up question was understood as, "" where the question
    was searched for as typed; `new_topic` tells that it has left the topic before.
    """

    question: str
    verdict: Verdict
    probability: float
    evidence: Evidence
    hits: tuple[Hit, ...]
    unseen: tuple[str, ...]
    notice: str
    build: int
    seconds: float
    assurance: str = ""
    searched: str = ""
    new_topic: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, and what was shown for it.

    `searched` is what the question was understood as, "" where as typed; `quote` is the
    best sentence shown and `title` its document's, both "" where nothing was.
    """

    question: str
    searched: str
    quote: str
    title: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage must be to be found; empty fields allow everything.

    It holds each of `phrases` and none of `without`, in those words in a row. Its
    document's path holds one of `files`, whatever the case, or fits it where that has
    "*" or "?"; its document has one of `tags`, whatever the case; its document's day is
    not before `after` and is before `before` (ISO days).
    """

    phrases: tuple[str, ...]
    without: tuple[str, ...]
    files: tuple[str, ...]
    tags: tuple[str, ...]
    after: str
    before: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The documents that are asked, beside any filter; empty fields allow everything.

    A document is one of `paths`, has one of `tags`, whatever the case, and its day is
    not before `after` and is before `before` (ISO days).
    """

    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: str = ""
    before: str = ""


WHOLE = Selection()
"""Every document."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that holds what was asked for, and where: spans of the document."""

    passage: Passage
    words: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class FoundIn:
    """All passages found in one document, in reading order."""

    source: Source
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True)
class EveryAnswer:
    """Every passage that matches, in `count` passages of `documents`, by path.

    `notice` is a sentence for the person asking, or "". `build` names the state of the
    index that was asked.
    """

    question: str
    filter: Filter
    count: int
    documents: tuple[FoundIn, ...]
    notice: str
    build: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a phrase stands, in whatever kind of block it begins.

    `paragraph` and `note` are the block's: 0 and "" where it has none.
    """

    source: Source
    kind: BlockKind
    paragraph: int
    note: str
    start: int
    end: int
    locator: Locator | None = None


@dataclass(frozen=True, slots=True)
class AbsenceReport:
    """Where a phrase stands, or that it stands nowhere, in what was searched.

    `places` are its occurrences in any inflection, by path and offset, headings and
    left-out parts included; `nearest` are the passages nearest to it. `unread` files
    could not be searched. `built` is when the index was last brought up to date
    (ISO 8601, UTC).
    """

    phrase: str
    places: tuple[Occurrence, ...]
    nearest: tuple[Hit, ...]
    paragraphs: int
    documents: int
    unread: int
    built: str


class Baseline(StrEnum):
    """A simple way to rank passages, to compare with."""

    PLAIN = "plain"
    BM25 = "bm25"
    RRF = "rrf"


class FileState(StrEnum):
    """How a file of the content folder stands in the library."""

    INDEXED = "indexed"
    KEPT = "kept from before"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One line of `citeback list`: a file, its state, and what was left out of it.

    `reason` explains any state but INDEXED. `skipped` are the furniture blocks.
    """

    source: Source
    state: FileState
    reason: str
    characters: int
    paragraphs: int
    passages: int
    skipped: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an update has come: done of total bytes of the files to be indexed.

    `path` is the document that is being indexed. `files` of `files_total` are complete
    and can be found; `passages` counts those embedded so far. `seconds_left` is a guess
    from how fast it has gone, None while it is too early for one.
    """

    path: str
    done: int
    total: int
    files: int
    files_total: int
    passages: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Publishing:
    """How far a cluster is brought in step: done of total documents that differ.

    `path` is the document that is being written, "" after the last.
    """

    path: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What one update of the index did, in paths and numbers of texts.

    `unfinished` are the files that were yet to be indexed when it was stopped; of one
    that was there before, the text of then stays.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[FileReport, ...]
    unfinished: tuple[str, ...]
    embedded: int
    reused: int
    notices: tuple[str, ...]
    seconds: float


class Arrival(StrEnum):
    """What became of a file that was to be added."""

    ADDED = "added"
    THERE = "already there"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file that was to be added, by the name that it came with.

    `path` is its place under the content folder, "" where it did not stay; `reason`
    says why a file was refused, or what to know of one that was read.
    """

    name: str
    path: str
    state: Arrival
    reason: str
    paragraphs: int


@dataclass(frozen=True, slots=True)
class AddReport:
    """What adding some files did, file by file in their order."""

    files: tuple[AddedFile, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A file that was taken out and can come back to its `path`, by its `key`.

    `when` is the moment, in local time (ISO 8601).
    """

    key: str
    path: str
    when: str


class Remedy(StrEnum):
    """What mends a fault of the index; all of it is made from the documents."""

    CLEAN = "what was left behind is deleted"
    FAISS = "the file is made anew from the catalog"
    WORDS = "the file is made anew from the passages"
    VECTORS = "those texts are embedded anew"
    INDEX = "the document is indexed anew from its file"
    REBUILD = "the whole index is made anew from the documents"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the index that is not as it should be.

    `path` is the document's, "" where it is of the index as a whole.
    """

    path: str
    what: str
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Examination:
    """What looking the index through found, and what was left after mending it."""

    size: LibrarySize
    faults: tuple[Fault, ...]
    left: tuple[Fault, ...]
    notices: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class LibrarySize:
    """How much the library holds."""

    documents: int
    paragraphs: int
    passages: int
    sentences: int
