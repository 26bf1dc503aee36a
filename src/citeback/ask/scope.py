"""A filter → the passages that it lets through, from the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from citeback.ask.filters import NO_FILTER, day_of, holds_phrase
from citeback.index import candidates as stored
from citeback.index import words
from citeback.index.catalog import Catalog
from citeback.records import WHOLE, Filter, Selection, Source

NO_MATCH = "No passage matches the filter, so there is nothing to quote."
UNDATED = (
    "Documents left out because no date of theirs is known: {}. A line such as "
    "“date: 2021-03-18” at the head of a document tells it."
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Ids of the passages that may be found, None for all, by path, in reading order.

    `notice` is what a person should know of what was left out, or "".
    """

    among: tuple[int, ...] | None
    notice: str


EVERYTHING = Scope(among=None, notice="")


def scope(wanted: Filter, catalog: Catalog, selection: Selection = WHOLE) -> Scope:
    """What the filter lets through of the selected documents."""
    if wanted == NO_FILTER and selection == WHOLE:
        return EVERYTHING
    named = [
        (source.path, day_of(source.date))
        for source in stored.sources(catalog)
        if _is_named(source.path, wanted.files)
        and _has_tag(source, wanted.tags)
        and _has_tag(source, selection.tags)
        and (not selection.paths or source.path in selection.paths)
    ]
    dates = [(w.after, w.before) for w in (wanted, selection) if w.after or w.before]
    paths = [path for path, day in named if all(_is_within(day, *d) for d in dates)]
    ids = stored.of_files(catalog, paths)
    for phrase in wanted.phrases:
        holding = with_phrase(phrase, catalog, ids)
        ids = [identity for identity in ids if identity in holding]
    for phrase in wanted.without:
        holding = with_phrase(phrase, catalog, ids)
        ids = [identity for identity in ids if identity not in holding]
    undated = sum(not day for _, day in named) if dates else 0
    notices = [NO_MATCH] if not ids else []
    notices += [UNDATED.format(undated)] if undated else []
    return Scope(tuple(ids), " ".join(notices))


def with_phrase(phrase: str, catalog: Catalog, among: Iterable[int]) -> set[int]:
    """Those of the passages that hold the phrase's own words in a row.

    The catalog knows stems, which finds a few too many: their texts are looked at.
    """
    likely = set(stored.with_phrase(catalog, words.stems(phrase))).intersection(among)
    found = stored.texts(catalog, sorted(likely))
    return {identity for identity, text in found.items() if holds_phrase(text, phrase)}


def _is_named(path: str, names: Sequence[str]) -> bool:
    folded = path.casefold()
    return not names or any(
        fnmatchcase(folded, f"*{name.casefold()}")
        if "*" in name or "?" in name
        else name.casefold() in folded
        for name in names
    )


def _has_tag(source: Source, tags: Sequence[str]) -> bool:
    held = {tag.casefold() for tag in source.tags}
    return not tags or any(tag.casefold() in held for tag in tags)


def _is_within(day: str, after: str, before: str) -> bool:
    """Whether a day (ISO, "" if unknown) is in the dates."""
    return bool(day) and after <= day and (not before or day < before)
