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
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from citeback.errors import UnfitDocumentError
from citeback.index import words
from citeback.index.days import day_of
from citeback.index.engine import State, WholeDocument, WholeEntry
from citeback.index.milvus import filters, tables
from citeback.index.milvus.client import Client, Level, Row
from citeback.index.milvus.tables import Listed, Mark, Names
from citeback.index.pieces import Projection

# What was superseded stays that long for those who began to read before: longer than
# what is read with bounded staleness may be behind, which is 5 s, and than a question takes.
GRACE_SECONDS = 10.0
# Entries that are written together.
TOGETHER = 256


class MilvusWriter:
    """One process at a time writes into one library of a cluster."""

    def __init__(
        self,
        client: Client,
        library: str,
        *,
        catalog: str,
        projection: Projection,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        """Make what is missing of the library, and clean up after a kill.

        `catalog` names what it is made from: from another one, or with vectors of
        another length, a new library is made, which takes the place of the old one with
        the last commit. Raises IndexStateError.
        """
        self._client = client
        self._library = library
        self._grace = grace_seconds
        self._dimension = len(projection.mean)
        self._names = tables.names(library, catalog, self._dimension)
        wanted = tables.collections(self._names, self._dimension)
        with ThreadPoolExecutor(len(wanted)) as each:
            list(each.map(client.make, wanted))
        self._listing = {one.held.source.path: one for one in self._read_listing()}
        self._words: dict[str, int] | None = None
        self._serial = self._last_serial()
        self._superseded: dict[str, float] = {}  # versions, with when that was
        self._took_place = False
        self._put("projection", "", projection_bytes(projection))
        self._sweep(set(self._noted()))

    def versions(self) -> dict[str, str]:
        """The version of each document that is there and whole, by path."""
        return {path: one.version for path, one in self._listing.items()}

    def upsert(self, document: WholeDocument) -> None:
        """Put a document in the place of what its path held."""
        path, version = document.packed.source.path, document.version
        before = self._listing.get(path)
        if before is not None and before.version == version:
            return
        self._note(version)
        try:
            written = self._write(document)
        except UnfitDocumentError:
            self._sweep({version})  # nobody has read it
            raise
        self._note(*([before.version] if before else []))
        self._client.upsert(self._names.rows, [tables.file_row(written)])
        self._listing[path] = written
        self._unnote(version)
        if before:
            self._superseded[before.version] = time.monotonic()

    def delete_document(self, path: str) -> None:
        """Take a document out; nothing happens where there is none."""
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
        self._put("mark", "", tables.mark_bytes(mark))
        asked = self._client.alias(self._library)
        if not asked or (is_whole and asked != self._names.rows):
            self._client.point(self._library, self._names.rows)
            self._took_place = asked != ""
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

    # A document's rows.

    def _write(self, document: WholeDocument) -> Listed:
        packed, version = document.packed, document.version
        source = packed.source
        path = source.path
        text = json.dumps([packed.text, packed.layout, packed.places]).encode()
        self._put("text", version, text, version=version, path=path)
        outside = words.distinct_stems(source.title)
        end = passages = sentences = stems = 0
        paragraphs: set[int] = set()
        found_by = {
            "path": path,
            "version": version,
            "day": day_of(source.date),
            "tags": sorted({tables.term(tag.casefold()) for tag in source.tags}),
        }
        for some in _together(document.entries):
            self._write_entries(some, version, path, found_by)
            for whole in some:
                passage = whole.entry.passage
                outside |= words.distinct_stems(packed.text[end : passage.start])
                end = max(end, passage.end)
                paragraphs.add(passage.paragraph)
                stems += len(tables.stems_of(whole.entry))
            passages += len(some)
            sentences += sum(len(whole.entry.sentences) for whole in some)
        outside |= words.distinct_stems(packed.text[end:])
        self._write_outside(outside, version, path)
        skipped = tables.skipped_bytes(packed)
        self._put("skipped", version, skipped, version=version, path=path)
        return tables.listed(document, passages, len(paragraphs), sentences, stems)

    def _write_entries(
        self,
        some: list[WholeEntry],
        version: str,
        path: str,
        found_by: Mapping[str, object],
    ) -> None:
        passages: list[Row] = []
        sentences: list[Row] = []
        rows: list[Row] = []
        for whole in some:
            entry = whole.entry
            identity = entry.passage.id
            key = tables.key_of(version, identity)
            passages.append(
                {
                    **found_by,
                    "key": key,
                    "id": identity,
                    "start": entry.passage.start,
                    "stems": tables.stems_of(entry),
                    "vector": whole.vector,
                }
            )
            sentences += (
                {
                    **found_by,
                    "key": tables.key_of(version, sentence.id),
                    "passage": identity,
                    "vector": vector,
                }
                for sentence, vector in zip(
                    entry.sentences, whole.sentences, strict=True
                )
            )
            detail = tables.detail_bytes(whole)
            pieces = np.array([len(one) for one in whole.pieces], dtype="<i4").tobytes()
            rows += tables.rows_of(
                "detail", str(key), detail, version=version, path=path
            )
            rows += tables.rows_of(
                "pieces",
                str(key),
                len(whole.pieces).to_bytes(4) + pieces + b"".join(whole.pieces),
                version=version,
                path=path,
            )
        # Those that searching finds come last: what they lead to is there by then.
        self._client.upsert(self._names.rows, rows)
        self._client.upsert(self._names.sentences, sentences)
        self._client.upsert(self._names.passages, passages)

    def _write_outside(self, outside: set[str], version: str, path: str) -> None:
        terms = sorted({tables.term(stem) for stem in outside})
        for at in range(0, len(terms), 4000):
            self._put(
                "outside",
                f"{version}:{at}",
                b"",
                version=version,
                path=path,
                stems=terms[at : at + 4000],
            )

    # Notes of versions that may be there although no document names them.

    def _note(self, *versions: str) -> None:
        for version in versions:
            self._put("note", version, b"", path=version)

    def _unnote(self, version: str) -> None:
        self._client.delete(
            self._names.rows,
            filters.one_of("key", [tables.first_key("note", version)]),
        )

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
        named = {one.version for one in self._listing.values()}
        for version in sorted(versions):
            if version not in named:
                rows = filters.equal("version", version)
                for name in (
                    self._names.passages,
                    self._names.sentences,
                    self._names.rows,
                ):
                    self._client.delete(name, rows)
            self._unnote(version)
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
        rows = self._client.query(
            self._names.rows,
            filters.one_of("key", [tables.first_key("mark", "")]),
            tables.ROW_COLUMNS,
            level=Level.STRONG,
        )
        return tables.mark_from(tables.content_of(rows)).serial if rows else 0

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


def _together(entries: Iterable[WholeEntry]) -> Iterator[list[WholeEntry]]:
    each = iter(entries)
    while some := list(itertools.islice(each, TOGETHER)):
        yield some
