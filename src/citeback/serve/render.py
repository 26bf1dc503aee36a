"""Turns questions and answers into escaped HTML. Pure: no input or output.

Every text that comes from a document, a file name or a person goes through
`html.escape`; a quote is a slice of its passage and never edited.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import fields
from html import escape

from citeback.records import (
    Answer,
    Hit,
    Passage,
    Place,
    Span,
    Verdict,
)

# A card shows passages up to this long whole; of longer ones the best sentence and,
# where they fit, its neighbours. About eight lines of the chat at 1440 pixels.
CARD_CHARACTERS = 560

# Text whose longest line is shorter than this keeps its line breaks (verse, addresses);
# anything longer was wrapped by an editor and may flow.
VERSE_LINE_CHARACTERS = 56

QUESTION_CHARACTERS_SHOWN = 600

VERDICTS: dict[Verdict, str] = {
    Verdict.ANSWERS: "The text answers this.",
    Verdict.TOUCHES: "The text touches on this but may not answer it.",
    Verdict.SILENT: "The text does not say.",
}

# What each field of `Parts` measures, in plain words.
PART_LABELS = {
    "interaction": "Your words met in context",
    "passage_meaning": "Meaning of the whole passage",
    "sentence_meaning": "Meaning of its best sentence",
    "passage_words": "Your words in the passage",
    "sentence_words": "Your words in one sentence",
    "closeness": "Your words standing together",
}

_MARKDOWN_ESCAPES = {ord(mark): "\\" + mark for mark in string.punctuation}


def answer_html(
    answer: Answer, turn: int, lead_ins: Mapping[int, str] | None = None
) -> str:
    """The answer as HTML: the verdict, the lead quote if there is one, the cards.

    `turn` counts the session's questions from 0 and goes into every citation.
    `lead_ins` maps a passage's id to the text that introduces its list.
    """
    said = answer.verdict is not Verdict.SILENT
    pieces = [_verdict(answer)]
    if answer.notice:
        pieces.append(f'<p class="notice">{escape(answer.notice)}</p>')
    if answer.hits:
        if answer.verdict is Verdict.ANSWERS:
            pieces.append(_lead(answer.hits[0], turn))
        heading = "Passages" if said else "Nearest passages"
        led = answer.hits[0] if answer.verdict is Verdict.ANSWERS else None
        cards = "".join(
            _card(
                hit,
                turn,
                lead_in=(lead_ins or {}).get(hit.passage.id, ""),
                # Below its own quote a passage has to show what stands around it.
                limit=CARD_CHARACTERS * (2 if hit is led else 1),
            )
            for hit in answer.hits
        )
        pieces.append(f'<h3 class="cards-title">{heading}</h3>')
        pieces.append(f'<ol class="cards">{cards}</ol>')
    return _article(answer.verdict.name.lower(), turn, answer.question, pieces)


def problem_html(sentence: str, turn: int, question: str) -> str:
    """What went wrong, as a message of its own."""
    paragraph = f'<p class="problem" role="alert">{escape(sentence)}</p>'
    return _article("failed", turn, question, [paragraph])


def question_markdown(question: str) -> str:
    """The question, cut if very long, so that Markdown shows it letter by letter."""
    shown = question[:QUESTION_CHARACTERS_SHOWN]
    if len(shown) < len(question):
        shown += "…"
    return shown.translate(_MARKDOWN_ESCAPES)


def plain(text: str) -> str:
    """The text without what could be read as markup, for the framework's own parts."""
    return text.translate({ord(mark): " " for mark in "<>&"})


def spoken_answer(answer: Answer) -> str:
    """One line about the answer for screen readers."""
    return f"{VERDICTS[answer.verdict]} {counted(len(answer.hits), 'passage')} shown."


def keeps_lines(text: str) -> bool:
    """Whether the line breaks of the text mean something, as in verse."""
    lines = text.split("\n")
    return len(lines) > 1 and max(map(len, lines)) < VERSE_LINE_CHARACTERS


def place_label(paragraph: int, part: int = 1, parts: int = 1) -> str:
    """Where a passage stands, as people would cite it."""
    label = f"¶ {paragraph}"
    return label if parts == 1 else f"{label} (part {part} of {parts})"


def citation(hit: Hit) -> str:
    """The quote with its title and paragraph, ready to be pasted."""
    return f"“{hit.quote}” — {hit.source.title}, {place_label(hit.passage.paragraph)}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it needs one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _article(kind: str, turn: int, question: str, pieces: Sequence[str]) -> str:
    return (
        f'<article class="answer {kind}" data-turn="{turn}"'
        f' data-question="{escape(question)}">{"".join(pieces)}</article>'
    )


def _verdict(answer: Answer) -> str:
    sentence = VERDICTS[answer.verdict]
    if answer.verdict is not Verdict.SILENT:
        return f'<p class="verdict"><i aria-hidden="true"></i>{sentence}</p>'
    unseen = ""
    if answer.unseen:
        words = ", ".join(f"<q>{escape(word)}</q>" for word in answer.unseen)
        unseen = f'<p class="unseen">Words the text never uses: {words}.</p>'
    return f'<h3 class="verdict">{sentence}</h3>{unseen}'


def _lead(hit: Hit, turn: int) -> str:
    return (
        f'<figure class="lead"><blockquote dir="auto"{_lines(hit.quote)}>'
        f"{escape(hit.quote)}</blockquote><figcaption>{_cite(hit, turn)}"
        f'<span class="where"><cite><bdi>{escape(hit.source.title)}</bdi></cite>'
        f'<span class="place">{_place(hit.passage)}</span></span>{_copy(hit)}'
        "</figcaption></figure>"
    )


def _card(hit: Hit, turn: int, *, lead_in: str, limit: int) -> str:
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
            "Show all</button>"
        )
    return (
        f'<li class="card"><div class="card-head">{_cite(hit, turn)}'
        f'<div class="where"><span class="title"><bdi>{escape(hit.source.title)}'
        f'</bdi></span><span class="place">{_place(hit.passage)}</span>'
        f"{_heading_path(hit.passage)}</div></div>{introduced}"
        f'<blockquote dir="auto"{_lines(hit.passage.text)}>'
        f"{_marked(hit, *folded)}</blockquote>{_also_in(hit, turn)}"
        f'<div class="card-foot">{_why(hit)}{whole}{_copy(hit)}</div></li>'
    )


def _cite(hit: Hit, turn: int) -> str:
    label = f"Open source {hit.number}, {hit.source.title}, paragraph"
    return (
        f'<button type="button" class="cite" data-turn="{turn}" data-n="{hit.number}"'
        ' aria-pressed="false"'
        f' aria-label="{escape(label)} {hit.passage.paragraph}">{hit.number}</button>'
    )


def _also_in(hit: Hit, turn: int) -> str:
    if not hit.also_in:
        return ""

    def button(position: int, place: Place) -> str:
        return (
            f'<button type="button" class="cite also" data-turn="{turn}"'
            f' data-n="{hit.number}" data-also="{position}" aria-pressed="false">'
            f"<bdi>{escape(place.source.title)}</bdi>"
            f" {place_label(place.paragraph)}</button>"
        )

    buttons = " ".join(button(i, place) for i, place in enumerate(hit.also_in))
    return f'<p class="also-in">Almost the same in {buttons}</p>'


def _copy(hit: Hit) -> str:
    return (
        f'<button type="button" class="plain copy" data-copy="{escape(citation(hit))}"'
        f' aria-label="Copy quote {hit.number} with its source">Copy</button>'
    )


def _place(passage: Passage) -> str:
    return place_label(passage.paragraph, passage.part, passage.parts)


def _heading_path(passage: Passage) -> str:
    if not passage.headings:
        return ""
    path = " › ".join(passage.headings)
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


def _why(hit: Hit) -> str:
    """The parts of the score, as bars with what they measure."""
    rows = "".join(
        _bar(PART_LABELS[field.name], getattr(hit.parts, field.name))
        for field in fields(hit.parts)
    )
    return (
        '<details class="why"><summary>Why this passage</summary>'
        f'<dl class="parts">{rows}</dl>'
        "<p>Meaning: how near it is to the question’s. Words: how many of the"
        " question’s words occur, rare ones counting more.</p></details>"
    )


def _bar(label: str, value: float) -> str:
    percent = round(100 * min(1.0, max(0.0, value)))
    return (
        f'<div><dt>{label}</dt><dd><span class="bar" aria-hidden="true">'
        f'<i style="width:{percent}%"></i></span>{percent / 100:.2f}</dd></div>'
    )
