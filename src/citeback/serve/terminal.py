"""Records as lines of text for the terminal, and a progress bar there."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Self

from tqdm import tqdm

from citeback.records import (
    AbsenceReport,
    Answer,
    BlockKind,
    EveryAnswer,
    FileReport,
    FileState,
    Hit,
    Occurrence,
    Progress,
    Publishing,
    UpdateReport,
    Verdict,
)
from citeback.serve.places import place
from citeback.serve.strings import words_of

WIDTH = 88
# Control signs, line ends, and what turns the direction of the text after it.
_REWRITING = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]")
# The page says the same in the same words.
ENGLISH = words_of("en")


def answer_lines(answer: Answer) -> Iterator[str]:
    """An answer as a person reads it: the quote, then the passages."""
    if answer.notice:
        yield from (*wrapped(answer.notice), "")
    yield ENGLISH(f"verdict_{answer.verdict.name.lower()}")
    if answer.assurance:
        yield from wrapped(answer.assurance)
    if answer.verdict is Verdict.SILENT:
        if answer.unseen:
            yield f"{ENGLISH('unseen')} {', '.join(answer.unseen)}."
        if answer.hits:
            yield from ("", f"{ENGLISH('nearest')}:")
    elif answer.hits:
        yield from ("", *wrapped(f"“{flat(answer.hits[0].quote)}” [1]"))
    for hit in answer.hits:
        yield from ("", *_hit_lines(hit))


def _hit_lines(hit: Hit) -> Iterator[str]:
    yield from wrapped(f"[{hit.number}] {shown(locator(hit))}")
    yield from wrapped(flat(hit.passage.text), indent="    ")
    yield f"    {shown(hit.source.path)}:{hit.passage.start}-{hit.passage.end}"
    for other in hit.also_in:
        said = ENGLISH("almost_same")
        yield f"    {said} {shown(other.source.title)} {place(other, ENGLISH)}"


def locator(hit: Hit) -> str:
    """Where the passage stands, so that a person can find it without a computer."""
    passage = hit.passage
    where = place(passage, ENGLISH)
    return " › ".join((hit.source.title, *passage.headings, where))


def every_lines(found: EveryAnswer) -> Iterator[str]:
    """Every passage found, under its document, with the counts before."""
    if found.notice:
        yield from (*wrapped(found.notice), "")
    passages = counted(found.count, "passage")
    yield f"{passages} in {counted(len(found.documents), 'document')}."
    for document in found.documents:
        title = shown(document.source.title)
        yield from ("", f"{title} ({len(document.passages)})")
        for one in document.passages:
            passage = one.passage
            headings = "".join(f"{shown(name)} › " for name in passage.headings)
            yield from ("", f"  {headings}{place(passage, ENGLISH)}")
            yield from wrapped(flat(passage.text), indent="    ")
            yield f"    {shown(document.source.path)}:{passage.start}-{passage.end}"


def absence_lines(report: AbsenceReport) -> Iterator[str]:
    """Where a phrase stands, or that it is nowhere; what was searched and when."""
    phrase = flat(report.phrase)
    searched = (
        f"{counted(report.paragraphs, 'paragraph')} of "
        f"{counted(report.documents, 'document')}"
    )
    whole = "headings and left-out parts"
    if report.places:
        times = counted(len(report.places), "time")
        yield f"“{phrase}” stands {times} in {searched}, {whole} looked through, too"
        yield f"(index of {report.built}):"
        for place in report.places:
            yield (
                f"    {shown(place.source.title)}, {_kind(place)}  "
                f"{shown(place.source.path)}:{place.start}-{place.end}"
            )
    else:
        yield f"“{phrase}” stands in none of {searched}, nor in their {whole}"
        yield f"(index of {report.built})."
    if report.unread:
        files = counted(report.unread, "file")
        yield f"Not searched, because not readable: {files}."
    if report.nearest and not report.places:
        yield from ("", "Nearest wording:")
        for hit in report.nearest:
            yield from ("", *_hit_lines(hit))


def _kind(one: Occurrence) -> str:
    """In what an occurrence stands: a paragraph by its place, a heading, a note."""
    if one.kind is BlockKind.FURNITURE:
        return f"left out ({one.note})"
    where = place(one, ENGLISH)
    return f"heading {where}".rstrip() if one.kind is BlockKind.HEADING else where


def file_lines(reports: Sequence[FileReport]) -> Iterator[str]:
    """One file a line, with what was left out of it below."""
    for report in reports:
        name = shown(report.source.path)
        if report.state is FileState.REFUSED:
            yield f"{name}: not read: {report.reason}"
            continue
        paragraphs = counted(report.paragraphs, "paragraph")
        yield f"{name}: {paragraphs}, {counted(report.passages, 'passage')}"
        if report.reason:
            yield f"    {report.state}: {report.reason}"
        for block in report.skipped:
            yield f"    left out, {block.start}-{block.end}: {block.note}"


def update_lines(report: UpdateReport) -> Iterator[str]:
    """What an update did, in a line or two, and each refusal."""
    yield from report.notices
    counts = [
        f"{len(paths)} {word}"
        for paths, word in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
        )
        if paths
    ]
    yield (
        f"Documents: {', '.join(counts) or 'none'}; "
        f"{counted(report.embedded, 'text')} embedded in {report.seconds:.1f} s."
    )
    for file in report.refused:
        yield f"{shown(file.source.path)}: {file.state}: {file.reason}"


class ProgressBar:
    """A bar on standard error that is cleared away at the end."""

    def __init__(self, *, hidden: bool) -> None:
        """Prepare; nothing is drawn yet."""
        self._hidden = hidden
        self._bar = tqdm(
            desc="Indexing", unit="B", unit_scale=True, disable=hidden, leave=False
        )
        self._publishing: tqdm | None = None

    def __call__(self, progress: Progress) -> None:
        """Show how far the update has come."""
        self._bar.total = progress.total
        self._bar.set_postfix_str(shown(progress.path)[-40:], refresh=False)
        self._bar.update(progress.done - self._bar.n)

    def publishing(self, how_far: Publishing) -> None:
        """Show how far a cluster is brought in step, in place of the update."""
        if self._publishing is None:
            self._bar.close()
            self._publishing = tqdm(
                desc="Sending to the cluster",
                unit=" documents",
                disable=self._hidden,
                leave=False,
            )
        bar = self._publishing
        bar.total = how_far.total
        bar.set_postfix_str(shown(how_far.path)[-40:], refresh=False)
        bar.update(how_far.done - bar.n)

    def __enter__(self) -> Self:
        """The bar itself, cleared away at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the bar away."""
        self.close()

    def close(self) -> None:
        """Clear the bar away."""
        self._bar.close()
        if self._publishing is not None:
            self._publishing.close()


def flat(text: str) -> str:
    """A quote on one line; only its white space is changed."""
    return shown(" ".join(text.split()))


def shown(text: str) -> str:
    """Without signs that rewrite what a terminal shows, or turn its lines around.

    Joiners and soft hyphens are part of the words and stay.
    """
    return _REWRITING.sub("\N{REPLACEMENT CHARACTER}", text)


def counted(number: int, noun: str) -> str:
    """How many there are: "1 file", "2,000 files"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of words; a word is never parted, so that a quote can be copied."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]
