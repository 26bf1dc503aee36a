"""What stands around the conversation, as escaped HTML: header, welcome, files. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from citeback.records import FileReport, FileState, LibrarySize, UpdateReport
from citeback.serve.strings import Words

FOLDER = "content/"


def header_html(size: LibrarySize | None, words: Words) -> str:
    """The name of the tool, what the library holds, and the buttons of the panels.

    The size is left out where it is not yet known; what is going on is written in by
    state.js.
    """
    return (
        '<header class="masthead"><h1>Citeback</h1>'
        f'<p class="size">{_size(size, words) if size else ""}</p>'
        '<p class="state" role="status"></p>'
        '<button type="button" class="plain icon fresh" data-fresh'
        f' aria-label="{escape(words("start_over"))}">'
        f"<span>{escape(words('start_over'))}</span></button>"
        f"{_opener('history', words)}{_opener('library', words)}"
        '<button type="button" class="plain help" data-help'
        f' aria-label="{escape(words("shortcuts"))}">?</button></header>'
    )


def welcome_html(examples: Sequence[str], words: Words, *, empty: bool) -> str:
    """What stands in place of the conversation before the first question."""
    if empty:
        return (
            f'<div class="welcome"><h2>{escape(words("empty"))}</h2>'
            f"<p>{_with_folder('empty_text', words)}</p></div>"
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


def library_head_html(words: Words) -> str:
    """The top of the library panel."""
    return (
        f'<div class="drawer-head"><h2>{escape(words("library"))}</h2>'
        '<button type="button" class="plain" data-drawer="close"'
        f' aria-label="{escape(words("close_library"))}">{escape(words("close"))}'
        f'</button></div><p class="drawer-help">{_with_folder("library_help", words)}'
        "</p>"
    )


def files_html(files: Sequence[FileReport], words: Words) -> str:
    """The files of the library: state, reason, and what was left out of each."""
    if not files:
        return f'<p class="no-files">{escape(words("no_files"))}</p>'
    return f'<ul class="files">{"".join(_file(file, words) for file in files)}</ul>'


def note_html(sentence: str) -> str:
    """A sentence under the button of the library panel."""
    return f'<p class="note" role="status">{escape(sentence)}</p>'


def update_sentence(report: UpdateReport, words: Words) -> str:
    """What an update of the library did, as one line."""
    counts = (
        ("added", len(report.added)),
        ("changed", len(report.changed)),
        ("removed", len(report.removed)),
        ("refused", len(report.refused)),
    )
    done = ", ".join(words(what, number=number) for what, number in counts if number)
    said = words("up_to_date", changes=done or words("nothing_new"))
    return " ".join((said, *report.notices))


def _opener(drawer: str, words: Words) -> str:
    return (
        f'<button type="button" class="plain icon {drawer}" data-drawer="{drawer}"'
        f' aria-expanded="false" aria-controls="{drawer}"'
        f' aria-label="{escape(words(drawer))}">'
        f"<span>{escape(words(drawer))}</span></button>"
    )


def _with_folder(key: str, words: Words) -> str:
    return escape(words(key, folder=FOLDER)).replace(
        FOLDER, f'<code dir="ltr">{FOLDER}</code>'
    )


def _size(size: LibrarySize, words: Words) -> str:
    documents = words.counted("document", size.documents)
    held = f"{documents} · {words.counted('paragraph', size.paragraphs)}"
    return f'{held}<span class="wide"> · {escape(words("works_offline"))}</span>'


def _file(file: FileReport, words: Words) -> str:
    source = file.source
    title = escape(source.title or source.path)
    counts = (
        f"{words.counted('paragraph', file.paragraphs)} · "
        f"{words.counted('character', file.characters)}"
    )
    name = f'<span class="name"><bdi>{title}</bdi></span>'
    if file.state is not FileState.REFUSED:
        label = escape(words("read", title=source.title or source.path))
        name = (
            f'<button type="button" class="name" data-path="{escape(source.path)}"'
            f' aria-label="{label}"><bdi>{title}</bdi></button>'
        )
    state = "" if file.state is FileState.INDEXED else _state(file, words)
    detail = "" if file.state is FileState.REFUSED else f"<small>{counts}</small>"
    path = ""
    if source.title not in ("", source.path):
        path = f'<small class="path"><bdi>{escape(source.path)}</bdi></small>'
    return f"<li>{name}{path}{detail}{state}{_skipped(file, words)}</li>"


def _state(file: FileReport, words: Words) -> str:
    said = words(f"file_{file.state.name.lower()}")
    reason = f": {escape(file.reason)}" if file.reason else ""
    return f'<p class="state">{escape(said)}{reason}</p>'


def _skipped(file: FileReport, words: Words) -> str:
    if not file.skipped:
        return ""
    reasons = dict.fromkeys(block.note for block in file.skipped if block.note)
    why = f": {escape('; '.join(reasons))}" if reasons else ""
    said = words.counted("block_skipped", len(file.skipped))
    return f'<p class="skipped">{escape(said)}{why}</p>'
