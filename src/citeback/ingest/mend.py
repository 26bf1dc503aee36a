"""Prepares a catalog with faults to be brought in order by the next update.

What is wrong is taken out, as far as its file is there to be read again. Nothing is
embedded here, and no model is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from citeback.index import snapshot, stamps
from citeback.index.catalog import Catalog
from citeback.index.word_index import FILE as WORDS
from citeback.ingest.check import vectors_checked
from citeback.records import Fault, Remedy


def mend(catalog: Catalog, content: Path, faults: Iterable[Fault]) -> None:
    """Take out what the faults are about. REBUILD is left to the caller."""
    remedies = {fault.remedy for fault in faults}
    with catalog.database.writing():
        if Remedy.WORDS in remedies:
            catalog.set_meta(f"{WORDS} of", "")  # of no catalog: missing to all
        if Remedy.FAISS in remedies:
            for table in snapshot.TABLES:
                catalog.set_meta(f"{table}.faiss of", "")
        files = catalog.files_of()
        paths = {fault.path for fault in faults if fault.remedy is Remedy.INDEX}
        if Remedy.VECTORS in remedies:
            paths |= _without_vectors(catalog)
        for path in paths & files.keys():
            if (content / files[path]).is_file():
                catalog.remove(path)
                stamps.forget(catalog, [files[path]])
        catalog.clean()


def _without_vectors(catalog: Catalog) -> set[str]:
    """Documents that miss a sound vector or word piece; the damaged ones are deleted."""
    encoder = catalog.meta("encoder")
    for table in snapshot.TABLES:
        damaged = [i for i, is_sound in vectors_checked(catalog, table) if not is_sound]
        for identity in damaged:
            catalog.drop_vector(table, identity)
    projection = catalog.projection(encoder)
    if projection is not None:
        catalog.database.run(
            "DELETE FROM pieces WHERE length(pieces) % ? != 0",
            (projection.basis.shape[1],),
        )
    rows = catalog.database.rows(
        "SELECT DISTINCT p.path FROM passages p JOIN sentences s ON s.passage = p.id "
        "WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.encoder = ?1 "
        "AND v.digest = p.digest) OR NOT EXISTS (SELECT 1 FROM vectors v "
        "WHERE v.encoder = ?1 AND v.digest = s.digest) OR NOT EXISTS (SELECT 1 FROM "
        "pieces q WHERE q.encoder = ?1 AND q.digest = s.digest)",
        (encoder,),
    )
    return {path for (path,) in rows}
