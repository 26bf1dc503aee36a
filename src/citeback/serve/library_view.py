"""The library panel as plain values, which its script draws as text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from citeback.records import FileReport, Removed


@dataclass(frozen=True, slots=True)
class Listed:
    """A file with its day (ISO, "" if unknown), and whether the visitor may remove it.

    `archive` is the file that it lies in, "" where it is one itself.
    """

    file: FileReport
    day: str
    yours: bool
    archive: str


class DocumentView(TypedDict):
    """One document; `day` is its date as an ISO day, "" where none is understood."""

    path: str
    title: str
    date: str
    day: str
    tags: list[str]
    state: str
    reason: str
    paragraphs: int
    characters: int
    skipped: int
    skipped_why: list[str]
    yours: bool
    archive: str


def library_view(
    files: Sequence[Listed],
    removed: Sequence[Removed],
    *,
    shared: bool,
    folder: str,
    endings: Sequence[str],
    max_bytes: int,
    job: dict[str, Any] | None,
) -> dict[str, Any]:
    """What the panel shows, and what it may offer."""
    return {
        "documents": [_document(one) for one in files],
        "removed": [{"key": r.key, "path": r.path, "when": r.when} for r in removed],
        "shared": shared,
        "folder": folder,
        "endings": [ending for ending in endings if ending],
        "max_bytes": max_bytes,
        "job": job,
    }


def _document(listed: Listed) -> DocumentView:
    file, source = listed.file, listed.file.source
    why = dict.fromkeys(block.note for block in file.skipped if block.note)
    return DocumentView(
        path=source.path,
        title=source.title or source.path,
        date=source.date,
        day=listed.day,
        tags=list(source.tags),
        state=file.state.name.lower(),
        reason=file.reason,
        paragraphs=file.paragraphs,
        characters=file.characters,
        skipped=len(file.skipped),
        skipped_why=list(why),
        yours=listed.yours,
        archive=listed.archive,
    )
