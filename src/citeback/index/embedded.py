"""The index in a folder: the catalog, and FAISS indexes made from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from citeback.index import candidates as stored
from citeback.index import passage_places, snapshot
from citeback.index.catalog import Catalog
from citeback.index.engine import (
    EVERYWHERE,
    Candidate,
    Capabilities,
    Floats,
    Held,
    State,
    Within,
    WordSearch,
    sentence_ids,
)
from citeback.index.pieces import Projection
from citeback.index.snapshot import Snapshot
from citeback.index.vector_file import VectorFileError
from citeback.records import Document, FileReport, LibrarySize, Passage, Source, Span

Ids = npt.NDArray[np.int64]

# Ranking them all takes some ten milliseconds, and a filter loses nothing.
CAPABILITIES = Capabilities(ranked_whole=2000, words=WordSearch.INDEX)


class Embedded:
    """Asks a catalog and FAISS. Safe to use from threads."""

    def __init__(self, catalog: Callable[[], Catalog], folder: Path) -> None:
        """`catalog` gives the one of now, in whose folder the FAISS files lie.

        It raises IndexStateError where that cannot be asked.
        """
        self._catalog = catalog
        self._folder = folder
        self._refreshing = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._encoder = ""
        self._looked_at = -1  # the build of the files that were read last

    @contextmanager
    def reading(self) -> Iterator[EmbeddedView]:
        """The last commit, which stays the same inside. May be nested."""
        catalog = self._catalog()
        with catalog.database.reading():
            try:
                yield EmbeddedView(catalog, lambda: self._latest(catalog))
            except VectorFileError:
                self._snapshot = None  # the next question does without the file
                raise

    @property
    def notices(self) -> tuple[str, ...]:
        """None: those of the folder are told by whoever opened it."""
        return ()

    def close(self) -> None:
        """Give back the files of vectors. The catalog belongs to whoever opened it."""
        self._snapshot = None

    def save(self) -> None:
        """Write the derived files where it is time to: the next process finds them made.

        Raises StorageFullError.
        """
        catalog = self._catalog()
        try:
            if snapshot.is_due(catalog, self._folder):
                with catalog.database.reading():
                    latest = self._latest(catalog)
                latest = snapshot.save(catalog, self._folder, latest)
                with self._refreshing:
                    self._snapshot = latest
        finally:
            snapshot.tidy(catalog, self._folder)
        catalog.database.checkpoint()  # at rest, the file itself holds all

    def forget(self) -> None:
        """Read what is derived anew: it may have come from a file with a fault."""
        self._snapshot = None
        self._catalog().words.forget()

    def _latest(self, catalog: Catalog) -> Snapshot:
        """The vectors of the last commit. The caller is inside `reading`."""
        encoder = catalog.meta("encoder")
        with self._refreshing:
            held = self._snapshot
            if held is None or encoder != self._encoder or held.is_new:
                held = snapshot.load(catalog, self._folder)
            elif not held.is_exact and self._are_newer(catalog, held):
                # Another process has written what this one lacks.
                held = snapshot.load(catalog, self._folder)
            elif (held.catalog, held.build) == (catalog.name, catalog.build):
                return held
            elif held.catalog == catalog.name and held.build > catalog.build:
                # Another thread has seen more already, and what it holds stays.
                return snapshot.load(catalog, self._folder)
            catalog.texts.clear()  # some may have been taken out since
            self._snapshot = snapshot.refresh(catalog, held)
            self._encoder = encoder
            return self._snapshot

    def _are_newer(self, catalog: Catalog, held: Snapshot) -> bool:
        """Whether there are files that serve better than what is held; told once."""
        build = snapshot.stored_build(catalog, self._folder)
        newer = build >= held.build and build != self._looked_at
        if newer:
            self._looked_at = build
        return newer


class EmbeddedView:
    """One commit of a catalog; its vectors are read when they are first needed."""

    def __init__(self, catalog: Catalog, latest: Callable[[], Snapshot]) -> None:
        """The catalog is inside `reading`, and `latest` gives the vectors of it."""
        self._catalog = catalog
        self._latest = latest
        self._within: dict[Within, list[int]] = {}

    @cached_property
    def _vectors(self) -> Snapshot:
        return self._latest()

    @cached_property
    def _held(self) -> list[Held]:
        return self._catalog.held()

    # Finding.

    def passages_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages nearest to a unit vector, best first, at most `count`."""
        among = self._array(within)
        return self._vectors.nearest(self._catalog, "passages", vector, count, among)

    def sentences_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages of the `count` sentences nearest to a unit vector."""
        among = None
        if within != EVERYWHERE:
            ids = stored.sentences_of(self._catalog, self._ids(within))
            among = np.array(ids, dtype=np.int64)
        near = self._vectors.nearest(self._catalog, "sentences", vector, count, among)
        return stored.passages_of_sentences(self._catalog, near)

    def with_words(self, stems: Sequence[str], count: int, within: Within) -> list[int]:
        """Ids of passages that hold any of the stems, best BM25 first."""
        among = None if within == EVERYWHERE else self._ids(within)
        return stored.with_words(self._catalog, stems, count, among)

    def candidates(self, ids: Iterable[int]) -> list[Candidate]:
        """The candidates of those ids, by id."""
        return stored.candidates(self._catalog, list(ids))

    def passage_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each, as stored, which is float16."""
        ids = np.array([one.id for one in candidates], dtype=np.int64)
        return self._vectors.exactly(self._catalog, "passages", ids)

    def sentence_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each sentence of each, in their order."""
        ids = sentence_ids(candidates)
        return self._vectors.exactly(self._catalog, "sentences", ids)

    # Wording.

    def pieces(self, candidates: Sequence[Candidate]) -> list[bytes]:
        """The small word pieces of each sentence of each, in their order, as stored."""
        ids = sentence_ids(candidates).tolist()
        held = stored.pieces(self._catalog, ids)
        return [held[identity] for identity in ids]

    def holding(self, stems: Sequence[str]) -> dict[str, int]:
        """For each stem, how many passages hold it (0 if none)."""
        return stored.passages_with(self._catalog, stems)

    def outside(self, stems: Sequence[str]) -> set[str]:
        """Those of the stems that stand in a title, a heading or what was left out."""
        return stored.outside(self._catalog, stems)

    def holding_outside(self, stems: Sequence[str], missing: int = 0) -> list[str]:
        """Paths of documents that hold the stems there, but for so many at most."""
        return passage_places.holding_outside(self._catalog, stems, missing)

    def with_all_words(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold all of the stems, headings included, by id."""
        if not stems:
            return sorted(self._ids(within))
        return self._let(stored.with_all_words(self._catalog, stems), within)

    def with_phrase(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold the stems in a row, by id."""
        return self._let(stored.with_phrase(self._catalog, stems), within)

    # Reading.

    def count(self, within: Within) -> int:
        """How many passages may be found."""
        if within == EVERYWHERE:
            return len(self._vectors.passages)
        return len(self._ids(within))

    def first(self, within: Within, count: int) -> list[int]:
        """Ids of the first of them, by path and in reading order."""
        return self._ids(within)[:count]

    def passages(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Source]]:
        """The whole passages with their documents' sources, by id."""
        return stored.passages(self._catalog, list(ids))

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The passages' texts by id; cheaper than `passages`."""
        return stored.texts(self._catalog, list(ids))

    def places(self, ids: Iterable[int]) -> dict[int, tuple[str, Span]]:
        """For each its document's path and its place in the text."""
        return passage_places.places_of(self._catalog, list(ids))

    # Contents.

    @property
    def state(self) -> State:
        """What it was built with."""
        catalog = self._catalog
        return State(catalog.build, catalog.meta("built"), catalog.meta("encoder"))

    @property
    def projection(self) -> Projection:
        """What made the word pieces small."""
        return self._vectors.projection

    @property
    def capabilities(self) -> Capabilities:
        """What it is good at."""
        return CAPABILITIES

    @property
    def may_be_partial(self) -> bool:
        """Never: what cannot be read is an error."""
        return False

    def size(self) -> LibrarySize:
        """How much can be found."""
        return self._catalog.size()

    def document(self, path: str) -> Document | None:
        """The document of a path, None if there is none."""
        return self._catalog.document(path)

    def held(self) -> Sequence[Held]:
        """Every file's documents, read or refused, by path."""
        return self._held

    def files(self) -> tuple[FileReport, ...]:
        """The same with what was left out of each, which takes longer."""
        return self._catalog.files()

    # What a filter lets through.

    def _ids(self, within: Within) -> list[int]:
        """Ids of the passages that may be found, by path and in reading order."""
        if within not in self._within:
            if within.ids is not None and within.of_any_document:
                ids = stored.in_order(self._catalog, within.ids)
            else:
                paths = [h.source.path for h in self._held if within.lets(h.source)]
                ids = stored.of_files(self._catalog, paths)
            self._within[within] = list(filter(within.lets_passage, ids))
        return self._within[within]

    def _array(self, within: Within) -> Ids | None:
        if within == EVERYWHERE:
            return None
        return np.array(self._ids(within), dtype=np.int64)

    def _let(self, found: list[int], within: Within) -> list[int]:
        if within == EVERYWHERE:
            return found
        allowed = set(self._ids(within))
        return [identity for identity in found if identity in allowed]
