"""How sure it is that the best passage answers: a calibrated chance and three words."""

from __future__ import annotations

import math

from citeback.records import Parts, Verdict

# A logistic model over the best passage's parts; first fit, see docs/retrieval.md.
INTERCEPT = -6.2
PASSAGE_MEANING = 1.5
SENTENCE_MEANING = 5.5
PASSAGE_WORDS = 3.5
SENTENCE_WORDS = 2.0

# From these probabilities up the words are used.
ANSWERS_FROM = 0.6
TOUCHES_FROM = 0.2


def probability(parts: Parts) -> float:
    """The chance that a passage with these parts answers the question."""
    logit = (
        INTERCEPT
        + PASSAGE_MEANING * parts.passage_meaning
        + SENTENCE_MEANING * parts.sentence_meaning
        + PASSAGE_WORDS * parts.passage_words
        + SENTENCE_WORDS * parts.sentence_words
    )
    return 1 / (1 + math.exp(-logit))


def verdict(chance: float) -> Verdict:
    """The word for a probability."""
    if chance >= ANSWERS_FROM:
        return Verdict.ANSWERS
    if chance >= TOUCHES_FROM:
        return Verdict.TOUCHES
    return Verdict.SILENT
