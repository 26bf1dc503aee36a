"""The question as typed → what is searched for, or a sentence on why it cannot be."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citeback.errors import QuestionError
from citeback.index import words
from citeback.index.encoder import Encoded
from citeback.index.pieces import Projection
from citeback.records import Span

Floats = npt.NDArray[np.float32]

NO_WORDS = (
    "There are no words in this question, and words are what is searched for. "
    "Ask in words."
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched for.

    `vector` is unit, float32. `stems` maps each content stem to the word as written;
    `sequence` has them in order with repeats; `idf` gives each one's weight, positive,
    `total` their sum; `content` are the stems as a set.
    `names` are the stems of names and numbers; `unseen` are the words that no text
    holds. `pieces` are the small word pieces, unit rows, and `weights` their weights,
    positive, with sum 1. `owners` are the content stems that have pieces, and `middles`
    the mean of each one's.
    """

    text: str
    vector: Floats
    stems: Mapping[str, str]
    sequence: tuple[str, ...]
    idf: Mapping[str, float]
    content: frozenset[str]
    total: float
    names: frozenset[str]
    unseen: tuple[str, ...]
    pieces: Floats
    weights: Floats
    owners: tuple[str, ...]
    middles: Floats


def well_formed(question: str) -> str:
    """The question without what UTF-8 cannot carry (half a surrogate pair)."""
    return question.encode("utf-8", "replace").decode("utf-8")


def checked(question: str, *, max_characters: int) -> str:
    """The question without outer white space. Raises QuestionError with what to do."""
    text = well_formed(question).strip()
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
    encoded: Encoded,
    *,
    piece_spans: Sequence[tuple[int, int]],
    projection: Projection,
    passages: int,
    holding: Mapping[str, int],
) -> Query:
    """The query of an encoded question.

    `piece_spans` say where its word pieces stand in it; `holding` gives how many of
    all `passages` hold each of its content stems.
    """
    stems = words.content_stems(text)
    weights = {stem: idf(passages, holding.get(stem, 0)) for stem in stems}
    marked = [(words.stem(word), span) for word, span in words.words(text)]
    content = [(stem, span) for stem, span in marked if stem in stems]
    owners = _owners(content, piece_spans, len(encoded.pieces))
    pieces = projection.apply(encoded.pieces)
    return Query(
        text=text,
        vector=encoded.vector,
        stems=stems,
        sequence=tuple(stem for stem, _ in content),
        idf=weights,
        content=frozenset(weights),
        total=sum(weights.values()),
        names=frozenset(_names(text)),
        unseen=tuple(word for stem, word in stems.items() if not holding.get(stem)),
        pieces=pieces,
        weights=_piece_weights(owners, weights, rarest=idf(passages, 0)),
        owners=tuple(dict.fromkeys(filter(None, owners))),
        middles=_middles(owners, pieces),
    )


def _names(text: str) -> Iterator[str]:
    """Stems of words that begin with a digit, or a capital after the first word."""
    for number, (word, span) in enumerate(words.words(text)):
        sign = text[span.start]
        if sign.isdigit() or (number and sign.isupper()):
            yield words.stem(word)


def _owners(
    content: Sequence[tuple[str, Span]], pieces: Sequence[tuple[int, int]], count: int
) -> tuple[str, ...]:
    """For each of `count` pieces the stem of the content word it lies in, or ""."""
    starts = [span.start for _, span in content]
    owners = []
    for start, _ in pieces[:count]:
        at = bisect_right(starts, start) - 1
        inside = at >= 0 and start < content[at][1].end
        owners.append(content[at][0] if inside else "")
    # An encoder that tells no spans has pieces that nobody owns.
    return (*owners, *[""] * (count - len(owners)))


def _middles(owners: Sequence[str], pieces: Floats) -> Floats:
    """The mean of the pieces of each stem that has any, in the order of its first."""
    stems = {
        owner: row for row, owner in enumerate(dict.fromkeys(filter(None, owners)))
    }
    shares = np.zeros((len(stems), len(owners)), dtype=np.float32)
    for column, owner in enumerate(owners):
        if owner:
            shares[stems[owner], column] = 1 / owners.count(owner)
    means: Floats = shares @ pieces
    return means


def _piece_weights(
    owners: Sequence[str], idfs: Mapping[str, float], *, rarest: float
) -> Floats:
    """A half for every piece, and up to one more for a rare word's.

    Question words and marks count, too: how a thing is asked for tells what kind of
    sentence answers.
    """
    weights = [0.5 + idfs.get(owner, 0.0) / rarest for owner in owners]
    return np.array(weights, dtype=np.float32) / max(sum(weights), 1e-9)
