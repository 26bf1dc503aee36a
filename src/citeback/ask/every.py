"""A question → every passage that holds its words, counted, in reading order."""

from __future__ import annotations

import time
from itertools import groupby

from citeback.ask.answer import with_gaps
from citeback.ask.filters import NO_FILTER, Parsed, phrase_places
from citeback.ask.question import NO_WORDS
from citeback.ask.scope import scope
from citeback.errors import QuestionError
from citeback.index import words
from citeback.index.engine import View
from citeback.records import EveryAnswer, FoundIn, FoundPassage, Passage, Source, Span


def every(question: str, asked: Parsed, *, view: View) -> EveryAnswer:
    """All passages that the filter lets through and that hold all content words.

    Content words count in any inflection, exact phrases as they are; both in the
    passage's own text. Raises QuestionError where there is nothing to look for.
    """
    started = time.perf_counter()
    stems = list(words.content_stems(asked.text))
    if not stems and asked.filter == NO_FILTER:
        raise QuestionError(NO_WORDS)
    scoped = scope(asked.filter, view, asked.selection)
    ids = view.with_all_words(stems, scoped.within)
    found = [
        (passage, source, marked)
        for passage, source in view.passages(ids).values()
        if (marked := _marked(passage, set(stems), asked.filter.phrases)) is not None
    ]
    found.sort(key=lambda one: (one[0].path, one[0].start))
    return EveryAnswer(
        question=question,
        filter=asked.filter,
        count=len(found),
        documents=tuple(
            _found_in(list(group))
            for _, group in groupby(found, lambda one: one[0].path)
        ),
        notice=with_gaps(scoped.notice, view),
        build=view.state.build,
        seconds=time.perf_counter() - started,
    )


def _found_in(group: list[tuple[Passage, Source, tuple[Span, ...]]]) -> FoundIn:
    passages = tuple(FoundPassage(passage, spans) for passage, _, spans in group)
    return FoundIn(group[0][1], passages)


def _marked(
    passage: Passage, stems: set[str], phrases: tuple[str, ...]
) -> tuple[Span, ...] | None:
    """The words that were looked for, as spans of the document; None if one misses."""
    held = list(words.words(passage.text))
    folded = [word for word, _ in held]
    if not stems <= {words.stem(word) for word in folded}:
        return None
    positions = {at for at, word in enumerate(folded) if words.stem(word) in stems}
    for phrase in phrases:
        for first, past in phrase_places(folded, phrase):
            positions.update(range(first, past))
    return tuple(
        Span(passage.start + span.start, passage.start + span.end)
        for at, (_, span) in enumerate(held)
        if at in positions
    )
