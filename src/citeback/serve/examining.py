"""The command `citeback doctor`: is the index sound, and does it work offline?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from citeback.errors import UnsoundIndexError
from citeback.library import Library
from citeback.records import Answer, Examination, Fault
from citeback.serve.offline import Isolation
from citeback.serve.terminal import counted

QUESTION = "What is this about?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.add_argument(
        "--check-only", action="store_true", help="tell of faults, mend none"
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help="ask a question with no network there, and show that none was wanted",
    )


def question_for(library: Library) -> str:
    """A question about the library's own documents."""
    return next(iter(library.example_questions(1)), QUESTION)


def examination_lines(found: Examination) -> Iterator[str]:
    """What was looked at, what was wrong, and what became of it."""
    size = found.size
    yield (
        f"Looked at {counted(size.documents, 'document')}, "
        f"{counted(size.passages, 'passage')} and "
        f"{counted(size.sentences, 'sentence')} in {found.seconds:.1f} s: texts, "
        "places, words, vectors, files."
    )
    if not found.faults:
        yield "Everything is as it should be."
        return
    for fault in found.faults:
        yield f"  {_where(fault)}: {fault.what}; {fault.remedy}."
    yield from found.notices
    if not found.left:
        yield "All of it was made anew. Everything is as it should be now."
        return
    yield "Still not as it should be:"
    for fault in found.left:
        yield f"  {_where(fault)}: {fault.what}."
    yield (
        "If a document's file is missing, put it back into the content folder and run: "
        "python -m citeback index --rebuild"
    )


def offline_lines(isolation: Isolation, answer: Answer) -> Iterator[str]:
    """The proof, in sentences."""
    yield f"Asked “{answer.question}” and got {len(answer.hits)} passages."
    if isolation.has_own_network:
        yield "The process had an empty network of its own: nothing could leave it."
    count = len(isolation.attempts)
    yield (
        "No attempt to reach out was made."
        if not count
        else f"{count} attempts to reach out were made, and refused:"
    )
    yield from (f"  {attempt}" for attempt in isolation.attempts)


def check(found: Examination) -> None:
    """Raise UnsoundIndexError if something is still not as it should be."""
    if found.left:
        raise UnsoundIndexError(f"{len(found.left)} faults of the index are left.")


def _where(fault: Fault) -> str:
    return fault.path or "the index"
