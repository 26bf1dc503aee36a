"""Ranked candidates → hits to show: whole passages, folded, with their words marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from citeback.ask import fold
from citeback.ask.highlight import has_near_words, matched_words
from citeback.ask.question import Query
from citeback.ask.rank import Ranked
from citeback.index.encoder import Encoder
from citeback.index.engine import View
from citeback.records import Hit, Passage, Place, Source, Span

# So many times the wanted passages are looked at, since near-duplicates are folded.
SPARE = 4


def hits(
    query: Query,
    ranked: Sequence[Ranked],
    *,
    view: View,
    encoder: Encoder,
    limit: int,
) -> tuple[Hit, ...]:
    """At most `limit` hits, in the order of the ranked."""
    looked_at = ranked[: limit * SPARE]
    ids = [item.candidate.id for item in looked_at]
    suspects = fold.suspects(np.stack([item.vector for item in looked_at]))
    found = view.passages(ids[position] for position in suspects)
    texts = {position: found[ids[position]][0].text for position in suspects}
    groups = fold.groups(len(ids), texts)[:limit]
    leaders = [ranked[group[0]] for group in groups]
    alone = [i.candidate.id for i in leaders if i.candidate.id not in found]
    found |= view.passages(alone)
    best = [item.candidate.sentences[item.best] for item in leaders]
    sentences = [
        _slice(found[item.candidate.id][0], sentence.span)
        for item, sentence in zip(leaders, best, strict=True)
    ]
    near = [
        position
        for position, item in enumerate(leaders)
        if has_near_words(query, best[position].stems, item.pieces)
    ]
    spans = dict(
        zip(near, encoder.piece_spans([sentences[n] for n in near]), strict=True)
    )
    made = []
    for position, group in enumerate(groups):
        item = leaders[position]
        passage, source = found[item.candidate.id]
        sentence = best[position]
        marked = matched_words(
            query,
            sentences[position],
            sentence.stems,
            item.pieces,
            spans.get(position, ()),
        )
        made.append(
            Hit(
                number=position + 1,
                passage=passage,
                source=source,
                score=item.score,
                parts=item.parts,
                best=sentence.span,
                words=tuple(_moved(span, sentence.start) for span in marked),
                also_in=tuple(place_of(*found[ids[other]]) for other in group[1:]),
            )
        )
    return tuple(made)


def _slice(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def place_of(passage: Passage, source: Source) -> Place:
    """Where a passage stands, as told of a near-duplicate."""
    return Place(source, passage.paragraph, passage.start, passage.end, passage.locator)
