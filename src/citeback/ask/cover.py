"""How much of a question's words a text holds, and whether they stand together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from citeback.ask.question import Query
from citeback.index.engine import Candidate

# Two words this many words apart or less stand together.
NEAR = 3


def covers(query: Query, candidates: Sequence[Candidate]) -> list[tuple[float, float]]:
    """How much each candidate holds, and its best sentence: shares of idf, 0 to 1."""
    # Looked up in the stored line: most stems stand nowhere in it, and to take it
    # apart takes ten times longer.
    terms = [(f" {stem} ", weight) for stem, weight in query.idf.items()]
    found = []
    for candidate in candidates:
        text = f" {candidate.stems} ".replace("\n", " \n ")
        held = [one for one in terms if one[0] in text]
        everything = sum(weight for _, weight in held)
        if candidate.context:
            context = f" {candidate.context} "
            everything += sum(
                weight for term, weight in terms if term in context and term not in text
            )
        found.append((everything / query.total, _best_line(held, text) / query.total))
    return found


def _best_line(held: Sequence[tuple[str, float]], text: str) -> float:
    """The most that a line holds of terms that the text holds somewhere."""
    if len(held) < 2:
        return sum(weight for _, weight in held)
    return max(
        sum(weight for term, weight in held if term in line)
        for line in text.split("\n")
    )


def closeness(query: Query, candidate: Candidate) -> float:
    """The idf share of the question's pairs of words that stand together, 0 to 1.

    A pair is two content words next to each other in the question, other words left
    out. 0 for a question of one word.
    """
    places: dict[str, list[int]] = {}
    wanted = query.content
    stems = candidate.stems.split()
    for place in [at for at, stem in enumerate(stems) if stem in wanted]:
        places.setdefault(stems[place], []).append(place)
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
