"""How sure it is that the best passage answers: a calibrated chance and three words.

`python benchmarks/calibrate.py` fits the coefficients and measures the rates anew;
docs/retrieval.md says on what, and where they do not hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from citeback.ask.question import Query
from citeback.ask.rank import Ranked
from citeback.index import words
from citeback.records import Evidence, Verdict

# A logistic model, fitted on libraries of 4 to 2,000 passages.
INTERCEPT = -1.27
SCORE = 6.53
LEAD = 9.23
NAMED = -2.10
LENGTH = -1.09
# A longer lead says no more.
LONGEST_LEAD = 0.3

# From these probabilities up the words are used.
ANSWERS_FROM = 0.60
TOUCHES_FROM = 0.10

# Of the questions that got a word in tests, the share whose answer the texts held, and
# how many got it; each set of texts judged by coefficients fitted on the others, half of
# the questions having an answer (docs/verdict.json).
HELD = {
    Verdict.ANSWERS: (0.90, 3020),
    Verdict.TOUCHES: (0.29, 2987),
    Verdict.SILENT: (0.11, 8433),
}

_STOP_STEMS = frozenset(map(words.stem, words.STOP_WORDS))


def evidence(query: Query, best: Ranked, next_score: float) -> Evidence:
    """What the verdict goes by, from the best passage and the next one's score.

    The next one says something else; without one its score is 0.
    """
    names = query.names & query.idf.keys()
    stems = (stem for s in best.candidate.sentences for stem in s.stems)
    return Evidence(
        score=best.score,
        lead=best.score - next_score,
        named=sum(query.idf[name] for name in names) / query.total,
        words=sum(stem not in _STOP_STEMS for stem in stems),
    )


def features(found: Evidence) -> Sequence[float]:
    """What the model adds up, in the order of its coefficients.

    A question full of names must be met better, and a long passage holds some match
    for anything.
    """
    lead = min(found.lead, LONGEST_LEAD)
    return found.score, lead, found.named, math.log(1 + found.words)


def probability(found: Evidence) -> float:
    """The chance that a passage with this evidence answers the question."""
    coefficients = (SCORE, LEAD, NAMED, LENGTH)
    weighted = zip(coefficients, features(found), strict=True)
    logit = INTERCEPT + sum(by * value for by, value in weighted)
    return 1 / (1 + math.exp(-logit))


def verdict(chance: float) -> Verdict:
    """The word for a probability."""
    if chance >= ANSWERS_FROM:
        return Verdict.ANSWERS
    if chance >= TOUCHES_FROM:
        return Verdict.TOUCHES
    return Verdict.SILENT


def assurance(said: Verdict) -> str:
    """How often the texts held the answer when this was said, in one sentence."""
    share, questions = HELD[said]
    return (
        f"In tests, the text held the answer to {round(10 * share)} of 10 questions "
        f"judged like this ({questions:,} questions)."
    )
