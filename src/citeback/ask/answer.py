"""A question → an answer: the whole way, from one state of the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from citeback.ask import baselines
from citeback.ask.filters import NO_FILTER, Parsed
from citeback.ask.hits import hits
from citeback.ask.question import Query, checked, understood
from citeback.ask.rank import CLOSELY, Ranked, closely, roughly
from citeback.ask.scope import Scope, scope
from citeback.ask.search import search
from citeback.ask.verdict import assurance, evidence, probability, verdict
from citeback.index import words
from citeback.index.encoder import Encoder
from citeback.index.engine import EVERYWHERE, Candidate, View, Within
from citeback.records import Answer, Baseline, Evidence, Hit, Parts, Verdict

EMPTY = (
    "The library holds no text yet. Put documents into the content folder and index "
    "them."
)
OTHER_LANGUAGE = (
    "None of the question's words occur in the library. If it is in another language "
    "than the texts, ask in theirs, or set CITEBACK_MODEL to a multilingual model."
)
PARTIAL = (
    "Parts of the library cannot be reached just now, so passages may be missing here. "
    "Ask again in a minute."
)
NOTHING_SHARED = "No passage holds a word of the question."
NO_QUESTION = (
    "There is no question beside the filter: these are the first of {} passages that "
    "match, in reading order."
)


def answer(
    asked: Parsed,
    *,
    view: View,
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
    passages = view.count(EVERYWHERE)
    build = view.state.build
    if not passages:
        return _nothing(text, build)
    scoped = scope(asked.filter, view, asked.selection)
    if scoped.count == 0:
        return replace(_nothing(text, build), notice=with_gaps(scoped.notice, view))
    if is_filter_alone:
        return _first(scoped, limit, view)
    holding = view.holding(list(words.content_stems(text)))
    query = understood(
        text,
        encoder.encode_question(text),
        piece_spans=encoder.piece_spans([text])[0],
        projection=view.projection,
        passages=passages,
        holding=holding,
    )
    query = replace(query, unseen=_unseen(query, holding, view))
    depth = max(CLOSELY, 2 * limit)  # near-duplicates among them are folded
    if baseline is None:
        ranked = _scored(query, search(query, view, scoped.within), view, depth)
    else:
        ranked = _in_order_of(baseline, query, view, scoped.within, depth)
    if not ranked:  # BM25 without a word that any passage holds
        return replace(
            _nothing(text, build),
            unseen=query.unseen,
            notice=with_gaps(NOTHING_SHARED, view),
        )
    # The lead over the second tells something even if one alone is wanted.
    found = hits(query, ranked, view=view, encoder=encoder, limit=max(limit, 2))
    second = found[1].score if len(found) > 1 else 0.0
    if scoped.count is not None and len(found) == 1:
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
        notice=with_gaps(f"{scoped.notice} {_notice(query, outcome)}", view),
        build=build,
        seconds=0.0,
    )


def with_gaps(notice: str, view: View) -> str:
    """The notice, with what has to be said where the answer may lack something."""
    return f"{notice.strip()} {PARTIAL if view.may_be_partial else ''}".strip()


def _in_order_of(
    baseline: Baseline, query: Query, view: View, within: Within, depth: int
) -> list[Ranked]:
    order = baselines.order(baseline, query, view, within)[:depth]
    scored = _scored(query, view.candidates(order), view, depth)
    return baselines.reordered(scored, order)


def _scored(
    query: Query, candidates: Sequence[Candidate], view: View, depth: int
) -> list[Ranked]:
    """The `depth` best candidates, ranked closely."""
    rough = roughly(
        query,
        candidates,
        view.passage_vectors(candidates),
        view.sentence_vectors(candidates),
    )[:depth]
    rows = view.pieces([item.candidate for item in rough])
    projection = view.projection
    counts = [projection.count(stored_row) for stored_row in rows]
    return closely(query, rough, projection.from_bytes(b"".join(rows)), counts)


def _first(scoped: Scope, limit: int, view: View) -> Answer:
    """The first passages that a filter lets through, where nothing is asked."""
    among = view.first(scoped.within, limit)
    found = view.passages(among)
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
        for number, identity in enumerate(among, start=1)
    )
    notice = f"{NO_QUESTION.format(scoped.count)} {scoped.notice}"
    return replace(
        _nothing("", view.state.build),
        verdict=Verdict.TOUCHES,
        hits=hits,
        notice=with_gaps(notice, view),
    )


def _unseen(query: Query, holding: Mapping[str, int], view: View) -> tuple[str, ...]:
    """The question's words that stand nowhere: in no passage, heading, title or form."""
    missing = [stem for stem in query.stems if not holding[stem]]
    elsewhere = view.outside(missing) if missing else set()
    return tuple(query.stems[stem] for stem in missing if stem not in elsewhere)


def _nothing(text: str, build: int) -> Answer:
    """The answer of a library without text."""
    return Answer(
        question=text,
        verdict=Verdict.SILENT,
        probability=0.0,
        evidence=Evidence(score=0.0, lead=0.0, named=0.0, words=0),
        hits=(),
        unseen=(),
        notice=EMPTY,
        build=build,
        seconds=0.0,
    )


def _notice(query: Query, outcome: Verdict) -> str:
    unknown = len(query.unseen) == len(query.stems)
    if outcome is not Verdict.ANSWERS and unknown and not query.text.isascii():
        return OTHER_LANGUAGE
    return ""
