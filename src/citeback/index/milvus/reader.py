"""Asks a cluster, and nothing else: any number of processes may, on any machines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from citeback.errors import IndexStateError
from citeback.index.engine import State
from citeback.index.milvus.client import Client, GoneError, Level
from citeback.index.milvus.tables import Mark, Names
from citeback.index.milvus.view import Listing, MilvusView
from citeback.index.milvus.writer import projection_from, read_listing, read_mark
from citeback.index.pieces import Projection
from citeback.index.snapshot import NONE
from citeback.records import LibrarySize

NOT_YET = (
    "There is no library {!r} on the cluster at {} yet. Index documents into it: "
    "python -m citeback index, with the same CITEBACK_ENGINE."
)
# Questions that are looked after at the same time.
THREADS = 16

_NOTHING = Mark(
    serial=0,
    state=State(0, "", ""),
    size=LibrarySize(0, 0, 0, 0),
    stems=0,
    words=0,
    files=0,
    dimension=1,
    names=Names("", "", ""),
)


class Milvus:
    """A library of a cluster. Safe to use from threads."""

    def __init__(self, client: Client, library: str) -> None:
        """The library of that name, which need not be there yet."""
        self._client = client
        self._library = library
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, "citeback-cluster")
        self._listing = Listing(_NOTHING, {}, NONE, ranks_words=False)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should be told of it.

        Not that it cannot be reached: who asks something is told that.
        """
        if self._listing.mark.serial:
            return ()
        try:
            if self._latest().mark.serial:
                return ()
        except IndexStateError:
            return ()
        return (NOT_YET.format(self._library, self._client.uri),)

    @contextmanager
    def reading(self) -> Iterator[MilvusView]:
        """The library as it was last committed."""
        listing = self._latest()
        yield MilvusView(self._client, listing, self._threads)

    def close(self) -> None:
        """Disconnect."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _latest(self) -> Listing:
        mark = self._mark()
        with self._lock:
            held = self._listing
            if (mark.serial, mark.names) != (held.mark.serial, held.mark.names):
                held = self._listing = self._read(mark, held)
            return held

    def _mark(self) -> Mark:
        """What was last committed; the last one that was seen while there is no other."""
        held = self._listing.mark
        # Not by the alias: Milvus remembers where it led, also when that is gone.
        name = held.names.rows or self._client.alias(self._library)
        if not name:
            return held
        # Who comes first wants what there is; later, seconds do not matter.
        level = Level.BOUNDED if held.serial else Level.STRONG
        try:
            mark = read_mark(self._client, name, level)
        except GoneError:
            name = self._client.alias(self._library)
            mark = read_mark(self._client, name, Level.STRONG) if name else _NOTHING
        if mark is not None and mark.names.rows not in ("", name):
            # The library was made anew, and this one tells where.
            mark = read_mark(self._client, mark.names.rows, Level.STRONG)
        return mark or held

    def _read(self, mark: Mark, before: Listing) -> Listing:
        """The documents of a mark. Raises IndexStateError where some cannot be had."""
        files = {
            one.held.source.path: one for one in read_listing(self._client, mark.names)
        }
        if len(files) < mark.files:
            raise IndexStateError(
                f"The cluster tells of {len(files):,} of {mark.files:,} documents: "
                "parts of it cannot be reached just now. Try again in a minute."
            )
        # From here on no part of the cluster is behind this mark.
        for name in (mark.names.passages, mark.names.sentences):
            self._client.count(name, level=Level.STRONG)
        projection, ranks_words = before.projection, before.ranks_words
        if before.mark.names != mark.names:
            projection = self._projection(mark)
            # Not what the server can do now, but what this library was made with.
            ranks_words = self._client.has(mark.names.passages, "words")
        return Listing(mark, files, projection, ranks_words=ranks_words)

    def _projection(self, mark: Mark) -> Projection:
        listing = Listing(mark, {}, NONE, ranks_words=False)
        view = MilvusView(self._client, listing, self._threads)
        stored = view.content("projection", "")
        if stored is None:
            raise IndexStateError(
                "The library on the cluster lacks what its vectors were made with. Run: "
                "python -m citeback index --rebuild"
            )
        return projection_from(stored)
