"""Which words of a sentence carried the match: the same ones, and near ones."""

from __future__ import annotations

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
    missing = _missing(query, stems)
    return bool(missing and (query.middles[missing] @ pieces.T).max() >= NEAR)


def matched_words(
    query: Query,
    sentence: str,
    stems: Sequence[str],
    pieces: npt.NDArray[np.float32] | None,
    piece_spans: Sequence[tuple[int, int]],
) -> list[Span]:
    """The words' spans in the sentence, in order.

    A question's word that stands there in any inflection marks all its places; one
    that does not marks the nearest word there is, if that is near enough. `pieces`
    are the sentence's small word pieces and `piece_spans` where they start and end;
    `stems` are those of its words, in order.
    """
    written = words.written_at(sentence)
    marked = zip(stems, written, strict=True)
    found = {place for stem, (_, place) in marked if stem in query.stems}
    missing = _missing(query, stems)
    if missing and pieces is not None and 0 < len(pieces) == len(piece_spans):
        content = [p for word, p in written if words.fold(word) not in words.STOP_WORDS]
        found |= _near(query.middles[missing], content, pieces, piece_spans)
    return [Span(*place) for place in sorted(found)]


def _missing(query: Query, stems: Sequence[str]) -> list[int]:
    """The rows of the question's words that are not among the stems."""
    there = set(stems)
    return [row for row, stem in enumerate(query.owners) if stem not in there]


def _near(
    middles: npt.NDArray[np.float32],
    content: Sequence[tuple[int, int]],
    pieces: npt.NDArray[np.float32],
    piece_spans: Sequence[tuple[int, int]],
) -> set[tuple[int, int]]:
    """For each row the content word nearest to it, if that is near enough.

    `content` says where the content words start and end in the sentence, and
    `piece_spans` where its `pieces` do.
    """
    if not content:
        return set()
    starts, ends = np.array(content).T
    begun = np.array(piece_spans)[:, 0]
    owners = np.searchsorted(starts, begun, side="right") - 1
    columns = np.flatnonzero((owners >= 0) & (begun < ends[owners]))
    if not len(columns):
        return set()
    likeness = middles @ pieces[columns].T
    return {
        content[owners[columns[best]]]
        for best, most in zip(
            likeness.argmax(axis=1), likeness.max(axis=1), strict=True
        )
        if most >= NEAR
    }
