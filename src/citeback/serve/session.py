"""What one visitor of the page has asked, and what came of it.

Knows the library and the records, not the page; errors become sentences here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from citeback.cite.kept import now
from citeback.errors import CitebackError, UnknownDocumentError
from citeback.records import WHOLE, Answer, EveryAnswer, Hit, Selection
from citeback.records import Turn as Before
from citeback.serve.asking import Asked, Manner
from citeback.serve.found import STEP, found_html
from citeback.serve.reads import Reads
from citeback.serve.render import answer_html, problem_html
from citeback.serve.strings import Words

# Every question redraws the conversation, so very old ones leave it.
TURNS_KEPT = 30
# Of the documents that were asked so many are named.
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session, numbered from 0, and what came of it.

    Either `answer` is there, or `found` with `shown` of its passages on the page, or
    `problem` is a sentence. `lead_ins` holds pairs of a
    passage's id and the text that introduces its list. `changed` says that the
    question was asked before, of documents that were not the same; `partly` that some
    documents could not be found yet; `manner` how it stands to the questions before,
    `asked` when it was asked (ISO 8601, UTC).
    """

    number: int
    question: str
    answer: Answer | None
    lead_ins: tuple[tuple[int, str], ...]
    problem: str
    changed: bool
    manner: Manner = Manner.FOLLOWS
    every: bool = False
    found: EveryAnswer | None = None
    shown: int = STEP
    partly: bool = False
    selection: Selection = WHOLE
    asked: str = ""

    def html(self, words: Words) -> str:
        """The library's side of the turn."""
        notes = {"answer_changed": self.changed, "answer_partly": self.partly}
        said = [words(key) for key, holds in notes.items() if holds]
        asked = selection_sentence(self.selection, words)
        note = " ".join([asked, *said] if asked else said)
        if self.found is not None:
            return found_html(
                self.found,
                self.number,
                words,
                note,
                shown=self.shown,
                data=self._data(),
            )
        if self.answer is None:
            return problem_html(
                self.problem, self.number, self.question, data=self._data()
            )
        return answer_html(
            self.answer,
            self.number,
            words,
            dict(self.lead_ins),
            note,
            data=self._data(),
        )

    def _data(self) -> dict[str, str]:
        """How it was asked, for the browser to ask again in the same way."""
        scope = "" if self.selection == WHOLE else json.dumps(asdict(self.selection))
        return {
            "manner": self.manner,
            "every": str(self.every).lower(),
            "scope": scope,
            "asked": self.asked,
        }


def take_turn(
    library: Reads,
    asked: Asked,
    turns: Sequence[Turn],
    *,
    changed: bool = False,
    partly: bool = False,
) -> list[Turn]:
    """The session's turns with the new question answered at the end.

    `changed` and `partly` are noted in the turn.
    """
    number = turns[-1].number + 1 if turns else 0
    blank = Turn(number, asked.question, None, (), "", False, asked.manner, asked.every)
    blank = replace(blank, partly=partly, selection=asked.selection, asked=now())
    try:
        if asked.every:
            found = library.every(asked.question, selection=asked.selection)
            return [*turns, replace(blank, found=found, changed=changed)][-TURNS_KEPT:]
        before = earlier(turns) if asked.manner is Manner.FOLLOWS else ()
        answer = library.ask(asked.question, turns=before, selection=asked.selection)
        lead_ins = tuple(
            (hit.passage.id, _lead_in(library, hit))
            for hit in answer.hits
            if hit.passage.lead_in is not None
        )
        turn = replace(blank, answer=answer, lead_ins=lead_ins, changed=changed)
    except CitebackError as error:
        turn = replace(blank, problem=str(error))
    return [*turns, turn][-TURNS_KEPT:]


def selection_sentence(selection: Selection, words: Words) -> str:
    """Which documents alone were asked, "" where it was all of them."""
    if selection == WHOLE:
        return ""
    named = [path.rpartition("/")[2] for path in selection.paths[:NAMES_SHOWN]]
    rest = len(selection.paths) - len(named)
    parts = [*named, *([f"+{rest}"] if rest else [])]
    parts += [f"{words('tag')} {tag}" for tag in selection.tags]
    parts += [f"{words('dated_from')} {selection.after}"] if selection.after else []
    parts += [f"{words('dated_before')} {selection.before}"] if selection.before else []
    return words("asked_only", what=", ".join(parts))


def show_more(turns: Sequence[Turn], number: int) -> list[Turn]:
    """The turns with one more step of a turn's passages on the page."""
    return [
        replace(turn, shown=turn.shown + STEP) if turn.number == number else turn
        for turn in turns
    ]


def earlier(turns: Sequence[Turn]) -> list[Before]:
    """What a follow-up question may lean on: the turns since the topic began."""
    begun = [at for at, turn in enumerate(turns) if turn.manner is Manner.TOPIC]
    return [
        _before(turn) for turn in turns[begun[-1] if begun else 0 :] if not turn.problem
    ]


def _before(turn: Turn) -> Before:
    if turn.answer is None:
        return Before(turn.question, turn.question, "", "")
    searched = turn.answer.searched or turn.question
    if not turn.answer.hits:
        return Before(turn.question, searched, "", "")
    best = turn.answer.hits[0]
    return Before(turn.question, searched, best.quote, best.source.title)


def take_again(library: Reads, asked: Sequence[Asked]) -> Iterator[list[Turn]]:
    """The turns of a remembered conversation, after each question asked again."""
    digests = {file.source.path: file.source.digest for file in library.files()}
    turns: list[Turn] = []
    for one in asked:
        changed = any(
            not digest or not digests.get(path, "").startswith(digest)
            for path, digest in one.seen.items()
        )
        turns = take_turn(library, one, turns, changed=changed)
        yield turns


def _lead_in(library: Reads, hit: Hit) -> str:
    """The text that introduces the hit's list, "" if the document has changed since."""
    span = hit.passage.lead_in
    if span is None:
        return ""
    try:
        document = library.document(hit.source.path)
    except UnknownDocumentError:
        return ""
    if document.source.digest != hit.source.digest:
        return ""
    return document.text[span.start : span.end]
