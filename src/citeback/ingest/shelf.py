"""Puts files into the content folder, and takes them out so that they can come back.

Nothing that was there is overwritten, and nothing is deleted: what is taken out lies
under `.removed` in the content folder, where indexing does not look.
"""

from __future__ import annotations

import errno
import filecmp
import os
import secrets
import shutil
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from citeback.errors import ContentError, StorageFullError, UnknownDocumentError
from citeback.index.disk import flush
from citeback.ingest.file_names import safe_name, with_numbers
from citeback.records import AddedFile, Arrival, FileReport, FileState, Removed

REMOVED = ".removed"
ARRIVING = ".arriving"
# A temporary file older than this was left behind by a kill.
STALE_SECONDS = 3600
NOT_LOOKED_AT = "files of this name are not read: give it another name."


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a file lies in the content folder; `is_new` unless it lay there before."""

    path: str
    is_new: bool


class Shelf:
    """The files of one content folder. Use it from one thread at a time."""

    def __init__(self, content: Path) -> None:
        """Nothing is looked at yet."""
        self._content = content

    def put(self, file: Path, name: str, *, taken: Container[str] = ()) -> Placed:
        """Copy a file into the folder, under a safe form of its name.

        Where the name is taken by other bytes (or in `taken`), a numbered one is used.
        Raises ContentError and StorageFullError.
        """
        self._check()
        wanted = [n for n in with_numbers(safe_name(name)) if n not in taken]
        with _plain_errors(self._content):
            for free in wanted:
                final = self._content / free
                if final.is_file() and filecmp.cmp(file, final, shallow=False):
                    return Placed(free, is_new=False)
                if os.path.lexists(final):
                    continue
                if self._copied(file, final):
                    return Placed(free, is_new=True)
        raise ContentError(
            f"There are too many files like {wanted[0]!r} in {self._content} already."
        )

    def _copied(self, file: Path, final: Path) -> bool:
        """Whether the file could be put there; False if a name has just been taken."""
        arriving = self._content / ARRIVING
        arriving.mkdir(exist_ok=True)
        for old in arriving.iterdir():
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                old.unlink(missing_ok=True)
        temporary = arriving / secrets.token_hex(8)
        try:
            with file.open("rb") as source, temporary.open("xb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            return self._moved(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
            _drop_if_empty(arriving)

    def discard(self, placed: Placed) -> None:
        """Take back a file that `put` has just brought; one that lay there stays."""
        if placed.is_new:
            with _plain_errors(self._content):
                (self._content / placed.path).unlink(missing_ok=True)

    def remove(self, path: str) -> Removed:
        """Put a file aside. The caller knows that the path is one of the library's.

        Raises UnknownDocumentError if it is not there (any more).
        """
        self._check()
        file = self._content / path
        parts = PurePath(path)
        if parts.is_absolute() or ".." in parts.parts or not os.path.lexists(file):
            raise UnknownDocumentError(f"There is no file {path!r} any more.")
        key = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
        aside = self._content / REMOVED / key / path
        with _plain_errors(self._content):
            aside.parent.mkdir(parents=True)
            os.rename(file, aside)
            self._flush(aside.parent)
            self._flush(file.parent)
        return Removed(key, path, _when(key))

    def removed(self) -> tuple[Removed, ...]:
        """What has been put aside and not come back, newest first."""
        folder = self._content / REMOVED
        if not folder.is_dir():
            return ()
        keys = sorted((key.name for key in folder.iterdir()), reverse=True)
        return tuple(
            Removed(key, path, _when(key))
            for key in keys
            for path in _files(folder / key)
        )

    def restore(self, key: str) -> Placed:
        """Bring back what was put aside, to its old place.

        If another file lies there by now it comes under a numbered name; the same file
        is left where it is. Raises UnknownDocumentError for a key that is none.
        """
        self._check()
        one = next((one for one in self.removed() if one.key == key), None)
        if one is None:
            raise UnknownDocumentError("This document has come back already.")
        aside = self._content / REMOVED / one.key / one.path
        folder = (self._content / one.path).parent
        with _plain_errors(self._content):
            folder.mkdir(parents=True, exist_ok=True)
            for free in with_numbers(Path(one.path).name):
                final = folder / free
                path = final.relative_to(self._content).as_posix()
                if final.is_file() and filecmp.cmp(aside, final, shallow=False):
                    if os.path.samefile(aside, final):  # a kill came in between
                        aside.unlink()
                        self._tidy(aside.parent)
                    return Placed(path, is_new=False)
                if not os.path.lexists(final) and self._moved(aside, final):
                    self._tidy(aside.parent)
                    return Placed(path, is_new=True)
        raise ContentError(f"There are too many files like {one.path!r} already.")

    def _moved(self, file: Path, final: Path) -> bool:
        """Move a file to a name that is free; False if it has been taken meanwhile."""
        try:
            os.link(file, final, follow_symlinks=False)
        except FileExistsError:
            return False
        except (OSError, NotImplementedError):  # no hard links on this file system
            if os.path.lexists(final):
                return False
            os.rename(file, final)
            self._flush(final.parent)
            return True
        self._flush(final.parent)  # before the only other name goes
        file.unlink()
        return True

    def _flush(self, folder: Path) -> None:
        """Wait until the disk holds the names in a folder, and its own name."""
        flush(folder)
        while folder != self._content:
            folder = folder.parent
            flush(folder)

    def _tidy(self, folder: Path) -> None:
        """Drop the folders that are empty now, `.removed` itself the last."""
        while folder != self._content:
            if not _drop_if_empty(folder):
                return
            folder = folder.parent

    def _check(self) -> None:
        if not self._content.is_dir():
            raise ContentError(
                f"There is no folder {self._content}. Make it, or set CITEBACK_CONTENT "
                "to the folder that holds the documents."
            )


def added_file(
    name: str,
    placed: Placed,
    held: Sequence[FileReport],
    *,
    stopped: Container[str] = (),
) -> AddedFile:
    """What became of a file, by how the library holds its documents after indexing."""
    if placed.path in stopped:
        return AddedFile(name, "", Arrival.STOPPED, "", 0)
    read = [one for one in held if one.state is not FileState.REFUSED]
    if not read:
        reason = held[0].reason if held else NOT_LOOKED_AT
        return AddedFile(name, "", Arrival.REFUSED, reason, 0)
    state = Arrival.ADDED if placed.is_new else Arrival.THERE
    paragraphs = sum(one.paragraphs for one in read)
    remarks = " ".join(dict.fromkeys(one.reason for one in read if one.reason))
    return AddedFile(name, placed.path, state, remarks, paragraphs)


def _drop_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _files(folder: Path) -> Iterator[str]:
    """The files under a folder that has one, by path within it."""
    for parent, _, names in os.walk(folder):
        for name in names:
            yield Path(parent, name).relative_to(folder).as_posix()


def _when(key: str) -> str:
    """The moment in a key, as ISO 8601 in local time; "" for a folder of another name."""
    try:
        moment = time.strptime(key.rpartition("-")[0], "%Y%m%d-%H%M%S")
    except ValueError:
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment)


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    """What the operating system says, in words on what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise StorageFullError(
                f"The disk did not take more into {folder} ({error.strerror}). Make "
                "room and try again; nothing that was there is lost."
            ) from error
        raise ContentError(
            f"The files in {folder} cannot be changed ({error.strerror or error}). "
            "Check that you may write there."
        ) from error
