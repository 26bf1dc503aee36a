"""What goes on behind the page: the model is loaded, the index updated and kept so.

The page is served meanwhile, and shows how far this has come.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from citeback.errors import CitebackError
from citeback.library import Library
from citeback.records import Progress, UpdateReport

UNEXPECTED = (
    "Something went wrong that was not foreseen; the terminal says more. What was "
    "indexed before can be searched. Stop Citeback and start it again."
)

# What waits looks so often whether it has to.
WAIT_SECONDS = 0.1

_logger = logging.getLogger(__name__)


class Stage(StrEnum):
    """What is being done. READY is also said where something failed: see `problem`."""

    LOADING = "loading"
    INDEXING = "indexing"
    READY = "ready"


async def waited(why_wait: Callable[[], str], seconds: float) -> str:
    """Wait for what a question needs, at most so long; why it still has to, or "".

    Whoever waits holds no thread meanwhile, so that others can be answered.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while why := await asyncio.to_thread(why_wait):
        if loop.time() >= until:
            return why
        await asyncio.sleep(WAIT_SECONDS)
    return ""


@dataclass(frozen=True, slots=True)
class State:
    """How far it has come: about the `file`th of `files`, 0 of 0 until they are known.

    `seconds_left` is an estimate, -1 where there is none yet. `problem` is a sentence
    about what could not be done, or "".
    """

    stage: Stage
    file: int
    files: int
    seconds_left: int
    problem: str


class WarmUp:
    """Loads a library's model, updates its index, and again whenever a file changes.

    All of it in a thread of its own.
    """

    def __init__(
        self,
        library: Library,
        *,
        follow: Callable[[Progress], None] = lambda _: None,
        updated: Callable[[UpdateReport], None] = lambda _: None,
        failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare; the others are told how it goes and what came of it, in its thread."""
        self._library = library
        self._follow = follow
        self._updated = updated
        self._failed = failed
        self._state = State(Stage.LOADING, 0, 0, -1, "")
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._unfinished = 0  # files
        # A daemon: nothing that it does is lost when the process ends.
        self._thread = threading.Thread(
            target=self._run, name="citeback-warm-up", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End as soon as what is at hand is done; whoever waits goes on at once."""
        with self._changed:
            self._stop.set()
            self._changed.notify_all()

    @property
    def is_stopping(self) -> bool:
        """Whether nothing is to be begun any more."""
        return self._stop.is_set()

    @property
    def is_at_work(self) -> bool:
        """Whether something would be broken off if the process ended now."""
        return self._thread.is_alive() and self._state.stage is not Stage.READY

    @property
    def state(self) -> State:
        """How far it has come."""
        return self._state

    def why_wait(self, *, model: bool) -> str:
        """The key of the sentence why a question has to wait, "" if it need not.

        `model` tells whether the question needs the model.
        """
        stage = self._state.stage
        if self._stop.is_set() or stage is Stage.READY:
            return ""
        if model and stage is Stage.LOADING:
            return "waits_for_model"
        try:
            answers = self._library.can_answer(model=model)
        except CitebackError:
            return ""  # asking tells what is wrong
        return "" if answers else "waits_for_index"

    async def waits(self, *, model: bool) -> AsyncIterator[str]:
        """Each reason why a question has to wait, until it need not any more.

        Whoever waits holds no thread meanwhile, so that others can be answered.
        """
        said = ""
        while why := await asyncio.to_thread(self.why_wait, model=model):
            if why != said:
                yield why
            said = why
            await asyncio.sleep(WAIT_SECONDS)

    def why_changes_wait(self, *, of_folder: bool) -> str:
        """The key of the sentence why no files can be added yet, "" if they can be.

        `of_folder` tells whether they go into the folder that is indexed at first.
        """
        stage = self._state.stage
        if self._stop.is_set() or stage is Stage.READY:
            return ""
        if stage is Stage.LOADING:
            return "add_waits_for_model"
        return "add_waits_for_index" if of_folder else ""

    def mended(self) -> None:
        """Note that the index has been brought up to date since, whatever failed."""
        if self._state.stage is Stage.READY:
            self._show(replace(self._state, problem=""))

    @property
    def is_indexing(self) -> bool:
        """Whether some documents cannot be found yet, as far as is known."""
        return self._unfinished > 0

    def _run(self) -> None:
        self._bring_up_to_date()
        if self._library.is_elsewhere:
            return
        for _ in self._library.changes(self._stop):
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        try:
            problem = self._work()
        except Exception:
            # The page would say for ever that it is loading.
            _logger.exception("warming up failed")
            problem = UNEXPECTED
        self._unfinished = 0
        if problem:
            self._failed(problem)
        self._show(State(Stage.READY, 0, 0, -1, problem))

    def _work(self) -> str:
        """Load and update; returns what is to be told of a failure, or ""."""
        try:
            _ = self._library.encoder
            if self._library.is_elsewhere:
                return ""
            is_first = self._state.stage is Stage.LOADING
            if is_first:
                self._unfinished = 1  # until the update tells how many there are
                self._show(replace(self._state, stage=Stage.INDEXING))
            report = self._library.update(progress=self._report, stop=self._stop.is_set)
            if is_first or report.added or report.changed or report.removed:
                self._updated(report)
        except CitebackError as error:
            return str(error)
        return ""

    def _report(self, progress: Progress) -> None:
        self._follow(progress)
        self._unfinished = progress.files_total - progress.files
        left, total = progress.seconds_left, progress.files_total
        # Small files are embedded together, so how many are complete grows in leaps.
        about = int(total * progress.done / max(1, progress.total))
        self._show(
            State(
                Stage.INDEXING,
                file=min(max(progress.files, about) + 1, total),
                files=total,
                seconds_left=-1 if left is None else round(left),
                problem="",
            )
        )

    def _show(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
