"""A document as it is stored, its blocks and marks as JSON: a tenth of the memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from citeback.index import stored_blocks
from citeback.records import Block, Document, LocatorKind, Mark, Source


@dataclass(frozen=True, slots=True)
class Packed:
    """A document whose blocks and marks are made anew each time they are gone through.

    Two are equal where the documents are.
    """

    source: Source
    text: str
    layout: str
    places: str

    @property
    def blocks(self) -> Iterator[Block]:
        """The blocks in reading order."""
        return stored_blocks.each(self.layout)

    @property
    def marks(self) -> Iterator[Mark]:
        """The marks in reading order."""
        for start, kind, label in json.loads(self.places):
            yield Mark(start, LocatorKind(kind), label)

    def opened(self) -> Document:
        """The document itself."""
        return Document(self.source, self.text, tuple(self.blocks), tuple(self.marks))


def packed(document: Document) -> Packed:
    """The document packed; of marks at one place the last one stays."""
    return Packed(
        source=document.source,
        text=document.text,
        layout=stored_blocks.to_json(document.blocks),
        places=places({mark.start: mark for mark in document.marks}.values()),
    )


def places(marks: Iterable[Mark]) -> str:
    """The marks as JSON, as `Packed` has them."""
    rows = (json.dumps((mark.start, mark.kind, mark.label)) for mark in marks)
    return f"[{','.join(rows)}]"
