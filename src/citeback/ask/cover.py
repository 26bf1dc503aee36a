"""How much of a question's words a text holds, and whether they stand together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from citeback.ask.question import Query
from citeback.index.candidates import Candidate

# Two words this many words apart or less stand together.
NEAR = 3


def cover(query: Query, stems: Iterable[str]) -> float:
    """The share of the question's idf that the stems hold, 0 to 1."""
    held = query.content.intersection(stems)
    return sum(query.idf[stem] for stem in held) / query.total


def closeness(query: Query, candidate: Candidate) -> float:
    """The idf share of the question's pairs of words that stand together, 0 to 1.

    A pair is two content words next to each other in the question, other words left
    out. 0 for a question of one word.
    """
    places: dict[str, list[int]] = {}
    start = 0
    for sentence in candidate.sentences:
        stems = sentence.stems
        if not query.content.isdisjoint(stems):
            for place, stem in enumerate(stems, start):
                if stem in query.content:
                    places.setdefault(stem, []).append(place)
        start += len(stems)
    near = total = 0.0
    for one, other in pairwise(query.sequence):
        if one == other:
            continue
        weight = query.idf[one] + query.idf[other]
        total += weight
        if _together(places.get(one, []), places.get(other, [])):
            near += weight
    return near / total if total else 0.0


def _together(some: list[int], others: list[int]) -> bool:
    return any(abs(one - other) <= NEAR for one in some for other in others)
