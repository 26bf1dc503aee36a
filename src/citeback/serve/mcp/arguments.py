"""What the tools take, each with what an assistant is told of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from citeback.cite.referencing.references import Style
from citeback.errors import CitebackError

# More would fill an assistant's memory rather than help it.
MOST_PASSAGES = 20
MOST_LETTERS_READ = 20_000
LETTERS_READ = 4_000
# About a hundred pages.
MOST_LETTERS_VERIFIED = 300_000
MOST_DOCUMENTS = 100

_Path = Annotated[
    str, Field(description="A document's path, as results and resources name it.")
]


class ArgumentsError(CitebackError):
    """A tool was called with something that it does not take."""


class Arguments(BaseModel):
    """What a tool takes; nothing else is let through."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Search(Arguments):
    """What `search` takes."""

    question: str = Field(
        description="The question in full, in plain words. “Exact words” in straight "
        "quotation marks must stand so; -word must not; file:NAME, tag:TAG, after:DATE "
        "and before:DATE (2024-01-31) choose documents."
    )
    limit: int = Field(
        5, ge=1, le=MOST_PASSAGES, description="At most so many passages."
    )
    documents: list[_Path] = Field(
        [], max_length=MOST_DOCUMENTS, description="Search these alone; empty: all."
    )


class Read(Arguments):
    """What `read` takes."""

    document: _Path
    start: int = Field(0, ge=0, description="The offset to begin at.")
    paragraph: int | None = Field(
        None, ge=1, description="Begin at this paragraph instead."
    )
    length: int = Field(
        LETTERS_READ, ge=1, le=MOST_LETTERS_READ, description="At most so many letters."
    )


class Cite(Arguments):
    """What `cite` takes."""

    document: _Path
    quote: str = Field(
        "", description="Words of the document. Or give start and end instead."
    )
    start: int | None = Field(None, ge=0, description="Where the quote begins.")
    end: int | None = Field(None, ge=1, description="Where it ends, not included.")
    style: Style | None = Field(
        None, description="Give the reference in this style, too."
    )


class Verify(Arguments):
    """What `verify` takes."""

    text: str = Field(
        max_length=MOST_LETTERS_VERIFIED,
        description="The text to check, with its quotations in quotation marks or as "
        "block quotes, and the receipts in it.",
    )


def told(error: ValidationError) -> str:
    """What is wrong with the arguments, in a sentence each."""
    said = []
    for one in error.errors(include_url=False, include_context=False):
        name = ".".join(map(str, one["loc"])) or "the arguments"
        said.append(f"{name}: {one['msg'][:1].lower()}{one['msg'][1:]}.")
    return " ".join(said)
