"""What stands around the conversation, as escaped HTML: header, welcome, files. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from citeback.records import FileReport, FileState, LibrarySize
from citeback.serve.render import counted


def header_html(size: LibrarySize) -> str:
    """The name of the tool, what the library holds, and the button to its files."""
    return (
        '<header class="masthead"><h1>Citeback</h1>'
        f'<p class="size">{_size(size)}</p>'
        '<button type="button" class="plain" data-fresh>Start over</button>'
        '<button type="button" class="plain" data-drawer="toggle"'
        ' aria-expanded="false" aria-controls="library">Library</button></header>'
    )


def welcome_html(examples: Sequence[str], *, empty: bool) -> str:
    """What stands in place of the conversation before the first question."""
    if empty:
        return (
            '<div class="welcome"><h2>The library is empty</h2>'
            "<p>Put text or Markdown files (.txt, .md) into the folder"
            " <code>content/</code> and start Citeback again, or press"
            " “Refresh library” in the Library panel.</p></div>"
        )
    buttons = "".join(
        f'<li><button type="button" data-question="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in examples
    )
    listed = (
        f'<p class="try">For example</p><ul class="examples">{buttons}</ul>'
        if buttons
        else ""
    )
    return (
        '<div class="welcome"><h2>Ask the text</h2>'
        "<p>You get its own words, each one click from its place. Where the text"
        " is silent, you are told so. Every question is taken on its own.</p>"
        f"{listed}</div>"
    )


def files_html(files: Sequence[FileReport]) -> str:
    """The files of the library: state, reason, and what was left out of each."""
    if not files:
        return '<p class="no-files">There are no files in the content folder.</p>'
    return f'<ul class="files">{"".join(map(_file, files))}</ul>'


def note_html(sentence: str) -> str:
    """A sentence under the button of the library panel."""
    return f'<p class="note" role="status">{escape(sentence)}</p>'


def _size(size: LibrarySize) -> str:
    documents = counted(size.documents, "document")
    held = f"{documents} · {counted(size.paragraphs, 'paragraph')}"
    return f'{held}<span class="wide"> · works offline</span>'


def _file(file: FileReport) -> str:
    source = file.source
    title = escape(source.title or source.path)
    counts = f"{counted(file.paragraphs, 'paragraph')} · {file.characters:,} characters"
    name = f'<span class="name"><bdi>{title}</bdi></span>'
    if file.state is not FileState.REFUSED:
        name = (
            f'<button type="button" class="name" data-path="{escape(source.path)}"'
            f' aria-label="Read {title}"><bdi>{title}</bdi></button>'
        )
    state = "" if file.state is FileState.INDEXED else _state(file)
    detail = "" if file.state is FileState.REFUSED else f"<small>{counts}</small>"
    path = ""
    if source.title not in ("", source.path):
        path = f'<small class="path"><bdi>{escape(source.path)}</bdi></small>'
    return f"<li>{name}{path}{detail}{state}{_skipped(file)}</li>"


def _state(file: FileReport) -> str:
    reason = f": {escape(file.reason)}" if file.reason else ""
    return f'<p class="state">{file.state.value.capitalize()}{reason}</p>'


def _skipped(file: FileReport) -> str:
    if not file.skipped:
        return ""
    reasons = dict.fromkeys(block.note for block in file.skipped if block.note)
    why = f": {escape('; '.join(reasons))}" if reasons else ""
    return f'<p class="skipped">{counted(len(file.skipped), "block")} not searched{why}</p>'
