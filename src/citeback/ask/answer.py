"""A question → an answer: the whole way, from one state of the index."""

from __future__ import annotations

import time

import numpy as np

from citeback.ask import fold
from citeback.ask.question import Query, checked, understood
from citeback.ask.rank import CLOSELY, Ranked, closely, roughly
from citeback.ask.search import search
from citeback.ask.verdict import probability, verdict
from citeback.index import candidates as stored
from citeback.index import words
from citeback.index.catalog import Catalog
from citeback.index.encoder import Encoder
from citeback.index.snapshot import Snapshot
from citeback.records import Answer, Hit, Passage, Place, Source, Verdict

# So many times the wanted passages are looked at, since near-duplicates are folded.
SPARE = 4

EMPTY = (
    "The library holds no text yet. Put text or Markdown files into the content "
    "folder and index them."
)
OTHER_LANGUAGE = (
    "None of the question's words occur in the library. If it is in another language "
    "than the texts, ask in theirs, or set CITEBACK_MODEL to a multilingual model."
)


def answer(
    question: str,
    *,
    catalog: Catalog,
    snapshot: Snapshot,
    encoder: Encoder,
    limit: int,
    max_characters: int,
) -> Answer:
    """What the library has to say, with at most `limit` passages.

    Raises QuestionError for what cannot be searched for.
    """
    started = time.perf_counter()
    text = checked(question, max_characters=max_characters)
    if not len(snapshot.passages):
        return _nothing(text, snapshot)
    query = understood(
        text,
        encoder.encode_question(text),
        piece_spans=encoder.piece_spans(text),
        projection=snapshot.projection,
        passages=len(snapshot.passages),
        holding=stored.passages_with(catalog, list(words.content_stems(text))),
    )
    ranked = _ranked(query, catalog, snapshot)
    hits = _hits(ranked, catalog, max(limit, 2))
    second = hits[1].score if len(hits) > 1 else 0.0
    chance = probability(hits[0].parts, hits[0].score - second)
    outcome = verdict(chance)
    return Answer(
        question=text,
        verdict=outcome,
        probability=chance,
        hits=hits[:limit],
        unseen=query.unseen,
        notice=_notice(query, outcome),
        build=snapshot.build,
        seconds=time.perf_counter() - started,
    )


def _ranked(query: Query, catalog: Catalog, snapshot: Snapshot) -> list[Ranked]:
    candidates = search(query, catalog, snapshot)
    rough = roughly(
        query,
        candidates,
        snapshot.passages.fetch(np.array([c.id for c in candidates], dtype=np.int64)),
        snapshot.sentences.fetch(
            np.array([s.id for c in candidates for s in c.sentences], dtype=np.int64)
        ),
    )[:CLOSELY]
    wanted = [[s.id for s in item.candidate.sentences] for item in rough]
    held = stored.pieces(catalog, [identity for ids in wanted for identity in ids])
    pieces = [
        [snapshot.projection.from_bytes(held[identity]) for identity in ids]
        for ids in wanted
    ]
    return closely(query, rough, pieces)


def _hits(ranked: list[Ranked], catalog: Catalog, limit: int) -> tuple[Hit, ...]:
    ranked = ranked[: limit * SPARE]
    found = stored.passages(catalog, [item.candidate.id for item in ranked])
    places = [found[item.candidate.id] for item in ranked]
    groups = fold.groups([passage.text for passage, _ in places])
    hits = []
    for number, group in enumerate(groups[:limit], start=1):
        item = ranked[group[0]]
        passage, source = places[group[0]]
        hits.append(
            Hit(
                number=number,
                passage=passage,
                source=source,
                score=item.score,
                parts=item.parts,
                best=item.best,
                also_in=tuple(_place(*places[other]) for other in group[1:]),
            )
        )
    return tuple(hits)


def _place(passage: Passage, source: Source) -> Place:
    return Place(source, passage.paragraph, passage.start, passage.end)


def _nothing(text: str, snapshot: Snapshot) -> Answer:
    """The answer of a library without text."""
    return Answer(
        question=text,
        verdict=Verdict.SILENT,
        probability=0.0,
        hits=(),
        unseen=(),
        notice=EMPTY,
        build=snapshot.build,
        seconds=0.0,
    )


def _notice(query: Query, outcome: Verdict) -> str:
    unknown = len(query.unseen) == len(query.stems)
    if outcome is not Verdict.ANSWERS and unknown and not query.text.isascii():
        return OTHER_LANGUAGE
    return ""
