"""Looks the whole index through: is everything in it as it was written, and true?

What cannot be told from the index itself is recomputed: digests from texts, stems from
sentences, ids from what they stand for. No model is needed. Nothing is changed here;
each fault says what has to be made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from citeback.errors import IndexStateError
from citeback.index import derived, snapshot, words
from citeback.index.catalog import Catalog
from citeback.index.database import DamagedDatabaseError, Row
from citeback.index.vector_file import VectorFileError
from citeback.index.vectors import VectorIndex
from citeback.index.word_index import FILE as WORDS
from citeback.ingest.stage import (
    context_of,
    digest_of,
    passage_text,
    sentence_id,
    spoken,
    stems_of,
)
from citeback.records import Block, Document, Fault, Passage, Remedy, Span

# float16 keeps a unit vector's length to about a thousandth.
UNIT_TO = 0.01
READ_COUNT = 5_000


def faults(catalog: Catalog, folder: Path) -> Iterator[Fault]:
    """Every fault of the catalog, in one state of it, and of the FAISS files."""
    if not catalog.database.is_sound():
        yield Fault("", "SQLite finds the catalog damaged", Remedy.REBUILD)
        return
    with catalog.database.reading():
        try:
            yield from _all_faults(catalog, folder)
        except DamagedDatabaseError as error:
            yield Fault("", str(error), Remedy.REBUILD)


def _all_faults(catalog: Catalog, folder: Path) -> Iterator[Fault]:
    yield from _references(catalog)
    for path in sorted(path for file in catalog.paths().values() for path in file):
        yield from _document_faults(catalog, path)
    vector_faults = list(_vector_faults(catalog))
    yield from vector_faults
    if not vector_faults:  # else the files are made anew in any case
        yield from _file_faults(catalog, folder)
    yield from _word_faults(catalog)
    yield from _outlived(catalog, folder)


def _outlived(catalog: Catalog, folder: Path) -> Iterator[Fault]:
    """Files of a large library that are some changes behind, and hold what is gone."""
    for name in snapshot.FILES:
        changes = catalog.changes(derived.build_of(catalog, folder / name))
        if changes is not None and len(changes.passages):
            remedy = Remedy.WORDS if name == WORDS else Remedy.FAISS
            yield Fault(
                "", f"{name} still holds numbers of texts that are gone", remedy
            )


def _references(catalog: Catalog) -> Iterator[Fault]:
    """Rows that belong to nothing, and vectors of texts that no document holds."""
    database = catalog.database
    if database.rows("PRAGMA foreign_key_check"):
        yield Fault("", "parts of the catalog belong to nothing", Remedy.REBUILD)
    held = "SELECT digest FROM sentences"
    for what, table, condition in (
        (
            "vectors",
            "vectors",
            f"digest NOT IN ({held} UNION SELECT digest FROM passages)",
        ),
        ("word pieces", "pieces", f"digest NOT IN ({held})"),
        ("notes on files", "stamps", "file NOT IN (SELECT file FROM files)"),
    ):
        query = f"SELECT count(*) FROM {table} WHERE {condition}"
        left = database.rows(query)[0][0]
        if left:
            sentence = f"{left} {what} of texts that are gone were left behind"
            yield Fault("", sentence, Remedy.CLEAN)


def _document_faults(catalog: Catalog, path: str) -> Iterator[Fault]:
    try:
        document = catalog.document(path)
    except DamagedDatabaseError:
        yield Fault(path, "its stored text is not what was read", Remedy.INDEX)
        return
    except (ValueError, TypeError, KeyError):
        yield Fault(path, "its stored layout cannot be read", Remedy.INDEX)
        return
    if document is None:  # refused
        return
    for what in _layout_faults(document):
        yield Fault(path, what, Remedy.INDEX)
        return
    blocks = {block.paragraph: block for block in document.blocks if block.paragraph}
    parts: dict[int, list[int]] = {}
    end, outside = 0, words.distinct_stems(document.source.title)
    for row in catalog.database.rows(
        'SELECT id, start, "end", paragraph, part, parts, headings, lead_in, context, '
        "digest, bounds, stems FROM passages WHERE path = ? ORDER BY start",
        (path,),
    ):
        try:
            what = _passage_fault(catalog, document, blocks, row)
        except (ValueError, TypeError):
            what = "a passage cannot be read"
        if what:
            yield Fault(path, what, Remedy.INDEX)
            return
        parts.setdefault(row[3], [row[5]]).append(row[4])
        outside |= words.distinct_stems(document.text[end : row[1]])
        end = max(end, row[2])
    outside |= words.distinct_stems(document.text[end:])
    for paragraph in blocks:
        count, *held = parts.get(paragraph, [1])
        if held != list(range(1, count + 1)):
            yield Fault(
                path, f"paragraph {paragraph}: passages are missing", Remedy.INDEX
            )
            return
    stored = catalog.database.rows("SELECT stem FROM outside WHERE path = ?", (path,))
    if {stem for (stem,) in stored} != outside:
        yield Fault(path, "the words outside its passages are others", Remedy.INDEX)


def _layout_faults(document: Document) -> Iterator[str]:
    end = number = 0
    for block in document.blocks:
        if not end <= block.start < block.end <= len(document.text):
            yield f"a block at {block.start} overlaps another or the end of the text"
        end = block.end
        if block.paragraph not in (0, number + 1):
            yield f"paragraph {block.paragraph} does not follow paragraph {number}"
        number = max(number, block.paragraph)


def _passage_fault(
    catalog: Catalog, document: Document, blocks: Mapping[int, Block], row: Row
) -> str:
    """What is wrong with a stored passage, or ""."""
    identity, start, end, paragraph, part, parts, headings, lead_in, *rest = row
    context, digest, bounds, stems = rest
    lead = json.loads(lead_in)
    passage = Passage(
        id=identity,
        path=document.source.path,
        start=start,
        end=end,
        text=document.text[start:end],
        paragraph=paragraph,
        part=part,
        parts=parts,
        headings=tuple(json.loads(headings)),
        lead_in=Span(*lead) if lead else None,
        sentences=(),
    )
    where = f"paragraph {paragraph}"
    block = blocks.get(paragraph)
    if block is None or not block.start <= start < end <= block.end:
        return f"{where}: the passage does not lie in its paragraph"
    above = context_of(document, passage)
    if digest != digest_of(passage_text(above, passage.text)):
        return f"{where}: the vector is of another text"
    if context != " ".join(words.stems(above)):
        return f"{where}: the words of its headings are others"
    stored = catalog.database.rows(
        'SELECT id, start, "end", digest FROM sentences WHERE passage = ? ORDER BY start',
        (identity,),
    )
    packed = np.array([r[:3] for r in stored], dtype="<i8").tobytes()
    if not stored or packed != bounds:
        return f"{where}: the two lists of its sentences differ"
    lines = stems.split("\n")
    before = start
    for number, ((sid, begin, past, of), line) in enumerate(
        zip(stored, lines, strict=False)
    ):
        text = document.text[begin:past]
        if not before <= begin < past <= end:
            return f"{where}: a sentence lies outside it"
        if of != digest_of(spoken(text)) or sid != sentence_id(identity, number, of):
            return f"{where}: a sentence's vector is of another text"
        if line != " ".join(stems_of(document.text, block, Span(begin, past))):
            return f"{where}: a sentence's words are others"
        before = past
    return "" if len(lines) == len(stored) else f"{where}: words are missing"


def _word_faults(catalog: Catalog) -> Iterator[Fault]:
    """Whether the file of words holds exactly those of the passages."""
    stored = catalog.words.stored()
    if stored is None:
        if catalog.count("passages"):
            yield Fault("", f"{WORDS} is missing, damaged or outdated", Remedy.WORDS)
    elif not stored.equals(catalog.words.from_scratch()):
        yield Fault("", f"{WORDS} does not hold the passages' words", Remedy.WORDS)


def _vector_faults(catalog: Catalog) -> Iterator[Fault]:
    projection = catalog.projection(catalog.meta("encoder"))
    for table in snapshot.TABLES:
        ids = catalog.ids(table)
        if len(ids) and projection is None:
            yield Fault("", "what makes word pieces small is missing", Remedy.REBUILD)
            return
        found = bad = 0
        for _, is_sound in vectors_checked(catalog, table):
            found += 1
            bad += not is_sound
        if found < len(ids):
            sentence = f"{len(ids) - found} vectors of {table} are missing"
            yield Fault("", sentence, Remedy.VECTORS)
        if bad:
            yield Fault("", f"{bad} vectors of {table} are damaged", Remedy.VECTORS)
    yield from _piece_faults(catalog)


def vectors_checked(catalog: Catalog, table: str) -> Iterator[tuple[int, bool]]:
    """Each id of "passages" or "sentences" with a vector, and whether that is sound."""
    projection = catalog.projection(catalog.meta("encoder"))
    ids = catalog.ids(table)
    for start in range(0, len(ids), READ_COUNT):
        for identity, vector in catalog.vectors(table, ids[start : start + READ_COUNT]):
            wide = projection is not None and len(vector) != len(projection.mean)
            is_unit = abs(float(np.linalg.norm(vector)) - 1) < UNIT_TO
            yield identity, is_unit and not wide


def _piece_faults(catalog: Catalog) -> Iterator[Fault]:
    projection = catalog.projection(catalog.meta("encoder"))
    if projection is None:
        return
    kept = projection.basis.shape[1]
    wrong = catalog.database.rows(
        "SELECT count(*) FROM sentences s LEFT JOIN pieces p ON p.digest = s.digest "
        "AND p.encoder = ? WHERE p.pieces IS NULL OR length(p.pieces) % ? != 0",
        (catalog.meta("encoder"), kept),
    )[0][0]
    if wrong:
        sentence = f"the word pieces of {wrong} sentences are missing or damaged"
        yield Fault("", sentence, Remedy.VECTORS)


def _file_faults(catalog: Catalog, folder: Path) -> Iterator[Fault]:
    """Whether the FAISS files hold exactly the catalog's vectors."""
    for table in snapshot.TABLES:
        name = f"{table}.faiss"
        try:
            index = snapshot.stored_index(catalog, folder, table)
        except IndexStateError:
            index = None
        if index is None:
            if len(catalog.ids(table)) or (folder / name).exists():
                yield Fault("", f"{name} is missing, damaged or outdated", Remedy.FAISS)
            continue
        wanted = catalog.ids(table)
        if not np.array_equal(np.sort(index.ids), wanted):
            yield Fault("", f"{name} does not hold the catalog's {table}", Remedy.FAISS)
            continue
        try:
            different = _different(catalog, index, table)
        except VectorFileError as error:
            yield Fault("", str(error), Remedy.FAISS)
            continue
        if different:
            sentence = f"{different} vectors in {name} are not the catalog's"
            yield Fault("", sentence, Remedy.FAISS)
        elif not snapshot.vectors_there(catalog, folder, table):
            sentence = f"the file of the vectors of {name} is missing or damaged"
            yield Fault("", sentence, Remedy.FAISS)


def _different(catalog: Catalog, index: VectorIndex, table: str) -> int:
    """How many vectors are not those of the catalog. Raises VectorFileError."""
    different = 0
    wanted = catalog.ids(table)
    for start in range(0, len(wanted), READ_COUNT):
        pairs = list(catalog.vectors(table, wanted[start : start + READ_COUNT]))
        if pairs:
            ids, vectors = zip(*pairs, strict=True)
            same = index.holds(np.array(ids, dtype=np.int64), np.stack(vectors))
            different += int((~same).sum())
    return different
