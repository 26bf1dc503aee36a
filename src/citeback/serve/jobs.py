"""One change of a library under way: how far it is, how it is stopped, what came of it.

What a job tells is read by the page while another thread works on it.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from citeback.errors import CitebackError
from citeback.records import AddedFile, Progress, UpdateReport

UNEXPECTED = (
    "Something went wrong that should not have. What was complete before is kept; the "
    "window that Citeback was started in tells more."
)
WAIT_SECONDS = 0.2
WAITS_FOR_OTHERS = "add_waits_for_others"

_logger = logging.getLogger(__name__)


class Job:
    """A piece of work in a thread of its own; `names` are the files that it is about.

    `key` is what to call it by.
    """

    def __init__(
        self,
        names: Sequence[str],
        work: Callable[[Job], None],
        why_wait: Callable[[], str] = lambda: "",
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; `work` calls `report` and asks `stopped`.

        It does not begin while `why_wait` gives the key of a sentence that says why.
        `ended` is called in any case, even if it never began.
        """
        self.key = secrets.token_urlsafe(12)
        self._names = list(names)
        self._work = work
        self._why_wait = why_wait
        self._ended = ended
        self._waits_for = ""
        self._stop = threading.Event()
        self._progress: Progress | None = None
        self._added: tuple[AddedFile, ...] = ()
        self._counts: dict[str, int] = {}
        self._notices: list[str] = []
        self._problem = ""
        self._done = threading.Event()

    def start(self, gate: threading.Semaphore) -> None:
        """Begin, as soon as the gate lets one more in."""
        threading.Thread(target=self._run, args=(gate,), daemon=True).start()

    def stop(self) -> None:
        """End soon; what is complete stays."""
        self._stop.set()

    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stop.is_set()

    def report(self, progress: Progress) -> None:
        """Note how far it is."""
        self._progress = progress

    def tell_added(self, added: Sequence[AddedFile], notices: Sequence[str]) -> None:
        """Note what became of the files."""
        self._added, self._notices = tuple(added), list(notices)

    def tell_updated(self, report: UpdateReport) -> None:
        """Note what an update of the whole folder did."""
        self._notices = list(report.notices)
        self._counts = {
            "added": len(report.added),
            "changed": len(report.changed),
            "removed": len(report.removed),
            "refused": len(report.refused),
            "unfinished": len(report.unfinished),
        }

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is done, at most so long; whether it is."""
        return self._done.wait(seconds)

    def view(self) -> dict[str, Any]:
        """All that the page shows of it, as plain values."""
        progress = self._progress
        return {
            "names": self._names,
            "done": self.done,
            "stopping": self.stopped() and not self.done,
            "stopped": self.stopped(),
            "waits_for": self._waits_for,
            "progress": asdict(progress) if progress else None,
            "files": [asdict(file) for file in self._added],
            "counts": self._counts,
            "notices": self._notices,
            "problem": self._problem,
        }

    def _run(self, gate: threading.Semaphore) -> None:
        try:
            if not self._may_begin(gate):
                return
            try:
                self._work(self)
            finally:
                gate.release()
        except CitebackError as error:
            self._problem = str(error)
        except Exception:
            _logger.exception("A change of the library failed.")
            self._problem = UNEXPECTED
        finally:
            self._ended()
            self._done.set()

    def _may_begin(self, gate: threading.Semaphore) -> bool:
        """Wait for its turn, in which it holds the gate; False if it is to end first."""
        while not self.stopped():
            self._waits_for = self._why_wait()
            if self._waits_for:
                self._stop.wait(WAIT_SECONDS)
            elif gate.acquire(timeout=WAIT_SECONDS):
                return True
            else:
                self._waits_for = WAITS_FOR_OTHERS
        return False
