"""Answers of several libraries to one question → one answer, judged anew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from citeback.ask import fold
from citeback.ask.absence import SHOWN
from citeback.ask.answer import NOTHING_SHARED, OTHER_LANGUAGE
from citeback.ask.hits import place_of
from citeback.ask.scope import NO_MATCH
from citeback.ask.verdict import assurance, probability, verdict
from citeback.records import AbsenceReport, Answer, EveryAnswer, Hit, Place

# Said by one library, these do not hold of all.
_OF_ONE = (NO_MATCH, NOTHING_SHARED, OTHER_LANGUAGE)


def merged(answers: Sequence[Answer], limit: int) -> Answer:
    """One answer with at most `limit` of all hits, the best score first.

    What several libraries hold is shown once. The verdict goes by the best hit and its
    lead over the best that says something else, wherever that stands. The answers are
    to the same question and have two hits at least where there are as many.
    """
    found = [answer for answer in answers if answer.hits]
    first = answers[0]
    seconds = sum(answer.seconds for answer in answers)
    everywhere = set(first.unseen).intersection(*(a.unseen for a in answers[1:]))
    whole = replace(
        max(found, key=lambda answer: answer.hits[0].score, default=first),
        unseen=tuple(word for word in first.unseen if word in everywhere),
        notice=_notice(answers),
        build=first.build,
        seconds=seconds,
    )
    hits = _folded(sorted(_hits(found), key=lambda hit: -hit.score))
    shown = tuple(
        replace(hit, number=number) for number, hit in enumerate(hits[:limit], start=1)
    )
    if not hits or not hits[0].score:  # nothing found, or a filter without a question
        return replace(whole, hits=shown)
    weighed = whole.evidence
    if len(hits) > 1:
        weighed = replace(weighed, lead=hits[0].score - hits[1].score)
    chance = probability(weighed)
    outcome = verdict(chance)
    return replace(
        whole,
        hits=shown,
        evidence=weighed,
        probability=chance,
        verdict=outcome,
        assurance=assurance(outcome),
    )


def merged_every(answers: Sequence[EveryAnswer]) -> EveryAnswer:
    """All passages of all libraries, one library's after the other's."""
    found = [answer for answer in answers if answer.count]
    return replace(
        answers[0],
        count=sum(answer.count for answer in answers),
        documents=tuple(one for answer in answers for one in answer.documents),
        notice=" ".join(_distinct(a.notice for a in found or answers[:1])),
        seconds=sum(answer.seconds for answer in answers),
    )


def merged_absence(reports: Sequence[AbsenceReport]) -> AbsenceReport:
    """All places of all libraries, one library's after the other's; the nearest of all."""
    first = reports[0]
    nearest = [hit for report in reports for hit in report.nearest]
    shown = _folded(sorted(nearest, key=lambda hit: -hit.score))[:SHOWN]
    return replace(
        first,
        places=tuple(place for report in reports for place in report.places),
        nearest=tuple(replace(hit, number=n) for n, hit in enumerate(shown, start=1)),
        paragraphs=sum(report.paragraphs for report in reports),
        documents=sum(report.documents for report in reports),
        unread=sum(report.unread for report in reports),
        built=max(report.built for report in reports),
    )


def _hits(answers: Sequence[Answer]) -> Iterator[Hit]:
    for answer in answers:
        yield from answer.hits


def _folded(hits: Sequence[Hit]) -> list[Hit]:
    texts = {at: hit.passage.text for at, hit in enumerate(hits)}
    folded = []
    for leader, *others in fold.groups(len(hits), texts):
        also = [place for at in others for place in _places(hits[at])]
        folded.append(replace(hits[leader], also_in=(*hits[leader].also_in, *also)))
    return folded


def _places(hit: Hit) -> Iterator[Place]:
    yield place_of(hit.passage, hit.source)
    yield from hit.also_in


def _notice(answers: Sequence[Answer]) -> str:
    """What every library says, and what holds although only one says it."""
    said = _distinct(answer.notice for answer in answers)
    if len(said) == 1 and all(answer.notice for answer in answers):
        return said[0]
    kept = [_without(notice) for notice in said]
    return " ".join(_distinct(kept))


def _without(notice: str) -> str:
    for sentence in _OF_ONE:
        notice = notice.replace(sentence, "")
    return notice.strip()


def _distinct(notices: Iterable[str]) -> list[str]:
    return [notice for notice in dict.fromkeys(notices) if notice]
