"""Reads files in a process of its own: one that hangs, swells or crashes breaks nothing.

The process is started when a file is to be read, is given each file's place, and sends
back documents as JSON, each behind its length. They are put aside as they come, so that
neither memory nor the process waits for what is then done with them. It ends by itself
when it has waited for long, or when the process that started it is gone.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

from citeback.errors import FileAccessError, UnreadableFileError
from citeback.index.packed import Packed
from citeback.ingest import ending
from citeback.ingest.formats import pdf_ocr
from citeback.ingest.read import BROKEN, Outcome, read_all
from citeback.records import Source, Span

# Address space, of which the interpreter and its libraries take some hundred million.
MEMORY_BYTES = 2_000_000_000
IDLE_SECONDS = 60
# OCR must end before the process that reads is ended for taking too long.
OCR_SECONDS_LEFT = 5
LENGTH_BYTES = 8
# What is sent of a file and takes more is put aside on the disk.
IN_MEMORY_BYTES = 4_000_000
# How the last frame of a file looks, and one that tells why another try may succeed.
LAST = b"{}"
ACCESS = b'{"access"'
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
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def read(
        self,
        path: Path,
        name: str,
        *,
        max_bytes: int,
        seconds: int,
        ocr: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Outcome]:
        """What is in the file at `path`: one outcome, or one for each file within.

        All of it has been read when this returns. With `ocr`, scans are
        given text where the system can do that. Raises FileAccessError where another
        try may succeed. A file that cannot be read in that time, or at all, is refused
        with the reason. `stop` is asked all the while; Stopped is raised when it says so.
        """
        request = {
            # The process may have been started in another folder than this one is in.
            "path": str(path.absolute()),
            "name": name,
            "max_bytes": max_bytes,
            "ocr_seconds": max(1, seconds - OCR_SECONDS_LEFT) if ocr else 0,
        }
        while not self._lock.acquire(timeout=ending.STOP_SECONDS):
            if stop():
                raise ending.Stopped
        replies = _Replies()
        try:
            self._send(json.dumps(request).encode())
            refusal = self._take_replies(replies, seconds, stop)
        except BaseException as error:
            if not isinstance(error, FileAccessError):
                self.stop()  # what is still to come belongs to no one
            replies.close()
            raise
        finally:
            self._lock.release()
        return _outcomes(replies, name, refusal)

    def stop(self) -> None:
        """End the process and all that it started; the next file starts another."""
        process, self._process = self._process, None
        if process is not None:
            ending.kill(process)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.cleanup()

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
        # What OCR makes there of a private file must not outlast a sudden end.
        try:
            self._scratch = tempfile.TemporaryDirectory(
                prefix="citeback-", ignore_cleanup_errors=True
            )
        except OSError as error:
            raise FileAccessError(
                "no folder can be made to put aside what is read of it "
                f"({error.strerror or error}): make room on the disk, then update."
            ) from None
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._start, _ROOT, self._scratch.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": self._scratch.name},
            # Ctrl-C in a terminal goes to the whole group; who started this decides.
            start_new_session=os.name != "nt",
        )
        return self._process

    def _take_replies(
        self, replies: _Replies, seconds: int, stop: Callable[[], bool]
    ) -> str:
        """Put aside what is sent; returns why it ended before its end, or ""."""
        process = self._process
        while process is not None:
            with ending.Watched(process, seconds, stop) as watched:
                frame = _read(process.stdout)  # type: ignore[arg-type]
            if frame == LAST:
                return ""
            if not frame:
                self.stop()
                if watched.is_unwanted:
                    raise ending.Stopped
                return TOO_LONG.format(seconds) if watched.is_late else BROKEN
            if frame.startswith(ACCESS):
                raise FileAccessError(json.loads(frame)["access"])
            try:
                replies.put(frame)
            except FileAccessError:
                self.stop()  # or else the next file would be given what is still to come
                raise
        return BROKEN


SHARED = Worker()
"""One for the whole process: files are read one at a time."""
atexit.register(SHARED.stop)


class _Replies:
    """What was sent of one file, in memory while it is small, else on the disk."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115
        self._size = 0

    def put(self, frame: bytes) -> None:
        """Add a frame. Raises FileAccessError where there is no room."""
        try:
            self._size += LENGTH_BYTES + len(frame)
            _write(self._file, frame)
        except OSError as error:
            raise FileAccessError(
                "there is no room on the disk to put aside what was read of it "
                f"({error.strerror or error}): make room, then update."
            ) from None

    def taken(self) -> Iterator[tuple[bytes, float]]:
        """Each frame, and the share of all that has been taken with it; then closed."""
        with self._file:
            self._file.seek(0)
            while frame := _read(self._file):
                yield frame, self._file.tell() / self._size

    def close(self) -> None:
        """Throw away what is there."""
        self._file.close()


def _write(pipe: IO[bytes], frame: bytes) -> None:
    pipe.write(len(frame).to_bytes(LENGTH_BYTES) + frame)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    """The next frame, b"" at the end."""
    length = pipe.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return b""
    frame = pipe.read(int.from_bytes(length))
    return frame if len(frame) == int.from_bytes(length) else b""


def _outcomes(replies: _Replies, name: str, refusal: str) -> Iterator[Outcome]:
    """What was sent, and that it ended before its end where it did."""
    for frame, share in replies.taken():
        yield _outcome(frame, share)
    if refusal:
        yield Outcome(name, refusal=refusal, is_broken_off=True)


def _outcome(frame: bytes, share: float) -> Outcome:
    reply = json.loads(frame)
    document = None
    if "text" in reply:
        about = reply["source"]
        document = Packed(
            source=Source(**{**about, "tags": tuple(about["tags"])}),
            text=reply["text"],
            layout=reply["layout"],
            places=reply["places"],
        )
    return Outcome(
        reply["name"],
        document,
        reply["refusal"],
        reply["remark"],
        tuple(Span(*bounds) for bounds in reply["quoted"]),
        share,
    )


# What follows runs in the process that reads.


def main() -> None:
    """Read what is asked for until nobody asks any more."""
    # Libraries that print must not disturb the replies.
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    limit_memory()
    pdf_ocr.leads_group.set(os.name != "nt" and os.getpgrp() == os.getpid())
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    with contextlib.suppress(queue.Empty, BrokenPipeError):
        while True:
            _serve(json.loads(requests.get(timeout=IDLE_SECONDS)), replies)
    os._exit(0)  # without waiting for what a library may still be doing


def _listen(requests: queue.SimpleQueue[bytes]) -> None:
    """Take in requests; whoever started this being gone, end at once."""
    while request := _read(sys.stdin.buffer):
        requests.put(request)  # nosec B113
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    if os.name != "nt" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # OCR would go on for nobody
    os._exit(0)


def _serve(request: dict[str, Any], replies: BinaryIO) -> None:
    """Send back what becomes of one file, and then an empty reply."""
    name, refusal = request["name"], ""
    pdf_ocr.seconds.set(request["ocr_seconds"])
    try:
        for outcome in read_all(
            Path(request["path"]),
            name,
            max_bytes=request["max_bytes"],
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
    _write(replies, LAST)


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
            "layout": document.layout,
            "places": document.places,
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
