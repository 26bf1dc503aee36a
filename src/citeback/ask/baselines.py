"""Simple ways to rank passages, to show what the full one adds. Not for answering."""

from __future__ import annotations

from collections.abc import Sequence

from citeback.ask.question import Query
from citeback.ask.rank import Ranked
from citeback.index.engine import View, Within
from citeback.records import Baseline

# How many passages each list holds.
DEPTH = 100
# Cormack, Clarke and Büttcher, 2009 (https://doi.org/10.1145/1571941.1572114).
FUSION_K = 60


def order(baseline: Baseline, query: Query, view: View, within: Within) -> list[int]:
    """Ids of passages, best first, by one simple method.

    PLAIN is the cosine of the passages' vectors, BM25 is that of the stored words over
    the question's content stems, RRF fuses both lists.
    """
    by_meaning = view.passages_near(query.vector, DEPTH, within)
    by_words = view.with_words(list(query.stems), DEPTH, within)
    match baseline:
        case Baseline.PLAIN:
            return by_meaning
        case Baseline.BM25:
            return by_words
        case Baseline.RRF:
            return fused([by_meaning, by_words])


def fused(lists: Sequence[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion: by the sum of 1 / (FUSION_K + rank), ranks from 1.

    Ties stand in the order in which they are first met.
    """
    scores: dict[int, float] = {}
    for ids in lists:
        for rank, identity in enumerate(ids, start=1):
            scores[identity] = scores.get(identity, 0.0) + 1 / (FUSION_K + rank)
    return sorted(scores, key=lambda identity: -scores[identity])


def reordered(ranked: Sequence[Ranked], ids: Sequence[int]) -> list[Ranked]:
    """The same passages in the order of the ids.

    Scores and parts stay, so that verdict and reasons are made as ever.
    """
    by_id = {item.candidate.id: item for item in ranked}
    return [by_id[identity] for identity in ids]
