"""What ranking reads from the catalog: passages by word, their sentences, counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from citeback.index.catalog import Catalog
from citeback.records import Passage, Source, Span


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A candidate's sentence: its offsets in the document and its stems in order."""

    id: int
    span: Span
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be the answer, without its text."""

    id: int
    path: str
    context: tuple[str, ...]
    sentences: tuple[SentenceRow, ...]


def with_words(catalog: Catalog, stems: Sequence[str], count: int) -> list[int]:
    """Ids of passages that hold any of the stems, best BM25 first."""
    if not stems:
        return []
    query = " OR ".join('"' + stem.replace('"', '""') + '"' for stem in stems)
    rows = catalog.database.rows(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
        (query, count),
    )
    return [identity for (identity,) in rows]


def with_phrase(catalog: Catalog, stems: Sequence[str]) -> list[int]:
    """Ids of all passages that hold the stems in a row, by id."""
    rows = catalog.database.rows(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid",
        ('"' + " ".join(stems).replace('"', '""') + '"',),
    )
    return [identity for (identity,) in rows]


def passages_with(catalog: Catalog, stems: Sequence[str]) -> dict[str, int]:
    """For each stem, how many passages hold it (0 if none)."""
    rows = catalog.database.rows(
        "SELECT value, (SELECT doc FROM word_counts WHERE term = value) "
        "FROM json_each(?)",
        (json.dumps(list(stems)),),
    )
    return {stem: count or 0 for stem, count in rows}


def passage_count(catalog: Catalog) -> int:
    """How many passages there are."""
    return int(catalog.database.rows("SELECT count(*) FROM passages")[0][0])


def passages_of_sentences(catalog: Catalog, sentences: Sequence[int]) -> list[int]:
    """The passages that hold the sentences, in the sentences' order, each once."""
    rows = catalog.database.rows(
        "SELECT passage FROM json_each(?) e JOIN sentences s ON s.id = e.value "
        "ORDER BY e.key",
        (json.dumps([int(i) for i in sentences]),),
    )
    return list(dict.fromkeys(passage for (passage,) in rows))


def candidates(catalog: Catalog, passages: Sequence[int]) -> list[Candidate]:
    """The candidates of those ids that are (still) there, by id."""
    ids = json.dumps([int(i) for i in passages])
    sentences: dict[int, list[SentenceRow]] = {}
    for passage, identity, start, end, stems in catalog.database.rows(
        'SELECT passage, id, start, "end", stems FROM sentences '
        "WHERE passage IN (SELECT value FROM json_each(?)) ORDER BY passage, start",
        (ids,),
    ):
        row = SentenceRow(identity, Span(start, end), tuple(stems.split()))
        sentences.setdefault(passage, []).append(row)
    return [
        Candidate(identity, path, tuple(context.split()), tuple(sentences[identity]))
        for identity, path, context in catalog.database.rows(
            "SELECT id, path, context FROM passages "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (ids,),
        )
    ]


def pieces(catalog: Catalog, sentences: Sequence[int]) -> dict[int, bytes]:
    """The small word pieces of the sentences, as stored, by sentence id."""
    rows = catalog.database.rows(
        "SELECT s.id, pieces FROM json_each(?) e JOIN sentences s ON s.id = e.value "
        "JOIN pieces p ON p.digest = s.digest AND p.encoder = ?",
        (json.dumps([int(i) for i in sentences]), catalog.meta("encoder")),
    )
    return dict(rows)


def passages(catalog: Catalog, ids: Sequence[int]) -> dict[int, tuple[Passage, Source]]:
    """The whole passages of the ids, with their documents' sources, by id."""
    found: dict[int, tuple[Passage, Source]] = {}
    texts: dict[str, str] = {}
    for row in catalog.database.rows(
        'SELECT id, p.path, start, "end", paragraph, part, parts, headings, lead_in, '
        "f.digest, title, author, date, url FROM passages p JOIN files f "
        "ON f.path = p.path WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([int(i) for i in ids]),),
    ):
        identity, path, start, end, paragraph, part, parts, headings, lead_in = row[:9]
        if path not in texts:
            texts[path] = catalog.database.rows(
                "SELECT text FROM files WHERE path = ?", (path,)
            )[0][0]
        lead = json.loads(lead_in)
        passage = Passage(
            id=identity,
            path=path,
            start=start,
            end=end,
            text=texts[path][start:end],
            paragraph=paragraph,
            part=part,
            parts=parts,
            headings=tuple(json.loads(headings)),
            lead_in=Span(*lead) if lead else None,
            sentences=_spans(catalog, identity),
        )
        found[identity] = (passage, Source(path, *row[9:]))
    return found


def _spans(catalog: Catalog, passage: int) -> tuple[Span, ...]:
    rows = catalog.database.rows(
        'SELECT start, "end" FROM sentences WHERE passage = ? ORDER BY start',
        (passage,),
    )
    return tuple(Span(start, end) for start, end in rows)
