"""A file that someone has written → a draft to be checked against the library."""

from __future__ import annotations

from pathlib import Path

from citeback.cite.held_texts import is_markdown
from citeback.cite.records import Draft
from citeback.errors import DraftError, UnreadableFileError
from citeback.ingest import worker
from citeback.settings import Settings

SEVERAL = "it holds several files: unpack it, and check them one by one."


def read_draft(path: Path, name: str, settings: Settings) -> Draft:
    """The text of a file, with what it sets apart as quoted. Raises DraftError.

    It is read in a process of its own, with the limits that documents have.
    """
    try:
        outcomes = list(
            worker.SHARED.read(
                path,
                name,
                max_bytes=settings.max_file_megabytes * 1_000_000,
                seconds=settings.max_seconds_per_file,
                ocr=settings.ocr,
            )
        )
    except UnreadableFileError as error:
        raise _unreadable(name, str(error)) from error
    if len(outcomes) > 1:
        raise _unreadable(name, SEVERAL)
    (outcome,) = outcomes
    if outcome.document is None:
        raise _unreadable(name, outcome.refusal)
    return Draft(name, outcome.document.text, outcome.quoted, is_markdown(name))


def _unreadable(name: str, reason: str) -> DraftError:
    return DraftError(f"{name} cannot be checked: {reason}")
