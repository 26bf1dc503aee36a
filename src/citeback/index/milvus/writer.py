"""Writes documents into a cluster, so that a kill at any moment loses and doubles nothing.

A document's rows bear its version. Before the first of them a note is written that they
may be there, and after the last the document's own row, which names the version; then
whoever reads goes from the old rows to the new ones at once. What a note tells of and no
document names is deleted: by the next writer after a kill, else when nobody can be
reading it any more.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from citeback.errors import UnfitDocumentError
from citeback.index import words
from citeback.index.days import day_of
from citeback.index.engine import State, WholeDocument, WholeEntry
from citeback.index.milvus import filters, tables
from citeback.index.milvus.client import ARRAY_ITEMS, Client, Level, Row, checked
from citeback.index.milvus.tables import Listed, Mark, Names
from citeback.index.packed import Packed
from citeback.index.pieces import Projection

# What was superseded stays that long for those who began to read before: longer than
# what is read with bounded staleness may be behind, which is 5 s, and than a question takes.
GRACE_SECONDS = 10.0
# Rows that are written together, and documents that name their versions together.
ROWS = 1000
DOCUMENTS = 200


@dataclass(slots=True)
class Waiting:
    """Rows that are yet to be written."""

    passages: list[Row]
    sentences: list[Row]
    rows: list[Row]

    def add(self, other: Waiting) -> None:
        """Put others after them."""
        self.passages += other.passages
        self.sentences += other.sentences
        self.rows += other.rows

    def drop(self, version: str) -> None:
        """Leave out those of a version."""
        for rows in (self.passages, self.sentences, self.rows):
            rows[:] = [row for row in rows if row["version"] != version]


class MilvusWriter:
    """One process at a time writes into one library of a cluster."""

    def __init__(
        self,
        client: Client,
        library: str,
        *,
        catalog: str,
        projection: Projection,
        grace_seconds: float | None = None,
    ) -> None:
        """Make what is missing of the library, and clean up after a kill.

        `catalog` names what it is made from: from another one, with vectors of another
        length, or since the cluster has learned to rank by words, a new library is made,
        which takes the place of the old one with the last commit. Raises
        IndexStateError.
        """
        self._client = client
        self._library = library
        self._grace = GRACE_SECONDS if grace_seconds is None else grace_seconds
        self._dimension = len(projection.mean)
        ranks_words = self._ranks_words = client.ranks_words
        self._names = tables.names(
            library, catalog, self._dimension, ranks_words=ranks_words
        )
        wanted = tables.collections(
            self._names, self._dimension, ranks_words=ranks_words
        )
        with ThreadPoolExecutor(len(wanted)) as each:
            list(each.map(client.make, wanted))
        self._listing = {one.held.source.path: one for one in self._read_listing()}
        self._words: dict[str, int] | None = None
        self._serial = self._last_serial()
        self._waiting = Waiting([], [], [])
        self._ready: list[Listed] = []
        self._notes: set[str] = set()
        self._superseded: dict[str, float] = {}  # versions, with when that was
        self._took_place = False
        self._put("projection", "", projection_bytes(projection))
        self._sweep(set(self._noted()))

    def versions(self) -> dict[str, str]:
        """The version of each document that is there and whole, by path."""
        self._let_be_named()
        return {path: one.version for path, one in self._listing.items()}

    def upsert(self, document: WholeDocument) -> None:
        """Put a document in the place of what its path held, with some others."""
        path, version = document.packed.source.path, document.version
        if any(one.held.source.path == path for one in self._ready):
            self._let_be_named()
        before = self._listing.get(path)
        if before is not None and before.version == version:
            return
        try:
            written = self._write(document)
            checked(tables.file_row(written))
        except UnfitDocumentError:
            self._waiting.drop(version)
            self._sweep({version})  # nobody has read it
            raise
        self._ready.append(written)
        if len(self._ready) >= DOCUMENTS:
            self._let_be_named()

    def delete_document(self, path: str) -> None:
        """Take a document out; nothing happens where there is none."""
        self._let_be_named()
        before = self._listing.get(path)
        if before is None:
            return
        self._note(before.version)
        self._client.delete(
            self._names.rows, filters.one_of("key", [tables.file_key(path)])
        )
        del self._listing[path]
        self._superseded[before.version] = time.monotonic()

    def commit(
        self, state: State, holding: Mapping[str, int], *, is_whole: bool
    ) -> None:
        """Let what was written be found from now on.

        A library that is made anew is not asked before it is whole.
        """
        self._let_be_named()
        words_held = self._count_words(holding)
        self._serial += 1
        mark = Mark(
            serial=self._serial,
            state=state,
            size=tables.sizes(self._listing),
            stems=sum(one.stems for one in self._listing.values()),
            words=words_held,
            files=len(self._listing),
            dimension=self._dimension,
            names=self._names,
        )
        stored = tables.mark_bytes(mark)
        self._put("mark", "", stored)
        asked = self._client.alias(self._library)
        if not asked or (is_whole and asked != self._names.rows):
            self._client.point(self._library, self._names.rows)
        if asked not in ("", self._names.rows) and is_whole:
            # Whoever reads the old library learns there where the new one is.
            self._client.upsert(asked, tables.rows_of("mark", "", stored))
            self._took_place = True
        self._sweep(
            {
                version
                for version, since in self._superseded.items()
                if time.monotonic() - since > self._grace
            }
        )

    def close(self) -> None:
        """Delete what nobody can be reading any more, and libraries of before."""
        if self._superseded or self._took_place:
            time.sleep(self._grace)
        self._sweep(set(self._superseded))
        if self._client.alias(self._library) == self._names.rows:
            mine = {self._names.passages, self._names.sentences, self._names.rows}
            for name in self._client.names():
                if tables.is_of(self._library, name) and name not in mine:
                    self._client.drop(name)
        self._client.close()

    def abandon(self) -> None:
        """Disconnect at once; the next writer deletes what is to go."""
        self._client.close()

    # A document's rows.

    def _write(self, document: WholeDocument) -> Listed:
        packed, version = document.packed, document.version
        source = packed.source
        found_by = {
            "path": source.path,
            "version": version,
            "day": day_of(source.date),
            "tags": sorted({tables.term(tag.casefold()) for tag in source.tags}),
        }
        outside = words.distinct_stems(source.title)
        end = passages = sentences = stems = 0
        paragraphs: set[int] = set()
        for whole in document.entries:
            passage = whole.entry.passage
            self._wait(_rows_of(whole, found_by, ranks_words=self._ranks_words))
            outside |= words.distinct_stems(packed.text[end : passage.start])
            end = max(end, passage.end)
            paragraphs.add(passage.paragraph)
            stems += len(tables.stems_of(whole.entry))
            passages += 1
            sentences += len(whole.sentences)
        outside |= words.distinct_stems(packed.text[end:])
        self._wait(_document_rows(packed, version, outside))
        return tables.listed(document, passages, len(paragraphs), sentences, stems)

    def _wait(self, rows: Waiting) -> None:
        self._waiting.add(rows)
        if len(self._waiting.rows) >= ROWS:
            self._send()

    def _send(self) -> None:
        """Write the rows that wait."""
        waiting, self._waiting = self._waiting, Waiting([], [], [])
        new = {str(row["version"]) for row in waiting.rows} - self._notes
        self._note(*sorted(new))
        # Those that searching finds come last: what they lead to is there by then.
        self._client.upsert(self._names.rows, waiting.rows)
        self._client.upsert(self._names.sentences, waiting.sentences)
        self._client.upsert(self._names.passages, waiting.passages)

    def _let_be_named(self) -> None:
        """Let the documents whose rows are all written name their versions."""
        ready, self._ready = self._ready, []
        self._send()
        old = [
            before.version
            for one in ready
            if (before := self._listing.get(one.held.source.path)) is not None
        ]
        self._note(*old)
        self._client.upsert(self._names.rows, map(tables.file_row, ready))
        self._listing.update({one.held.source.path: one for one in ready})
        self._unnote(*(one.version for one in ready))
        self._superseded.update(dict.fromkeys(old, time.monotonic()))

    # Notes of versions that may be there although no document names them.

    def _note(self, *versions: str) -> None:
        rows = (tables.rows_of("note", one, b"", path=one) for one in versions)
        self._client.upsert(self._names.rows, itertools.chain.from_iterable(rows))
        self._notes.update(versions)

    def _unnote(self, *versions: str) -> None:
        if not versions:
            return
        keys = (tables.first_key("note", version) for version in versions)
        self._client.delete(self._names.rows, filters.one_of("key", keys))
        self._notes.difference_update(versions)

    def _noted(self) -> list[str]:
        rows = self._client.query(
            self._names.rows,
            filters.equal("kind", "note"),
            ["path"],
            level=Level.STRONG,
        )
        return [row["path"] for row in rows]

    def _sweep(self, versions: set[str]) -> None:
        """Delete the rows of versions that no document names."""
        gone = versions - {one.version for one in self._listing.values()}
        if gone:
            rows = filters.one_of("version", sorted(gone))
            for name in (
                self._names.passages,
                self._names.sentences,
                self._names.rows,
            ):
                self._client.delete(name, rows)
        self._unnote(*sorted(versions))
        for version in versions:
            self._superseded.pop(version, None)

    # The whole.

    def _count_words(self, holding: Mapping[str, int]) -> int:
        """Bring the counts of stems in step; returns how many there are."""
        if self._words is None:
            rows = self._client.query(
                self._names.rows,
                filters.equal("kind", "word"),
                ["key", "number"],
                level=Level.STRONG,
            )
            self._words = {row["key"]: row["number"] for row in rows}
        wanted = {word_key(stem): count for stem, count in holding.items()}
        changed = {k: n for k, n in wanted.items() if self._words.get(k) != n}
        self._client.upsert(
            self._names.rows,
            (
                {
                    "key": key,
                    "kind": "word",
                    "version": "",
                    "path": "",
                    "number": count,
                    "stems": [],
                    "content": "",
                    "vector": tables.NO_VECTOR,
                }
                for key, count in changed.items()
            ),
        )
        gone = sorted(self._words.keys() - wanted.keys())
        for at in range(0, len(gone), 1000):
            self._client.delete(
                self._names.rows, filters.one_of("key", gone[at : at + 1000])
            )
        self._words = wanted
        return len(wanted)

    def _read_listing(self) -> Iterable[Listed]:
        return read_listing(self._client, self._names)

    def _last_serial(self) -> int:
        mark = read_mark(self._client, self._names.rows, Level.STRONG)
        return mark.serial if mark else 0

    def _put(
        self,
        kind: str,
        key: str,
        content: bytes,
        *,
        version: str = "",
        path: str = "",
        stems: list[str] | None = None,
    ) -> None:
        rows = tables.rows_of(
            kind, key, content, version=version, path=path, stems=stems or []
        )
        # The first row tells of the others, so it comes last.
        self._client.upsert(self._names.rows, reversed(list(rows)))


def read_mark(client: Client, rows: str, level: Level) -> Mark | None:
    """The mark of a library by the name of its rows, None if it has none."""
    found = client.query(
        rows,
        filters.one_of("key", [tables.first_key("mark", "")]),
        tables.ROW_COLUMNS,
        level=level,
    )
    return tables.mark_from(tables.content_of(found)) if found else None


def read_listing(client: Client, names: Names) -> list[Listed]:
    """Every document's own row, as of now."""
    rows = client.query(
        names.rows, filters.equal("kind", "file"), ["content"], level=Level.STRONG
    )
    return [tables.listed_from(row) for row in rows]


def projection_bytes(projection: Projection) -> bytes:
    """A projection as it is stored."""
    mean, basis = projection.mean.astype("<f4"), projection.basis.astype("<f4")
    return len(mean).to_bytes(4) + mean.tobytes() + basis.tobytes()


def projection_from(stored: bytes) -> Projection:
    """The projection of `projection_bytes`."""
    count = int.from_bytes(stored[:4])
    numbers = np.frombuffer(stored[4:], dtype="<f4")
    return Projection(numbers[:count], numbers[count:].reshape(count, -1))


def word_key(stem: str) -> str:
    """The key of the count of a stem."""
    return f"word:{tables.term(stem)}"


def _rows_of(
    whole: WholeEntry, found_by: Mapping[str, object], *, ranks_words: bool
) -> Waiting:
    """A passage's rows. Raises UnfitDocumentError for what a cluster does not take."""
    entry = whole.entry
    identity = entry.passage.id
    version, path = str(found_by["version"]), str(found_by["path"])
    key = tables.key_of(version, identity)
    lengths = np.array([len(one) for one in whole.pieces], dtype="<i4").tobytes()
    pieces = len(whole.pieces).to_bytes(4) + lengths + b"".join(whole.pieces)
    stored = {"detail": tables.detail_bytes(whole), "pieces": pieces}
    stems = tables.stems_of(entry)
    passage: Row = {
        **found_by,
        "key": key,
        "id": identity,
        "start": entry.passage.start,
        "stems": stems,
        "vector": whole.vector,
    }
    if ranks_words:
        passage["words"] = tables.words_of(stems)
    sentences: list[Row] = [
        {
            **found_by,
            "key": tables.key_of(version, sentence.id),
            "passage": identity,
            "vector": vector,
        }
        for sentence, vector in zip(entry.sentences, whole.sentences, strict=True)
    ]
    rows = [
        row
        for kind, content in stored.items()
        for row in tables.rows_of(kind, str(key), content, version=version, path=path)
    ]
    return Waiting([checked(passage)], [checked(one) for one in sentences], rows)


def _document_rows(packed: Packed, version: str, outside: set[str]) -> Waiting:
    """The rows of a document's text and of the stems outside of its passages."""
    path = packed.source.path
    text = json.dumps([packed.text, packed.layout, packed.places]).encode()
    stored = {"text": text, "skipped": tables.skipped_bytes(packed)}
    rows = [
        row
        for kind, content in stored.items()
        for row in tables.rows_of(kind, version, content, version=version, path=path)
    ]
    terms = sorted({tables.term(stem) for stem in outside})
    for at in range(0, max(1, len(terms)), ARRAY_ITEMS):
        rows += tables.rows_of(
            "outside",
            f"{version}:{at}",
            b"",
            version=version,
            path=path,
            stems=terms[at : at + ARRAY_ITEMS],
        )
    return Waiting([], [], rows)
