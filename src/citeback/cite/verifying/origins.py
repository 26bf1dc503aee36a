"""A quotation → the passages of the library that it may have been taken from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citeback.index import words
from citeback.index.engine import EVERYWHERE, View
from citeback.records import Span

# Words in a row that are looked for, and at most so many such runs of a quotation. One
# altered word leaves all runs but one as they are.
RUN = 5
RUNS = 16
# Where no run is found anywhere, so many of the rarest words are looked for singly.
RAREST = 16
SINGLY = 24
# So many documents are looked through even where others hold more runs.
LIKELIEST = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """A passage that a quotation may be from: where it stands, and how many runs of the
    quotation's words it holds.
    """

    path: str
    place: Span
    runs: int


def origins(view: View, segments: Sequence[str]) -> list[Origin]:
    """The passages that share most with the quotation, the likeliest first."""
    weights: dict[int, float] = defaultdict(float)
    runs: Counter[int] = Counter()
    stems = [words.stems(segment) for segment in segments]
    for run in _runs(stems):
        found = view.with_phrase(run, EVERYWHERE)
        runs.update(found)
        for identity in found:
            weights[identity] += 1 / len(found)
    for rank, identity in enumerate(_by_words(view, stems), start=1):
        weights[identity] += 1 / (100 + rank)
    order = sorted(weights, key=lambda identity: (-weights[identity], identity))
    places = view.places(order)
    return [
        Origin(*places[identity], runs[identity])
        for identity in order
        if identity in places
    ]


def documents(found: Sequence[Origin]) -> list[str]:
    """The documents that may hold all of the quotation, the likeliest first.

    One that holds it has nearly all its runs; some may go over the bounds of passages.
    """
    runs: Counter[str] = Counter()
    for one in found:
        runs[one.path] += one.runs
    most = max(runs.values(), default=0)
    likely = dict.fromkeys(one.path for one in found[:LIKELIEST])
    return [path for path in runs if path in likely or 2 * runs[path] > most]


def outside(view: View, segments: Sequence[str], *, altered: bool = False) -> list[str]:
    """Documents that hold its words in headings or in what was left out.

    All of them, or, where it may be `altered`, two thirds.
    """
    stems = {stem for segment in segments for stem in words.stems(segment)}
    missing = len(stems) // 3 if altered else 0
    return view.holding_outside(sorted(stems), missing) if stems else []


def _runs(segments: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Runs of stems over all of the quotation, evenly spread where there are many."""
    runs = [run for stems in segments for run in _of_segment(stems)]
    step = max(1.0, len(runs) / RUNS)
    yield from (runs[int(at * step)] for at in range(min(len(runs), RUNS)))


def _of_segment(stems: Sequence[str]) -> list[Sequence[str]]:
    if len(stems) <= RUN:
        whole = [stems] if stems else []
        # A word altered at either end of a few leaves the others.
        return [*whole, stems[:-1], stems[1:]] if len(stems) > 3 else whole
    runs = [stems[at : at + RUN] for at in range(0, len(stems) - RUN + 1, RUN)]
    return [*runs, stems[-RUN:]]


def _by_words(view: View, segments: Sequence[Sequence[str]]) -> list[int]:
    content = list(
        words.content_stems(" ".join(stem for stems in segments for stem in stems))
    )
    counts = view.holding(content)
    rarest = sorted((s for s in content if counts[s]), key=lambda s: counts[s])
    return view.with_words(rarest[:RAREST], SINGLY, EVERYWHERE)
