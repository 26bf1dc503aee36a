"""Every passage that holds what was asked for, as escaped HTML by document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from citeback.records import EveryAnswer, FoundPassage, Source, Span
from citeback.serve.cards import (
    cite_html,
    copy_html,
    heading_path_html,
    keeps_lines,
    link_html,
    pin_html,
)
from citeback.serve.notices import translated
from citeback.serve.places import place
from citeback.serve.reading import Cited
from citeback.serve.render import article_html, seen
from citeback.serve.strings import Words

# So many passages are shown at first, and with each further step.
STEP = 50


@dataclass(frozen=True, slots=True)
class Numbered:
    """A passage found, numbered from 1 through all documents."""

    number: int
    source: Source
    found: FoundPassage


def numbered(answer: EveryAnswer, most: int) -> Iterator[Numbered]:
    """The first passages found, in order."""
    number = 0
    for document in answer.documents:
        for one in document.passages:
            number += 1
            if number > most:
                return
            yield Numbered(number, document.source, one)


def found_html(
    answer: EveryAnswer,
    turn: int,
    words: Words,
    note: str,
    *,
    shown: int,
    data: Mapping[str, str],
) -> str:
    """How many passages there are, and the first `shown` of them by document."""
    listed = list(numbered(answer, shown))
    pieces = [f'<h3 class="verdict">{escape(count_sentence(answer, words))}</h3>']
    pieces += [
        f'<p class="notice">{escape(sentence)}</p>'
        for sentence in (note, translated(answer.notice, words))
        if sentence
    ]
    counts = {one.source.path: len(one.passages) for one in answer.documents}
    for path, group in groupby(listed, lambda one: one.source.path):
        pieces.append(_document(list(group), counts[path], turn, words))
    if len(listed) < answer.count:
        more = min(STEP, answer.count - len(listed))
        pieces.append(
            f'<button type="button" class="plain more" data-turn="{turn}">'
            f"{escape(words('show_more', number=more))}</button>"
        )
    states = {one.source.path: one.source.digest for one in listed}
    return article_html(
        "found", turn, answer.question, pieces, {"seen": seen(states), **data}
    )


def count_sentence(answer: EveryAnswer, words: Words) -> str:
    """ "12 passages in 3 documents", or that there is none."""
    if not answer.count:
        return words("found_none")
    return words(
        "found_in",
        passages=words.counted("passage", answer.count),
        documents=words.counted("document", len(answer.documents)),
    )


def cited_found(answer: EveryAnswer, path: str, most: int) -> tuple[Cited, ...]:
    """The passages in one document that are shown, to be marked in the reader."""
    return tuple(
        Cited(
            number=one.number,
            passage=Span(one.found.passage.start, one.found.passage.end),
            best=Span(one.found.passage.start, one.found.passage.end),
            words=one.found.words,
            paragraph=one.found.passage.paragraph,
            part=one.found.passage.part,
            parts=one.found.passage.parts,
        )
        for one in numbered(answer, most)
        if one.source.path == path
    )


def _document(group: list[Numbered], count: int, turn: int, words: Words) -> str:
    cards = "".join(_card(one, turn, words) for one in group)
    counted = escape(words.counted("passage", count))
    return (
        f'<section class="found-in"><h4><bdi class="title">'
        f"{escape(group[0].source.title)}</bdi> <small>{counted}</small></h4>"
        f'<ol class="cards">{cards}</ol></section>'
    )


def _card(one: Numbered, turn: int, words: Words) -> str:
    passage = one.found.passage
    label = words(
        "open_source",
        number=one.number,
        title=one.source.title,
        paragraph=passage.paragraph,
    )
    span = Span(passage.start, passage.end)
    lines = ' class="verse"' if keeps_lines(passage.text) else ""
    return (
        f'<li class="card compact" data-n="{one.number}"><div class="card-head">'
        f'<button type="button" class="cite" data-turn="{turn}" data-n="{one.number}"'
        f' aria-pressed="false" aria-label="{escape(label)}">{one.number}</button>'
        f'<div class="where"><span class="place">{escape(place(passage, words))}</span>'
        f"{heading_path_html(passage, one.source.title)}</div></div>"
        f'<blockquote dir="auto"{lines}>{_marked(one.found)}</blockquote>'
        '<div class="card-foot"><span class="copies">'
        f"{pin_html(one.number, one.source, span, words)}"
        f"{link_html(one.number, one.source, span, words)}"
        f"{cite_html(one.number, one.source, span, words)}"
        f"{copy_html(one.number, passage.text, one.source, passage, words, span=span)}"
        "</span></div></li>"
    )


def _marked(found: FoundPassage) -> str:
    """The passage's text with the words that were looked for marked."""
    passage = found.passage
    marked, at = "", passage.start

    def text(start: int, end: int) -> str:
        return escape(passage.text[start - passage.start : end - passage.start])

    for word in found.words:
        marked += f"{text(at, word.start)}<mark>{text(word.start, word.end)}</mark>"
        at = word.end
    return marked + text(at, passage.end)
