"""A filter → the passages that it lets through, as an index understands it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from citeback.ask.filters import NO_FILTER, holds_phrase
from citeback.index import words
from citeback.index.days import day_of
from citeback.index.engine import EVERYWHERE, View, Within
from citeback.records import WHOLE, Filter, Selection

NO_MATCH = "No passage matches the filter, so there is nothing to quote."
UNDATED = (
    "Documents left out because no date of theirs is known: {}. A line such as "
    "“date: 2021-03-18” at the head of a document tells it."
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages may be found, and how many those are, None where it is all.

    `notice` is what a person should know of what was left out, or "".
    """

    within: Within
    count: int | None
    notice: str


EVERYTHING = Scope(within=EVERYWHERE, count=None, notice="")


def scope(wanted: Filter, view: View, selection: Selection = WHOLE) -> Scope:
    """What the filter lets through of the selected documents."""
    if wanted == NO_FILTER and selection == WHOLE:
        return EVERYTHING
    within = _documents(wanted, view, selection)
    undated = 0
    if within.days:
        named = replace(within, days=())
        undated = sum(
            held.is_found and named.lets(held.source) and not day_of(held.source.date)
            for held in view.held()
        )
    for phrase in wanted.phrases:
        holding = with_phrase(phrase, view, within)
        within = Within(ids=frozenset(holding))
    for phrase in wanted.without:
        holding = with_phrase(phrase, view, within)
        within = replace(within, barred=within.barred | holding)
    count = view.count(within)
    notices = [] if count else [NO_MATCH]
    notices += [UNDATED.format(undated)] if undated else []
    return Scope(within, count, " ".join(notices))


def _documents(wanted: Filter, view: View, selection: Selection) -> Within:
    """The documents that the filter and the selection let through."""
    paths = frozenset(selection.paths) if selection.paths else None
    if wanted.files:
        paths = frozenset(
            held.source.path
            for held in view.held()
            if (paths is None or held.source.path in paths)
            and _is_named(held.source.path, wanted.files)
        )
    groups = (wanted.tags, selection.tags)
    dates = [(w.after, w.before) for w in (wanted, selection) if w.after or w.before]
    return Within(
        paths=paths,
        tags=tuple(frozenset(map(str.casefold, tags)) for tags in groups if tags),
        days=tuple(dates),
    )


def with_phrase(phrase: str, view: View, within: Within) -> set[int]:
    """Those of the passages that hold the phrase's own words in a row.

    The index knows stems, which finds a few too many: their texts are looked at.
    """
    found = view.texts(view.with_phrase(words.stems(phrase), within))
    return {identity for identity, text in found.items() if holds_phrase(text, phrase)}


def _is_named(path: str, names: Sequence[str]) -> bool:
    folded = path.casefold()
    return not names or any(
        fnmatchcase(folded, f"*{name.casefold()}")
        if "*" in name or "?" in name
        else name.casefold() in folded
        for name in names
    )
