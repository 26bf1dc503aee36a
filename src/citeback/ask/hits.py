"""Ranked candidates → hits to show: whole passages, folded, with their words marked."""

from __future__ import annotations

from collections.abc import Sequence

from citeback.ask import fold
from citeback.ask.highlight import has_near_words, matched_words
from citeback.ask.question import Query
from citeback.ask.rank import Ranked
from citeback.index.encoder import Encoder
from citeback.index.engine import SentenceRow, View
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
    looked_at = [item.candidate for item in ranked[: limit * SPARE]]
    ids = [candidate.id for candidate in looked_at]
    suspects = fold.suspects(view.passage_vectors(looked_at))
    found = view.passages(ids[position] for position in suspects)
    texts = {position: found[ids[position]][0].text for position in suspects}
    groups = fold.groups(len(ids), texts)[:limit]
    leaders = [ranked[group[0]] for group in groups]
    alone = [i.candidate.id for i in leaders if i.candidate.id not in found]
    found |= view.passages(alone)
    sentences = [
        _slice(found[item.candidate.id][0], _best_sentence(item).span)
        for item in leaders
    ]
    near = [
        position
        for position, item in enumerate(leaders)
        if has_near_words(query, _best_sentence(item).stems, item.pieces)
    ]
    spans = dict(
        zip(near, encoder.piece_spans([sentences[n] for n in near]), strict=True)
    )
    made = []
    for number, group in enumerate(groups, start=1):
        item = ranked[group[0]]
        passage, source = found[ids[group[0]]]
        best = _best_sentence(item)
        marked = matched_words(
            query,
            sentences[number - 1],
            best.stems,
            item.pieces,
            spans.get(number - 1, ()),
        )
        made.append(
            Hit(
                number=number,
                passage=passage,
                source=source,
                score=item.score,
                parts=item.parts,
                best=best.span,
                words=tuple(_moved(span, best.span.start) for span in marked),
                also_in=tuple(place_of(*found[ids[other]]) for other in group[1:]),
            )
        )
    return tuple(made)


def _best_sentence(item: Ranked) -> SentenceRow:
    return item.candidate.sentences[item.best]


def _slice(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def place_of(passage: Passage, source: Source) -> Place:
    """Where a passage stands, as told of a near-duplicate."""
    return Place(source, passage.paragraph, passage.start, passage.end, passage.locator)
