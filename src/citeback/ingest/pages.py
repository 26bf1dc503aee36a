"""Pictures of a document's pages, and where a stretch of its text stands on them.

Made from the file when they are looked at, each in a process of its own: a file that was
made to do harm stops that one alone. What was made lately is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from citeback.errors import PageError, UnreadableFileError
from citeback.ingest.formats.archive import members
from citeback.ingest.worker import limit_memory
from citeback.records import Box, Document, LocatorKind, Mark, PagePicture, Span

SECONDS = 20
KEPT = 48
SUFFIX = ".pdf"
# The package is found by the child wherever the parent found it.
_ROOT = str(Path(__file__).parents[2])
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from citeback.ingest import pages; pages.main()"
)

_NO_PAGES = "It has no pages to look at: only PDF files do."
_GONE = "Its file is not there any more: update the index, or put the file back."
_BROKEN = (
    "This page cannot be drawn: open the file in a PDF program and save it anew, then "
    "update the index."
)

_Made = TypeVar("_Made", PagePicture, tuple[Box, ...])


def has_pages(path: str) -> bool:
    """Whether a document of that name has pages to look at."""
    return PurePosixPath(path).suffix.lower() == SUFFIX


class Pages:
    """Makes pictures and boxes, and keeps the last ones. Safe to use from threads."""

    def __init__(self, start: str = START) -> None:
        """Keep nothing yet; `start` is the program of the process."""
        self._start = start
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()

    def picture(
        self, file: Path, document: Document, page: int, width: int
    ) -> PagePicture:
        """A page, from 1, `width` pixels wide. Raises PageError."""

        def make() -> PagePicture:
            head, png = self._ask(file, document, page=page, width=width)
            return PagePicture(**head, png=png)

        return self._made((page, width), file, document, make)

    def boxes(self, file: Path, document: Document, span: Span) -> tuple[Box, ...]:
        """Where the span of the document's text stands. Raises PageError."""

        def make() -> tuple[Box, ...]:
            head, _ = self._ask(file, document, start=span.start, end=span.end)
            return tuple(Box(**box) for box in head["boxes"])

        return self._made((span,), file, document, make)

    def _made(
        self,
        what: tuple[object, ...],
        file: Path,
        document: Document,
        make: Callable[[], _Made],
    ) -> _Made:
        if not has_pages(document.source.path):
            raise PageError(_NO_PAGES)
        try:
            status = _holder(file).stat()
        except OSError:
            raise PageError(_GONE) from None
        key = (file, status.st_mtime_ns, status.st_size, document.source.digest, *what)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _ask(
        self, file: Path, document: Document, **wanted: int
    ) -> tuple[dict[str, Any], bytes]:
        holder = _holder(file)
        request = {
            "file": str(holder),
            "member": file.relative_to(holder).as_posix() if holder != file else "",
            "text": document.text,
            "marks": [(mark.start, mark.label) for mark in document.marks],
            "blocks": [block.start for block in document.blocks],
            **wanted,
        }
        try:
            done = subprocess.run(
                [sys.executable, "-c", self._start, _ROOT],
                input=json.dumps(request).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=True,
                start_new_session=os.name != "nt",
            )
        except (subprocess.SubprocessError, OSError):
            raise PageError(_BROKEN) from None
        head, _, rest = done.stdout.partition(b"\n")
        reply = json.loads(head)
        if "refusal" in reply:
            raise PageError(reply["refusal"])
        return reply, rest


def _holder(file: Path) -> Path:
    """The file itself, or the archive that its path leads into. Raises PageError."""
    for place in (file, *file.parents):
        if place.is_file():
            return place
    raise PageError(_GONE)


# What follows runs in the process that draws.


def main() -> None:
    """Answer the one request that comes in."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit_memory()
    head, rest = _reply(json.loads(sys.stdin.buffer.read()))
    with contextlib.suppress(OSError):
        replies.write(json.dumps(head).encode() + b"\n" + rest)
        replies.flush()
    os._exit(0)  # without waiting for what a library may still be doing


def _reply(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from citeback.ingest.formats import pdf_page

    marks = tuple(Mark(at, LocatorKind.PAGE, label) for at, label in request["marks"])
    text, begins = request["text"], request["blocks"]
    try:
        data = _data(Path(request["file"]), request["member"])
        if "page" in request:
            made = pdf_page.picture(
                data, text, marks, page=request["page"], width=request["width"]
            )
            head = asdict(made)
            return head, head.pop("png")
        span = Span(request["start"], request["end"])
        found = pdf_page.boxes(data, text, marks, span, begins=begins)
        return {"boxes": [asdict(box) for box in found]}, b""
    except OSError:
        return {"refusal": _GONE}, b""
    except PageError as error:
        return {"refusal": str(error)}, b""
    except (UnreadableFileError, MemoryError):
        return {"refusal": _BROKEN}, b""


def _data(file: Path, member: str) -> bytes:
    """The file's bytes, or those of a file in it."""
    if not member:
        return file.read_bytes()
    for one in members(file.read_bytes()):
        if one.name == member:
            return one.data
    raise PageError(_GONE)
