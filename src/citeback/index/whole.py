"""From a catalog, documents with all that is stored of them, and their versions."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from citeback.errors import IndexStateError
from citeback.index import candidates as stored
from citeback.index import transfer
from citeback.index.catalog import Catalog
from citeback.index.engine import Floats, PassageEntry, WholeDocument, WholeEntry
from citeback.index.packed import Packed
from citeback.records import Document, FileState, Source, Span

# So many passages of a long document are in memory at a time.
TOGETHER = 256


def versions(catalog: Catalog) -> dict[str, str]:
    """For each path a digest of all that is stored of its document."""
    with catalog.database.reading():
        common = f"{catalog.meta('recipe')} {catalog.meta('format')}"
        made = {
            path: hashlib.sha256(repr((common, path, *row)).encode())
            for path, *row in catalog.database.rows(
                "SELECT path, file, state, reason, digest, title, author, date, url, "
                "tags, blocks FROM files"
            )
        }
        for path, *row in catalog.database.rows(
            "SELECT path, start, kind, label FROM marks ORDER BY path, start"
        ):
            made[path].update(repr(row).encode())
        for path, *row in catalog.database.rows(
            'SELECT path, id, start, "end", paragraph, part, parts, digest '
            "FROM passages ORDER BY path, start, id"
        ):
            made[path].update(repr(row).encode())
    return {path: digest.hexdigest()[:32] for path, digest in made.items()}


def whole(catalog: Catalog, path: str, version: str) -> WholeDocument:
    """The document of a path. The caller is inside `reading`."""
    file, state, reason = catalog.database.rows(
        "SELECT file, state, reason FROM files WHERE path = ?", (path,)
    )[0]
    packed = catalog.packed(path)
    if packed is None:  # a file that was refused
        nothing = Source(path=path, digest="", title="", author="", date="", url="")
        packed = Packed(nothing, "", "[]", "[]")
    return WholeDocument(
        packed=packed,
        file=file,
        state=FileState(state),
        reason=reason,
        version=version,
        entries=_entries(catalog, packed),
    )


def holding(catalog: Catalog) -> dict[str, int]:
    """For every stem how many passages hold it."""
    counts: Counter[str] = Counter()
    for _, context, own in catalog.stems():
        counts.update(set(f"{context} {own}".split()))
    return counts


def _entries(catalog: Catalog, packed: Packed) -> Iterator[WholeEntry]:
    # Only its marks are asked for.
    document = Document(packed.source, packed.text, (), tuple(packed.marks))
    entries = transfer.entries(catalog, packed)
    while some := list(itertools.islice(entries, TOGETHER)):
        yield from _with_vectors(catalog, document, some)


def _with_vectors(
    catalog: Catalog, document: Document, entries: list[PassageEntry]
) -> Iterator[WholeEntry]:
    sentences = [s.id for entry in entries for s in entry.sentences]
    mine = dict(catalog.vectors("passages", (e.passage.id for e in entries)))
    theirs = dict(catalog.vectors("sentences", sentences))
    pieces = stored.pieces(catalog, sentences)
    for entry in entries:
        ids = [sentence.id for sentence in entry.sentences]
        try:
            yield WholeEntry(
                entry=_located(document, entry),
                vector=mine[entry.passage.id],
                sentences=_rows([theirs[i] for i in ids]),
                pieces=tuple(pieces[i] for i in ids),
            )
        except KeyError:
            raise IndexStateError(
                f"The catalog misses vectors of {entry.passage.path}. Run: "
                "python -m citeback doctor"
            ) from None


def _located(document: Document, entry: PassageEntry) -> PassageEntry:
    passage = entry.passage
    locator = document.locator(Span(passage.start, passage.end))
    return replace(entry, passage=replace(passage, locator=locator))


def _rows(vectors: list[Floats]) -> Floats:
    return np.stack(vectors)
