"""Whether a library is as it must be after a kill, and after the next update."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crash.life import COMMIT_TEXTS, MAX_BYTES, Recipe, read_here

from citeback.errors import UnreadableFileError
from citeback.index import snapshot
from citeback.index.catalog import Catalog
from citeback.ingest.read import read_all
from citeback.ingest.stage import digest_of
from citeback.library import Library
from citeback.records import Document, FileState, Remedy

Documents = dict[str, Document]

# What an interrupted process may leave, none of which changes an answer:
# FAISS files and one of words older than the catalog, which are passed over when they are loaded;
# vectors of texts whose document was not yet written, which the next update uses.
MAY_BE_LEFT = {Remedy.FAISS, Remedy.WORDS, Remedy.CLEAN}

# Everything that answers are made from. Stamps and counts of commits tell of the past,
# and are left out.
TABLES = {
    "files": "SELECT * FROM files",
    "marks": "SELECT * FROM marks",
    "passages": "SELECT * FROM passages",
    "sentences": "SELECT * FROM sentences",
    "outside": "SELECT * FROM outside",
    "vectors": "SELECT * FROM vectors",
    "pieces": "SELECT * FROM pieces",
    "projections": "SELECT * FROM projections",
    "meta": "SELECT * FROM meta WHERE key IN ('recipe', 'encoder', 'format')",
}


def documents_in(content: Path) -> Documents:
    """What the files of a folder say, as read here and now."""
    found: Documents = {}
    for file in sorted(path for path in content.rglob("*") if path.is_file()):
        name = file.relative_to(content).as_posix()
        if name.startswith("."):
            continue
        try:
            for outcome in read_all(file, name, max_bytes=MAX_BYTES):
                if outcome.document is not None:
                    found[outcome.name] = outcome.document.opened()
        except UnreadableFileError:
            pass
    return found


def check_kept(
    library: Library,
    before: Mapping[str, Document],
    others: tuple[Mapping[str, Document], ...],
    *,
    stands: set[str],
) -> None:
    """Nothing is lost, nothing is made up, no document is of two editions.

    `before` are the documents of the last complete state, `others` those that were to
    take their place; those that `stands` names were in both.
    """
    assert library.notices == (), library.notices
    faults = library.examine(mend=False).faults
    assert {fault.remedy for fault in faults} <= MAY_BE_LEFT, faults
    held = {
        file.source.path: library.document(file.source.path)
        for file in library.files()
        if file.state is not FileState.REFUSED
    }
    for path, document in held.items():
        editions = [edition.get(path) for edition in (before, *others)]
        assert document in editions, f"{path} is of no edition that ever was"
    lost = stands - held.keys()
    assert not lost, f"{sorted(lost)} are lost"


def check_asked(library: Library, encoder: str, chance: random.Random) -> None:
    """What is quoted stands in the document that is held, at that very place."""
    files = [f.source.path for f in library.files() if f.passages]
    if not files or library._catalog.meta("encoder") != encoder:
        return
    text = library.document(chance.choice(files)).text
    words = " ".join(text.split()[:12])
    for hit in library.ask(words.replace("-", " ").replace('"', " ")).hits:
        passage = hit.passage
        text = library.document(passage.path).text
        assert text[passage.start : passage.end] == passage.text


def check_mended(
    content: Path, index: Path, recipe: Recipe, interrupted: set[str]
) -> None:
    """The next start needs nothing but itself, and ends where a first one ends."""
    with Library.open(content, index, encoder=recipe.encoder()) as library:
        known = _embedded(index, recipe.fingerprint)
        library.update()
        seen = {digest_of(text) for text in library.encoder.seen}  # type: ignore[attr-defined]
        assert not seen & known, "what was embedded and committed is embedded again"
        assert len(seen & interrupted) <= COMMIT_TEXTS, "more than a batch was lost"
        assert library.examine(mend=False).faults == ()
        assert library.notices == ()
    with tempfile.TemporaryDirectory() as other:
        fresh = Path(other)
        with Library.open(content, fresh, encoder=recipe.encoder()) as library:
            library.update()
        for (name, mine), (_, theirs) in zip(
            contents(index).items(), contents(fresh).items(), strict=True
        ):
            assert mine == theirs, f"{name} differs from that of a fresh index"


def contents(index: Path) -> dict[str, set[tuple[object, ...]]]:
    """All rows of all tables that answers are made from."""
    connection = sqlite3.connect(index / "catalog.sqlite")
    try:
        return {
            name: set(connection.execute(query).fetchall())
            for name, query in TABLES.items()
        }
    finally:
        connection.close()


def _embedded(index: Path, encoder: str) -> set[str]:
    """Digests of what need not be embedded once more."""
    connection = sqlite3.connect(index / "catalog.sqlite")
    try:
        rows = connection.execute(
            "SELECT digest FROM vectors JOIN pieces USING (encoder, digest) "
            "WHERE encoder = ?",
            (encoder,),
        )
        return {digest for (digest,) in rows}
    finally:
        connection.close()


def judge(
    root: Path,
    before: Documents,
    planned: Documents,
    recipe: Recipe,
    interrupted: set[str],
    seed: str,
    sure: Mapping[str, str] = MappingProxyType({}),
) -> Documents:
    """Check all of it in this process; returns what the library holds then.

    `sure` are digests of texts that must be held, by path, besides those that stand.
    """
    read_here()
    content, index = root / "content", root / "index"
    now = documents_in(content)
    stands = {p for p, d in before.items() if planned.get(p) == d == now.get(p)}
    with Library.open(content, index, encoder=recipe.encoder()) as library:
        check_kept(library, before, (planned, now), stands=stands)
        for path, digest in sure.items():
            assert library.document(path).source.digest == digest, f"{path} is older"
        check_asked(library, recipe.fingerprint, random.Random(seed))
    check_mended(content, index, recipe, interrupted)
    left = {path.name for path in index.iterdir()}
    files = {"catalog.sqlite", ".lock", *snapshot.FILES, *_vectors_of(index)}
    # SQLite makes the file in its older mode; its journal may outlast the first moment,
    # and means nothing once it does not begin with its sign.
    journal = index / "catalog.sqlite-journal"
    assert not journal.exists() or journal.read_bytes()[:1] in (b"", b"\0")
    assert left <= files | {"catalog.sqlite-wal", "catalog.sqlite-shm", journal.name}
    return now


def _vectors_of(index: Path) -> set[str]:
    """The files of vectors that lie apart from their codes."""
    catalog = Catalog(index / "catalog.sqlite")
    apart = [snapshot._apart(catalog, index, table) for table in snapshot.TABLES]
    catalog.database.close()
    return {path.name for path in apart if path}


def answer(pipe: Connection, *case: Any) -> None:
    """Send what `judge` says, as (problem, documents)."""
    try:
        pipe.send(("", judge(*case)))
    except Exception:  # noqa: BLE001  # the other process is to know of each
        pipe.send((traceback.format_exc(), {}))
