"""The catalog: files, passages, sentences and their vectors, as last committed.

`index/catalog.sqlite` is the truth; FAISS files are made from it. What is asked of it
while ranking stands in `candidates`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from citeback.index import stored_blocks, words
from citeback.index.checked_texts import CheckedTexts
from citeback.index.database import DamagedDatabaseError, Database
from citeback.index.engine import Held, PassageEntry
from citeback.index.packed import Packed, packed, places
from citeback.index.pieces import Projection
from citeback.index.word_index import WordIndex
from citeback.records import (
    BlockKind,
    Document,
    FileReport,
    FileState,
    LibrarySize,
    LocatorKind,
    Mark,
    Source,
)

# Virtual tables, which older versions had, first: they take their own tables along.
_TABLE_NAMES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' "
    "ORDER BY sql NOT LIKE 'CREATE VIRTUAL%', name"
)

# The columns of a file that make its Source, in order.
SOURCE = "path, digest, title, author, date, url, tags"

# Changed by hand whenever what is written into a column changes; the tables themselves
# are told by schema.sql's digest. An index of another format is built anew.
FORMAT = "4"

# What a person can do about a catalog that is damaged.
ANEW = "Make the index anew from the documents: python -m citeback index --rebuild"


class _Gone(NamedTuple):
    """Ids that went with a document, int64, little-endian."""

    passages: bytes
    sentences: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What is other than at an earlier build: ids that went, documents written since.

    What has been written may hold ids that went, too.
    """

    passages: npt.NDArray[np.int64]
    sentences: npt.NDArray[np.int64]
    written: tuple[str, ...]


class Catalog:
    """Typed reads and writes over the database file."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises DamagedDatabaseError for what is no catalog.

        One of another version is opened as `outdated`: it has to be `reset` before
        anything else is done with it.
        """
        self.database = Database(path)
        tables = {name for (name,) in self.database.rows(_TABLE_NAMES)}
        if not tables:
            self._create()
        elif "meta" not in tables:
            raise DamagedDatabaseError(f"{path} is not a catalog of Citeback.")
        self.outdated = self.meta("format") != format_name()
        self.words = WordIndex(self)
        self.texts = CheckedTexts()

    def _create(self) -> None:
        with self.database.writing():
            # Two processes may have found the file empty at the same time.
            if not self.database.rows(_TABLE_NAMES):
                self._make_tables()

    def reset(self) -> None:
        """Empty the catalog and bring it to this version, in one commit."""
        with self.database.writing():
            self.database.run("PRAGMA defer_foreign_keys = ON")
            while names := self.database.rows(_TABLE_NAMES):
                self.database.run(f'DROP TABLE "{names[0][0]}"')
            self._make_tables()
        self.outdated = False

    def _make_tables(self) -> None:
        for statement in _statements(_schema()):
            self.database.run(statement)
        self.set_meta("format", format_name())
        self.set_meta("build", "0")
        self.rename()

    # What the index was built with and how far it is.

    def meta(self, key: str) -> str:
        """A noted value, "" if there is none."""
        return self.database.once("meta", self._metas).get(key, "")

    def _metas(self) -> dict[str, str]:
        return dict(self.database.rows("SELECT key, value FROM meta"))

    def set_meta(self, key: str, value: str) -> None:
        """Note a value under a key."""
        self.database.run("REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def build(self) -> int:
        """Counts the commits that changed what can be found."""
        return int(self.meta("build"))

    @property
    def name(self) -> str:
        """Tells this catalog from others that have been under the same path."""
        return self.meta("name")

    def rename(self) -> None:
        """Tell whoever holds vectors of this catalog that they stand no more."""
        self.set_meta("name", secrets.token_hex(8))

    # Files and documents.

    def replace_document(
        self,
        document: Document | Packed,
        entries: Iterable[PassageEntry],
        *,
        file: str = "",
        remark: str = "",
    ) -> None:
        """Put a document in the place of what its path held before.

        The entries, in reading order, are not kept. `file` is the file that it is in,
        if that is not its path.
        """
        if isinstance(document, Document):
            document = packed(document)
        path = document.source.path
        gone = self._clear(path)
        self._write_file(document, file or path, FileState.INDEXED, remark)
        outside = words.distinct_stems(document.source.title)
        end = 0
        for entry in entries:
            self._write_passage(entry)
            between = document.text[end : entry.passage.start]
            outside |= words.distinct_stems(between)
            end = max(end, entry.passage.end)
        outside |= words.distinct_stems(document.text[end:])
        self.database.run_each(
            "INSERT INTO outside VALUES (?, ?)",
            ((stem, path) for stem in sorted(outside)),
        )
        self._next_build(path, gone)

    def refuse(self, path: str, reason: str, *, file: str = "") -> None:
        """Note a file that could not be read; nothing of it can be found."""
        known = self.database.rows(
            "SELECT file, state, reason FROM files WHERE path = ?", (path,)
        )
        if known == [(file or path, FileState.REFUSED, reason)]:
            return  # nothing is another than it was
        gone = self._clear(path)
        source = Source(path=path, digest="", title="", author="", date="", url="")
        nothing = Packed(source, "", "[]", "[]")
        self._write_file(nothing, file or path, FileState.REFUSED, reason)
        self._next_build("", gone)

    def set_state(self, path: str, state: FileState, reason: str) -> None:
        """Note that a document stands as it is, in what state and why."""
        self.database.run(
            "UPDATE files SET state = ?, reason = ? WHERE path = ?",
            (state, reason, path),
        )

    def remove(self, path: str) -> None:
        """Forget a document and all that was found in it."""
        gone = self._clear(path)
        self.database.run("UPDATE changes SET path = '' WHERE path = ?", (path,))
        self._next_build("", gone)

    def files_of(self) -> dict[str, str]:
        """For each document's path the file that it is in."""
        return dict(self.database.rows("SELECT path, file FROM files ORDER BY path"))

    def paths(self) -> dict[str, dict[str, FileState]]:
        """For each file its documents' paths with their states."""
        held: dict[str, dict[str, FileState]] = {}
        for file, path, state in self.database.rows(
            "SELECT file, path, state FROM files ORDER BY path"
        ):
            held.setdefault(file, {})[path] = _state(state)
        return held

    def document(self, path: str) -> Document | None:
        """The document of a path, None if the library holds none."""
        held = self._stored(path)
        if held is None:
            return None
        source, text, layout, marks = held
        return Document(source, text, stored_blocks.from_json(layout), tuple(marks))

    def packed(self, path: str) -> Packed | None:
        """The same, as it is stored."""
        held = self._stored(path)
        if held is None:
            return None
        source, text, layout, marks = held
        return Packed(source, text, layout, places(marks))

    def _stored(self, path: str) -> tuple[Source, str, str, Iterator[Mark]] | None:
        try:
            rows = self.database.rows(
                f"SELECT {SOURCE}, text, blocks FROM files WHERE path = ? AND state != ?",
                (path, FileState.REFUSED),
            )
        except UnicodeEncodeError:  # half a surrogate pair, which no path here has
            return None
        if not rows:
            return None
        *source, text, blocks = rows[0]
        check_text(path, text, rows[0][1])
        marks = (
            Mark(start, LocatorKind(kind), label)
            for start, kind, label in self.database.rows(
                "SELECT start, kind, label FROM marks WHERE path = ? ORDER BY start",
                (path,),
            )
        )
        return source_from(source), text, blocks, marks

    def held(self) -> list[Held]:
        """Every file's documents, read or refused, by path."""
        rows = self.database.rows(
            f"SELECT {SOURCE}, file, state, EXISTS "
            "(SELECT 1 FROM passages p WHERE p.path = f.path) FROM files f ORDER BY path"
        )
        return [
            Held(source_from(source), file, _state(state), bool(is_found))
            for *source, file, state, is_found in rows
        ]

    def files(self) -> tuple[FileReport, ...]:
        """Every file with its state, by path."""
        return self._reports("ORDER BY path")

    def files_within(self, files: Iterable[str]) -> tuple[FileReport, ...]:
        """The documents in some files of the content folder, by path."""
        return self._reports(
            "WHERE file IN (SELECT value FROM json_each(?)) ORDER BY path",
            json.dumps(list(files)),
        )

    def not_indexed(self) -> tuple[FileReport, ...]:
        """Those that were refused or whose last text is kept, by path."""
        return self._reports("WHERE state != ? ORDER BY path", FileState.INDEXED)

    def _reports(self, condition: str, *values: str) -> tuple[FileReport, ...]:
        rows = self.database.rows(
            f"SELECT {SOURCE}, state, reason, length(text), blocks, "
            "(SELECT count(*) FROM passages WHERE passages.path = files.path) "
            f"FROM files {condition}",
            values,
        )
        return tuple(_report(row) for row in rows)

    def size(self) -> LibrarySize:
        """How much can be found."""
        row = self.database.rows(
            "SELECT (SELECT count(*) FROM files WHERE state != ?), "
            "(SELECT count(*) FROM (SELECT DISTINCT path, paragraph FROM passages)), "
            "(SELECT count(*) FROM passages), (SELECT count(*) FROM sentences)",
            (FileState.REFUSED,),
        )[0]
        return LibrarySize(*row)

    def _write_file(
        self, document: Packed, file: str, state: FileState, reason: str
    ) -> None:
        source = document.source
        self.database.run(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source.path,
                file,
                state,
                reason,
                source.digest,
                source.title,
                source.author,
                source.date,
                source.url,
                json.dumps(source.tags, ensure_ascii=False),
                document.text,
                document.layout,
            ),
        )
        self.database.run_each(
            "INSERT INTO marks VALUES (?, ?, ?, ?)",
            (
                (source.path, mark.start, mark.kind, mark.label)
                for mark in document.marks
            ),
        )

    def _write_passage(self, entry: PassageEntry) -> None:
        passage = entry.passage
        lead_in = passage.lead_in and [passage.lead_in.start, passage.lead_in.end]
        bounds = [(s.id, s.span.start, s.span.end) for s in entry.sentences]
        self.database.run(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                passage.id,
                passage.path,
                passage.start,
                passage.end,
                passage.paragraph,
                passage.part,
                passage.parts,
                json.dumps(passage.headings),
                json.dumps(lead_in),
                entry.context,
                entry.digest,
                np.array(bounds, dtype="<i8").tobytes(),
                "\n".join(s.stems for s in entry.sentences),
            ),
        )
        self.database.run_each(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?)",
            (
                (s.id, passage.id, s.span.start, s.span.end, s.digest)
                for s in entry.sentences
            ),
        )

    def _clear(self, path: str) -> _Gone:
        """Delete what a path held; its vectors stay until `drop_loose`."""
        gone = _Gone(
            self.passages_in([path]).astype("<i8").tobytes(),
            self.sentences_in([path]).astype("<i8").tobytes(),
        )
        mine = "(SELECT id FROM passages WHERE path = ?)"
        for statement in (
            "REPLACE INTO loose SELECT digest FROM passages WHERE path = ?",
            f"REPLACE INTO loose SELECT digest FROM sentences WHERE passage IN {mine}",
            f"DELETE FROM sentences WHERE passage IN {mine}",
            "DELETE FROM passages WHERE path = ?",
            "DELETE FROM outside WHERE path = ?",
            "DELETE FROM marks WHERE path = ?",
            "DELETE FROM files WHERE path = ?",
        ):
            self.database.run(statement, (path,))
        return gone

    def _next_build(self, path: str, gone: _Gone) -> None:
        self.database.run(
            "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'build'"
        )
        self.database.run(
            "INSERT INTO changes VALUES (?, ?, ?, ?)", (self.build, path, *gone)
        )

    def changes(self, since: int) -> Changes | None:
        """What has changed since a build of this catalog, None if that is not known."""
        rows = self.database.rows(
            "SELECT path, passages, sentences FROM changes WHERE build > ?", (since,)
        )
        if since < 0 or len(rows) != self.build - since:
            return None
        if any(len(row[1]) % 8 or len(row[2]) % 8 for row in rows):  # damaged
            return None
        passages, sentences = (
            np.frombuffer(b"".join(row[column] for row in rows), dtype="<i8")
            for column in (1, 2)
        )
        written = dict.fromkeys(path for path, _, _ in rows if path)
        return Changes(passages, sentences, tuple(written))

    def forget_changes(self, until: int) -> None:
        """Keep no longer what changed up to a build."""
        self.database.run("DELETE FROM changes WHERE build <= ?", (until,))

    # Vectors.

    def known(self, encoder: str, digests: Sequence[str], *, pieces: bool) -> set[str]:
        """Those of the digests whose vectors, or pieces, are stored for the encoder."""
        rows = self.database.rows(
            f"SELECT digest FROM {'pieces' if pieces else 'vectors'} "
            "WHERE encoder = ? AND digest IN (SELECT value FROM json_each(?))",
            (encoder, json.dumps(list(digests))),
        )
        return {digest for (digest,) in rows}

    def add_vectors(
        self, encoder: str, vectors: Mapping[str, npt.NDArray[np.float32]]
    ) -> None:
        """Store unit vectors by digest, as float16."""
        self.database.run_each(
            "REPLACE INTO vectors VALUES (?, ?, ?)",
            ((encoder, d, row.astype("<f2").tobytes()) for d, row in vectors.items()),
        )

    def add_pieces(self, encoder: str, pieces: Mapping[str, bytes]) -> None:
        """Store small word pieces by digest."""
        self.database.run_each(
            "REPLACE INTO pieces VALUES (?, ?, ?)",
            ((encoder, digest, rows) for digest, rows in pieces.items()),
        )

    def projection(self, encoder: str) -> Projection | None:
        """What made the encoder's pieces small, None if nothing has been stored.

        Raises DamagedDatabaseError.
        """
        rows = self.database.rows(
            "SELECT mean, basis FROM projections WHERE encoder = ?", (encoder,)
        )
        if not rows:
            return None
        try:
            mean, basis = (np.frombuffer(value, dtype="<f4") for value in rows[0])
            return Projection(mean, basis.reshape(len(mean), -1))
        except ValueError as error:
            raise DamagedDatabaseError(
                f"What makes word pieces small is damaged in the catalog. {ANEW}"
            ) from error

    def set_projection(self, encoder: str, projection: Projection) -> None:
        """Store the projection that all the encoder's pieces are to be made with."""
        self.database.run(
            "INSERT INTO projections VALUES (?, ?, ?)",
            (
                encoder,
                projection.mean.astype("<f4").tobytes(),
                projection.basis.astype("<f4").tobytes(),
            ),
        )

    def drop_vector(self, table: str, identity: int) -> None:
        """Delete a damaged vector of "passages" or "sentences", and its pieces."""
        for where in ("vectors", "pieces"):
            self.database.run(
                f"DELETE FROM {where} WHERE digest = "
                f"(SELECT digest FROM {table} WHERE id = ?)",
                (identity,),
            )

    def passages_in(self, paths: Sequence[str]) -> npt.NDArray[np.int64]:
        """The ids of the passages of documents."""
        rows = self.database.rows(
            "SELECT id FROM passages WHERE path IN (SELECT value FROM json_each(?))",
            (json.dumps(list(paths)),),
        )
        return np.array([identity for (identity,) in rows], dtype=np.int64)

    def sentences_in(self, paths: Sequence[str]) -> npt.NDArray[np.int64]:
        """The ids of the sentences of documents."""
        rows = self.database.rows(
            "SELECT s.id FROM passages p CROSS JOIN sentences s ON s.passage = p.id "
            "WHERE p.path IN (SELECT value FROM json_each(?))",
            (json.dumps(list(paths)),),
        )
        return np.array([identity for (identity,) in rows], dtype=np.int64)

    def stems(
        self, paths: Sequence[str] | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """Id, headings' stems and own stems of the documents' passages, or of all."""
        if paths is None:
            return self.database.each("SELECT id, context, stems FROM passages")
        return iter(
            self.database.rows(
                "SELECT id, context, stems FROM passages "
                "WHERE path IN (SELECT value FROM json_each(?))",
                (json.dumps(list(paths)),),
            )
        )

    def clean(self) -> None:
        """Delete what belongs to nothing any more."""
        self.drop_unused_vectors(self.meta("encoder"))
        self.database.run(
            "DELETE FROM stamps WHERE file NOT IN (SELECT file FROM files)"
        )

    def drop_unused_vectors(self, encoder: str) -> None:
        """Delete what belongs to other encoders or to texts that no file holds now."""
        held = "SELECT digest FROM sentences"
        self.database.run(
            "DELETE FROM vectors WHERE encoder != ? OR digest NOT IN "
            f"({held} UNION SELECT digest FROM passages)",
            (encoder,),
        )
        # Found by the key alone: the rows themselves are most of the index.
        self.database.run(
            "DELETE FROM pieces WHERE rowid IN (SELECT rowid FROM pieces "
            f"WHERE encoder != ? OR digest NOT IN ({held}))",
            (encoder,),
        )
        self.database.run("DELETE FROM projections WHERE encoder != ?", (encoder,))
        self.database.run("DELETE FROM loose")

    def drop_loose(self) -> None:
        """The same, but only what belonged to texts that were taken away."""
        for table, holders in (
            ("vectors", ("sentences", "passages")),
            ("pieces", ("sentences",)),
        ):
            needed = " OR ".join(
                f"EXISTS (SELECT 1 FROM {holder} h WHERE h.digest = l.digest)"
                for holder in holders
            )
            self.database.run(
                f"DELETE FROM {table} WHERE (encoder, digest) IN (SELECT ?, digest "
                f"FROM loose l WHERE NOT ({needed}))",
                (self.meta("encoder"),),
            )
        self.database.run("DELETE FROM loose")

    def count(self, table: str) -> int:
        """How many "passages" or "sentences" there are."""
        return int(self.database.rows(f"SELECT count(*) FROM {table}")[0][0])

    def ids(self, table: str) -> npt.NDArray[np.int64]:
        """All ids of "passages" or "sentences", ascending."""
        rows = self.database.each(f"SELECT id FROM {table} ORDER BY id")
        return np.fromiter((identity for (identity,) in rows), dtype=np.int64)

    def vectors(
        self, table: str, ids: Iterable[int]
    ) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Id and float32 vector of each of the ids in "passages" or "sentences"."""
        # CROSS JOIN: in this order, whatever SQLite makes of it. From every vector to the
        # ids takes hours.
        rows = self.database.rows(
            f"SELECT t.id, vector FROM json_each(?) e CROSS JOIN {table} t ON t.id = e.value "
            "CROSS JOIN vectors v ON v.digest = t.digest AND v.encoder = ?",
            (json.dumps([int(i) for i in ids]), self.meta("encoder")),
        )
        for identity, vector in rows:
            yield identity, np.frombuffer(vector, dtype="<f2").astype(np.float32)


@cache
def _schema() -> str:
    file = resources.files("citeback.index").joinpath("schema.sql")
    return file.read_text(encoding="utf-8")


def format_name() -> str:
    """Names the tables and what is written into them."""
    return f"{FORMAT} {hashlib.sha256(_schema().encode()).hexdigest()[:12]}"


def check_text(path: str, text: str, digest: str) -> None:
    """Raise DamagedDatabaseError unless the stored text is the one that was read.

    Whatever is quoted has passed this.
    """
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise DamagedDatabaseError(
            f"The stored text of {path} is damaged; nothing of it is quoted. {ANEW}"
        )


def _statements(script: str) -> list[str]:
    """A schema's statements, without its comments."""
    lines = [line.split("--")[0] for line in script.splitlines()]
    return [part for part in "\n".join(lines).split(";") if part.strip()]


def source_from(cells: Sequence[object]) -> Source:
    """A source from the columns of SOURCE."""
    path, digest, title, author, date, url, tags = map(str, cells)
    return Source(path, digest, title, author, date, url, tuple(json.loads(tags)))


def _state(stored: object) -> FileState:
    try:
        return FileState(str(stored))
    except ValueError as error:
        raise DamagedDatabaseError(
            f"The catalog says of a file that it is {stored!r}, which means nothing. {ANEW}"
        ) from error


def _report(row: tuple[object, ...]) -> FileReport:
    *source, state, reason, characters, blocks, passages = row
    paragraphs, skipped = 0, []
    for block in stored_blocks.each(str(blocks)):
        paragraphs = max(paragraphs, block.paragraph)
        if block.kind is BlockKind.FURNITURE:
            skipped.append(block)
    return FileReport(
        source=source_from(source),
        state=_state(state),
        reason=str(reason),
        characters=int(str(characters)),
        paragraphs=paragraphs,
        passages=int(str(passages)),
        skipped=tuple(skipped),
    )
