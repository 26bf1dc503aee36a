"""What goes over the wire: what requests must be, and what is sent for them.

What is sent are the records as plain values, with the few fields that `as_json` adds; the
classes for it describe that to OpenAPI and are never made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from citeback.cite.receipt import digest_of
from citeback.cite.records import Anchored, Receipt, VerifyReport
from citeback.cite.referencing.references import Style
from citeback.records import (
    AbsenceReport,
    AddedFile,
    Answer,
    Block,
    EveryAnswer,
    FileReport,
    FoundIn,
    FoundPassage,
    Hit,
    Locator,
    Mark,
    Occurrence,
    Progress,
    Selection,
    Source,
    Span,
    Turn,
)
from citeback.write.records import PieceKind

# More hits than these are no answer but a list: ask for every passage.
MOST_HITS = 50
MOST_TURNS = 30
MOST_NAMED = 1000
# No text is longer.
MOST_OFFSET = 2**31 - 1
MOST_CONTEXT = 5000

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _number(value: object) -> object:
    """Neither true nor a text that looks like a number."""
    if isinstance(value, bool | str):
        raise PydanticCustomError("number", "write a number")
    return value


def _day(value: object) -> object:
    if value is not None and not (isinstance(value, str) and DAY.fullmatch(value)):
        raise PydanticCustomError("day", "write a day as 2021-05-31")
    return value


Text = Annotated[str, Field(min_length=1)]
Offset = Annotated[int, Field(ge=0, le=MOST_OFFSET), BeforeValidator(_number)]
Limit = Annotated[int, Field(ge=1, le=MOST_HITS), BeforeValidator(_number)]
Day = Annotated[date | None, BeforeValidator(_day)]


class Asked(BaseModel):
    """What all bodies have in common: a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Mode(StrEnum):
    """Whether the best passages are wanted, or every one that holds the words."""

    BEST = "best"
    EVERY = "every"


class Scope(Asked):
    """The documents that are asked; what is left out allows all."""

    paths: Annotated[list[str], Field(max_length=MOST_NAMED)] = []
    tags: Annotated[list[str], Field(max_length=MOST_NAMED)] = []
    after: Annotated[Day, Field(description="Dated on this day or later")] = None
    before: Annotated[Day, Field(description="Dated before this day")] = None

    def selection(self) -> Selection:
        """The same as the library has it."""
        return Selection(
            paths=tuple(self.paths),
            tags=tuple(self.tags),
            after=self.after.isoformat() if self.after else "",
            before=self.before.isoformat() if self.before else "",
        )


class EarlierTurn(Asked):
    """An earlier question, and what the answer to it said."""

    question: str
    searched: str = ""
    quote: str = ""
    title: str = ""

    def turn(self) -> Turn:
        """The same as the library has it."""
        return Turn(self.question, self.searched, self.quote, self.title)


class Question(Asked):
    """A question; filters may stand in it as they are typed in the page."""

    question: Text
    mode: Mode = Mode.BEST
    limit: Annotated[
        Limit | None, Field(description="Passages at most; as set if not said")
    ] = None
    scope: Scope = Scope()
    turns: Annotated[
        list[EarlierTurn],
        Field(
            max_length=MOST_TURNS,
            description="The conversation before, oldest first, that a follow-up leans on",
        ),
    ] = []
    write: Annotated[
        StrictBool,
        Field(
            description="Let the language model that is set write on the passages, which "
            "sends them to its address; with mode “best” alone"
        ),
    ] = False


class Phrase(Asked):
    """Words that may stand nowhere."""

    phrase: Text


class ByWords(Asked):
    """A quote by its words, whatever its spaces and signs."""

    path: Text
    quote: Text


class ByPlace(Asked):
    """A quote by its place; `digest` is how that of its document began then."""

    path: Text
    start: Offset
    end: Offset
    digest: str = ""


class CitedByWords(ByWords):
    """A quote to cite; with `keep` its document's text stays readable as it is now."""

    keep: StrictBool = True


class CitedByPlace(ByPlace):
    """The same by its place."""

    keep: StrictBool = True


class ReferredByWords(ByWords):
    """A quote to refer to in a style."""

    style: Style


class ReferredByPlace(ByPlace):
    """The same by its place."""

    style: Style


class ByLink(Asked):
    """A link to a quote, as Citeback makes them."""

    link: Text


class GivenReceipt(BaseModel):
    """A receipt as answers give it; what else stands in it does not matter here."""

    path: Text
    start: Offset
    end: Offset
    quote: Text
    document: str = ""
    prefix: str = ""
    suffix: str = ""
    times: Offset = 0
    twins: Offset = 0

    def whole(self) -> Receipt:
        """The same as the library has it."""
        return Receipt(
            path=self.path,
            title="",
            url="",
            document=self.document,
            start=self.start,
            end=self.end,
            quote=self.quote,
            digest=digest_of(self.quote),
            prefix=self.prefix,
            suffix=self.suffix,
            paragraph=0,
            locator=None,
            build=0,
            times=self.times,
            twins=self.twins,
        )


class ByReceipt(Asked):
    """A receipt as its line of text, or as answers give it."""

    receipt: Text | GivenReceipt


class DraftText(Asked):
    """A text to be checked; in `markdown` its signs are no part of what it quotes."""

    text: str
    name: str = ""
    markdown: StrictBool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReceipt(Receipt):
    """A receipt, and the line of `text` that it is in a memo."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentHit(Hit):
    """A hit with its best sentence as `quote`, and what proves that."""

    quote: str = field()
    receipt: SentReceipt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPiece:
    """A piece of a sentence; `why` names what `struck` says, "" where it was not."""

    kind: PieceKind
    text: str
    number: int
    span: Span | None
    struck: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWritten:
    """What a language model wrote, or the `problem` why it did not: not the text's words.

    Its `paragraphs` hold sentences, and these pieces.
    """

    problem: str
    model: str = ""
    address: str = ""
    note: str = ""
    empty: bool = True
    paragraphs: tuple[tuple[tuple[SentPiece, ...], ...], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer(Answer):
    """The best passages, and whether they answer; `written` only where it was asked for."""

    hits: tuple[SentHit, ...]
    written: SentWritten | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFound(FoundPassage):
    """A passage that holds the words, and what proves it."""

    receipt: SentReceipt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFoundIn(FoundIn):
    """All passages found in one document."""

    passages: tuple[SentFound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvery(EveryAnswer):
    """Every passage that holds the words; where there is a limit, the first ones."""

    documents: tuple[SentFoundIn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOccurrence(Occurrence):
    """A place where the phrase stands, and what proves it."""

    receipt: SentReceipt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNearest(Hit):
    """A passage near to the phrase, and what proves its best sentence."""

    receipt: SentReceipt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAbsence(AbsenceReport):
    """Where a phrase stands, or that it stands nowhere."""

    places: tuple[SentOccurrence, ...]
    nearest: tuple[SentNearest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentVerify(VerifyReport):
    """What became of a draft's quotations and receipts."""

    holds: bool = field()


@dataclass(frozen=True, slots=True)
class SentCitation:
    """All that a quote is cited by."""

    receipt: SentReceipt
    link: str
    web_link: str
    annotation: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnchored(Anchored):
    """Where a quotation stands now, and what it is cited by there.

    The `text` of a receipt that was read from a link is "": a link proves nothing.
    """

    receipt: SentReceipt
    current: SentCitation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile(FileReport):
    """A file of the library; `day` is its date as an ISO day, "" where none is known.

    `archive` is the file that it lies in, "" where it is one itself. Only what is
    `yours` can be removed by you.
    """

    day: str
    archive: str
    yours: bool


@dataclass(frozen=True, slots=True)
class SentRemoved:
    """A file that has been put aside, and the key that brings it back."""

    key: str
    path: str
    when: str


@dataclass(frozen=True, slots=True)
class SentFiles:
    """Some of all `total` files, by path, and what has been removed."""

    total: int
    documents: tuple[SentFile, ...]
    removed: tuple[SentRemoved, ...]


@dataclass(frozen=True, slots=True)
class SentDocument:
    """How a document is laid out; its text is at /texts."""

    source: Source
    characters: int
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class SentPassage:
    """A stretch of a document with what stands around it, and what proves it.

    `paragraph` is 0 where it begins outside any.
    """

    path: str
    document: str
    start: int
    end: int
    text: str
    before: str
    after: str
    paragraph: int
    headings: tuple[str, ...]
    locator: Locator | None
    receipt: SentReceipt


@dataclass(frozen=True, slots=True)
class SentJob:
    """A change of the library under way, or what came of it.

    `waits_for` is what it waits for before it begins, `problem` why it failed; both ""
    elsewhere. `counts` are those of an update of the whole folder.
    """

    key: str
    names: tuple[str, ...]
    done: bool
    stopping: bool
    stopped: bool
    waits_for: str
    progress: Progress | None
    files: tuple[AddedFile, ...]
    counts: dict[str, int]
    notices: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class SentHealth:
    """Whether questions are answered, and how far that has come."""

    ok: bool
    ready: bool
    version: str
    stage: str
    file: int
    files: int
    seconds_left: int
    problem: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class SentMeaning:
    """What a type of problem is, and what to do about it."""

    type: str
    status: int
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class SentStyles:
    """The styles of references; `data` ones are for other programs."""

    styles: tuple[str, ...]
    data: tuple[str, ...]


def reply(
    value: object,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The value as JSON, made here and now: in a worker's thread, it holds up nobody.

    What depends on the library is looked up each time.
    """
    return Response(
        encoded(value),
        status_code=status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def encoded(value: object) -> bytes:
    """The value as JSON; the names of some files are no valid text, and are escaped."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
