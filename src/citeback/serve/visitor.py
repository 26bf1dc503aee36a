"""Who visits the page: what each may read and change, and who forgets them.

Where the page is the owner's own, all visitors are the owner. Where it is shared, each
one has a key of their own, in a cookie that no script reads; whatever they open is
looked for in the shared library and in the one that belongs to this key. Where people
sign in, the key is their account's, and curators are the owner.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from citeback.errors import CitebackError, IndexStateError, UnknownDocumentError
from citeback.library import Library
from citeback.private import Both, PrivateLibraries, discard
from citeback.records import AddedFile, Removed
from citeback.serve.guard.callers import OWNER, caller_of
from citeback.serve.jobs import Job
from citeback.serve.library_view import Listed
from citeback.serve.reads import Reads
from citeback.serve.warm_up import WarmUp

# An hour after the last sign of a visitor all that is theirs is deleted.
IDLE_SECONDS = 3600
SWEEP_SECONDS = 60
CITATIONS = "citations"  # as in a library of a visitor's own
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
# Of a visitor's jobs so many are remembered.
JOBS_KEPT = 20
# So many times the largest file fit into a visitor's own library.
FILES_OF_LARGEST_SIZE = 8


class NotYoursError(CitebackError):
    """A visitor may not change the library that is shared."""


class BusyError(CitebackError):
    """Another change of the same library is under way."""


class UnknownJobError(CitebackError):
    """A visitor has no such job (any more)."""


class Visitor:
    """One visitor, or the owner. Safe to use from threads."""

    def __init__(
        self,
        libraries: PrivateLibraries,
        gate: threading.Semaphore,
        warm_up: WarmUp | None,
        *,
        is_owner: bool,
    ) -> None:
        """Of `libraries` one is made for a visitor as soon as they add something; what
        the owner adds is shared.

        Nothing is added before it is possible behind the page.
        """
        self._libraries = libraries
        self._gate = gate
        self._warm_up = warm_up
        self._shared = libraries.shared
        self._made: Path | None = None
        self._own: Library | None = None
        self._lock = threading.Lock()
        self._uploads: dict[str, tuple[Path, str]] = {}
        self.is_owner = is_owner
        self.job: Job | None = None
        self._jobs: dict[str, Job] = {}
        self.seen = time.monotonic()

    @property
    def _folder(self) -> Path:
        """Where the visitor's things lie, made when there are some."""
        if self._made is None:
            self._made = self._libraries.folder()
        return self._made

    @property
    def reads(self) -> Reads:
        """What the visitor's questions are put to."""
        return self._shared if self._own is None else Both(self._own, self._shared)

    @property
    def cites(self) -> Reads:
        """The same, with a place of the visitor's own for the texts that they cite.

        Raises IndexStateError where there is no room for one.
        """
        self._library()
        return self.reads

    @property
    def citations(self) -> Path:
        """Where what the visitor pins and fills in is kept."""
        if self.is_owner:
            return self._shared.settings.citations
        return self._folder / CITATIONS

    @property
    def max_bytes(self) -> int:
        """The largest file that is taken."""
        return self._shared.settings.max_file_bytes

    def listed(self) -> list[Listed]:
        """Every file, the visitor's own ones first."""
        own = listed(self._own, yours=True) if self._own else []
        return own + listed(self._shared, yours=self.is_owner)

    def removed(self) -> tuple[Removed, ...]:
        """What the visitor has removed and may restore."""
        library = self._shared if self.is_owner else self._own
        return library.removed() if library else ()

    def arriving(self) -> Path:
        """Where to write the bytes of a file that is being sent."""
        return self._folder / f"arriving-{secrets.token_hex(8)}"

    def room(self) -> int:
        """How many bytes more are taken."""
        if self.is_owner:
            return self.max_bytes
        held = sum(f.stat().st_size for f in self._folder.rglob("*") if f.is_file())
        return FILES_OF_LARGEST_SIZE * self.max_bytes - held

    def arrived(self, file: Path, name: str) -> str:
        """Note a file that has been sent; returns what to call it by in `add`."""
        token = secrets.token_urlsafe(16)
        self._uploads[token] = (file, name)
        return token

    def add(self, tokens: Sequence[str]) -> Job:
        """Begin to add files that have arrived. Raises BusyError."""
        files = [self._uploads[token] for token in tokens if token in self._uploads]

        def work(job: Job) -> None:
            library = self._library()
            taken = (
                () if self.is_owner else {f.source.path for f in self._shared.files()}
            )
            report = library.add(
                files, taken=taken, progress=job.report, stop=job.stopped
            )
            job.tell_added(report.files, report.notices)

        return self._begin([name for _, name in files], work, lambda: self.drop(tokens))

    def drop(self, tokens: Sequence[str]) -> None:
        """Delete files that have arrived and are not to be added, or were."""
        for token in tokens:
            file, _ = self._uploads.pop(token, (None, ""))
            if file is not None:
                file.unlink(missing_ok=True)

    def update(self) -> Job:
        """Begin to bring the shared library in step with its folder. Raises BusyError."""
        self._check_owner()

        def work(job: Job) -> None:
            job.tell_updated(self._shared.update(progress=job.report, stop=job.stopped))
            if self._warm_up is not None and not job.stopped():
                self._warm_up.mended()

        return self._begin([], work)

    def job_of(self, key: str) -> Job:
        """One of the visitor's latest jobs. Raises UnknownJobError."""
        with self._lock:
            found = self._jobs.get(key)
        if found is None:
            raise UnknownJobError(
                "There is no such job of yours (any more). What it did is in the list "
                "of documents."
            )
        return found

    def forget_job(self, key: str) -> None:
        """Tell no more of a job."""
        with self._lock:
            self._jobs.pop(key, None)

    def remove(self, path: str) -> Removed:
        """Take a document out. Raises what `Library.remove` raises."""
        return self._changeable().remove(path)

    def restore(self, key: str) -> AddedFile:
        """Bring one back. Raises what `Library.restore` raises."""
        return self._changeable().restore(key)

    def discard(self) -> None:
        """Forget the visitor and delete what is theirs."""
        if self.job is not None:
            self.job.stop()
        own, self._own = self._own, None
        if self._made is not None:
            discard(self._made, own)

    def _begin(
        self,
        names: Sequence[str],
        work: Callable[[Job], None],
        ended: Callable[[], None] = lambda: None,
    ) -> Job:
        with self._lock:
            if self.job is not None and not self.job.done:
                ended()
                raise BusyError("Other files are being added just now. Wait for them.")
            job = Job(names, work, self._why_wait, ended)
            self.job = self._jobs[job.key] = job
            for key in list(self._jobs)[:-JOBS_KEPT]:
                del self._jobs[key]
        job.start(self._gate)
        return job

    def _why_wait(self) -> str:
        if self._warm_up is None:
            return ""
        return self._warm_up.why_changes_wait(of_folder=self.is_owner)

    def _library(self) -> Library:
        """The library that the visitor's files go into."""
        if self.is_owner:
            return self._shared
        with self._lock:
            if self._own is None:
                self._own = self._libraries.open(self._folder)
            return self._own

    def _changeable(self) -> Library:
        if self.is_owner:
            return self._shared
        if self._own is None:
            raise UnknownDocumentError("You have added no document.")
        return self._own

    def _check_owner(self) -> None:
        if not self.is_owner:
            raise NotYoursError("Only the owner of this library can do that.")


class Visitors:
    """All visitors of one page, each found by their own key alone."""

    def __init__(
        self,
        library: Library,
        warm_up: WarmUp | None = None,
        *,
        guarded: bool = False,
    ) -> None:
        """Nobody has come yet; the library is perhaps still warming up.

        Where it is `guarded`, requests say who sends them, and cookies do not.
        """
        self.guarded = guarded
        # What is on a cluster is changed where it is indexed, and by nobody else.
        changes = not library.is_elsewhere
        self.shared = guarded or library.settings.shared or not changes
        self.library = library
        # Browsers do not tell the ports of a machine apart.
        self.cookie = f"citeback-{library.settings.port}"
        self._warm_up = warm_up
        self._libraries = PrivateLibraries(library)
        self._gate = threading.Semaphore(1)  # one is indexed for at a time
        self._owner = None
        if changes and (guarded or not self.shared):
            self._owner = self._new(is_owner=True)
        self._by_key: dict[str, Visitor] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        if self.shared:
            threading.Thread(target=self._sweep, daemon=True).start()

    def key_of(self, request: Any) -> str | None:
        """The key of whoever sent a request (a web framework's), None without one."""
        if self.guarded:
            caller = caller_of(request)
            return caller.key if caller else None
        return self.key_in(request.cookies)

    def key_in(self, cookies: Mapping[str, str]) -> str | None:
        """The key that a browser sent, None if it sent none."""
        return None if self.guarded else cookies.get(self.cookie)

    def lacks_key(self, key: str | None) -> bool:
        """Whether it cannot be told whose the things of this key's holder would be."""
        return self.shared and not self.guarded and not is_key(key)

    def give_key(self, key: str | None, reply: Any) -> None:
        """Give a browser a key with a reply (a web framework's), if it lacks one."""
        if self.lacks_key(key):
            reply.set_cookie(self.cookie, new_key(), httponly=True, samesite="strict")

    def listed(self, key: str | None) -> list[Listed]:
        """Every file that whoever has this key can find."""
        visitor = self.of(key)
        return visitor.listed() if visitor else listed(self.library, yours=False)

    def is_owner(self, key: str | None) -> bool:
        """Whether whoever has this key may change what is shared."""
        return self._owner is not None and (not self.guarded or key == OWNER)

    def of(self, key: str | None) -> Visitor | None:
        """Whose key that is; None for whoever has added nothing yet."""
        if self.is_owner(key):
            return self._owner
        with self._lock:
            found = self._by_key.get(key or "")
            if found is not None:
                found.seen = time.monotonic()
            return found

    def reads(self, key: str | None) -> Reads:
        """What the questions of whoever has this key are put to."""
        visitor = self.of(key)
        return self.library if visitor is None else visitor.reads

    def cites(self, key: str | None) -> Reads | None:
        """What they are put to, with a place to keep what is cited; None without one.

        Nothing of a visitor's is kept among what the owner has cited.
        """
        try:
            return self.welcome(key).cites
        except (NotYoursError, IndexStateError):
            return None

    def welcome(self, key: str | None) -> Visitor:
        """The visitor of a key, from now on remembered. Raises NotYoursError."""
        found = self.of(key)
        if found is not None:
            return found
        if key is None or not KEY.fullmatch(key):
            raise NotYoursError(
                "Your browser did not say which visitor you are. Allow cookies for "
                "this page, load it again, and try once more."
            )
        with self._lock:
            return self._by_key.setdefault(key, self._new(is_owner=False))

    def forget_idle(self, seconds: float = IDLE_SECONDS) -> None:
        """Delete what belongs to visitors who have not been seen for so long."""
        now = time.monotonic()
        with self._lock:
            idle = [k for k, one in self._by_key.items() if now - one.seen >= seconds]
            gone = [self._by_key.pop(key) for key in idle]
        for visitor in gone:
            visitor.discard()

    def close(self) -> None:
        """Delete what belongs to visitors."""
        self._closed.set()
        self.forget_idle(0)
        if self._owner is not None and self._owner.job is not None:
            self._owner.job.stop()
        self._libraries.close()

    def _new(self, *, is_owner: bool) -> Visitor:
        return Visitor(self._libraries, self._gate, self._warm_up, is_owner=is_owner)

    def _sweep(self) -> None:
        while not self._closed.wait(SWEEP_SECONDS):
            self.forget_idle()


def listed(library: Library, *, yours: bool) -> list[Listed]:
    """A library's files for the panel."""
    archives = library.archives()
    return [
        Listed(f, library.day_of(f.source), yours, archives.get(f.source.path, ""))
        for f in library.files()
    ]


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(32)


def is_key(text: str | None) -> bool:
    """Whether it could be a key."""
    return text is not None and KEY.fullmatch(text) is not None
