"""The records of an evaluation: questions, what was wanted, what was found."""

from __future__ import annotations

from dataclasses import dataclass

from citeback.records import Hit, Span, Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what answers it.

    `grades` has the right entries of a BEIR folder by id, from 1 up; `evidence` has
    strings of which a right passage holds one. Both are empty where the texts are
    known not to answer, and where it is not known what does. `line` is where it stands
    in its file, from 1. `rejected` has strings of passages that are known to be wrong;
    `judged` is False where nothing else is known.
    """

    id: str
    text: str
    answerable: bool
    grades: dict[str, int]
    evidence: tuple[str, ...]
    line: int
    rejected: tuple[str, ...] = ()
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of a BEIR folder's corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about `entries`, or about the user's own library if there are none.

    `left_out` counts questions that are judged in another split only.
    """

    name: str
    questions: tuple[Question, ...]
    entries: tuple[Entry, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Target:
    """A right place: a whole document, or a paragraph with the spans of evidence.

    A passage is right if it lies in the document and, where there are spans, holds
    one of them whole. `name` is unique among a question's targets.
    """

    name: str
    path: str
    spans: tuple[Span, ...]
    grade: int
    text: str

    def is_in(self, path: str, start: int, end: int) -> bool:
        """Whether a passage with these bounds is right."""
        return path == self.path and (
            not self.spans
            or any(start <= span.start and span.end <= end for span in self.spans)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What stands on one rank, and the targets that it is; none if it is not right.

    `name` is how the set calls the place: an entry's id, or title and paragraph.
    """

    name: str
    hit: Hit
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question; `found` is best first, up to `run.DEPTH`.

    `refusal` says why the question could not be asked, or is "".
    """

    question: Question
    wanted: tuple[Target, ...]
    found: tuple[Found, ...]
    verdict: Verdict
    probability: float
    seconds: float
    refusal: str

    @property
    def is_rankable(self) -> bool:
        """Whether it is known which passages are right, or that none is."""
        return bool(self.wanted) or not self.question.answerable

    @property
    def rejected_first(self) -> bool:
        """Whether a passage stands first that is known to be wrong."""
        if not self.found:
            return False
        first = " ".join(self.found[0].hit.passage.text.split())
        return any(" ".join(text.split()) in first for text in self.question.rejected)

    @property
    def rank(self) -> int:
        """The rank of the first right passage, from 1; 0 if none was found."""
        right = (n for n, found in enumerate(self.found, start=1) if found.targets)
        return next(right, 0)
