"""Questions → outcomes: each is asked as a user would ask it, and judged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from citeback.errors import QuestionError
from citeback.evaluate import beir, targets
from citeback.evaluate.records import Found, Outcome, Question, QuestionSet, Target
from citeback.library import Library
from citeback.records import Baseline, Hit, Progress, Verdict

Callback = Callable[[Progress], None]

# How many ranks are looked at.
DEPTH = 10


@contextmanager
def library_of(
    questions: QuestionSet, own: Library, keep: Path | None, progress: Callback
) -> Iterator[tuple[Library, dict[str, str]]]:
    """The library to ask, and the ids of a BEIR folder's entries by their paths.

    The entries are indexed as a user's documents are, with the model of `own`, in
    the folder `keep` or in one that is deleted afterwards. Where the set has no
    entries the library is `own` as it stands.
    """
    if not questions.entries:
        yield own, {}
        return
    with tempfile.TemporaryDirectory(prefix="citeback-") as temporary:
        folder = keep or Path(temporary)
        ids = beir.write(questions.entries, folder / "content")
        with Library.open(
            folder / "content",
            folder / "index",
            settings=own.settings,
            encoder=own.encoder,
        ) as library:
            library.update(progress=progress)
            yield library, ids


def outcomes(
    library: Library,
    questions: QuestionSet,
    ids: dict[str, str],
    baseline: Baseline | None,
) -> Iterator[Outcome]:
    """Ask all questions of an up-to-date library, one after the other.

    Raises QuestionSetError before the first where the set does not fit the library.
    """
    if ids:
        wanted = targets.of_entries(questions, ids)
    else:
        wanted = targets.of_evidence(questions, library)
    # The first question loads the index; that is not its own time.
    library.ask("first question", limit=DEPTH, baseline=baseline)
    for question in questions.questions:
        yield _outcome(library, question, wanted[question.id], ids, baseline)


def _outcome(
    library: Library,
    question: Question,
    wanted: tuple[Target, ...],
    ids: dict[str, str],
    baseline: Baseline | None,
) -> Outcome:
    try:
        answer = library.ask(question.text, limit=DEPTH, baseline=baseline)
    except QuestionError as error:
        return Outcome(question, wanted, (), Verdict.SILENT, 0.0, 0.0, str(error))
    found = ranked(answer.hits, wanted, ids)
    outcome = Outcome(
        question,
        wanted,
        found,
        answer.verdict,
        answer.probability,
        answer.seconds,
        refusal="",
    )
    # Several hits in one document take one rank, so a target may come later.
    limit = DEPTH
    while (
        len(found) < DEPTH
        and len(answer.hits) == limit
        and sum(len(place.targets) for place in found) < len(wanted)
    ):
        limit *= 2
        answer = library.ask(question.text, limit=limit, baseline=baseline)
        found = ranked(answer.hits, wanted, ids)
    return replace(outcome, found=found)


def ranked(
    hits: Sequence[Hit], wanted: Sequence[Target], ids: dict[str, str]
) -> tuple[Found, ...]:
    """What stands on each rank, best first, at most DEPTH.

    With `ids` a document counts once, at its first hit; otherwise each hit counts.
    What a hit is `also_in` shares its rank. A target counts once.
    """
    found: list[Found] = []
    seen: set[str] = set()
    open_targets = list(wanted)
    for hit in hits:
        passage = hit.passage
        places = [
            (passage.path, passage.start, passage.end),
            *((place.source.path, place.start, place.end) for place in hit.also_in),
        ]
        if ids:
            places = [place for place in places if place[0] not in seen]
            seen.update(path for path, _, _ in places)
        if places:
            right = [t for t in open_targets if any(t.is_in(*p) for p in places)]
            open_targets = [target for target in open_targets if target not in right]
            path = places[0][0]
            name = ids.get(path) or targets.paragraph_name(
                hit.source.title, passage.paragraph
            )
            found.append(Found(name, hit, tuple(right)))
    return tuple(found[:DEPTH])
