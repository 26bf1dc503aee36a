"""What someone has written: read from a file, and each sentence of it looked up."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from citeback.cite.records import Claim, ClaimReport, Draft, QuotedPlace
from citeback.cite.verifying.canonical import Reading, canonical
from citeback.cite.verifying.held_texts import is_markdown
from citeback.errors import DraftError, QuestionError, UnreadableFileError
from citeback.index import words
from citeback.ingest import worker
from citeback.ingest.sentences import sentence_spans
from citeback.records import Answer, Span
from citeback.settings import Settings

# Sentences of a draft that are looked up; each takes as long as a question.
MOST_SENTENCES = 300
# Shorter ones are headings, greetings and the like.
FEWEST_WORDS = 4

_LINE_MARKS = re.compile(
    r"(?:[ \t]*(?:>|#{1,6}[ \t]|[-*+•][ \t]|\d{1,3}[.)][ \t]))+\s*"
)

_HALVES = re.compile("[\ud800-\udfff]")

MISSING = "there is no such file: check its name, and that it is still there."
FOLDER = "it is a folder. Name one of the files in it."
EMPTY = "it is empty: nothing is written in it."
SEVERAL = "it holds several files: unpack it, and check them one by one."


def read_draft(path: Path, name: str, settings: Settings) -> Draft:
    """The text of a file, with what it sets apart as quoted. Raises DraftError.

    It is read in a process of its own, with the limits that documents have.
    """
    if not path.exists():
        raise _unreadable(name, MISSING)
    if path.is_dir():
        raise _unreadable(name, FOLDER)
    if path.is_file() and not path.stat().st_size:
        raise _unreadable(name, EMPTY)
    try:
        outcomes = list(
            worker.SHARED.read(
                path,
                name,
                max_bytes=settings.max_file_bytes,
                seconds=settings.max_seconds_per_file,
                ocr=settings.ocr,
            )
        )
    except UnreadableFileError as error:
        raise _unreadable(name, str(error)) from error
    if len(outcomes) > 1:
        raise _unreadable(name, SEVERAL)
    (outcome,) = outcomes
    if outcome.document is None:
        raise _unreadable(name, outcome.refusal)
    return Draft(name, outcome.document.text, outcome.quoted, is_markdown(name))


def _unreadable(name: str, reason: str) -> DraftError:
    return DraftError(f"{name} cannot be checked: {reason}")


def claims(draft: Draft, ask: Callable[[str], Answer], build: int) -> ClaimReport:
    """The passage that is most related to each sentence; `ask` answers a question."""
    started = time.perf_counter()
    # Half a surrogate pair is carried by no UTF-8; its stand-in is one letter, too.
    draft = replace(draft, text=_HALVES.sub("\N{REPLACEMENT CHARACTER}", draft.text))
    spans = list(_sentences(draft.text))
    found = [_claim(draft, span, ask) for span in spans[:MOST_SENTENCES]]
    return ClaimReport(
        name=draft.name,
        claims=tuple(one for one in found if one is not None),
        left=max(0, len(spans) - MOST_SENTENCES),
        build=build,
        seconds=time.perf_counter() - started,
    )


def _sentences(text: str) -> Iterator[Span]:
    """The sentences long enough to say something, without marks before their lines."""
    for span in sentence_spans(text):
        marks = _LINE_MARKS.match(text, span.start, span.end)
        start = marks.end() if marks else span.start
        if sum(1 for _ in words.words(text[start : span.end])) >= FEWEST_WORDS:
            yield Span(start, span.end)


def _claim(draft: Draft, span: Span, ask: Callable[[str], Answer]) -> Claim | None:
    sentence = draft.text[span.start : span.end]
    plain = canonical(sentence, Reading(draft.markdown, notes=False)).text
    try:
        answer = ask(plain)
    except QuestionError:  # there is nothing in it to look for
        return None
    return Claim(
        sentence=sentence,
        start=span.start,
        end=span.end,
        verdict=answer.verdict,
        probability=answer.probability,
        place=_place(answer),
    )


def _place(answer: Answer) -> QuotedPlace | None:
    if not answer.hits:
        return None
    hit = answer.hits[0]
    passage = hit.passage
    return QuotedPlace(
        hit.source, passage.paragraph, passage.locator, (hit.best,), hit.quote
    )
