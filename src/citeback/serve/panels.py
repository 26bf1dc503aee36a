"""What stands around the conversation, as escaped HTML: header and welcome. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from citeback.records import LibrarySize
from citeback.serve.guard.callers import Caller
from citeback.serve.strings import Words

FOLDER = "content/"


def header_html(
    size: LibrarySize | None,
    words: Words,
    caller: Caller | None = None,
    *,
    away: str = "",
) -> str:
    """The name of the tool, what the library holds, and the buttons of the panels.

    The size is left out where it is not yet known; what is going on is written in by
    state.js. Whoever is signed in can sign out. `away` is the address outside this
    machine where passages are sent to have a model write, "" where there is none.
    """
    return (
        '<header class="masthead"><h1>Citeback</h1>'
        f'<p class="size">{_size(size, words, away) if size else ""}</p>'
        '<p class="state" role="status"></p>'
        '<button type="button" class="plain icon fresh" data-fresh'
        f' aria-label="{escape(words("start_over"))}">'
        f"<span>{escape(words('start_over'))}</span></button>"
        f"{_opener('dossier', words)}{_opener('check', words)}"
        f"{_opener('history', words)}{_opener('library', words)}"
        f"{_account(caller, words) if caller else ''}"
        '<button type="button" class="plain help" data-help'
        f' aria-label="{escape(words("shortcuts"))}">?</button></header>'
    )


def welcome_html(
    examples: Sequence[str], words: Words, *, empty: bool, shared: bool = False
) -> str:
    """What stands in place of the conversation before the first question."""
    if empty:
        said = escape(words("empty_private")) if shared else _with_folder(words)
        return (
            f'<div class="welcome"><h2>{escape(words("empty"))}</h2><p>{said}</p></div>'
        )
    buttons = "".join(
        f'<li><button type="button" dir="auto" data-question="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in examples
    )
    listed = (
        f'<p class="try">{escape(words("for_example"))}</p>'
        f'<ul class="examples">{buttons}</ul>'
        if buttons
        else ""
    )
    return (
        f'<div class="welcome"><h2>{escape(words("welcome"))}</h2>'
        f"<p>{escape(words('welcome_text'))}</p>{listed}</div>"
    )


def waiting_html(why: str, words: Words) -> str:
    """The line under a question that has to wait; `why` is the key of its sentence."""
    return f'<p class="waiting" role="status">{escape(words(why))}</p>'


def topic_html(words: Words) -> str:
    """The line between a topic and the next."""
    return f'<p class="topic-line">{escape(words("new_topic"))}</p>'


def _opener(drawer: str, words: Words) -> str:
    return (
        f'<button type="button" class="plain icon {drawer}" data-drawer="{drawer}"'
        f' aria-expanded="false" aria-controls="{drawer}"'
        f' aria-label="{escape(words(drawer))}">'
        f"<span>{escape(words(drawer))}</span></button>"
    )


def _account(caller: Caller, words: Words) -> str:
    """The way out, with who it is that goes."""
    role = words("role_curator") if caller.role.rank else words("role_reader")
    told = words("signed_in_as", name=caller.name, role=role)
    return (
        '<button type="button" class="plain icon account" data-sign-out'
        f' data-account="{escape(caller.name)}" title="{escape(told)}"'
        f' aria-label="{escape(words("sign_out"))}">'
        f"<span>{escape(words('sign_out'))}</span></button>"
    )


def _with_folder(words: Words) -> str:
    return escape(words("empty_text", folder=FOLDER)).replace(
        FOLDER, f'<code dir="ltr">{FOLDER}</code>'
    )


def _size(size: LibrarySize, words: Words, away: str) -> str:
    documents = words.counted("document", size.documents)
    held = f"{documents} · {words.counted('paragraph', size.paragraphs)}"
    offline = words("offline_but", address=away) if away else words("works_offline")
    return f'{held}<span class="wide"> · {escape(offline)}</span>'
