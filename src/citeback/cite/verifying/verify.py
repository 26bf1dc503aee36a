"""A draft's quotations, each held against the whole library: exact, altered, missing.

Only the library's own text counts: a quotation is exact where every letter, figure and
sign of it stands there in that order, save for what `Allowance` names.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from citeback.cite.difference import differences
from citeback.cite.proofs import verified_receipts
from citeback.cite.receipt import paragraph_at
from citeback.cite.records import (
    Allowance,
    Change,
    Difference,
    Draft,
    Finding,
    Quotation,
    QuotedPlace,
    VerifiedQuotation,
    VerifyReport,
)
from citeback.cite.verifying import exact, origins
from citeback.cite.verifying.canonical import Reading, canonical, plain
from citeback.cite.verifying.closest import closest
from citeback.cite.verifying.held_texts import HeldText, HeldTexts
from citeback.cite.verifying.negation import negation_changed
from citeback.cite.verifying.quotations import quotations
from citeback.cite.verifying.wording import Wording, segments, wordings
from citeback.cite.versions import Versions
from citeback.index import words
from citeback.index.engine import View
from citeback.records import Span

# Of so many words or fewer it cannot be told that they were taken from somewhere. In
# scripts without spaces every sign counts as a word.
TOO_FEW = 2
TOO_FEW_SIGNS = 5
# Places shown of an exact quotation, and documents looked through for them.
SHOWN = 20
DOCUMENTS = 400
# Passages around which the closest place is looked for.
AROUND = 12
# It may be one of a heading or of what was left out: so many documents are looked
# through for that, if they have no more letters than this.
OUTSIDE = 3
LONGEST_OUTSIDE = 200_000
# An altered quotation has this share of its words in common with the place it was taken
# from; what has fewer is not found. Measured by benchmarks/verifying.py.
ALTERED_FROM = 0.5
OMITTED = "…"

_QUOTES = re.compile(r"[“”„‟‘’‚‛«»‹›'\"`´′″＂＇「」『』〝〟]")
_DASHES = re.compile(r"[-‐‑‒–—―⸺−]+")
_SPACELESS = regex.compile(f"[{words.SPACELESS}]")
_ORDER = list(Allowance)
_MARKED = {Allowance.OMISSIONS, Allowance.CHANGES}


def verify(draft: Draft, view: View, versions: Versions) -> VerifyReport:
    """What became of each quotation of the draft, and what its receipts prove.

    The caller is inside `reading`.
    """
    started = time.perf_counter()
    texts = HeldTexts(view)
    titles = frozenset(_as_title(held.source.title) for held in view.held())
    found = (
        _verified(one, view, texts, markdown=draft.markdown)
        for one in quotations(draft)
    )
    return VerifyReport(
        name=draft.name,
        # References have titles in quotation marks; they quote no text.
        quotations=tuple(
            _without_place(one.quotation, Finding.TITLE)
            if one.finding is not Finding.EXACT
            and _as_title(one.quotation.text) in titles - {""}
            else one
            for one in found
        ),
        receipts=verified_receipts(draft.text, view, versions),
        documents=view.size().documents,
        build=view.state.build,
        seconds=time.perf_counter() - started,
    )


def _verified(
    quotation: Quotation, view: View, texts: HeldTexts, *, markdown: bool
) -> VerifiedQuotation:
    said = segments(quotation, markdown=markdown)
    if is_short(said):
        return _without_place(quotation, Finding.SHORT)
    near = origins.origins(view, said)
    paths = origins.documents(near)
    paths += [path for path in origins.outside(view, said) if path not in paths]
    found = _exact(quotation, paths, texts, markdown=markdown)
    if found:
        allowances = found[0][0]
        places = tuple(place for _, place in found)
        return VerifiedQuotation(quotation, Finding.EXACT, allowances, places, 1.0, ())
    around = [(one.path, one.place) for one in near[:AROUND]]
    for path in origins.outside(view, said, altered=True)[:OUTSIDE]:
        held = texts.get(path)
        if held is not None and len(held.document.text) <= LONGEST_OUTSIDE:
            around.append((path, Span(0, len(held.document.text))))
    return _altered(quotation, said, around, texts)


def _as_title(text: str) -> str:
    """A title without what a reference may put before and after it, and its case."""
    return " ".join(text.split()).strip("\"'“”‘’«»,.;:!?() ").casefold()


def _without_place(
    quotation: Quotation, finding: Finding, likeness: float = 0.0
) -> VerifiedQuotation:
    return VerifiedQuotation(quotation, finding, (), (), likeness, ())


def is_short(said: Sequence[str]) -> bool:
    """Whether there are too few words to tell where they come from."""
    found = [word for segment in said for word, _ in words.words(segment)]
    if found and all(_SPACELESS.match(word) for word in found):
        return len(found) < TOO_FEW_SIGNS
    return len(found) <= TOO_FEW


Exact = tuple[tuple[Allowance, ...], QuotedPlace]


def _exact(
    quotation: Quotation, paths: Sequence[str], texts: HeldTexts, *, markdown: bool
) -> list[Exact]:
    """The places where it is exact, those first that need least allowance."""
    ways = wordings(quotation, markdown=markdown)
    found: list[Exact] = []
    for path in paths[:DOCUMENTS]:
        held = texts.get(path)
        if held is not None:
            found.extend(_exact_in(held, ways, quotation))
        if len(found) >= SHOWN:
            break
    found.sort(key=lambda one: (len(one[0]), one[1].source.path, one[1].start))
    return found[:SHOWN]


def _exact_in(
    held: HeldText, ways: Iterable[Wording], quotation: Quotation
) -> Iterator[Exact]:
    """The places in one document, in the strictest way to read both that has any."""
    for form, form_allows in held.forms():
        for wording in ways:
            # The numbers of notes may be passed over in one of both, or else a changed
            # one would be.
            if Allowance.NOTES in form_allows and Allowance.NOTES in wording.allowances:
                continue
            any_found = False
            for chain, capital in exact.places(form, wording):
                parts = tuple(form.span(span.start, span.end) for span in chain)
                allowed = {*wording.allowances, *form_allows}
                if capital:
                    allowed.add(Allowance.CAPITAL)
                place = _place(held, parts)
                allowed.update(_forms_changed(quotation.text, held, parts))
                if allowed & _MARKED and _turned(quotation.text, held, parts):
                    allowed.add(Allowance.NEGATION)
                any_found = True
                yield tuple(sorted(allowed, key=_ORDER.index)), place
            if any_found:
                return


def _place(held: HeldText, parts: tuple[Span, ...]) -> QuotedPlace:
    document = held.document
    whole = Span(parts[0].start, parts[-1].end)
    return QuotedPlace(
        source=document.source,
        paragraph=paragraph_at(document, whole.start),
        locator=document.locator(whole),
        parts=parts,
        quote=document.text[whole.start : whole.end],
    )


def _forms_changed(
    quoted: str, held: HeldText, parts: Sequence[Span]
) -> Iterator[Allowance]:
    """Whether quotation marks or dashes look another way here and there."""
    text = "".join(held.document.text[part.start : part.end] for part in parts)
    for signs, allowance in (
        (_QUOTES, Allowance.QUOTATION_MARKS),
        (_DASHES, Allowance.DASHES),
    ):
        if signs.findall(quoted) != signs.findall(text):
            yield allowance


def _turned(quoted: str, held: HeldText, parts: Sequence[Span]) -> bool:
    """Whether a "not" of the document is lost, or one gained, where it is marked."""
    text = held.document.text
    gaps = [text[one.end : following.start] for one, following in pairwise(parts)]
    return negation_changed(quoted, [text[p.start : p.end] for p in parts], gaps)


def _altered(
    quotation: Quotation,
    said: Sequence[str],
    near: Sequence[tuple[str, Span]],
    texts: HeldTexts,
) -> VerifiedQuotation:
    """The closest place and how it differs, if it is close enough."""
    room = 200 + sum(map(len, said)) * 3 // 2 + exact.FARTHEST * (len(said) > 1)
    best: _Near | None = None
    for path, stretches in _stretches(near, room).items():
        held = texts.get(path)
        for stretch in stretches if held else ():
            found = _nearest(held, stretch, said)  # type: ignore[arg-type]
            if found and (best is None or found.better_than(best)):
                best = found
    if best is None or best.likeness < ALTERED_FROM:
        likeness = 0.0 if best is None else best.likeness
        return _without_place(quotation, Finding.NOT_FOUND, likeness)
    if len(said) == 1 and said[0] == plain(quotation.text).strip():
        said = [quotation.text]  # as typed, where nothing is marked as changed
    return VerifiedQuotation(
        quotation=quotation,
        finding=Finding.ALTERED,
        allowances=(),
        places=(_place(best.held, tuple(one for one in best.spans if one)),),
        likeness=best.likeness,
        differences=tuple(_told(best, said)),
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """A place that a quotation comes near to; a span for each segment, if it has one."""

    held: HeldText
    spans: tuple[Span | None, ...]
    likeness: float
    cost: int

    def better_than(self, other: _Near) -> bool:
        return (self.likeness, -self.cost) > (other.likeness, -other.cost)


def _stretches(near: Sequence[tuple[str, Span]], room: int) -> dict[str, list[Span]]:
    """Where to look in each document: around the passages, overlapping ones as one."""
    around: dict[str, list[Span]] = defaultdict(list)
    for path, place in sorted(near, key=lambda one: (one[0], one[1].start)):
        stretch = Span(max(0, place.start - room), place.end + room)
        spans = around[path]
        if spans and stretch.start <= spans[-1].end:
            stretch = Span(spans.pop().start, stretch.end)
        spans.append(stretch)
    return around


def _nearest(held: HeldText, stretch: Span, said: Sequence[str]) -> _Near | None:
    letters = held.document.text[stretch.start : stretch.end]
    form = canonical(letters, Reading(held.markdown))
    aligned = closest(said, form.text)
    if aligned is None or not any(one.end for one in aligned.segments):
        return None
    spans: list[Span | None] = []
    for one, segment in zip(aligned.segments, said, strict=True):
        if not one.end:
            spans.append(None)
            continue
        whole = exact.widened(form.text, one, segment)
        written = form.span(whole.start, whole.end)
        spans.append(Span(stretch.start + written.start, stretch.start + written.end))
    return _Near(held, tuple(spans), aligned.likeness, aligned.cost)


def _told(best: _Near, said: Sequence[str]) -> Iterator[Difference]:
    """How the quotation differs, segment by segment."""
    text = best.held.document.text
    for number, (span, segment) in enumerate(zip(best.spans, said, strict=True)):
        if number:
            yield Difference(Change.SAME, f" {OMITTED} ")
        if span is None:
            yield Difference(Change.ADDED, segment)
        else:
            yield from _differences(text[span.start : span.end], segment)


def _differences(before: str, after: str) -> tuple[Difference, ...]:
    """The differences that count, or where there are none, those of form."""
    told = differences(before, after, _alike)
    if all(one.change is Change.SAME for one in told):
        return differences(before, after)
    return told


@lru_cache(maxsize=20_000)
def _alike(token: str) -> str:
    """What a word or sign is compared by: white space and the form of marks are not."""
    return " " if token.isspace() else plain(token)
