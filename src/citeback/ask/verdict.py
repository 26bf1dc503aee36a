"""How sure it is that the best passage answers: a calibrated chance and three words."""

from __future__ import annotations

import math

from citeback.records import Parts, Verdict

# A logistic model over the best passage's parts and its lead over the second.
INTERCEPT = -5.61
INTERACTION = 5.83
SENTENCE_MEANING = 0.41
PASSAGE_WORDS = 1.74
SENTENCE_WORDS = 1.26
CLOSENESS = 0.42
LEAD = 6.98
# A longer lead says no more.
LONGEST_LEAD = 0.3

# From these probabilities up the words are used.
ANSWERS_FROM = 0.6
TOUCHES_FROM = 0.1


def probability(parts: Parts, lead: float) -> float:
    """The chance that a passage with these parts answers the question.

    `lead` is how far its score is above that of the next passage that says something
    else.
    """
    logit = (
        INTERCEPT
        + INTERACTION * parts.interaction
        + SENTENCE_MEANING * parts.sentence_meaning
        + PASSAGE_WORDS * parts.passage_words
        + SENTENCE_WORDS * parts.sentence_words
        + CLOSENESS * parts.closeness
        + LEAD * min(lead, LONGEST_LEAD)
    )
    return 1 / (1 + math.exp(-logit))


def verdict(chance: float) -> Verdict:
    """The word for a probability."""
    if chance >= ANSWERS_FROM:
        return Verdict.ANSWERS
    if chance >= TOUCHES_FROM:
        return Verdict.TOUCHES
    return Verdict.SILENT
