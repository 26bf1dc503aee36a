"""Turns questions and answers into escaped HTML. Pure: no input or output.

Every text that comes from a document, a file name or a person goes through
`html.escape`; a quote is a slice of its passage and never edited.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from html import escape

from citeback.records import Answer, Verdict
from citeback.serve.cards import DIGEST_LETTERS, card_html, lead_html
from citeback.serve.strings import Words

# A card shows passages up to this long whole; of longer ones the best sentence and,
# where they fit, its neighbours. About eight lines of the chat at 1440 pixels.
CARD_CHARACTERS = 560

QUESTION_CHARACTERS_SHOWN = 600

_MARKDOWN_ESCAPES = {ord(mark): "\\" + mark for mark in string.punctuation}


def answer_html(
    answer: Answer,
    turn: int,
    words: Words,
    lead_ins: Mapping[int, str] | None = None,
    note: str = "",
) -> str:
    """The answer as HTML: the verdict, the lead quote if there is one, the cards.

    `turn` counts the session's questions from 0 and goes into every citation.
    `lead_ins` maps a passage's id to the text that introduces its list; `note` is a
    sentence to show above the passages.
    """
    said = answer.verdict is not Verdict.SILENT
    pieces = [_verdict(answer, words)]
    pieces += [
        f'<p class="notice">{escape(sentence)}</p>'
        for sentence in (note, answer.notice)
        if sentence
    ]
    if answer.hits:
        led = answer.hits[0] if answer.verdict is Verdict.ANSWERS else None
        if led:
            pieces.append(lead_html(led, turn, words))
        cards = "".join(
            card_html(
                hit,
                turn,
                words,
                lead_in=(lead_ins or {}).get(hit.passage.id, ""),
                # Below its own quote a passage has to show what stands around it.
                limit=CARD_CHARACTERS * (2 if hit is led else 1),
            )
            for hit in answer.hits
        )
        heading = escape(words("passages" if said else "nearest"))
        pieces.append(f'<h3 class="cards-title">{heading}</h3>')
        pieces.append(f'<ol class="cards">{cards}</ol>')
    return _article(
        answer.verdict.name.lower(), turn, answer.question, pieces, _seen(answer)
    )


def problem_html(sentence: str, turn: int, question: str) -> str:
    """What went wrong, as a message of its own."""
    paragraph = f'<p class="problem" role="alert">{escape(sentence)}</p>'
    return _article("failed", turn, question, [paragraph], {})


def question_markdown(question: str) -> str:
    """The question, cut if very long, so that Markdown shows it letter by letter."""
    shown = question[:QUESTION_CHARACTERS_SHOWN]
    if len(shown) < len(question):
        shown += "…"
    return shown.translate(_MARKDOWN_ESCAPES)


def plain(text: str) -> str:
    """The text without what could be read as markup, for the framework's own parts."""
    return text.translate({ord(mark): " " for mark in "<>&"})


def spoken_answer(answer: Answer, words: Words) -> str:
    """One line about the answer for screen readers."""
    return words(
        "answer_spoken",
        verdict=_sentence(answer, words),
        passages=words.counted("passage", len(answer.hits)),
    )


def _sentence(answer: Answer, words: Words) -> str:
    return words(f"verdict_{answer.verdict.name.lower()}")


def _seen(answer: Answer) -> dict[str, str]:
    """The states of the documents that an answer quotes, to notice a change later."""
    return {h.source.path: h.source.digest[:DIGEST_LETTERS] for h in answer.hits}


def _article(
    kind: str,
    turn: int,
    question: str,
    pieces: Sequence[str],
    seen: Mapping[str, str],
) -> str:
    return (
        f'<article class="answer {kind}" data-turn="{turn}"'
        f' data-question="{escape(question)}" data-seen="{escape(json.dumps(seen))}">'
        f"{''.join(pieces)}</article>"
    )


def _verdict(answer: Answer, words: Words) -> str:
    sentence = escape(_sentence(answer, words))
    assurance = ""
    if answer.assurance:
        assurance = f'<p class="assurance">{escape(answer.assurance)}</p>'
    if answer.verdict is not Verdict.SILENT:
        dot = '<i aria-hidden="true"></i>'
        return f'<p class="verdict">{dot}{sentence}</p>{assurance}'
    unseen = ""
    if answer.unseen:
        listed = ", ".join(f"<q>{escape(word)}</q>" for word in answer.unseen)
        unseen = f'<p class="unseen">{escape(words("unseen"))} {listed}.</p>'
    return f'<h3 class="verdict">{sentence}</h3>{assurance}{unseen}'
