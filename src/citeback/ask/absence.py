"""A phrase → where it stands, or that no document holds it, and what comes nearest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from citeback.ask.occurrences import occurrences
from citeback.errors import QuestionError
from citeback.index import words
from citeback.index.engine import View
from citeback.records import (
    AbsenceReport,
    Answer,
    BlockKind,
    Document,
    FileState,
    Occurrence,
)

SHOWN = 5
NO_WORDS = (
    "There are no words in this phrase to look for. Type one or more words as they "
    "may stand in the text."
)


def absence(phrase: str, *, view: View, nearest: Answer) -> AbsenceReport:
    """Every place of the phrase's words in a row, in any inflection.

    The whole text of every document is looked through: paragraphs, headings and what
    was left out. `nearest` is what asking for the phrase gave. Raises QuestionError
    for a phrase without words.
    """
    if not any(words.words(phrase)):
        raise QuestionError(NO_WORDS)
    files = view.held()
    places: list[Occurrence] = []
    for file in files:
        document = view.document(file.source.path)
        if document is not None:
            places.extend(_places(document, phrase))
    size = view.size()
    return AbsenceReport(
        phrase=" ".join(phrase.split()),
        places=tuple(places),
        nearest=nearest.hits[:SHOWN],
        paragraphs=size.paragraphs,
        documents=size.documents,
        unread=sum(file.state is FileState.REFUSED for file in files),
        built=view.state.built,
    )


def _places(document: Document, phrase: str) -> Iterator[Occurrence]:
    starts = [block.start for block in document.blocks]
    for span in occurrences(document.text, phrase):
        number = bisect_right(starts, span.start) - 1
        block = document.blocks[number] if number >= 0 else None
        if block is None or span.start >= block.end:
            yield Occurrence(
                source=document.source,
                kind=BlockKind.FURNITURE,
                paragraph=0,
                note="between the paragraphs",
                start=span.start,
                end=span.end,
                locator=document.locator(span),
            )
        else:
            yield Occurrence(
                source=document.source,
                kind=block.kind,
                paragraph=block.paragraph,
                note=block.note,
                start=span.start,
                end=span.end,
                locator=document.locator(span),
            )
