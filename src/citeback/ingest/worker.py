"""Reads files in a process of its own: one that hangs, swells or crashes breaks nothing.

The process is started when a file is to be read, is given each file's place, and sends
back documents as JSON, each behind its length. It ends by itself when it has waited
for long, or when the process that started it is gone.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from citeback.errors import FileAccessError, UnreadableFileError
from citeback.index import stored_blocks
from citeback.ingest.read import BROKEN, Outcome, read_all
from citeback.records import Document, LocatorKind, Mark, Source, Span

# Address space, of which the interpreter and its libraries take some hundred million.
MEMORY_BYTES = 2_000_000_000
IDLE_SECONDS = 60
LENGTH_BYTES = 8
# The package is found by the child wherever the parent found it.
_ROOT = str(Path(__file__).parents[2])
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from citeback.ingest import worker; worker.main()"
)

TOO_LONG = (
    "it takes more than {} s to read: split it into smaller files, or raise "
    "CITEBACK_MAX_SECONDS_PER_FILE."
)
TOO_HEAVY = "it takes too much memory to read: split it into smaller files."


class Worker:
    """A process that reads files, one after another. Safe to use from threads."""

    def __init__(self, start: str = START) -> None:
        """Start nothing yet; `start` is the program of the process."""
        self._start = start
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read(
        self, path: Path, name: str, *, max_bytes: int, seconds: int
    ) -> Iterator[Outcome]:
        """What is in the file at `path`: one outcome, or one for each file within.

        Raises FileAccessError where another try may succeed. A file that cannot be
        read in that time, or at all, is refused with the reason.
        """
        request = {"path": str(path), "name": name, "max_bytes": max_bytes}
        with self._lock:
            finished = False
            try:
                self._send(json.dumps(request).encode())
                while (reply := self._reply(name, seconds)) is not None:
                    yield reply
                finished = True
            except FileAccessError:
                finished = True
                raise
            finally:
                if not finished:  # what is still to come belongs to no one
                    self.stop()

    def stop(self) -> None:
        """End the process; the next file starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _send(self, request: bytes) -> None:
        for _ in range(2):
            process = self._running()
            try:
                _write(process.stdin, request)  # type: ignore[arg-type]
                return
            except OSError:  # it ended just now, having waited for long
                self.stop()
        raise FileAccessError("the program that reads files cannot be started.")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._start, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in a terminal goes to the whole group; who started this decides.
            start_new_session=os.name != "nt",
        )
        self._frames = queue.SimpleQueue()
        threading.Thread(
            target=_collect, args=(self._process.stdout, self._frames), daemon=True
        ).start()
        return self._process

    def _reply(self, name: str, seconds: int) -> Outcome | None:
        """The next outcome; None after the last."""
        try:
            frame = self._frames.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            return self._ended(name, TOO_LONG.format(seconds))
        if not frame:
            self.stop()
            return self._ended(name, BROKEN)
        reply = json.loads(frame)
        if "access" in reply:
            raise FileAccessError(reply["access"])
        return _outcome(reply) if reply else None

    def _ended(self, name: str, reason: str) -> Outcome:
        self._frames = queue.SimpleQueue()
        self._frames.put(b"{}")
        return Outcome(name, refusal=reason)


SHARED = Worker()
"""One for the whole process: files are read one at a time."""
atexit.register(SHARED.stop)


def _collect(pipe: BinaryIO, frames: queue.SimpleQueue[bytes]) -> None:
    """Put every frame into the queue, and an empty one when there will be no more."""
    with contextlib.suppress(OSError, ValueError):
        while frame := _read(pipe):
            frames.put(frame)
    frames.put(b"")


def _write(pipe: BinaryIO, frame: bytes) -> None:
    pipe.write(len(frame).to_bytes(LENGTH_BYTES) + frame)
    pipe.flush()


def _read(pipe: BinaryIO) -> bytes:
    """The next frame, b"" at the end."""
    length = pipe.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return b""
    frame = pipe.read(int.from_bytes(length))
    return frame if len(frame) == int.from_bytes(length) else b""


def _source(about: dict[str, Any]) -> Source:
    return Source(**{**about, "tags": tuple(about["tags"])})


def _outcome(reply: dict[str, object]) -> Outcome:
    document = None
    if "text" in reply:
        document = Document(
            source=_source(reply["source"]),  # type: ignore[arg-type]
            text=str(reply["text"]),
            blocks=stored_blocks.from_json(str(reply["blocks"])),
            marks=tuple(
                Mark(start, LocatorKind(kind), label)
                for start, kind, label in reply["marks"]  # type: ignore[attr-defined]
            ),
        )
    return Outcome(
        str(reply["name"]),
        document,
        str(reply["refusal"]),
        str(reply["remark"]),
        tuple(Span(*bounds) for bounds in reply["quoted"]),  # type: ignore[attr-defined]
    )


# What follows runs in the process that reads.


def main() -> None:
    """Read what is asked for until nobody asks any more."""
    # Libraries that print must not disturb the replies.
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    limit_memory()
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    with contextlib.suppress(queue.Empty, BrokenPipeError):
        while True:
            _serve(json.loads(requests.get(timeout=IDLE_SECONDS)), replies)
    os._exit(0)  # without waiting for what a library may still be doing


def _listen(requests: queue.SimpleQueue[bytes]) -> None:
    """Take in requests; whoever started this being gone, end at once."""
    while request := _read(sys.stdin.buffer):
        requests.put(request)
    os._exit(0)


def _serve(request: dict[str, str], replies: BinaryIO) -> None:
    """Send back what becomes of one file, and then an empty reply."""
    name, refusal = request["name"], ""
    try:
        for outcome in read_all(
            Path(request["path"]), name, max_bytes=int(request["max_bytes"])
        ):
            _send_back(outcome, replies)
    except FileAccessError as error:
        _write(replies, json.dumps({"access": str(error)}).encode())
        return
    except UnreadableFileError as error:
        refusal = str(error)
    except MemoryError:
        refusal = TOO_HEAVY
    except Exception:  # noqa: BLE001  # a reader's fault is one of this file alone
        refusal = BROKEN
    if refusal:
        _send_back(Outcome(name, refusal=refusal), replies)
    _write(replies, b"{}")


def _send_back(outcome: Outcome, replies: BinaryIO) -> None:
    _write(replies, json.dumps(_reply_of(outcome)).encode())


def _reply_of(outcome: Outcome) -> dict[str, object]:
    reply: dict[str, object] = {
        "name": outcome.name,
        "refusal": outcome.refusal,
        "remark": outcome.remark,
        "quoted": [(span.start, span.end) for span in outcome.quoted],
    }
    if outcome.document is not None:
        document = outcome.document
        reply |= {
            "source": asdict(document.source),
            "text": document.text,
            "blocks": stored_blocks.to_json(document.blocks),
            "marks": [(mark.start, mark.kind, mark.label) for mark in document.marks],
        }
    return reply


def limit_memory() -> None:
    """Let this process have no more than MEMORY_BYTES."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
