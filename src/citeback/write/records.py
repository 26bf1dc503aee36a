"""The records of writing. The model's words and the document's are never one piece."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from citeback.records import Span


@dataclass(frozen=True, slots=True)
class Writer:
    """A language model behind an address that speaks OpenAI's protocol.

    `address` is shown to people. It is `local` where it is on this machine, and `plain`
    where what is sent there can be read on the way. `seconds` is how long it may take.
    """

    url: str
    address: str
    model: str
    seconds: int
    local: bool
    plain: bool


class Struck(StrEnum):
    """Why something that the model wrote is not shown."""

    QUOTE = "a quotation that is not in the passages was struck out"
    NUMBER = "a reference to a passage that there is not was struck out"
    UNCITED = "a sentence that names no passage was struck out"
    MARKUP = "a sentence with a link, an image or markup was struck out"
    MARKS = "a sentence with quotation marks that cannot be told was struck out"


class PieceKind(StrEnum):
    """What a piece of a sentence is."""

    WORDS = "words"
    QUOTE = "quote"
    CITED = "cited"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence.

    `text` are the model's WORDS, or a QUOTE's, which are the document's own at `span`
    of the document of passage `number`; "" for others. A CITED one names the passage
    `number`. A STRUCK one says why; nothing is kept of what stood there.
    """

    kind: PieceKind
    text: str = ""
    number: int = 0
    span: Span | None = None
    struck: Struck | None = None


Sentence = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote on the passages of an answer, checked; it proves nothing.

    `paragraphs` hold sentences in order. Only quotations were held against the
    passages; whether the other words are true to them was not.
    """

    writer: Writer
    paragraphs: tuple[tuple[Sentence, ...], ...]
    seconds: float

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of it."""
        return not any(
            piece.kind in (PieceKind.WORDS, PieceKind.QUOTE)
            for paragraph in self.paragraphs
            for sentence in paragraph
            for piece in sentence
        )
