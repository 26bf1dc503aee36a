"""A question → an answer: the whole way, from one state of the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from citeback.ask import baselines
from citeback.ask.filters import NO_FILTER, Parsed
from citeback.ask.hits import hits
from citeback.ask.question import Query, checked, understood
from citeback.ask.rank import CLOSELY, Ranked, closely, roughly
from citeback.ask.scope import Scope, scope
from citeback.ask.search import search
from citeback.ask.verdict import assurance, evidence, probability, verdict
from citeback.index import candidates as stored
from citeback.index import words
from citeback.index.candidates import Candidate
from citeback.index.catalog import Catalog
from citeback.index.encoder import Encoder
from citeback.index.snapshot import Snapshot
from citeback.records import Answer, Baseline, Evidence, Hit, Parts, Verdict

EMPTY = (
    "The library holds no text yet. Put documents into the content folder and index "
    "them."
)
OTHER_LANGUAGE = (
    "None of the question's words occur in the library. If it is in another language "
    "than the texts, ask in theirs, or set CITEBACK_MODEL to a multilingual model."
)
NOTHING_SHARED = "No passage holds a word of the question."
NO_QUESTION = (
    "There is no question beside the filter: these are the first of {} passages that "
    "match, in reading order."
)


def answer(
    asked: Parsed,
    *,
    catalog: Catalog,
    snapshot: Snapshot,
    encoder: Encoder,
    limit: int,
    max_characters: int,
    baseline: Baseline | None = None,
) -> Answer:
    """What the library has to say, with at most `limit` passages.

    A baseline replaces their order and nothing else. `seconds` is left for the caller
    to fill in. Raises QuestionError for what
    cannot be searched for.
    """
    is_filter_alone = not asked.text and asked.filter != NO_FILTER
    text = asked.text
    if not is_filter_alone:
        text = checked(text, max_characters=max_characters)
    if not len(snapshot.passages):
        return _nothing(text, snapshot)
    scoped = scope(asked.filter, catalog, asked.selection)
    if scoped.among == ():
        return replace(_nothing(text, snapshot), notice=scoped.notice)
    if is_filter_alone:
        return _first(scoped, limit, catalog, snapshot)
    holding = stored.passages_with(catalog, list(words.content_stems(text)))
    query = understood(
        text,
        encoder.encode_question(text),
        piece_spans=encoder.piece_spans([text])[0],
        projection=snapshot.projection,
        passages=len(snapshot.passages),
        holding=holding,
    )
    query = replace(query, unseen=_unseen(query, holding, catalog))
    depth = max(CLOSELY, 2 * limit)  # near-duplicates among them are folded
    if baseline is None:
        candidates = search(query, catalog, snapshot, scoped.among)
        ranked = _scored(query, candidates, catalog, snapshot, depth)
    else:
        ranked = _in_order_of(baseline, query, catalog, snapshot, scoped.among, depth)
    if not ranked:  # BM25 without a word that any passage holds
        return replace(
            _nothing(text, snapshot), unseen=query.unseen, notice=NOTHING_SHARED
        )
    # The lead over the second tells something even if one alone is wanted.
    found = hits(
        query,
        ranked,
        catalog=catalog,
        snapshot=snapshot,
        encoder=encoder,
        limit=max(limit, 2),
    )
    second = found[1].score if len(found) > 1 else 0.0
    if scoped.among is not None and len(found) == 1:
        second = found[0].score  # alone by the filter, not by what it says
    weighed = evidence(query, ranked[0], second)
    chance = probability(weighed)
    outcome = verdict(chance)
    return Answer(
        question=text,
        verdict=outcome,
        probability=chance,
        evidence=weighed,
        assurance=assurance(outcome),
        hits=found[:limit],
        unseen=query.unseen,
        notice=f"{scoped.notice} {_notice(query, outcome)}".strip(),
        build=snapshot.build,
        seconds=0.0,
    )


def _in_order_of(
    baseline: Baseline,
    query: Query,
    catalog: Catalog,
    snapshot: Snapshot,
    among: Sequence[int] | None,
    depth: int,
) -> list[Ranked]:
    order = baselines.order(baseline, query, catalog, snapshot)
    if among is not None:
        allowed = set(among)
        order = [identity for identity in order if identity in allowed]
    order = order[:depth]
    candidates = stored.candidates(catalog, order)
    scored = _scored(query, candidates, catalog, snapshot, depth)
    return baselines.reordered(scored, order)


def _scored(
    query: Query,
    candidates: list[Candidate],
    catalog: Catalog,
    snapshot: Snapshot,
    depth: int,
) -> list[Ranked]:
    """The `depth` best candidates, ranked closely."""
    rough = roughly(
        query,
        candidates,
        snapshot.passages.fetch(np.array([c.id for c in candidates], dtype=np.int64)),
        snapshot.sentences.fetch(_sentences_of(candidates)),
    )[:depth]
    ids = _sentences_of([item.candidate for item in rough]).tolist()
    held = stored.pieces(catalog, ids)
    rows = [held[identity] for identity in ids]
    projection = snapshot.projection
    counts = [projection.count(stored_row) for stored_row in rows]
    return closely(query, rough, projection.from_bytes(b"".join(rows)), counts)


def _sentences_of(candidates: Sequence[Candidate]) -> npt.NDArray[np.int64]:
    none: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *(c.sentence_ids for c in candidates)])


def _first(scoped: Scope, limit: int, catalog: Catalog, snapshot: Snapshot) -> Answer:
    """The first passages that a filter lets through, where nothing is asked."""
    among = scoped.among or ()
    found = stored.passages(catalog, among[:limit])
    hits = tuple(
        Hit(
            number=number,
            passage=found[identity][0],
            source=found[identity][1],
            score=0.0,
            parts=Parts(0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            best=found[identity][0].sentences[0],
            words=(),
            also_in=(),
        )
        for number, identity in enumerate(among[:limit], start=1)
    )
    notice = f"{NO_QUESTION.format(len(among))} {scoped.notice}"
    return replace(
        _nothing("", snapshot),
        verdict=Verdict.TOUCHES,
        hits=hits,
        notice=notice.strip(),
    )


def _unseen(
    query: Query, holding: Mapping[str, int], catalog: Catalog
) -> tuple[str, ...]:
    """The question's words that stand nowhere: in no passage, heading, title or form."""
    missing = [stem for stem in query.stems if not holding[stem]]
    elsewhere = stored.outside(catalog, missing) if missing else set()
    return tuple(query.stems[stem] for stem in missing if stem not in elsewhere)


def _nothing(text: str, snapshot: Snapshot) -> Answer:
    """The answer of a library without text."""
    return Answer(
        question=text,
        verdict=Verdict.SILENT,
        probability=0.0,
        evidence=Evidence(score=0.0, lead=0.0, named=0.0, words=0),
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
