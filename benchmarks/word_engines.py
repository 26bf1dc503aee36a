"""Passages by their words: Citeback's postings beside FTS5, tantivy and bm25s.

    pip install tantivy bm25s
    PYTHONPATH=src python benchmarks/word_engines.py INDEX --questions queries.jsonl

All index the stems of the same catalog's passages and are asked for the twenty best by
the same questions' stems, those left out that a third of the passages hold, as asking
does. One thread. "The same twenty" compares with FTS5, whose BM25 is exact; tantivy keeps
lengths in a byte, and bm25s weighs words a little differently.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np
import tantivy

from citeback.index import words
from citeback.index.folder import CATALOG
from citeback.index.postings import Postings

QUESTIONS = 100
BEST = 20
COMMON = math.log(3)
Search = Callable[[list[str]], list[int]]
Rows = list[tuple[int, str]]


def own(rows: Rows, _: Path) -> tuple[Search, int]:
    postings = Postings.of(rows)
    size = len(postings.to_bytes())
    return (lambda stems: postings.best(stems, BEST)), size


def fts5(rows: Rows, folder: Path) -> tuple[Search, int]:
    database = sqlite3.connect(folder / "fts5.sqlite")
    database.execute(
        "CREATE VIRTUAL TABLE words USING fts5 "
        "(stems, tokenize = \"ascii tokenchars '.'\")"
    )
    database.executemany("INSERT INTO words (rowid, stems) VALUES (?, ?)", rows)
    database.commit()

    def search(stems: list[str]) -> list[int]:
        query = " OR ".join(f'"{stem}"' for stem in stems)
        found = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
            (query, BEST),
        )
        return [identity for (identity,) in found]

    return search, (folder / "fts5.sqlite").stat().st_size


def by_tantivy(rows: Rows, folder: Path) -> tuple[Search, int]:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, fast=True)
    builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    where = folder / "tantivy"
    where.mkdir()
    index = tantivy.Index(schema, path=str(where))
    writer = index.writer(200_000_000, 1)
    for identity, stems in rows:
        writer.add_document(tantivy.Document(id=identity, stems=stems))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(stems: list[str]) -> list[int]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "stems", stem))
            for stem in stems
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), BEST).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    return search, sum(file.stat().st_size for file in where.iterdir())


def by_bm25s(rows: Rows, folder: Path) -> tuple[Search, int]:
    ids = np.array([identity for identity, _ in rows])
    engine = bm25s.BM25(k1=1.2, b=0.75)
    # Each stem once in memory: a million passages hold sixty millions of them.
    lists = [list(map(sys.intern, stems.split())) for _, stems in rows]
    engine.index(lists, show_progress=False)
    engine.save(str(folder / "bm25s"))

    def search(stems: list[str]) -> list[int]:
        found, _ = engine.retrieve([stems], k=BEST, show_progress=False)
        return ids[found[0]].tolist()

    size = sum(file.stat().st_size for file in (folder / "bm25s").iterdir())
    return search, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=Path, required=True)
    options = parser.parse_args()
    catalog = sqlite3.connect(f"file:{options.index / CATALOG}?mode=ro", uri=True)
    rows = [
        (identity, f"{context} {stems}".replace("\n", " "))
        for identity, context, stems in catalog.execute(
            "SELECT id, context, stems FROM passages ORDER BY id"
        )
    ]
    lines = options.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines]
    postings = Postings.of(rows)
    asked = []
    for question in random.Random(1).sample(questions, QUESTIONS):
        held = postings.holding(list(words.content_stems(question)))
        rare = [
            s for s, n in held.items() if math.log(1 + len(rows) / (n + 0.5)) > COMMON
        ]
        asked.append(rare or [min(held, key=lambda stem: held[stem])])
    del postings
    print(f"{len(rows):,} passages")
    expected: list[set[int]] = []
    for name, make in {
        "FTS5": fts5,
        "own postings": own,
        "tantivy": by_tantivy,
        "bm25s": by_bm25s,
    }.items():
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            search, size = make(rows, Path(folder))
            built = time.monotonic() - started
            times, found = [], []
            for stems in asked:
                begun = time.perf_counter()
                found.append(set(search(stems)))
                times.append(1e3 * (time.perf_counter() - begun))
        expected = expected or found
        same = sum(len(a & b) for a, b in zip(found, expected, strict=True))
        same_share = same / sum(map(len, expected))
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"| {name} | {built:.0f} | {size / 1e6:.0f} | {statistics.median(times):.2f} "
            f"| {p95:.2f} | {same_share:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
