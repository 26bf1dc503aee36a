"""A path → a set of questions: a BEIR folder, or questions with evidence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from citeback.errors import QuestionSetError
from citeback.evaluate import beir
from citeback.evaluate.json_lines import Row, rows
from citeback.evaluate.records import Question, QuestionSet


def load(path: Path) -> QuestionSet:
    """The set at a path. Raises QuestionSetError with file and line for what is wrong."""
    name = path.resolve().stem
    if path.is_dir():
        found = beir.load(path, name)
    elif path.is_file():
        found = QuestionSet(name, tuple(with_evidence(path)), (), left_out=0)
    else:
        raise QuestionSetError(
            f"There is no {path}. Give a BEIR folder (corpus.jsonl, queries.jsonl, "
            "qrels/test.tsv), or a file with one question a line: "
            '{"question": "…", "evidence": ["…"], "answerable": true}.'
        )
    if not found.questions:
        raise QuestionSetError(f"{path} holds no questions.")
    return found


def with_evidence(path: Path) -> Iterator[Question]:
    """The questions of a file about the user's own library.

    One that is answerable, with evidence that is there but empty, counts for the
    verdict alone.
    """
    for row in rows(path):
        answerable = row.answerable(row.fields)
        evidence = _texts(row, "evidence")
        rejected = _texts(row, "rejected")
        if answerable and "evidence" not in row.fields:
            raise row.error(
                '"evidence" is missing. Add a text that a right passage holds, or '
                '"answerable": false.'
            )
        if evidence and not answerable:
            raise row.error('there is evidence, but "answerable" is false.')
        yield Question(
            str(row.number),
            row.text("question"),
            answerable,
            {},
            evidence,
            row.number,
            rejected,
            judged=bool(evidence) or "answerable" in row.fields,
        )


def _texts(row: Row, name: str) -> tuple[str, ...]:
    value = row.fields.get(name, [])
    if not isinstance(value, list) or not all(
        isinstance(text, str) and text.strip() for text in value
    ):
        raise row.error(f'"{name}" must be a list of texts: ["…", "…"].')
    return tuple(value)
