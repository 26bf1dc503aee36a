"""From one catalog into another: passages as they are stored, vectors by their texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from citeback.index.catalog import Catalog
from citeback.index.database import Row
from citeback.index.engine import PassageEntry, SentenceEntry
from citeback.index.packed import Packed
from citeback.records import Passage, Span

# So many passages of a long document are in memory at a time.
READ_COUNT = 1_000


def entries(catalog: Catalog, document: Packed) -> Iterator[PassageEntry]:
    """The document's passages in reading order, as they were written."""
    ids = [
        identity
        for (identity,) in catalog.database.rows(
            "SELECT id FROM passages WHERE path = ? ORDER BY start",
            (document.source.path,),
        )
    ]
    for begin in range(0, len(ids), READ_COUNT):
        yield from _some(catalog, document, ids[begin : begin + READ_COUNT])


def _some(
    catalog: Catalog, document: Packed, ids: Sequence[int]
) -> Iterator[PassageEntry]:
    """The passages of those ids, in their order."""
    wanted = json.dumps(ids)
    digests: dict[int, str] = dict(
        catalog.database.rows(
            "SELECT id, digest FROM sentences "
            "WHERE passage IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    )
    for row in catalog.database.rows(
        'SELECT p.id, start, "end", paragraph, part, parts, headings, lead_in, context, '
        "digest, bounds, stems FROM json_each(?) wanted "
        "CROSS JOIN passages p ON p.id = wanted.value ORDER BY wanted.key",
        (wanted,),
    ):
        yield _entry(document, row, digests)


def _entry(document: Packed, row: Row, digests: dict[int, str]) -> PassageEntry:
    identity, start, end, paragraph, part, parts, headings, lead_in, *rest = row
    context, digest, bounds, stems = rest
    lead = json.loads(lead_in)
    spoken = np.frombuffer(bounds, dtype="<i8").reshape(-1, 3).tolist()
    sentences = tuple(
        SentenceEntry(one, Span(first, past), words, digests[one])
        for (one, first, past), words in zip(spoken, stems.split("\n"), strict=True)
    )
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
        sentences=tuple(sentence.span for sentence in sentences),
    )
    return PassageEntry(passage, context, digest, sentences)


def copy_vectors(
    source: Catalog,
    target: Catalog,
    encoder: str,
    digests: Collection[str],
    *,
    with_pieces: Collection[str],
) -> set[str]:
    """Copy the vectors of texts, in one commit; returns whose are complete.

    To be so, the texts in `with_pieces` want their word pieces, too. Nothing is copied
    where the two catalogs make pieces small in different ways.
    """
    projection, held = source.projection(encoder), target.projection(encoder)
    if projection is None or not (held is None or projection.equals(held)):
        return set()
    wanted = (encoder, json.dumps(list(digests)))
    among = "WHERE encoder = ? AND digest IN (SELECT value FROM json_each(?))"
    vectors = {
        digest: np.frombuffer(row, dtype="<f2").astype(np.float32)
        for digest, row in source.database.rows(
            f"SELECT digest, vector FROM vectors {among}", wanted
        )
    }
    pieces: dict[str, bytes] = dict(
        source.database.rows(f"SELECT digest, pieces FROM pieces {among}", wanted)
    )
    whole = vectors.keys() - (set(with_pieces) - pieces.keys())
    with target.database.writing():
        if held is None:
            target.set_projection(encoder, projection)
        target.add_vectors(encoder, {d: vectors[d] for d in whole})
        target.add_pieces(encoder, {d: pieces[d] for d in whole if d in pieces})
    return whole
