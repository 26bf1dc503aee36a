"""Which words of a sentence carried the match: the same ones, and near ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from citeback.ask.question import Query
from citeback.index import words
from citeback.records import Span

# A word this near a question's word, in their contexts, is shown as its match. Looked
# up on the article: "hard" and "challenges" are at 0.47, unrelated words below 0.3.
NEAR = 0.4


def has_near_words(
    query: Query, stems: Sequence[str], pieces: npt.NDArray[np.float32] | None
) -> bool:
    """Whether a word of the question that is not among the stems has one near it.

    Only then `matched_words` needs to know where the pieces stand, which takes longer
    to find out than all else here.
    """
    if pieces is None or not len(pieces):
        return False
    likeness = query.pieces @ pieces.T
    return any(
        likeness[rows].mean(axis=0).max() >= NEAR
        for stem in query.stems.keys() - set(stems)
        if (rows := _rows_of(query, stem))
    )


def matched_words(
    query: Query,
    sentence: str,
    stems: Sequence[str],
    pieces: npt.NDArray[np.float32] | None,
    piece_spans: Sequence[Span],
) -> list[Span]:
    """The words' spans in the sentence, in order.

    A question's word that stands there in any inflection marks all its places; one
    that does not marks the nearest word there is, if that is near enough. `pieces`
    are the sentence's small word pieces and `piece_spans` their places; `stems` are
    those of its words, in order.
    """
    marked = zip(stems, words.places(sentence), strict=True)
    found = {Span(*place) for stem, place in marked if stem in query.stems}
    missing = query.stems.keys() - set(stems)
    if missing and pieces is not None and 0 < len(pieces) == len(piece_spans):
        content = [
            span for word, span in words.words(sentence) if word not in words.STOP_WORDS
        ]
        starts = [span.start for span in content]
        owners = [_word_at(content, starts, piece) for piece in piece_spans]
        likeness = query.pieces @ pieces.T
        for stem in missing:
            found |= _nearest(likeness[_rows_of(query, stem)], owners)
    return sorted(found, key=lambda span: span.start)


def _rows_of(query: Query, stem: str) -> list[int]:
    return [row for row, owner in enumerate(query.owners) if owner == stem]


def _word_at(
    content: Sequence[Span], starts: Sequence[int], piece: Span
) -> Span | None:
    """The content word that a piece lies in; `starts` are where the words begin."""
    at = bisect_right(starts, piece.start) - 1
    return content[at] if at >= 0 and piece.start < content[at].end else None


def _nearest(
    likeness: npt.NDArray[np.float32], owners: Sequence[Span | None]
) -> set[Span]:
    """The word nearest to some of the question's pieces, as a set of one or none.

    `likeness` has a row for each of those pieces and a column for each piece of the
    sentence; `owners` are the columns' words.
    """
    columns = [column for column, owner in enumerate(owners) if owner]
    if not len(likeness) or not columns:
        return set()
    means = likeness.mean(axis=0)[columns]
    best = int(np.argmax(means))
    owner = owners[columns[best]]
    return {owner} if owner and means[best] >= NEAR else set()
