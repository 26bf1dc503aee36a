"""The cluster itself. The only file that imports pymilvus.

Its errors come as ours, and nothing of a question gets into a log.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import grpc
import numpy as np
from pymilvus import DataType, Function, FunctionType, MilvusClient, MilvusException
from pymilvus.exceptions import ParamError

from citeback.errors import IndexStateError, UnfitDocumentError
from citeback.index.engine import Floats
from citeback.index.milvus.address import Address
from citeback.index.postings import K1, B

Row = dict[str, Any]
Done = TypeVar("Done")

CONNECT_SECONDS = 10
# A question is given up after that long; a node that is lost is away for about as long.
READ_SECONDS = 15
WRITE_SECONDS = 60
# An index is made, and a collection loaded, of what may be much already.
LOAD_SECONDS = 600
# Milvus gives no more at once (`quotaAndLimits.limits.topK`).
MOST = 16_384
# So many bytes of rows are sent together; Milvus refuses more than 64 MB.
BATCH_BYTES = 8_000_000
# What a text of a row may have, in bytes of UTF-8.
TEXT_BYTES = 65_535
ARRAY_ITEMS = 4096
ITEM_BYTES = 300
RETRY_SECONDS = 0.5

_ALIAS_NOT_FOUND = 1600
_NOT_FOUND = 100
_WRONG = 1100  # what was asked for cannot be
_EF = 128
# The first version that ranks by words itself, and how versions are written: "v2.5.4",
# "2.3.5-lite". Of one that is written otherwise nothing is expected.
_RANKS_WORDS = (2, 5)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.")
# The column beside one of words, in which Milvus keeps how often each stands in it.
_COUNTED = "{}_counted"

# It would write down every question that fails.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)


class GoneError(IndexStateError):
    """A collection is not there (any more)."""


class Level(StrEnum):
    """How new what is read has to be.

    BOUNDED: some seconds old at most, at once. SESSION: all that this client has
    written. STRONG: all that anyone has, which waits for the next tick of the cluster's
    clock (0.2 s).
    """

    BOUNDED = "Bounded"
    SESSION = "Session"
    STRONG = "Strong"


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    TEXT = "text"
    TEXTS = "texts"
    WORDS = "words"  # words between spaces, by which rows are ranked
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class Collection:
    """A table of the cluster: its columns, of which the first is the key.

    `dimension` is that of its vector; `is_searched` tells that its nearest are looked for.
    """

    name: str
    columns: Mapping[str, Kind]
    dimension: int
    is_searched: bool


class Client:
    """A connection to a cluster. Safe to use from threads."""

    def __init__(self, address: Address) -> None:
        """Connect. Raises IndexStateError."""
        self.uri = address.uri
        self._client = self._tried(
            lambda: MilvusClient(
                uri=address.uri,
                user=address.user,
                password=address.password,
                timeout=CONNECT_SECONDS,
            ),
            seconds=0,
        )
        self.version = self._tried(
            lambda: str(self._client.get_server_version(timeout=CONNECT_SECONDS)),
            # pymilvus keeps connections, and one that was broken takes a while to mend.
            seconds=CONNECT_SECONDS,
        )

    @property
    def ranks_words(self) -> bool:
        """Whether the server can rank rows by words, by BM25."""
        return ranks_words(self.version)

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    # Collections.

    def names(self) -> list[str]:
        """The names of all collections."""
        return self._reading(lambda: self._client.list_collections())

    def alias(self, name: str) -> str:
        """The collection that goes by another name, "" if none does."""

        def described() -> str:
            try:
                found = self._client.describe_alias(name, timeout=READ_SECONDS)
            except MilvusException as error:
                if error.code in (_ALIAS_NOT_FOUND, _NOT_FOUND):
                    return ""
                raise
            return str(found["collection_name"])

        return self._reading(described)

    def point(self, alias: str, name: str) -> None:
        """Let a collection go by another name, at once for all who ask."""
        client = self._client
        act = client.alter_alias if self.alias(alias) else client.create_alias
        self._reading(lambda: act(collection_name=name, alias=alias))

    def drop(self, name: str) -> None:
        """Delete a collection; nothing happens where there is none."""
        self._reading(lambda: self._client.drop_collection(name))

    def make(self, wanted: Collection) -> None:
        """Make a collection, or go on making it, and load it for asking."""
        if wanted.name not in self.names():
            self._reading(lambda: self._create(wanted))
        made = self._reading(lambda: self._client.list_indexes(wanted.name))
        for column, index in _indexes(wanted).items():
            if column not in made:
                self._reading(
                    lambda index=index: self._client.create_index(  # type: ignore[misc]
                        wanted.name, index, timeout=LOAD_SECONDS
                    )
                )
        self.load(wanted.name)

    def has(self, name: str, column: str) -> bool:
        """Whether a collection has a column."""
        found = self._reading(
            lambda: self._client.describe_collection(name, timeout=READ_SECONDS)
        )
        return any(field["name"] == column for field in found["fields"])

    def load(self, name: str) -> None:
        """Load a collection: twice, on nodes of their own, where there are so many."""
        if "Loaded" in str(self._reading(lambda: self._client.get_load_state(name))):
            return
        try:
            self._client.load_collection(name, replica_number=2, timeout=LOAD_SECONDS)
        except MilvusException:  # "nodes not enough"
            self._reading(
                lambda: self._client.load_collection(name, timeout=LOAD_SECONDS)
            )

    def _create(self, wanted: Collection) -> None:
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        for number, (column, kind) in enumerate(wanted.columns.items()):
            match kind:
                case Kind.NUMBER:
                    schema.add_field(column, DataType.INT64, is_primary=not number)
                case Kind.TEXT:
                    schema.add_field(
                        column,
                        DataType.VARCHAR,
                        max_length=TEXT_BYTES,
                        is_primary=not number,
                    )
                case Kind.TEXTS:
                    schema.add_field(
                        column,
                        DataType.ARRAY,
                        element_type=DataType.VARCHAR,
                        max_capacity=ARRAY_ITEMS,
                        max_length=ITEM_BYTES,
                    )
                case Kind.WORDS:
                    _add_words(schema, column)
                case Kind.VECTOR:
                    schema.add_field(
                        column, DataType.FLOAT_VECTOR, dim=wanted.dimension
                    )
        self._client.create_collection(wanted.name, schema=schema)

    # Rows.

    def upsert(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows in the place of those with the same keys.

        Raises UnfitDocumentError for what Milvus would refuse.
        """
        for batch in _batches(map(checked, rows)):
            self._tried(
                lambda batch=batch: self._client.upsert(  # type: ignore[misc]
                    name, list(map(_sent, batch)), timeout=WRITE_SECONDS
                ),
                seconds=WRITE_SECONDS,
            )

    def delete(self, name: str, expression: str) -> None:
        """Delete the rows that an expression of `filters` lets through."""
        self._tried(
            lambda: self._client.delete(name, filter=expression, timeout=WRITE_SECONDS),
            seconds=WRITE_SECONDS,
        )

    def query(
        self,
        name: str,
        expression: str,
        columns: Sequence[str],
        *,
        level: Level = Level.BOUNDED,
    ) -> list[Row]:
        """All rows that an expression of `filters` lets through."""
        if not expression:
            raise ValueError("an empty expression")
        found = self._reading(
            lambda: self._client.query(
                name,
                filter=expression,
                output_fields=list(columns),
                limit=MOST,
                consistency_level=level.value,
                timeout=READ_SECONDS,
            )
        )
        if len(found) < MOST:
            return [dict(row) for row in found]
        return list(self.each(name, expression, columns, level=level))

    def each(
        self, name: str, expression: str, columns: Sequence[str], *, level: Level
    ) -> Iterator[Row]:
        """The same, some at a time."""
        rows = self._reading(
            lambda: self._client.query_iterator(
                name,
                batch_size=1000,
                filter=expression,
                output_fields=list(columns),
                consistency_level=level.value,
                timeout=READ_SECONDS,
            )
        )
        try:
            while some := self._reading(rows.next):
                yield from map(dict, some)
        finally:
            rows.close()

    def count(
        self, name: str, expression: str = "", *, level: Level = Level.BOUNDED
    ) -> int:
        """How many rows an expression lets through; all without one."""
        found = self._reading(
            lambda: self._client.query(
                name,
                filter=expression,
                output_fields=["count(*)"],
                consistency_level=level.value,
                timeout=READ_SECONDS,
            )
        )
        return int(found[0]["count(*)"])

    def nearest(
        self,
        name: str,
        vector: Floats,
        count: int,
        expression: str,
        columns: Sequence[str],
    ) -> list[Row]:
        """The rows nearest to a vector by inner product, best first."""
        ef = max(_EF, min(count, MOST))
        how = {"metric_type": "IP", "params": {"ef": ef}}
        return self._best(
            name, "vector", vector.tolist(), count, expression, columns, how
        )

    def with_words(
        self,
        name: str,
        column: str,
        words: Sequence[str],
        count: int,
        expression: str,
        columns: Sequence[str],
    ) -> list[Row]:
        """The rows that hold any of the words in a column of words, best BM25 first."""
        if not words:  # Milvus takes no empty text
            return []
        how = {"metric_type": "BM25", "params": {}}
        counted = _COUNTED.format(column)
        return self._best(
            name, counted, " ".join(words), count, expression, columns, how
        )

    def _best(
        self,
        name: str,
        column: str,
        wanted: object,
        count: int,
        expression: str,
        columns: Sequence[str],
        how: dict[str, Any],
    ) -> list[Row]:
        if not count:
            return []
        found = self._reading(
            lambda: self._client.search(
                name,
                data=[wanted],
                anns_field=column,
                limit=min(count, MOST),
                filter=expression,
                output_fields=list(columns),
                search_params=how,
                consistency_level=Level.BOUNDED.value,
                timeout=READ_SECONDS,
            )
        )
        return [dict(hit["entity"]) for hit in found[0]]

    # Errors.

    def _reading(self, act: Callable[[], Done]) -> Done:
        return self._tried(act, seconds=READ_SECONDS)

    def _tried(self, act: Callable[[], Done], *, seconds: float) -> Done:
        """What comes of it, tried again for a while: a lost node is replaced."""
        until = time.monotonic() + seconds
        while True:
            try:
                return act()
            except (MilvusException, grpc.RpcError) as error:
                if getattr(error, "code", None) == _NOT_FOUND:
                    raise GoneError(
                        f"The library is not on the cluster at {self.uri} any more, or "
                        "was made anew just now. Try again."
                    ) from error
                wrong = isinstance(error, ParamError) or (
                    getattr(error, "code", None) == _WRONG
                )
                if wrong or time.monotonic() > until:
                    code = getattr(error, "code", "")
                    raise IndexStateError(
                        f"The cluster at {self.uri} does not answer as it should "
                        f"({type(error).__name__} {code if type(code) is int else ''}"
                        "). Check that it runs and can be reached from here, and try "
                        "again; nothing is lost."
                    ) from error
            time.sleep(RETRY_SECONDS)


def ranks_words(version: str) -> bool:
    """Whether a server of that version can rank rows by words."""
    found = _VERSION.match(version)
    return found is not None and (int(found[1]), int(found[2])) >= _RANKS_WORDS


def _indexes(wanted: Collection) -> dict[str, Any]:
    """How the vector is found, and the words, each index named like its column.

    HNSW is the best that every version from 2.3 on has.
    """
    vector = MilvusClient.prepare_index_params()
    if wanted.is_searched:
        parameters = {"M": 16, "efConstruction": 200}
        vector.add_index(
            "vector", "HNSW", "vector", metric_type="IP", params=parameters
        )
    else:
        vector.add_index("vector", "FLAT", "vector", metric_type="IP")
    indexes = {"vector": vector}
    for column, kind in wanted.columns.items():
        if kind is Kind.WORDS:
            counted = _COUNTED.format(column)
            indexes[counted] = MilvusClient.prepare_index_params()
            indexes[counted].add_index(
                counted,
                "SPARSE_INVERTED_INDEX",
                counted,
                metric_type="BM25",
                params={"bm25_k1": K1, "bm25_b": B},
            )
    return indexes


def _add_words(schema: Any, column: str) -> None:
    """A column of words, and the one in which Milvus counts them.

    They are parted at spaces and otherwise left alone: they are stems already.
    """
    counted = _COUNTED.format(column)
    schema.add_field(
        column,
        DataType.VARCHAR,
        max_length=TEXT_BYTES,
        enable_analyzer=True,
        analyzer_params={"tokenizer": "whitespace"},
    )
    schema.add_field(counted, DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name=f"{column}_bm25",
            function_type=FunctionType.BM25,
            input_field_names=[column],
            output_field_names=[counted],
        )
    )


def checked(row: Row) -> Row:
    """The row, if Milvus takes it. Raises UnfitDocumentError.

    It would refuse a whole batch for one of them, and say less.
    """
    for column, value in row.items():
        if isinstance(value, str) and len(value.encode()) > TEXT_BYTES:
            raise UnfitDocumentError(
                f"A text of {len(value.encode()):,} bytes ({column}) is longer than a "
                f"cluster takes, {TEXT_BYTES:,}."
            )
        if isinstance(value, np.ndarray):
            if not np.isfinite(value).all():
                raise UnfitDocumentError("A vector of it holds NaN or infinity.")
        elif isinstance(value, list):
            if len(value) > ARRAY_ITEMS:
                raise UnfitDocumentError(
                    f"{len(value):,} words in a row ({column}) are more than a cluster "
                    f"takes, {ARRAY_ITEMS:,}."
                )
            if any(len(one.encode()) > ITEM_BYTES for one in value):
                raise UnfitDocumentError(
                    f"A word ({column}) is too long for a cluster."
                )
    return row


def _sent(row: Row) -> Row:
    """The row as pymilvus takes it."""
    return {
        column: value.tolist() if isinstance(value, np.ndarray) else value
        for column, value in row.items()
    }


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(
            len(value) * (16 if isinstance(value, list) else 1)
            for value in row.values()
            if isinstance(value, (str, list))
        )
        if size >= BATCH_BYTES or len(batch) >= 1000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
