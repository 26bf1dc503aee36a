"""What ranking reads from the catalog: passages by word, their sentences, counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np

from citeback.index.catalog import Catalog, check_text, source_from
from citeback.index.engine import Candidate
from citeback.index.marks import locator
from citeback.records import Passage, Source, Span

# So many passages are looked through together.
READ_COUNT = 1_000


def with_words(
    catalog: Catalog,
    stems: Sequence[str],
    count: int,
    among: Sequence[int] | None = None,
) -> list[int]:
    """Ids of passages that hold any of the stems, best BM25 first.

    With `among` only of those passages.
    """
    allowed = None if among is None else np.array(among, dtype=np.int64)
    return catalog.words.current().best(stems, count, allowed)


def with_all_words(catalog: Catalog, stems: Sequence[str]) -> list[int]:
    """Ids of all passages that hold all of the stems, headings included, by id."""
    return catalog.words.current().with_all(stems)


def _ids(ids: Iterable[int]) -> str:
    """Ids as the JSON that SQLite takes apart again; numpy's integers, too."""
    return json.dumps([int(i) for i in ids])


def with_phrase(catalog: Catalog, stems: Sequence[str]) -> list[int]:
    """Ids of all passages that hold the stems in a row, by id."""
    likely = catalog.words.current().with_all(stems)
    phrase = f" {' '.join(stems)} "
    found = []
    for start in range(0, len(likely), READ_COUNT):
        rows = catalog.database.rows(
            "SELECT id, context, stems FROM passages "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (_ids(likely[start : start + READ_COUNT]),),
        )
        found += [
            identity
            for identity, context, own in rows
            if phrase in f" {context} {own} ".replace("\n", " ")
        ]
    return found


def passages_with(catalog: Catalog, stems: Sequence[str]) -> dict[str, int]:
    """For each stem, how many passages hold it (0 if none)."""
    return catalog.words.current().holding(stems)


def outside(catalog: Catalog, stems: Sequence[str]) -> set[str]:
    """Those of the stems that stand in a title, a heading or what was left out."""
    rows = catalog.database.rows(
        "SELECT DISTINCT stem FROM outside "
        "WHERE stem IN (SELECT value FROM json_each(?))",
        (json.dumps(list(stems)),),
    )
    return {stem for (stem,) in rows}


def of_files(catalog: Catalog, paths: Sequence[str]) -> list[int]:
    """Ids of the documents' passages, by path and in reading order."""
    rows = catalog.database.rows(
        "SELECT id FROM passages WHERE path IN (SELECT value FROM json_each(?)) "
        "ORDER BY path, start",
        (json.dumps(list(paths)),),
    )
    return [identity for (identity,) in rows]


def in_order(catalog: Catalog, ids: Iterable[int]) -> list[int]:
    """Those of the ids that are there, by path and in reading order."""
    rows = catalog.database.rows(
        "SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?)) "
        "ORDER BY path, start",
        (_ids(ids),),
    )
    return [identity for (identity,) in rows]


def sentences_of(catalog: Catalog, passages: Sequence[int]) -> list[int]:
    """Ids of the passages' sentences."""
    rows = catalog.database.rows(
        "SELECT id FROM sentences WHERE passage IN (SELECT value FROM json_each(?))",
        (_ids(passages),),
    )
    return [identity for (identity,) in rows]


def passages_of_sentences(catalog: Catalog, sentences: Sequence[int]) -> list[int]:
    """The passages that hold the sentences, in the sentences' order, each once."""
    rows = catalog.database.rows(
        "SELECT passage FROM json_each(?) e CROSS JOIN sentences s ON s.id = e.value "
        "ORDER BY e.key",
        (_ids(sentences),),
    )
    return list(dict.fromkeys(passage for (passage,) in rows))


def candidates(catalog: Catalog, passages: Sequence[int]) -> list[Candidate]:
    """The candidates of those ids that are (still) there, by id."""
    rows = catalog.database.rows(
        "SELECT id, path, context, bounds, stems FROM passages "
        "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (_ids(passages),),
    )
    return [Candidate(*row) for row in rows]


def _columns(bounds: bytes) -> list[list[int]]:
    """Ids, starts and ends of a passage's sentences."""
    rows = np.frombuffer(bounds, dtype="<i8").reshape(-1, 3)
    return rows.T.tolist()


def pieces(catalog: Catalog, sentences: Sequence[int]) -> dict[int, bytes]:
    """The small word pieces of the sentences, as stored, by sentence id."""
    rows = catalog.database.rows(
        "SELECT s.id, pieces FROM json_each(?) e CROSS JOIN sentences s ON s.id = e.value "
        "CROSS JOIN pieces p ON p.digest = s.digest AND p.encoder = ?",
        (_ids(sentences), catalog.meta("encoder")),
    )
    return dict(rows)


def passages(catalog: Catalog, ids: Sequence[int]) -> dict[int, tuple[Passage, Source]]:
    """The whole passages of the ids, with their documents' sources, by id."""
    found: dict[int, tuple[Passage, Source]] = {}
    if not ids:
        return found
    for row in catalog.database.rows(
        'SELECT id, p.path, start, "end", paragraph, part, parts, headings, lead_in, '
        "bounds, EXISTS (SELECT 1 FROM marks m WHERE m.path = p.path), "
        "f.digest, title, author, date, url, tags FROM passages p CROSS JOIN files f "
        "ON f.path = p.path WHERE id IN (SELECT value FROM json_each(?))",
        (_ids(ids),),
    ):
        identity, path, start, end, paragraph, part, parts, headings, lead_in = row[:9]
        bounds, has_marks, digest, *source = row[9:]
        lead = json.loads(lead_in)
        passage = Passage(
            id=identity,
            path=path,
            start=start,
            end=end,
            text=_text(catalog, path, digest)[start:end],
            paragraph=paragraph,
            part=part,
            parts=parts,
            headings=tuple(json.loads(headings)),
            lead_in=Span(*lead) if lead else None,
            sentences=tuple(map(Span, *_columns(bounds)[1:])),
            locator=locator(catalog, path, Span(start, end)) if has_marks else None,
        )
        found[identity] = (passage, source_from((path, digest, *source)))
    return found


def _text(catalog: Catalog, path: str, digest: str) -> str:
    """A document's whole text, which is the one that was read."""

    def read() -> str:
        sql = "SELECT text FROM files WHERE path = ?"
        text = str(catalog.database.rows(sql, (path,))[0][0])
        check_text(path, text, digest)
        return text

    return catalog.texts.text(digest, read)


def texts(catalog: Catalog, ids: Sequence[int]) -> dict[int, str]:
    """The passages' texts by id; cheaper than `passages`."""
    documents: dict[str, str] = {}
    found = {}
    for identity, path, start, end in catalog.database.rows(
        'SELECT id, path, start, "end" FROM passages '
        "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY path",
        (_ids(ids),),
    ):
        if path not in documents:
            documents = {  # one at a time: a document may be large
                path: catalog.database.rows(
                    "SELECT text FROM files WHERE path = ?", (path,)
                )[0][0]
            }
        found[identity] = documents[path][start:end]
    return found
