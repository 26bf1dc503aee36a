"""Candidates → the same, best first, with the parts of each score.

Twice: roughly by vectors and words over all candidates, then closely, word by word,
over the best of them. docs/retrieval.md has the measurements behind every number here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from citeback.ask.cover import closeness, covers
from citeback.ask.interaction import interaction
from citeback.ask.question import Query
from citeback.index.engine import Candidate
from citeback.records import Parts

Floats = npt.NDArray[np.float32]

# How many of the roughly ranked are looked at closely: 10 put the same first as 50.
CLOSELY = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score, why, and the position of its best sentence.

    `vector` is the passage's. `pieces` are that sentence's small word pieces, None while
    none were looked at.
    """

    candidate: Candidate
    score: float
    parts: Parts
    best: int
    vector: Floats
    pieces: Floats | None = None


def roughly(
    query: Query,
    candidates: Sequence[Candidate],
    passage_vectors: Floats,
    sentence_vectors: Floats,
) -> list[Ranked]:
    """Best first by vectors and words; ties in the candidates' order.

    `passage_vectors` has a unit row for each candidate, `sentence_vectors` one for
    each sentence of each candidate, in their order.
    """
    # Lists: for a handful of numbers at a time, numpy takes longer to be called.
    passages = (passage_vectors @ query.vector).tolist()
    sentences = (sentence_vectors @ query.vector).tolist()
    held = covers(query, candidates)
    ranked = []
    start = 0
    for candidate, vector, meaning, (whole, line) in zip(
        candidates, passage_vectors, passages, held, strict=True
    ):
        end = start + candidate.sentence_count
        nearest = max(sentences[start:end])
        parts = Parts(
            interaction=0.0,
            passage_meaning=meaning,
            sentence_meaning=nearest,
            passage_words=whole,
            sentence_words=line,
            closeness=0.0,
        )
        best = sentences.index(nearest, start, end) - start
        ranked.append(Ranked(candidate, rough_score(parts), parts, best, vector))
        start = end
    return sorted(ranked, key=lambda item: -item.score)


def closely(
    query: Query, ranked: Sequence[Ranked], pieces: Floats, counts: Sequence[int]
) -> list[Ranked]:
    """Best first by looking at every word, too; ties in the order given.

    `pieces` are the small word pieces of every sentence of every candidate, in their
    order, one row after the other; `counts` says how many each sentence has.
    """
    if not ranked:
        return []
    lengths = [item.candidate.sentence_count for item in ranked]
    helped, alone = interaction(query, pieces, counts, lengths)
    most, both = helped.tolist(), (helped + alone).tolist()
    ends = np.cumsum(counts).tolist()
    again = []
    start = 0
    for item, length in zip(ranked, lengths, strict=True):
        mine = range(start, start + length)
        # The sentence to quote has to say it by itself, too: between two that do, one
        # that does not may be helped most.
        at = max(mine, key=both.__getitem__)
        parts = replace(
            item.parts,
            interaction=max(most[start : start + length]),
            closeness=closeness(query, item.candidate),
        )
        said = pieces[ends[at] - counts[at] : ends[at]]
        again.append(
            Ranked(item.candidate, score(parts), parts, at - start, item.vector, said)
        )
        start += length
    return sorted(again, key=lambda item: -item.score)


def rough_score(parts: Parts) -> float:
    """From about 0 to 2.5; good enough to choose what to look at closely."""
    return (
        0.5 * parts.passage_meaning
        + parts.sentence_meaning
        + 0.5 * parts.passage_words
        + 0.5 * parts.sentence_words
    )


def score(parts: Parts) -> float:
    """From about 0 to 1.5. The sentence's meaning is in the interaction already."""
    return (
        parts.interaction
        + 0.15 * parts.passage_meaning
        + 0.12 * parts.passage_words
        + 0.12 * parts.sentence_words
        + 0.10 * parts.closeness
    )
