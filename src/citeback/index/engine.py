"""What an index is to those who ask of it and to those who write into it.

Two stand behind these: the one in a folder (`embedded`) and a cluster (`milvus`). Every
promise here is held by `tests/index/test_engine_contract.py` for both.

A store of vectors would offer upsert, delete, search and fetch of single rows. Here

- whole documents are written and taken out: a passage alone never is, and that a reader
  sees all of a document's old state or all of its new one can be promised only for both;
- searching is several methods, one for each way that ranking looks for candidates, and each
  takes the same typed filter, `Within`; what a cluster makes of it is its own affair;
- fetching is several, too: what ranks a passage is read without what shows it;
- `capabilities` belong to a view, since a library may have been made by a server that could
  do less than the present one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from citeback.index.days import day_of
from citeback.index.packed import Packed
from citeback.index.pieces import Projection
from citeback.records import (
    Document,
    FileReport,
    FileState,
    LibrarySize,
    Passage,
    Source,
    Span,
)

Floats = npt.NDArray[np.float32]


class SentenceRow(NamedTuple):
    """A candidate's sentence as stored: offsets in the document, stems with spaces.

    Many are made for each question, so they are tuples, which are made faster.
    """

    id: int
    start: int
    end: int
    stored_stems: str

    @property
    def span(self) -> Span:
        """Where it stands in the document."""
        return Span(self.start, self.end)

    @property
    def stems(self) -> list[str]:
        """Its stems in order."""
        return self.stored_stems.split()


# Id, start and end of a sentence, 64 bits each.
BOUNDS_BYTES = 24


def sentence_ids(candidates: Iterable[Candidate]) -> npt.NDArray[np.int64]:
    """The ids of the candidates' sentences, in their order."""
    bounds = b"".join(one.bounds for one in candidates)
    return np.frombuffer(bounds, dtype="<i8")[::3]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be the answer, as stored, without its text.

    `context` are the stems of its headings and lead-in with spaces, `stems` those of
    its sentences, a line for each, and `bounds` holds id, start and end of each, int64.
    """

    id: int
    path: str
    context: str
    bounds: bytes
    stems: str

    @property
    def sentence_count(self) -> int:
        """How many sentences it has."""
        return len(self.bounds) // BOUNDS_BYTES

    @property
    def sentences(self) -> tuple[SentenceRow, ...]:
        """Its sentences in order."""
        columns = np.frombuffer(self.bounds, dtype="<i8").reshape(-1, 3).T.tolist()
        rows = zip(*columns, self.stems.split("\n"), strict=True)
        return tuple(map(SentenceRow._make, rows))


@dataclass(frozen=True, slots=True)
class Within:
    """Which passages may be found: those that meet every field; None and () allow all.

    Their document is one of `paths`, has one of each of the `tags`' groups (folded), and
    its day is within each of `days`, from the first on and before the second ("" for no
    bound; no day is within none). They are one of `ids` and none of `barred`.
    """

    paths: frozenset[str] | None = None
    tags: tuple[frozenset[str], ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    ids: frozenset[int] | None = None
    barred: frozenset[int] = frozenset()

    def lets(self, source: Source) -> bool:
        """Whether passages of that document may be found."""
        held = {tag.casefold() for tag in source.tags} if self.tags else set()
        day = day_of(source.date) if self.days else ""
        return (
            (self.paths is None or source.path in self.paths)
            and not any(group.isdisjoint(held) for group in self.tags)
            and all(
                day and after <= day and (not before or day < before)
                for after, before in self.days
            )
        )

    @property
    def of_any_document(self) -> bool:
        """Whether it does not matter what document they are of."""
        return self.paths is None and not self.tags and not self.days

    def lets_passage(self, identity: int) -> bool:
        """Whether that passage may be found, if its document may."""
        return identity not in self.barred and (
            self.ids is None or identity in self.ids
        )


EVERYWHERE = Within()
"""Every passage."""


@dataclass(frozen=True, slots=True)
class State:
    """What an index was built with and how far it is.

    `build` counts the changes of what can be found, `built` is when all was last looked
    through (ISO 8601, UTC), `encoder` the fingerprint of the model, "" while there are
    no vectors.
    """

    build: int
    built: str
    encoder: str


class WordSearch(StrEnum):
    """How passages that hold a word are found, to be ranked.

    INDEX: by an index of words, whatever number there are. ROWS: by looking at every
    row, for the rarest words. NONE: not at all, since there are too many rows: more have
    to be found by meaning, which are then ranked by words, too.
    """

    INDEX = "index"
    ROWS = "rows"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an index is good at.

    So many passages as `ranked_whole`, let through by a filter, are all ranked.
    `words` tells how `Finding.with_words` comes by its passages.
    """

    ranked_whole: int
    words: WordSearch


class Finding(Protocol):
    """What ranking reads. Of ids that are not there (any more) nothing is told."""

    def passages_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages nearest to a unit vector, best first, at most `count`."""

    def sentences_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages of the `count` sentences nearest to a unit vector.

        Each once, in the order of its best sentence.
        """

    def with_words(self, stems: Sequence[str], count: int, within: Within) -> list[int]:
        """Ids of passages that hold any of the stems, best first, at most `count`."""

    def candidates(self, ids: Iterable[int]) -> list[Candidate]:
        """The candidates of those ids, by id."""

    def passage_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each, as stored, which is float16."""

    def sentence_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each sentence of each, in their order."""


class Wording(Protocol):
    """Where words stand. Stems are those that `words.stem` gives."""

    def pieces(self, candidates: Sequence[Candidate]) -> list[bytes]:
        """The small word pieces of each sentence of each, in their order, as stored."""

    def holding(self, stems: Sequence[str]) -> dict[str, int]:
        """For each stem, how many passages hold it (0 if none)."""

    def outside(self, stems: Sequence[str]) -> set[str]:
        """Those of the stems that stand in a title, a heading or what was left out."""

    def holding_outside(self, stems: Sequence[str], missing: int = 0) -> list[str]:
        """Paths of documents that hold the stems there, but for so many at most.

        Those that hold most are first, then by path.
        """

    def with_all_words(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold all of the stems, headings included, by id.

        Without stems, of all that may be found.
        """

    def with_phrase(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold the stems in a row, by id."""


class Reading(Protocol):
    """The passages' own words."""

    def count(self, within: Within) -> int:
        """How many passages may be found."""

    def first(self, within: Within, count: int) -> list[int]:
        """Ids of the first of them, by path and in reading order."""

    def passages(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Source]]:
        """The whole passages with their documents' sources, by id."""

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The passages' texts by id; cheaper than `passages`."""

    def places(self, ids: Iterable[int]) -> dict[int, tuple[str, Span]]:
        """For each its document's path and its place in the text."""


class Contents(Protocol):
    """The documents, and the whole."""

    @property
    def state(self) -> State:
        """What it was built with."""

    @property
    def projection(self) -> Projection:
        """What made the word pieces small."""

    @property
    def capabilities(self) -> Capabilities:
        """What it is good at."""

    @property
    def may_be_partial(self) -> bool:
        """Whether what was found until now may lack something, since parts are away."""

    def size(self) -> LibrarySize:
        """How much can be found."""

    def document(self, path: str) -> Document | None:
        """The document of a path, None if there is none."""

    def held(self) -> Sequence[Held]:
        """Every file's documents, read or refused, by path."""

    def files(self) -> tuple[FileReport, ...]:
        """The same with what was left out of each, which takes longer."""


class View(Finding, Wording, Reading, Contents, Protocol):
    """One state of an index, to be asked within `Engine.reading`."""


class Engine(Protocol):
    """An index that can be asked, from several threads."""

    def reading(self) -> AbstractContextManager[View]:
        """The state of now, which stays the same inside. Raises IndexStateError."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should be told of it."""

    def close(self) -> None:
        """Give back what is held."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document, or a file that was refused, in which nothing `is_found`.

    `file` is the one of the content folder that it is in.
    """

    source: Source
    file: str
    state: FileState
    is_found: bool


@dataclass(frozen=True, slots=True)
class SentenceEntry:
    """A sentence as stored: its stems joined by spaces, its embedded text's digest."""

    id: int
    span: Span
    stems: str
    digest: str


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """A passage as stored; `context` are the stems of its headings and lead-in."""

    passage: Passage
    context: str
    digest: str
    sentences: tuple[SentenceEntry, ...]


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """A passage with its vectors, as they are found by.

    `vector` is its unit row; `sentences` has one for each of its sentences, `pieces`
    their word pieces, made small by the index's projection.
    """

    entry: PassageEntry
    vector: Floats
    sentences: Floats
    pieces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class WholeDocument:
    """A document with all that is stored of it. A refused file has no entries.

    `entries`, in reading order, are gone through once. `version` changes whenever any
    of this does.
    """

    packed: Packed
    file: str
    state: FileState
    reason: str
    version: str
    entries: Iterable[WholeEntry]


class Writer(Protocol):
    """Where documents are written to. Writing the same twice is writing it once."""

    def versions(self) -> dict[str, str]:
        """The version of each document that is there and whole, by path."""

    def upsert(self, document: WholeDocument) -> None:
        """Put a document in the place of what its path held.

        Whoever reads finds all of the old one or all of the new one, whatever becomes of
        this process. Raises UnfitDocumentError for what cannot be taken, such as vectors
        with NaN; the old one stays.
        """

    def delete_document(self, path: str) -> None:
        """Take a document out; nothing happens where there is none."""

    def commit(
        self, state: State, holding: Mapping[str, int], *, is_whole: bool
    ) -> None:
        """Let what was written be found from now on.

        `holding` says for every stem how many passages hold it. Where it `is_whole`, the
        index is in step with that state, and takes the place of one of before.
        """

    def close(self) -> None:
        """Give back what is held, and delete what nobody can be reading any more."""

    def abandon(self) -> None:
        """Give back what is held, at once; the next writer deletes what is to go."""
