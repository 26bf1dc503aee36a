"""A question → the places that are right for it, as documents and offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from citeback.errors import QuestionSetError
from citeback.evaluate.records import QuestionSet, Target
from citeback.library import Library
from citeback.records import Block, Document, FileState, Span

# For each question's id its targets.
Targets = dict[str, tuple[Target, ...]]


def of_entries(questions: QuestionSet, ids: dict[str, str]) -> Targets:
    """Each right entry as a whole document; `ids` are the entries' ids by path."""
    paths = {identity: path for path, identity in ids.items()}
    entries = {entry.id: entry for entry in questions.entries}
    return {
        question.id: tuple(
            Target(name, paths[name], (), grade, entries[name].text)
            for name, grade in question.grades.items()
        )
        for question in questions.questions
    }


def of_evidence(questions: QuestionSet, library: Library) -> Targets:
    """Each paragraph of the library that holds some of a question's evidence.

    Raises QuestionSetError if a question's evidence stands nowhere.
    """
    documents = [
        library.document(file.source.path)
        for file in library.files()
        if file.state is not FileState.REFUSED
    ]
    found: Targets = {}
    for question in questions.questions:
        found[question.id] = tuple(_holding(question.evidence, documents))
        if question.evidence and not found[question.id]:
            raise QuestionSetError(
                f"Line {question.line}: no paragraph of the library holds "
                f"“{question.evidence[0]}”. Copy the evidence from the text as it "
                "stands there."
            )
    return found


def paragraph_name(title: str, paragraph: int) -> str:
    """How a paragraph is called in reports."""
    return f"{title} ¶ {paragraph}"


def _holding(evidence: tuple[str, ...], documents: list[Document]) -> Iterator[Target]:
    patterns = [_pattern(text) for text in evidence]
    for document in documents:
        for block in document.blocks:
            spans = tuple(_spans(patterns, document, block))
            if block.paragraph and spans:
                source = document.source
                name = paragraph_name(source.title, block.paragraph)
                text = document.text[block.start : block.end]
                # Titles need not differ, paths do.
                yield Target(f"{source.path} {name}", source.path, spans, 1, text)


def _spans(
    patterns: list[re.Pattern[str]], document: Document, block: Block
) -> Iterator[Span]:
    for pattern in patterns:
        for match in pattern.finditer(document.text, block.start, block.end):
            yield Span(*match.span())


def _pattern(text: str) -> re.Pattern[str]:
    """The text with any white space where it has some: lines may be wrapped."""
    return re.compile(r"\s+".join(map(re.escape, text.split())))
