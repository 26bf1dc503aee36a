"""Candidates → the same, best first, with the four parts of each score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.ask.question import Query
from citeback.index.candidates import Candidate
from citeback.records import Parts, Span

# Found by adding scores instead of ranks; docs/retrieval.md has the measurements.
PASSAGE_MEANING = 0.5
SENTENCE_MEANING = 1.0
PASSAGE_WORDS = 1.0
SENTENCE_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score, why, and its best sentence's span."""

    candidate: Candidate
    score: float
    parts: Parts
    best: Span


def rank(
    query: Query,
    candidates: Sequence[Candidate],
    passage_vectors: npt.NDArray[np.float32],
    sentence_vectors: npt.NDArray[np.float32],
) -> list[Ranked]:
    """Best first; ties in the candidates' order.

    `passage_vectors` has a unit row for each candidate, `sentence_vectors` one for
    each sentence of each candidate, in their order.
    """
    passage_meaning = passage_vectors @ query.vector
    sentence_meaning = sentence_vectors @ query.vector
    ranked = []
    start = 0
    for row, candidate in enumerate(candidates):
        end = start + len(candidate.sentences)
        ranked.append(
            _ranked(
                query,
                candidate,
                float(passage_meaning[row]),
                sentence_meaning[start:end],
            )
        )
        start = end
    return sorted(ranked, key=lambda item: -item.score)


def _ranked(
    query: Query,
    candidate: Candidate,
    passage_meaning: float,
    meanings: npt.NDArray[np.float32],
) -> Ranked:
    words = [cover(query, sentence.stems) for sentence in candidate.sentences]
    everything = {stem for s in candidate.sentences for stem in s.stems}
    parts = Parts(
        passage_meaning=passage_meaning,
        sentence_meaning=float(meanings.max()),
        passage_words=cover(query, everything.union(candidate.context)),
        sentence_words=max(words),
    )
    # The sentence to quote is near in meaning and holds the words.
    best = int(np.argmax(meanings + SENTENCE_WORDS * np.array(words)))
    return Ranked(candidate, score(parts), parts, candidate.sentences[best].span)


def score(parts: Parts) -> float:
    """The weighted sum of the parts, from about 0 to 3."""
    return (
        PASSAGE_MEANING * parts.passage_meaning
        + SENTENCE_MEANING * parts.sentence_meaning
        + PASSAGE_WORDS * parts.passage_words
        + SENTENCE_WORDS * parts.sentence_words
    )


def cover(query: Query, stems: Iterable[str]) -> float:
    """The share of the question's idf that the stems hold, 0 to 1."""
    held = set(stems)
    total = sum(query.idf.values())
    return sum(w for stem, w in query.idf.items() if stem in held) / total
