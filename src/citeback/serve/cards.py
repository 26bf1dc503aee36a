"""A quote and its place as escaped HTML: the lead of an answer, and its cards. Pure."""

from __future__ import annotations

from dataclasses import fields
from html import escape

from citeback.records import Hit, Passage, Place, Source, Span
from citeback.serve.links import DIGEST_LETTERS, link_query
from citeback.serve.places import located, place
from citeback.serve.strings import Words

# Text whose longest line is shorter than this keeps its line breaks (verse, addresses);
# anything longer was wrapped by an editor and may flow.
VERSE_LINE_CHARACTERS = 56


def lead_html(hit: Hit, turn: int, words: Words) -> str:
    """The best sentence of the best passage, set large."""
    return (
        f'<figure class="lead"><blockquote dir="auto"{_lines(hit.quote)}>'
        f"{escape(hit.quote)}</blockquote><figcaption>{_cite(hit, turn, words)}"
        f'<span class="where"><cite><bdi>{escape(hit.source.title)}</bdi></cite>'
        f'<span class="place">{escape(place(hit.passage, words))}</span></span>'
        f'<span class="copies">{pin_html(hit.number, hit.source, hit.best, words)}'
        f"{cite_html(hit.number, hit.source, hit.best, words)}"
        f"{_copy(hit, words)}</span></figcaption></figure>"
    )


def card_html(hit: Hit, turn: int, words: Words, *, lead_in: str, limit: int) -> str:
    """A passage with its place; longer than `limit` letters, it is folded at first."""
    introduced = (
        f'<p class="lead-in" dir="auto">{escape(lead_in)} '
        '<span class="gap" aria-hidden="true">…</span></p>'
        if lead_in
        else ""
    )
    folded = _fold(hit.passage, hit.best, limit)
    whole = ""
    if folded != (hit.passage.start, hit.passage.end):
        whole = (
            '<button type="button" class="plain whole" aria-expanded="false">'
            f"{escape(words('show_all'))}</button>"
        )
    return (
        f'<li class="card" data-n="{hit.number}"><div class="card-head">'
        f'{_cite(hit, turn, words)}<div class="where"><span class="title"><bdi>'
        f'{escape(hit.source.title)}</bdi></span><span class="place">'
        f"{escape(place(hit.passage, words))}</span>"
        f"{heading_path_html(hit.passage, hit.source.title)}</div></div>"
        f'{introduced}<blockquote dir="auto"{_lines(hit.passage.text)}>'
        f"{_marked(hit, *folded)}</blockquote>{_also_in(hit, turn, words)}"
        f'<div class="card-foot">{_why(hit, words)}{whole}{_around(hit, turn, words)}'
        '<span class="copies">'
        f"{pin_html(hit.number, hit.source, hit.best, words)}"
        f"{link_html(hit.number, hit.source, hit.best, words)}"
        f"{cite_html(hit.number, hit.source, hit.best, words)}{_copy(hit, words)}"
        "</span></div></li>"
    )


def keeps_lines(text: str) -> bool:
    """Whether the line breaks of the text mean something, as in verse."""
    lines = text.split("\n")
    return len(lines) > 1 and max(map(len, lines)) < VERSE_LINE_CHARACTERS


def citation(quote: str, source: Source, passage: Passage, words: Words) -> str:
    """The quote with its title and place, ready to be pasted."""
    where = [located(passage.locator, words)] if passage.locator else []
    return ", ".join((f"“{quote}” — {source.title}", *where, f"¶ {passage.paragraph}"))


def _cite(hit: Hit, turn: int, words: Words) -> str:
    label = words(
        "open_source",
        number=hit.number,
        title=hit.source.title,
        paragraph=hit.passage.paragraph,
    )
    return (
        f'<button type="button" class="cite" data-turn="{turn}" data-n="{hit.number}"'
        f' aria-pressed="false" aria-label="{escape(label)}">{hit.number}</button>'
    )


def _also_in(hit: Hit, turn: int, words: Words) -> str:
    if not hit.also_in:
        return ""

    def button(position: int, one: Place) -> str:
        return (
            f'<button type="button" class="cite also" data-turn="{turn}"'
            f' data-n="{hit.number}" data-also="{position}" aria-pressed="false">'
            f"<bdi>{escape(one.source.title)}</bdi> {escape(place(one, words))}</button>"
        )

    buttons = " ".join(button(i, one) for i, one in enumerate(hit.also_in))
    return f'<p class="also-in">{escape(words("almost_same"))} {buttons}</p>'


def _around(hit: Hit, turn: int, words: Words) -> str:
    label = escape(words("show_around_label", number=hit.number))
    return (
        f'<button type="button" class="plain around" data-turn="{turn}"'
        f' data-n="{hit.number}" aria-expanded="false" aria-label="{label}">'
        f"{escape(words('show_around'))}</button>"
    )


def pin_html(number: int, source: Source, span: Span, words: Words) -> str:
    """The button that puts a passage into the dossier; pressed where it is there."""
    label = escape(words("pin_label", number=number))
    return (
        f'<button type="button" class="plain pin"{_at(source, span)} aria-label="{label}"'
        f' aria-pressed="false">{escape(words("pin"))}</button>'
    )


def cite_html(number: int, source: Source, span: Span, words: Words) -> str:
    """The button that opens the choice of styles for a quote's reference."""
    label = escape(words("cite_label", number=number))
    return (
        f'<button type="button" class="plain reference"{_at(source, span)}'
        f' aria-haspopup="dialog" aria-label="{label}">{escape(words("cite"))}</button>'
    )


def _at(source: Source, span: Span) -> str:
    """Which stretch of which document a button is about, for the page's scripts."""
    return (
        f' data-of="{escape(source.path)}" data-start="{span.start}"'
        f' data-end="{span.end}" data-state="{source.digest[:DIGEST_LETTERS]}"'
    )


def copy_html(
    number: int,
    quote: str,
    source: Source,
    passage: Passage,
    words: Words,
    *,
    span: Span,
) -> str:
    """The button that copies a quote with its place."""
    label = escape(words("copy_label", number=number))
    copied = escape(citation(quote, source, passage, words))
    return (
        f'<button type="button" class="plain copy" data-copy="{copied}"{_at(source, span)}'
        f' aria-label="{label}">{escape(words("copy"))}</button>'
    )


def link_html(number: int, source: Source, span: Span, words: Words) -> str:
    """The button that copies a link to a stretch of a document."""
    label = escape(words("copy_link_label", number=number))
    query = escape(link_query(source, span))
    return (
        f'<button type="button" class="plain link" data-link="{query}"'
        f' aria-label="{label}">{escape(words("copy_link"))}</button>'
    )


def _copy(hit: Hit, words: Words) -> str:
    return copy_html(
        hit.number, hit.quote, hit.source, hit.passage, words, span=hit.best
    )


def heading_path_html(passage: Passage, title: str) -> str:
    """The headings above a passage, but for one that says what the title says."""
    headings = passage.headings
    if headings and headings[0].casefold() == title.casefold():
        headings = headings[1:]
    if not headings:
        return ""
    path = " › ".join(headings)
    return f'<span class="path"><bdi>{escape(path)}</bdi></span>'


def _lines(text: str) -> str:
    return ' class="verse"' if keeps_lines(text) else ""


def _fold(passage: Passage, best: Span, limit: int) -> tuple[int, int]:
    """The part of a passage that a card shows at first, in document offsets."""
    if len(passage.text) <= limit:
        return passage.start, passage.end
    start, end = best.start, best.end
    before = [s.start for s in passage.sentences if s.end <= best.start]
    after = [s.end for s in passage.sentences if s.start >= best.end]
    if after and min(after) - start <= limit:
        end = min(after)
    if before and end - max(before) <= limit:
        start = max(before)
    return start, end


def _marked(hit: Hit, shown_from: int, shown_to: int) -> str:
    """The passage's text, its best sentence and the words in it that met the question
    marked, what is folded away wrapped.
    """
    passage, best = hit.passage, hit.best

    def text(start: int, end: int) -> str:
        return escape(passage.text[start - passage.start : end - passage.start])

    def folded(start: int, end: int) -> str:
        if start == end:
            return ""
        gap = '<span class="gap" aria-hidden="true"> … </span>'
        return f'{gap}<span class="rest">{text(start, end)}</span>'

    best_sentence, at = "", best.start
    for word in hit.words:
        best_sentence += f"{text(at, word.start)}<b>{text(word.start, word.end)}</b>"
        at = word.end
    best_sentence += text(at, best.end)
    return (
        f"{folded(passage.start, shown_from)}{text(shown_from, best.start)}"
        f"<mark>{best_sentence}</mark>"
        f"{text(best.end, shown_to)}{folded(shown_to, passage.end)}"
    )


def _why(hit: Hit, words: Words) -> str:
    """The parts of the score, as bars with what they measure."""
    rows = "".join(
        _bar(words(f"part_{field.name}"), getattr(hit.parts, field.name))
        for field in fields(hit.parts)
    )
    return (
        f'<details class="why"><summary>{escape(words("why"))}</summary>'
        f'<dl class="parts">{rows}</dl><p>{escape(words("why_note"))}</p></details>'
    )


def _bar(label: str, value: float) -> str:
    percent = round(100 * min(1.0, max(0.0, value)))
    return (
        f'<div><dt>{escape(label)}</dt><dd><span class="bar" aria-hidden="true">'
        f'<i style="width:{percent}%"></i></span>{percent / 100:.2f}</dd></div>'
    )
