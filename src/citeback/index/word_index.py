"""The words of a catalog's passages, kept in step with it in memory and in a file.

The file is derived: a missing, damaged or outdated one is made again from the catalog.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from citeback.errors import IndexStateError
from citeback.index import derived
from citeback.index.postings import Postings, rows_of

if TYPE_CHECKING:
    from citeback.index.catalog import Catalog

FILE = "words.postings"
# Threads may still read earlier builds than the last one.
KEPT = 3


@dataclass(frozen=True, slots=True)
class _State:
    catalog: str
    build: int
    postings: Postings


class WordIndex:
    """The words of one catalog. Safe to use from threads."""

    def __init__(self, catalog: Catalog) -> None:
        """Read nothing yet."""
        self._catalog = catalog
        self._lock = threading.Lock()
        self._states: list[_State] = []  # the one used last comes last

    def current(self) -> Postings:
        """The words of the commit that is being read."""
        catalog = self._catalog
        with catalog.database.reading():
            name, build = catalog.name, catalog.build
            with self._lock:
                state = self._state(name, build)
                self._states = [one for one in self._states if one is not state]
                self._states = [*self._states, state][-KEPT:]
                return state.postings

    def _state(self, name: str, build: int) -> _State:
        held = [one for one in self._states if one.catalog == name]
        for one in held:
            if one.build == build:
                return one
        earlier = [one for one in held if one.build < build]
        last = max(earlier, key=lambda one: one.build, default=None)
        last = last or self._from_file(name)
        made = self._in_step(last) if last else None
        if made is None:
            made = self.from_scratch()
        return _State(name, build, made)

    def _from_file(self, name: str) -> _State | None:
        path = self._path()
        content = derived.stored(self._catalog, path)
        if not content:
            return None
        try:
            postings = Postings.from_bytes(content)
        except IndexStateError:
            return None
        return _State(name, derived.build_of(self._catalog, path), postings)

    def _in_step(self, state: _State) -> Postings | None:
        """The words of now, from those of an earlier build; None if that is too early."""
        changes = self._catalog.changes(state.build)
        if changes is None:
            return None
        rows = list(rows_of(self._catalog.stems(changes.written)))
        # What was written again may be there under the same id.
        again = np.array([identity for identity, _ in rows], dtype=np.int64)
        gone = np.concatenate([changes.passages, again])
        return state.postings.changed(gone, rows)

    def stored(self) -> Postings | None:
        """The words by the file and what has changed since; None if that cannot be told."""
        state = self._from_file(self._catalog.name)
        return self._in_step(state) if state else None

    def from_scratch(self) -> Postings:
        """The words as the passages have them."""
        return Postings.of(rows_of(self._catalog.stems()))

    def save(self) -> None:
        """Write the file of the last commit. Raises StorageFullError."""
        catalog = self._catalog
        with catalog.database.reading():
            name, build = catalog.name, catalog.build
            content = self.current().to_bytes()
        derived.write(catalog, self._path(), content, name=name, build=build)

    def forget(self) -> None:
        """Read everything again when it is next needed."""
        with self._lock:
            self._states = []

    def _path(self) -> Path:
        return self._catalog.database.path.parent / FILE
