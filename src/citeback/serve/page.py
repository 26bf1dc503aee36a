"""The page: its layout and what happens on each event. The only file with gradio."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before the import: with analytics on, gradio looks up outside hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from fastapi import FastAPI

from citeback.errors import CitebackError
from citeback.records import Progress, UpdateReport, Verdict
from citeback.serve.panels import files_html, header_html, note_html, welcome_html
from citeback.serve.reading import ReaderView
from citeback.serve.render import plain, question_markdown, spoken_answer
from citeback.serve.session import (
    Request,
    Turn,
    open_request,
    take_turn,
    well_formed,
)

if TYPE_CHECKING:
    from citeback.library import Library

ASSETS = Path(__file__).parent / "assets"
STYLES = ("style.css", "answer.css", "reader.css", "library.css")
SCRIPTS = ("conversation.js", "library.js")

# An hour after a tab is closed its conversation is forgotten (seconds).
SESSION_SECONDS = 3600
ASKED_AT_ONCE = 4

_clicks = count(1)


def build_page(library: Library) -> gr.Blocks:
    """The page of a library, not yet served."""
    page = gr.Blocks(title="Citeback", fill_width=True, analytics_enabled=False)
    with page:
        turns = gr.State([], time_to_live=SESSION_SECONDS)
        header = _html(
            header_html(library.size()),
            elem_id="header",
            js_on_load=_asset("header.js"),
        )
        with gr.Column(elem_id="library"):
            _html(_asset("library.html"))
            files = _html(files_html(library.files()), elem_id="files")
            refresh = gr.Button("Refresh library", elem_id="refresh", size="md")
            note = _html("", elem_id="note")
        with gr.Row(elem_id="main"):
            with gr.Column(elem_id="left", scale=5):
                welcome = _html(
                    _welcome(library),
                    elem_id="welcome",
                    js_on_load=_asset("welcome.js"),
                )
                chat = _chatbot()
                box = gr.Textbox(
                    placeholder="Ask the text a question",
                    label="Question",
                    show_label=False,
                    elem_id="question",
                    lines=1,
                    max_lines=4,
                    autofocus=True,
                    submit_btn="Ask",
                )
            with gr.Column(elem_id="right", scale=4):
                reader = gr.HTML(
                    None,
                    html_template=_asset("reader.html"),
                    js_on_load=_asset("reader.js"),
                    elem_id="reader",
                    apply_default_css=False,
                    padding=False,
                )

        def ask(question: str, turns: list[Turn]) -> Iterator[tuple[Any, ...]]:
            yield from _answered(library, question, turns)

        def ask_example(
            turns: list[Turn], event: gr.EventData
        ) -> Iterator[tuple[Any, ...]]:
            yield from _answered(library, str(event.question), turns)

        def ask_link(
            turns: list[Turn], request: gr.Request
        ) -> Iterator[tuple[Any, ...]]:
            question = request.query_params.get("q") or ""
            yield from _answered(library, question, turns)

        def open_source(turns: list[Turn], event: gr.EventData) -> Any:
            return _opened(library, turns, event)

        def update(progress: gr.Progress = gr.Progress()) -> tuple[str, ...]:  # noqa: B008
            said = _updated(library, progress)
            return (
                header_html(library.size()),
                files_html(library.files()),
                _welcome(library),
                note_html(said),
            )

        outputs = [box, chat, reader, turns]
        asking: dict[str, Any] = {
            "outputs": outputs,
            "show_progress": "hidden",
            "concurrency_limit": ASKED_AT_ONCE,
            "concurrency_id": "ask",
            "api_visibility": "private",
        }
        box.submit(ask, [box, turns], **asking)
        welcome.pick(ask_example, [turns], **asking)
        page.load(ask_link, [turns], **asking)
        reader.source(
            open_source,
            [turns],
            [reader],
            queue=False,
            show_progress="hidden",
            # Every click counts: "once" would drop those made while one is running.
            trigger_mode="multiple",
            api_visibility="private",
        )
        header.fresh(
            lambda: ([], [], _reader_value(None)),
            None,
            [turns, chat, reader],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        refresh.click(
            update,
            None,
            [header, files, welcome, note],
            show_progress_on=[note],
            concurrency_limit=1,
            concurrency_id="update",
            api_visibility="private",
        )
    return page


def mount_page(app: FastAPI, page: gr.Blocks) -> FastAPI:
    """The web application with the page at `/`."""
    styles = "\n".join(_asset(name) for name in STYLES)
    scripts = "\n".join(f"<script>{_asset(name)}</script>" for name in SCRIPTS)
    head = (
        '<meta name="color-scheme" content="light dark">'
        '<meta name="robots" content="noindex">'
        f"<style>{styles}</style>{scripts}"
    )
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page.queue(max_size=100),
        path="/",
        theme=_theme(),
        head=head,
        favicon_path=str(ASSETS / "icon.svg"),
        footer_links=[],
        # Nothing is uploaded to this page.
        max_file_size="1kb",
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
    )
    return mounted


def _answered(
    library: Library, question: str, turns: list[Turn]
) -> Iterator[tuple[Any, ...]]:
    """First the question alone, then with its answer: box, chat, reader, turns."""
    question = well_formed(question)
    if not question:
        yield (gr.skip(),) * 4
        return
    asked = {"role": "user", "content": question_markdown(question)}
    yield "", [*_messages(turns), asked], gr.skip(), gr.skip()
    turns = take_turn(library, question, turns)
    yield gr.skip(), _messages(turns), _beside(library, turns), turns


def _messages(turns: list[Turn]) -> list[dict[str, Any]]:
    """The conversation as the chat shows it."""
    return [
        message
        for turn in turns
        for message in (
            {"role": "user", "content": question_markdown(turn.question)},
            {"role": "assistant", "content": _html(turn.html)},
        )
    ]


def _beside(library: Library, turns: list[Turn]) -> dict[str, Any]:
    """The reader beside a new answer: its first passage, unless the text is silent."""
    turn = turns[-1]
    if turn.answer is None:
        return _reader_value(None, said="")
    said = spoken_answer(turn.answer)
    if turn.answer.verdict is Verdict.SILENT or not turn.answer.hits:
        return _reader_value(None, said=said)
    try:
        view = open_request(library, turns, Request(turn=turn.number, number=1))
    except CitebackError:
        return _reader_value(None, said=said)
    return _reader_value(view, said=said)


def _opened(library: Library, turns: list[Turn], event: gr.EventData) -> Any:
    """The reader after a click on a citation or a file."""
    try:
        request = Request(
            turn=int(event.turn),
            number=int(event.number),
            also=int(event.also),
            document=str(event.document),
            around=int(event.around),
        )
    except (AttributeError, TypeError, ValueError):
        return gr.skip()
    try:
        view = open_request(library, turns, request)
    except CitebackError as error:
        return _reader_value(None, opened=True, problem=str(error))
    return gr.skip() if view is None else _reader_value(view, opened=True)


def _reader_value(
    view: ReaderView | None, *, opened: bool = False, said: str = "", problem: str = ""
) -> dict[str, Any]:
    """What reader.js draws; `click` makes each value new, so that repeats are seen."""
    return {
        "view": view,
        "opened": opened,
        "said": said,
        "problem": problem,
        "click": next(_clicks),
    }


def _updated(library: Library, progress: gr.Progress) -> str:
    """A sentence about the update, which reports to the progress bar as it goes."""

    def report(step: Progress) -> None:
        progress((step.done, step.total), desc=plain(step.path), unit="bytes")

    progress(0, desc="Looking through the content folder")
    try:
        return _update_sentence(library.update(progress=report))
    except CitebackError as error:
        return str(error)


def _update_sentence(report: UpdateReport) -> str:
    counts = (
        (len(report.added), "added"),
        (len(report.changed), "changed"),
        (len(report.removed), "removed"),
        (len(report.refused), "refused"),
    )
    changes = ", ".join(f"{number} {what}" for number, what in counts if number)
    return " ".join((f"Up to date: {changes or 'nothing new'}.", *report.notices))


def _welcome(library: Library) -> str:
    empty = library.size().documents == 0
    return welcome_html(() if empty else library.example_questions(), empty=empty)


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


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
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
    sans = ["system-ui", "Segoe UI", "Noto Sans", "DejaVu Sans", "sans-serif"]
    return gr.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=sans,
        font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"],
    ).set(
        body_background_fill="#f6f4ef",
        body_background_fill_dark="#15171b",
        body_text_color="#1f2329",
        body_text_color_dark="#e7e4de",
        body_text_color_subdued="#5b616b",
        body_text_color_subdued_dark="#a3a8b1",
        background_fill_primary="#fffefb",
        background_fill_primary_dark="#1d2025",
        background_fill_secondary="#efece5",
        background_fill_secondary_dark="#262a30",
        block_background_fill="#fffefb",
        block_background_fill_dark="#1d2025",
        border_color_primary="#dedad0",
        border_color_primary_dark="#343941",
        input_background_fill="#fffefb",
        input_background_fill_dark="#1d2025",
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
