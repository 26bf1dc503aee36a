"""Brings a writer in step with a catalog, document by document.

What a kill has left undone is done by the next time, and nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from citeback.errors import UnfitDocumentError
from citeback.index import whole
from citeback.index.catalog import Catalog
from citeback.index.engine import State, Writer
from citeback.records import Publishing

# What is written can be found after that long, while more is being written.
COMMIT_SECONDS = 30.0

Told = Callable[[Publishing], None]


@dataclass(frozen=True, slots=True)
class Published:
    """How many documents were written and taken out; `refused` tells of others, why."""

    written: int
    removed: int
    refused: tuple[str, ...]


def publish(
    catalog: Catalog,
    writer: Writer,
    *,
    told: Told = lambda how_far: None,
    stop: Callable[[], bool] = lambda: False,
) -> Published:
    """Bring the writer in step with the last commit of the catalog.

    `told` is called before each document and after the last; `stop` is asked before
    each. Raises IndexStateError where the writer cannot be reached; what was written
    stays.
    """
    wanted = whole.versions(catalog)
    there = writer.versions()
    gone = sorted(there.keys() - wanted.keys())
    new = sorted(path for path in wanted if there.get(path) != wanted[path])
    refused = []
    for path in gone:
        writer.delete_document(path)
    with catalog.database.reading():
        holding = whole.holding(catalog)
    committed = time.monotonic()
    stopped = False
    for number, path in enumerate(new):
        if stop():
            stopped = True
            break
        told(Publishing(path, number, len(new)))
        with catalog.database.reading():
            document = whole.whole(catalog, path, wanted[path])
            try:
                writer.upsert(document)
            except UnfitDocumentError as error:
                refused.append(f"{path} is not on the cluster: {error}")
        if time.monotonic() - committed > COMMIT_SECONDS:
            _commit(catalog, writer, holding, is_whole=False)
            committed = time.monotonic()
    _commit(catalog, writer, holding, is_whole=not stopped)
    if new and not stopped:
        told(Publishing("", len(new), len(new)))
    return Published(len(new) - len(refused), len(gone), tuple(refused))


def _commit(
    catalog: Catalog, writer: Writer, holding: Mapping[str, int], *, is_whole: bool
) -> None:
    with catalog.database.reading():
        state = State(catalog.build, catalog.meta("built"), catalog.meta("encoder"))
    writer.commit(state, holding, is_whole=is_whole)
