"""The question as typed → what is searched for, or a sentence on why it cannot be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.errors import QuestionError
from citeback.index import words

NO_WORDS = (
    "There are no words in this question, and words are what is searched for. "
    "Ask in words."
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched for.

    `vector` is unit, float32; `stems` maps each content stem to the word as written;
    `idf` gives each stem's weight, positive.
    """

    text: str
    vector: npt.NDArray[np.float32]
    stems: Mapping[str, str]
    idf: Mapping[str, float]
    unseen: tuple[str, ...]


def checked(question: str, *, max_characters: int) -> str:
    """The question without outer white space. Raises QuestionError with what to do."""
    text = question.strip()
    if not text:
        raise QuestionError("Type a question first.")
    if len(text) > max_characters:
        raise QuestionError(
            f"This question has {len(text):,} characters; up to {max_characters:,} are "
            "searched for. Ask for one thing at a time, in a sentence or two."
        )
    if not any(True for _ in words.words(text)):
        raise QuestionError(NO_WORDS)
    return text


def idf(passages: int, holding: int) -> float:
    """How rare a word is: ln(1 + (N − df + 0.5) / (df + 0.5)), positive.

    The smoothed form of Robertson and Spärck Jones' weight that Lucene's BM25 uses;
    a word that no passage holds counts with df = 0.
    """
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


def understood(
    text: str,
    vector: npt.NDArray[np.float32],
    *,
    passages: int,
    holding: Mapping[str, int],
) -> Query:
    """The query of a question, given how many passages hold each of its stems."""
    stems = words.content_stems(text)
    return Query(
        text=text,
        vector=vector,
        stems=stems,
        idf={stem: idf(passages, holding.get(stem, 0)) for stem in stems},
        unseen=tuple(word for stem, word in stems.items() if not holding.get(stem)),
    )
