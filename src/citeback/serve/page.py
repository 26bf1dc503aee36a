"""The page: its layout and what happens on each event. The only file with gradio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

# Before the import: with analytics on, gradio looks up outside hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.routing import Mount

from citeback.errors import IndexStateError
from citeback.records import LibrarySize
from citeback.serve import replies
from citeback.serve.asking import Asked, Manner, asked_now, remembered
from citeback.serve.failures import quietly
from citeback.serve.guard.callers import Caller, caller_of
from citeback.serve.head import ASSETS, asset, head_html
from citeback.serve.jobs import UNEXPECTED
from citeback.serve.judging import judged
from citeback.serve.panels import (
    header_html,
    topic_html,
    waiting_html,
    welcome_html,
)
from citeback.serve.reads import Reads
from citeback.serve.render import question_markdown
from citeback.serve.requests import not_understood
from citeback.serve.session import TURNS_KEPT, Turn, show_more, take_again, take_turn
from citeback.serve.strings import Words, words_for, words_of
from citeback.serve.theme import COLOURS, MONO, SANS
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import Stage, WarmUp
from citeback.serve.writing import Writing, page_value
from citeback.settings import Settings
from citeback.write.writer import writer_of

# An hour after a tab is closed its conversation is forgotten here (seconds).
SESSION_SECONDS = 3600
ASKED_AT_ONCE = 4

NOTHING_YET = LibrarySize(documents=0, paragraphs=0, passages=0, sentences=0)


def build_page(visitors: Visitors, warm_up: WarmUp) -> gr.Blocks:
    """The page of a library, which may still be warming up; not yet served."""
    page = gr.Blocks(title="Citeback", fill_width=True, analytics_enabled=False)
    english = words_of("en")
    with page:
        turns = gr.State([], time_to_live=SESSION_SECONDS)
        # What the library holds is filled in when the page is opened.
        header = _html(
            header_html(None, english),
            elem_id="header",
            js_on_load=asset("header.js"),
        )
        with gr.Column(elem_id="library", elem_classes="drawer"):
            _drawn("library.js", elem_id="panel")
        with gr.Column(elem_id="check", elem_classes="drawer"):
            _drawn("check.js", elem_id="checking")
        with gr.Column(elem_id="history", elem_classes="drawer"):
            memory = _drawn("history.js", elem_id="memory")
        with gr.Column(elem_id="dossier", elem_classes="drawer"):
            _drawn("dossier.js", elem_id="pins")
        with gr.Row(elem_id="main"):
            with gr.Column(elem_id="left", scale=5):
                welcome = _html("", elem_id="welcome", js_on_load=asset("welcome.js"))
                chat = _chatbot(english)
                box = gr.Textbox(
                    placeholder=english("ask_placeholder"),
                    label=english("question"),
                    show_label=False,
                    elem_id="question",
                    lines=1,
                    max_lines=4,
                    autofocus=True,
                    submit_btn=english("ask"),
                )
                way = _drawn("asking.js", elem_id="asking")
            with gr.Column(elem_id="right", scale=4):
                reader = _drawn("reader.js", "reader.html", elem_id="reader")
                around = _drawn("around.js", elem_id="around")
                finding = _drawn("finding.js", elem_id="finding")
                # One file for all visitors would mix what they judge.
                judging = (
                    None if visitors.shared else _drawn("judging.js", elem_id="judging")
                )
                writing = _writing(visitors.library.settings)
                written = None
                if writing is not None:
                    value = page_value(writing.writer)
                    written = _drawn("writing.js", elem_id="writing", value=value)

        def reads(request: gr.Request) -> Reads:
            """What the questions of whoever sent the request are put to."""
            return visitors.reads(visitors.key_of(request))

        # Held while a question is answered, not while it waits for the model.
        slots = asyncio.Semaphore(ASKED_AT_ONCE)

        async def ask(
            question: str, turns: list[Turn], way: object, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            asked, words = asked_now(question, way), _words(request)
            async for shown in _answered(
                reads(request), warm_up, slots, asked, turns, words
            ):
                yield shown

        async def ask_event(
            turns: list[Turn], event: gr.EventData, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            asked, words = asked_now(str(event.question), event.way), _words(request)
            async for shown in _answered(
                reads(request), warm_up, slots, asked, turns, words
            ):
                yield shown

        def more(
            turns: list[Turn], event: gr.EventData, request: gr.Request
        ) -> tuple[list[dict[str, Any]], list[Turn]]:
            turns = show_more(turns, int(event.turn))
            return _messages(turns, _words(request)), turns

        def leave_topic(turns: list[Turn], request: gr.Request) -> list[dict[str, Any]]:
            words = _words(request)
            return [*_messages(turns, words), _divider(words)]

        async def recall(
            event: gr.EventData, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            async for shown in _recalled(
                reads(request), warm_up, slots, event, _words(request)
            ):
                yield shown

        def open_source(
            turns: list[Turn], event: gr.EventData, request: gr.Request
        ) -> Any:
            value = replies.opened(
                reads(request), turns, event.wanted, focus=not event.quiet, reply=True
            )
            return gr.skip() if value is None else value

        def show_around(
            turns: list[Turn], event: gr.EventData, request: gr.Request
        ) -> Any:
            value = replies.around(reads(request), turns, event.wanted)
            return gr.skip() if value is None else value

        def find(event: gr.EventData, request: gr.Request) -> Any:
            value = replies.found(reads(request), event.wanted)
            return gr.skip() if value is None else value

        def judge(turns: list[Turn], event: gr.EventData) -> Any:
            value = judged(turns, event, visitors.library.settings.judgements)
            return gr.skip() if value is None else value

        async def write(turns: list[Turn], event: gr.EventData) -> Any:
            value = await writing.replied(turns, event) if writing else None
            return gr.skip() if value is None else value

        def show_library(request: gr.Request) -> tuple[str, str]:
            key = visitors.key_of(request)
            library, mine = visitors.reads(key), visitors.is_owner(key)
            caller = caller_of(request)
            writer = writing.writer if writing else None
            away = writer.address if writer and not writer.local else ""
            return _panels(
                library, warm_up, _words(request), caller, shared=not mine, away=away
            )

        def translate(request: gr.Request) -> tuple[Any, ...]:
            words = _words(request)
            shown = show_library(request)
            if words is english:
                return (*shown, gr.skip(), gr.skip())
            return (
                *shown,
                gr.update(label=words("conversation")),
                gr.update(
                    placeholder=words("ask_placeholder"),
                    label=words("question"),
                    submit_btn=words("ask"),
                ),
            )

        panels = [header, welcome]
        outputs = [box, chat, reader, turns]
        at_once: dict[str, Any] = {
            "queue": False,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        asking: dict[str, Any] = {
            "outputs": outputs,
            "show_progress": "hidden",
            "concurrency_limit": None,  # see `slots`
            "concurrency_id": "ask",
            "api_visibility": "private",
        }
        page.load(translate, None, [*panels, chat, box], **at_once)
        box.submit(ask, [box, turns, way], **asking)
        way.topic(leave_topic, [turns], [chat], **at_once)
        way.more(more, [turns], [chat, turns], **at_once)
        welcome.pick(ask_event, [turns], **asking)
        memory.ask(ask_event, [turns], **asking)
        memory.recall(recall, None, **asking)
        # Every click counts: "once" would drop those made while one is running.
        reader.source(
            open_source, [turns], [reader], trigger_mode="multiple", **at_once
        )
        around.show(show_around, [turns], [around], trigger_mode="multiple", **at_once)
        finding.find(find, None, [finding], trigger_mode="multiple", **at_once)
        if judging is not None:
            judging.judge(judge, [turns], [judging], trigger_mode="multiple", **at_once)
        if written is not None:
            written.write(write, [turns], [written], trigger_mode="multiple", **at_once)
        header.fresh(
            lambda: ([], [], replies.reader_value(None)),
            None,
            [turns, chat, reader],
            **at_once,
        )
        header.grown(show_library, None, panels, **at_once)
    for event in page.fns.values():
        if event.fn is not None:
            event.fn = quietly(event.fn, _unexpected, gr.Error)
    return page


def mount_page(app: FastAPI, page: gr.Blocks) -> FastAPI:
    """The web application with the page at `/`."""
    # What is wrong with a call, the framework prints with all that was sent.
    process = quietly(page.process_api, _unexpected, gr.Error)
    page.process_api = process  # type: ignore[method-assign]
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page.queue(max_size=100),
        path="/",
        theme=_theme(),
        head=head_html(),
        favicon_path=str(ASSETS / "icon.svg"),
        footer_links=[],
        # Files go to routes of our own.
        max_file_size="1kb",
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
    )
    for route in mounted.routes:
        if isinstance(route, Mount) and isinstance(route.app, gr.routes.App):
            route.app.add_exception_handler(RequestValidationError, not_understood)
    return mounted


def _unexpected() -> gr.Error:
    """What the page shows for it; where it happened stands in the log."""
    return gr.Error(UNEXPECTED, print_exception=False)


def _words(request: gr.Request) -> Words:
    """The language of whoever sent a request."""
    return words_for(request.headers)


def _panels(
    library: Reads,
    warm_up: WarmUp,
    words: Words,
    caller: Caller | None,
    *,
    shared: bool,
    away: str,
) -> tuple[str, str]:
    """The header and the welcome, as the library stands."""
    try:
        size = library.size()
    except IndexStateError:  # of another version: it is about to be made anew
        size = NOTHING_YET
    examples = library.example_questions() if size.documents else ()
    empty = not size.documents and warm_up.state.stage is Stage.READY
    return (
        header_html(
            size if size.documents or empty else None, words, caller, away=away
        ),
        welcome_html(examples, words, empty=empty, shared=shared),
    )


async def _answered(
    library: Reads,
    warm_up: WarmUp,
    slots: asyncio.Semaphore,
    asked: Asked,
    turns: list[Turn],
    words: Words,
) -> AsyncIterator[tuple[Any, ...]]:
    """First the question alone, then with its answer: box, chat, reader, turns."""
    if not asked.question:
        yield (gr.skip(),) * 4
        return
    shown = [*_messages(turns, words), *_question(asked.question, asked.manner, words)]
    yield "", shown, gr.skip(), gr.skip()
    async for why in warm_up.waits(model=not asked.every):
        yield gr.skip(), [*shown, _said(waiting_html(why, words))], gr.skip(), gr.skip()
    if warm_up.is_stopping:  # the model may never come, and would be waited for
        return

    def answered() -> tuple[Any, ...]:
        after = take_turn(library, asked, turns, partly=warm_up.is_indexing)
        beside = replies.beside(library, after, words)
        return gr.skip(), _messages(after, words), beside, after

    async with slots:
        answer = await asyncio.to_thread(answered)
    yield answer


async def _recalled(
    library: Reads,
    warm_up: WarmUp,
    slots: asyncio.Semaphore,
    event: gr.EventData,
    words: Words,
) -> AsyncIterator[tuple[Any, ...]]:
    """A remembered conversation, as its questions are asked again one by one."""
    asked = remembered(event.turns, TURNS_KEPT)
    waiting = [m for one in asked for m in _question(one.question, one.manner, words)]
    async for why in warm_up.waits(model=not all(one.every for one in asked)):
        shown = [*waiting, _said(waiting_html(why, words))]
        yield gr.skip(), shown, gr.skip(), gr.skip()
    if warm_up.is_stopping:
        return
    again = take_again(library, asked)
    turns: list[Turn] = []

    def next_answered() -> tuple[list[Turn], list[dict[str, Any]]]:
        after = next(again, [])
        return after, _messages(after, words)

    def beside() -> Any:
        value = replies.opened(library, turns, event.reader)
        return value or replies.beside(library, turns, words)

    while True:
        async with slots:
            after, messages = await asyncio.to_thread(next_answered)
        if not after:
            break
        turns = after
        yield gr.skip(), messages, gr.skip(), turns
    if turns:
        yield gr.skip(), gr.skip(), await asyncio.to_thread(beside), turns
    else:
        yield (gr.skip(),) * 4


def _messages(turns: list[Turn], words: Words) -> list[dict[str, Any]]:
    """The conversation as the chat shows it."""
    return [
        message
        for turn in turns
        for message in (
            *_question(turn.question, turn.manner, words),
            _said(turn.html(words)),
        )
    ]


def _question(question: str, manner: Manner, words: Words) -> list[dict[str, Any]]:
    """The visitor's side of a turn, below a line where a new topic begins."""
    asked = {"role": "user", "content": question_markdown(question)}
    return [_divider(words), asked] if manner is Manner.TOPIC else [asked]


def _divider(words: Words) -> dict[str, Any]:
    return _said(topic_html(words))


def _said(html: str) -> dict[str, Any]:
    """A message on the library's side."""
    return {"role": "assistant", "content": _html(html)}


def _writing(settings: Settings) -> Writing | None:
    """What has answers written about, None where no model is set to."""
    writer = writer_of(settings)
    return Writing(settings, writer) if writer else None


def _drawn(
    script: str, template: str = "", *, elem_id: str, value: object = None
) -> gr.HTML:
    """A part that its script draws from its value."""
    return gr.HTML(
        value,
        html_template=asset(template) if template else "<div></div>",
        js_on_load=asset(script),
        elem_id=elem_id,
        apply_default_css=False,
        padding=False,
    )


def _html(
    value: str, *, elem_id: str | None = None, js_on_load: str | None = None
) -> gr.HTML:
    return gr.HTML(
        value,
        elem_id=elem_id,
        js_on_load=js_on_load,
        apply_default_css=False,
        padding=False,
    )


def _chatbot(english: Words) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label=english("conversation"),
        show_label=False,
        height=None,
        autoscroll=False,
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=None,
        buttons=[],
    )


def _theme() -> gr.themes.Base:
    """Gradio's own parts in the colours of style.css."""
    return gr.themes.Base(
        primary_hue="slate", neutral_hue="slate", font=SANS, font_mono=MONO
    ).set(**COLOURS)
