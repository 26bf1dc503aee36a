"""A phrase → where it stands, or that no paragraph holds it, and what comes nearest."""

from __future__ import annotations

from citeback.errors import QuestionError
from citeback.index import candidates as stored
from citeback.index import words
from citeback.index.catalog import Catalog
from citeback.records import AbsenceReport, Answer, FileState, Passage, Place, Span

SHOWN = 5


def absence(phrase: str, *, catalog: Catalog, nearest: Answer) -> AbsenceReport:
    """Every paragraph that holds the phrase's words in a row, in any inflection.

    `nearest` is what asking for the phrase gave. Raises QuestionError for a phrase
    without words.
    """
    wanted = words.stems(phrase)
    if not wanted:
        raise QuestionError("There are no words in this phrase to look for.")
    found = stored.passages(catalog, stored.with_phrase(catalog, wanted))
    places = [
        Place(source, passage.paragraph, span.start, span.end)
        for passage, source in found.values()
        for span in occurrences(passage, wanted)
    ]
    size = catalog.size()
    return AbsenceReport(
        phrase=" ".join(phrase.split()),
        places=tuple(sorted(places, key=lambda p: (p.source.path, p.start))),
        nearest=nearest.hits[:SHOWN],
        paragraphs=size.paragraphs,
        documents=size.documents,
        unread=sum(file.state is FileState.REFUSED for file in catalog.files()),
        built=catalog.meta("built"),
    )


def occurrences(passage: Passage, wanted: list[str]) -> list[Span]:
    """Where the stems stand in a row in the passage, as spans of the document."""
    marked = [(words.stem(word), span) for word, span in words.words(passage.text)]
    held = [stem for stem, _ in marked]
    count = len(wanted)
    return [
        Span(
            passage.start + marked[first][1].start,
            passage.start + marked[first + count - 1][1].end,
        )
        for first in range(len(held) - count + 1)
        if held[first : first + count] == wanted
    ]
