"""One state of a library on a cluster, as asking reads it.

What a passage is shown and ranked by is read once for each, whichever of it is wanted.
Rows of versions that the listing does not name are passed over: they are being written,
or about to be deleted.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from citeback.errors import IndexStateError
from citeback.index import stored_blocks
from citeback.index.engine import (
    Candidate,
    Capabilities,
    Floats,
    Held,
    State,
    Within,
    WordSearch,
)
from citeback.index.milvus import filters, tables
from citeback.index.milvus.client import Client, Row
from citeback.index.milvus.tables import Detail, Listed, Mark
from citeback.index.pieces import Projection
from citeback.index.postings import K1, LEAST_IDF, B
from citeback.records import (
    Document,
    FileReport,
    LibrarySize,
    LocatorKind,
    Passage,
    Source,
    Span,
)
from citeback.records import (
    Mark as PlaceMark,
)

# To have more passages sent takes longer than to search among them.
RANKED_WHOLE = 200
# Rows of versions that are not in the listing may take places among the nearest.
SPARE = 2
# Passages with rare words that are looked through for the best by words.
HOLDING = 500
# With more passages none are looked for by words where each row must be looked at, which
# takes 1.4 s for a million on one node: what is lost costs less (docs/scale.md).
LOOKED_THROUGH = 1_000_000
# Keys that are asked for together.
KEYS = 200

CHANGED = (
    "The library was changed while it was read, or parts of the cluster cannot be "
    "reached. Try again."
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A mark with the documents that it was set for, by path.

    `ranks_words` tells that the cluster can rank its passages by words.
    """

    mark: Mark
    files: Mapping[str, Listed]
    projection: Projection
    ranks_words: bool

    def names(self, path: str, version: str) -> bool:
        """Whether rows of that version are those of the document."""
        held = self.files.get(path)
        return held is not None and held.version == version


class MilvusView:
    """To be asked by one thread."""

    def __init__(self, client: Client, listing: Listing, threads: Executor) -> None:
        """Look after the cluster from now on, in other threads."""
        self._client = client
        self._listing = listing
        self._threads = threads
        self._names = listing.mark.names
        self._keys: dict[int, int] = {}
        self._details: dict[int, Detail] = {}
        self._lacks = False
        self._at_first = [threads.submit(one) for one in self._looks()]

    # Finding.

    def passages_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages nearest to a unit vector, best first, at most `count`."""
        rows = self._near(self._names.passages, "id", vector, count, within)
        return [row["id"] for row in rows]

    def sentences_near(self, vector: Floats, count: int, within: Within) -> list[int]:
        """Ids of the passages of the `count` sentences nearest to a unit vector."""
        rows = self._near(self._names.sentences, "passage", vector, count, within)
        for row in rows:
            key = tables.key_of(row["version"], row["passage"])
            self._keys.setdefault(row["passage"], key)
        return list(dict.fromkeys(row["passage"] for row in rows))

    def with_words(self, stems: Sequence[str], count: int, within: Within) -> list[int]:
        """Ids of passages that hold any of the stems, best by BM25 first.

        Where the cluster cannot rank by words, of so many stems, the rarest first, as
        not too many passages hold, and in a very large library none.
        """
        match self.capabilities.words:
            case WordSearch.INDEX:
                return self._ranked_by_words(stems, count, within)
            case WordSearch.ROWS:
                return self._looked_through(stems, count, within)
            case WordSearch.NONE:
                return []

    def _ranked_by_words(
        self, stems: Sequence[str], count: int, within: Within
    ) -> list[int]:
        terms = [tables.term(stem) for stem in stems]
        rows = self._named(
            lambda asked: self._client.with_words(
                self._names.passages,
                "words",
                terms,
                asked,
                filters.passing(within, "id"),
                ("path", "version", "id"),
            ),
            count,
        )
        self._remember(rows)
        return [row["id"] for row in rows]

    def _looked_through(
        self, stems: Sequence[str], count: int, within: Within
    ) -> list[int]:
        held = {stem: n for stem, n in self.holding(stems).items() if n}
        chosen: list[str] = []
        total = 0
        for stem in sorted(held, key=lambda stem: (held[stem], stem)):
            total += held[stem]
            if total > HOLDING and chosen:
                break
            if total <= HOLDING * 2:
                chosen.append(stem)
        if not chosen:
            return []
        terms = [tables.term(stem) for stem in chosen]
        rows = self._passages(filters.holds_any("stems", terms), within, "stems")
        scores = _bm25(rows, held, self._listing.mark)
        return sorted(scores, key=lambda identity: (-scores[identity], identity))[
            :count
        ]

    def candidates(self, ids: Iterable[int]) -> list[Candidate]:
        """The candidates of those ids, by id."""
        found = self._loaded(ids)
        return [found[identity].candidate for identity in sorted(found)]

    def passage_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each, as stored, which is float16."""
        return np.array(
            [self._details[one.id].vectors[0] for one in candidates], dtype=np.float32
        ).reshape(len(candidates), -1)

    def sentence_vectors(self, candidates: Sequence[Candidate]) -> Floats:
        """A unit row for each sentence of each, in their order."""
        none = np.zeros((0, self._listing.mark.dimension), dtype=np.float32)
        rows = (self._details[one.id].vectors[1:] for one in candidates)
        return np.concatenate([none, *rows])

    # Wording.

    def pieces(self, candidates: Sequence[Candidate]) -> list[bytes]:
        """The small word pieces of each sentence of each, in their order, as stored."""
        found = self._contents("pieces", [self._keys[one.id] for one in candidates])
        pieces: list[bytes] = []
        for one in candidates:
            stored = found.get(self._keys[one.id])
            if stored is None:
                raise IndexStateError(CHANGED)
            pieces += _parted(stored)
        return pieces

    def holding(self, stems: Sequence[str]) -> dict[str, int]:
        """For each stem, how many passages hold it (0 if none)."""
        keys = {stem: f"word:{tables.term(stem)}" for stem in stems}
        counts = {
            row["key"]: row["number"]
            for row in self._by_key(list(keys.values()), ("key", "number"))
        }
        return {stem: counts.get(key, 0) for stem, key in keys.items()}

    def outside(self, stems: Sequence[str]) -> set[str]:
        """Those of the stems that stand in a title, a heading or what was left out."""
        held = self._outside(stems)
        return {stem for stem in stems if any(stem in found for found in held.values())}

    def holding_outside(self, stems: Sequence[str], missing: int = 0) -> list[str]:
        """Paths of documents that hold the stems there, but for so many at most."""
        wanted = set(stems)
        held = self._outside(sorted(wanted))
        enough = {
            path: len(found)
            for path, found in held.items()
            if len(found) >= len(wanted) - missing
        }
        return sorted(enough, key=lambda path: (-enough[path], path))

    def with_all_words(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold all of the stems, headings included, by id."""
        terms = [tables.term(stem) for stem in stems]
        expression = filters.holds_all("stems", terms) if terms else 'version != ""'
        return sorted(row["id"] for row in self._passages(expression, within))

    def with_phrase(self, stems: Sequence[str], within: Within) -> list[int]:
        """Ids of all passages that hold the stems in a row, by id."""
        terms = [tables.term(stem) for stem in stems]
        rows = self._passages(
            filters.holds_all("stems", sorted(set(terms))), within, "stems"
        )
        return sorted(row["id"] for row in rows if _in_a_row(row["stems"], terms))

    # Reading.

    def count(self, within: Within) -> int:
        """How many passages may be found."""
        if within.ids is not None:
            return len(self._passages('version != ""', within))
        total = sum(
            one.passages
            for one in self._listing.files.values()
            if within.lets(one.held.source)
        )
        if not within.barred:
            return total
        only = Within(within.paths, within.tags, within.days, ids=within.barred)
        return total - len(self._passages('version != ""', only))

    def first(self, within: Within, count: int) -> list[int]:
        """Ids of the first of them, by path and in reading order."""
        ids: list[int] = []
        paths = [
            path
            for path, one in sorted(self._listing.files.items())
            if one.passages and within.lets(one.held.source)
        ]
        while paths and len(ids) < count:
            some, sum_of = [], 0
            while paths and sum_of < max(count, KEYS):
                some.append(paths.pop(0))
                sum_of += self._listing.files[some[-1]].passages
            rows = self._passages(filters.one_of("path", some), within, "start")
            rows.sort(key=lambda row: (row["path"], row["start"]))
            ids += (row["id"] for row in rows)
        return ids[:count]

    def passages(self, ids: Iterable[int]) -> dict[int, tuple[Passage, Source]]:
        """The whole passages with their documents' sources, by id."""
        files = self._listing.files
        return {
            identity: (detail.passage, files[detail.passage.path].held.source)
            for identity, detail in self._loaded(ids).items()
        }

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The passages' texts by id."""
        return {i: detail.passage.text for i, detail in self._loaded(ids).items()}

    def places(self, ids: Iterable[int]) -> dict[int, tuple[str, Span]]:
        """For each its document's path and its place in the text."""
        return {
            i: (detail.passage.path, Span(detail.passage.start, detail.passage.end))
            for i, detail in self._loaded(ids).items()
        }

    # Contents.

    @property
    def state(self) -> State:
        """What it was built with."""
        return self._listing.mark.state

    @property
    def projection(self) -> Projection:
        """What made the word pieces small."""
        return self._listing.projection

    @property
    def capabilities(self) -> Capabilities:
        """What it is good at."""
        words = WordSearch.ROWS
        if self._listing.ranks_words:
            words = WordSearch.INDEX
        elif self.size().passages > LOOKED_THROUGH:
            words = WordSearch.NONE
        return Capabilities(ranked_whole=RANKED_WHOLE, words=words)

    @property
    def may_be_partial(self) -> bool:
        """Whether what was found until now may lack something, since parts are away.

        What is there was counted before anything was searched, and is counted again.
        """
        again = [self._threads.submit(one) for one in self._looks()]
        return self._lacks or any(one.result() for one in (*self._at_first, *again))

    def size(self) -> LibrarySize:
        """How much can be found."""
        return self._listing.mark.size

    def document(self, path: str) -> Document | None:
        """The document of a path, None if there is none."""
        one = self._listing.files.get(path)
        if one is None or not one.held.source.digest:
            return None
        stored = self.content("text", one.version)
        if stored is None:
            raise IndexStateError(CHANGED)
        text, layout, places = json.loads(stored)
        if hashlib.sha256(text.encode()).hexdigest() != one.held.source.digest:
            raise IndexStateError(
                f"The text of {path} on the cluster is damaged; nothing of it is quoted. "
                "Make the library anew: python -m citeback index --rebuild"
            )
        marks = (
            PlaceMark(s, LocatorKind(k), label) for s, k, label in json.loads(places)
        )
        blocks = stored_blocks.from_json(layout)
        return Document(one.held.source, text, blocks, tuple(marks))

    def held(self) -> Sequence[Held]:
        """Every file's documents, read or refused, by path."""
        return [one.held for _, one in sorted(self._listing.files.items())]

    def files(self) -> tuple[FileReport, ...]:
        """The same with what was left out of each."""
        files = [one for _, one in sorted(self._listing.files.items())]
        skipped = self._contents("skipped", [one.version for one in files])
        return tuple(
            one.report(
                stored_blocks.from_json(skipped.get(one.version, b"[]").decode())
            )
            for one in files
        )

    def content(self, kind: str, key: str) -> bytes | None:
        """What was stored under a key, None if it is not there."""
        return self._contents(kind, [key]).get(key)

    # What is behind it.

    def _near(
        self, name: str, column: str, vector: Floats, count: int, within: Within
    ) -> list[Row]:
        rows = self._named(
            lambda asked: self._client.nearest(
                name,
                vector,
                asked,
                filters.passing(within, column),
                ("path", "version", column),
            ),
            count,
        )
        if column == "id":
            self._remember(rows)
        return rows

    def _named(self, best: Callable[[int], list[Row]], count: int) -> list[Row]:
        """So many of the best rows that the listing names; `best` gives the first."""
        asked = count * SPARE
        while True:
            rows = best(asked)
            named = [row for row in rows if self._is_named(row)]
            if len(named) >= count or len(rows) < asked:
                return named[:count]
            asked *= 4

    def _passages(self, expression: str, within: Within, *columns: str) -> list[Row]:
        """All rows of passages that are let through, with further columns of theirs."""
        rows = self._client.query(
            self._names.passages,
            filters.both(expression, filters.passing(within, "id")),
            ("id", "path", "version", *columns),
        )
        named = [row for row in rows if self._is_named(row)]
        self._remember(named)
        return named

    def _is_named(self, row: Row) -> bool:
        return self._listing.names(row["path"], row["version"])

    def _remember(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._keys[row["id"]] = tables.key_of(row["version"], row["id"])

    def _loaded(self, ids: Iterable[int]) -> dict[int, Detail]:
        """The passages of those ids, read from the cluster if they were not yet."""
        wanted = list(dict.fromkeys(ids))
        unknown = [one for one in wanted if one not in self._keys]
        if unknown:
            self._passages('version != ""', Within(ids=frozenset(unknown)))
        lacking = [i for i in wanted if i in self._keys and i not in self._details]
        found = self._contents("detail", [self._keys[one] for one in lacking])
        dimension = self._listing.mark.dimension
        for identity in lacking:
            stored = found.get(self._keys[identity])
            if stored is None:
                self._lacks = True  # it was found, and must be there
            else:
                self._details[identity] = tables.detail_from(stored, dimension)
        return {one: self._details[one] for one in wanted if one in self._details}

    def _contents(
        self, kind: str, keys: Sequence[str] | Sequence[int]
    ) -> dict[str | int, bytes]:
        firsts = {tables.first_key(kind, key): key for key in keys}
        rows = {row["key"]: row for row in self._by_key(list(firsts))}
        further = [key for row in rows.values() for key in tables.further_keys(row)]
        rest = {row["key"]: row for row in self._by_key(further)}
        contents = {}
        for first, key in firsts.items():
            if first not in rows:
                continue
            parts = tables.further_keys(rows[first])
            if all(part in rest for part in parts):
                contents[key] = tables.content_of(
                    [rows[first], *(rest[part] for part in parts)]
                )
        return contents

    def _by_key(
        self, keys: Sequence[str], columns: Sequence[str] = tables.ROW_COLUMNS
    ) -> list[Row]:
        rows: list[Row] = []
        for at in range(0, len(keys), KEYS):
            some = filters.one_of("key", keys[at : at + KEYS])
            rows += self._client.query(self._names.rows, some, columns)
        return rows

    def _outside(self, stems: Sequence[str]) -> dict[str, set[str]]:
        """For each document which of the stems stand outside of its passages."""
        terms = {tables.term(stem): stem for stem in stems}
        held: dict[str, set[str]] = {}
        if not terms:
            return held
        for row in self._client.query(
            self._names.rows,
            filters.both(
                filters.equal("kind", "outside"), filters.holds_any("stems", terms)
            ),
            ("path", "version", "stems"),
        ):
            if self._is_named(row):
                found = {terms[one] for one in row["stems"] if one in terms}
                held.setdefault(row["path"], set()).update(found)
        return held

    def _looks(self) -> list[Callable[[], bool]]:
        """Each tells whether less is there than the mark says there must be."""
        mark, names = self._listing.mark, self._names
        if not mark.serial:
            return []
        return [
            lambda: self._client.count(names.passages) < mark.size.passages,
            lambda: self._client.count(names.sentences) < mark.size.sentences,
            lambda: (
                self._client.count(names.rows, filters.equal("kind", "word"))
                < mark.words
            ),
        ]


def _parted(stored: bytes) -> list[bytes]:
    """The word pieces of each sentence of a passage."""
    count = int.from_bytes(stored[:4])
    lengths = np.frombuffer(stored[4 : 4 + 4 * count], dtype="<i4").tolist()
    parted, at = [], 4 + 4 * count
    for length in lengths:
        parted.append(stored[at : at + length])
        at += length
    return parted


def _bm25(
    rows: Sequence[Row], holding: Mapping[str, int], mark: Mark
) -> dict[int, float]:
    """The BM25 of the passages as `postings` reckons it, by id; higher is better.

    Σ idf(t) · f(t) · (k1 + 1) / (f(t) + k1 · (1 − b + b · length / average length)), with
    idf(t) = ln((N − n + 0.5) / (n + 0.5)), and never less than 10⁻⁶.
    """
    total = mark.size.passages
    average = mark.stems / max(total, 1)
    weights = {
        tables.term(stem): max(
            LEAST_IDF, math.log(max(total - n + 0.5, 1e-9) / (n + 0.5))
        )
        for stem, n in holding.items()
    }
    scores = {}
    for row in rows:
        counts = Counter(stem for stem in row["stems"] if stem in weights)
        length = K1 * (1 - B + B * len(row["stems"]) / average)
        scores[row["id"]] = sum(
            weights[stem] * n * (K1 + 1) / (n + length) for stem, n in counts.items()
        )
    return scores


def _in_a_row(stems: Sequence[str], wanted: Sequence[str]) -> bool:
    count = len(wanted)
    return any(
        list(stems[at : at + count]) == list(wanted)
        for at in range(len(stems) - count + 1)
    )
