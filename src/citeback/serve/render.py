"""Turns questions and answers into escaped HTML. Pure: no input or output.

Every text that comes from a document, a file name or a person goes through
`html.escape`; a quote is a slice of its passage and never edited.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

from citeback.records import Answer, Verdict
from citeback.serve.cards import card_html, lead_html
from citeback.serve.links import DIGEST_LETTERS
from citeback.serve.notices import translated
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
    *,
    data: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The answer as HTML: the verdict, the lead quote if there is one, the cards.

    `turn` counts the session's questions from 0 and goes into every citation.
    `lead_ins` maps a passage's id to the text that introduces its list; `note` is a
    sentence to show above the passages; `data` is written down for the page's scripts.
    """
    said = answer.verdict is not Verdict.SILENT
    pieces = [*_understood(answer, words), _verdict(answer, words)]
    pieces += [
        f'<p class="notice">{escape(sentence)}</p>'
        for sentence in (note, translated(answer.notice, words))
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
    states = {h.source.path: h.source.digest for h in answer.hits}
    return article_html(
        answer.verdict.name.lower(),
        turn,
        answer.question,
        pieces,
        {"seen": seen(states), "searched": answer.searched, **data},
    )


def problem_html(
    sentence: str,
    turn: int,
    question: str,
    *,
    data: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """What went wrong, as a message of its own."""
    paragraph = f'<p class="problem" role="alert">{escape(sentence)}</p>'
    return article_html("failed", turn, question, [paragraph], data)


def question_markdown(question: str) -> str:
    """The question, cut if very long, so that Markdown shows it letter by letter."""
    shown = question[:QUESTION_CHARACTERS_SHOWN]
    if len(shown) < len(question):
        shown += "…"
    return shown.translate(_MARKDOWN_ESCAPES)


def spoken_answer(answer: Answer, words: Words) -> str:
    """One line about the answer for screen readers."""
    return words(
        "answer_spoken",
        verdict=_sentence(answer, words),
        passages=words.counted("passage", len(answer.hits)),
    )


def _sentence(answer: Answer, words: Words) -> str:
    return words(f"verdict_{answer.verdict.name.lower()}")


def seen(digests: Mapping[str, str]) -> str:
    """The states of the documents that are quoted, by path, to notice a change later."""
    short = {path: digest[:DIGEST_LETTERS] for path, digest in digests.items()}
    return json.dumps(short)


def _understood(answer: Answer, words: Words) -> list[str]:
    """What a follow-up question was completed to, or that it is none any more."""
    if answer.new_topic:
        return [f'<p class="aside">{escape(words("new_topic_noticed"))}</p>']
    if not answer.searched:
        return []
    searched = escape(answer.searched)
    edit = (
        f'<button type="button" class="plain edit" data-edit="{searched}"'
        f' aria-label="{escape(words("edit_label"))}">{escape(words("edit"))}</button>'
    )
    said = escape(words("searched_for"))
    return [f'<p class="searched">{said} <q dir="auto">{searched}</q> {edit}</p>']


def article_html(
    kind: str,
    turn: int,
    question: str,
    pieces: Sequence[str],
    data: Mapping[str, str],
) -> str:
    """The library's side of a turn, with what the page's scripts go by."""
    written = "".join(f' data-{key}="{escape(data[key])}"' for key in data)
    return (
        f'<article class="answer {kind}" data-turn="{turn}"'
        f' data-question="{escape(question)}"{written}>{"".join(pieces)}</article>'
    )


def _verdict(answer: Answer, words: Words) -> str:
    sentence = escape(_sentence(answer, words))
    assurance = ""
    if answer.assurance:
        assurance = (
            f'<p class="assurance">{escape(translated(answer.assurance, words))}</p>'
        )
    if answer.verdict is not Verdict.SILENT:
        dot = '<i aria-hidden="true"></i>'
        return f'<p class="verdict">{dot}{sentence}</p>{assurance}'
    unseen = ""
    if answer.unseen:
        listed = ", ".join(f"<q>{escape(word)}</q>" for word in answer.unseen)
        unseen = f'<p class="unseen">{escape(words("unseen"))} {listed}.</p>'
    return f'<h3 class="verdict">{sentence}</h3>{assurance}{unseen}'
