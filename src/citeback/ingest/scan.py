"""The files of the content folder: which are there, and which are not for reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citeback.errors import ContentError

# The notes that the folder came with, on what may be dropped there. Another README.md
# is a document like others.
NOTES = "README.md"
NOTES_BEGIN = b"# What belongs here"


LINKED_FOLDER = "it is a link to a folder; copy the folder itself"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file's name under the content folder ("/" between folders) and its place.

    `refusal` says why the file must not be opened, "" if it may.
    """

    name: str
    path: Path
    refusal: str


def scan(content: Path) -> list[FoundFile]:
    """All files under the folder by name, hidden ones and the folder's notes left out.

    Raises ContentError where the folder itself is missing or cannot be listed, so that
    a drive that is not there does not pass for an emptied folder.
    """
    if not content.is_dir():
        raise ContentError(
            f"There is no folder {content}. Make it and put documents into it, or set "
            "CITEBACK_CONTENT to the folder that holds them."
        )
    try:
        return sorted(_walk(content), key=lambda file: file.name)
    except OSError as error:
        raise ContentError(
            f"The folder {content} cannot be listed ({error.strerror or error})."
        ) from error


def drive(content: Path) -> str:
    """Names the drive that the folder lies on, as long as it stays connected."""
    return str(os.stat(content).st_dev)


def _walk(content: Path) -> Iterator[FoundFile]:
    root = content.resolve()
    for folder, folders, files in os.walk(content, onerror=_fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for link in filter(os.path.islink, (Path(folder, name) for name in folders)):
            yield _refused(link.relative_to(content).as_posix(), link, LINKED_FOLDER)
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(content).as_posix()
            if file.startswith(".") or (name == NOTES and _is_notes(path)):
                continue
            yield _found(name, path, root)


def _is_notes(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(NOTES_BEGIN)) == NOTES_BEGIN
    except OSError:
        return False  # a file that cannot be opened is reported like any other


def _refused(name: str, path: Path, reason: str) -> FoundFile:
    """A file that must not be opened; bytes in its name that are no text are escaped."""
    escaped = os.fsencode(name).decode("utf-8", "backslashreplace")
    return FoundFile(escaped, path, reason)


def _found(name: str, path: Path, root: Path) -> FoundFile:
    try:
        name.encode()
    except UnicodeEncodeError:
        return _refused(name, path, "its name is not valid text; rename it")
    try:
        inside = path.resolve().is_relative_to(root)
        regular = path.is_file()
    except (OSError, RuntimeError):  # a link that leads to itself
        return FoundFile(name, path, "it is a link that leads nowhere; remove it")
    if not inside:
        return FoundFile(
            name, path, "it is a link to a place outside; copy the file itself"
        )
    if not regular:
        return FoundFile(
            name,
            path,
            "it is no ordinary file, or a link that leads nowhere; remove it",
        )
    return FoundFile(name, path, "")


def _fail(error: OSError) -> None:
    raise error
