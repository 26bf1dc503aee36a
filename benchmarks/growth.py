"""What a library costs as it grows: making its files, memory, disk, asking, changing it.

    PYTHONPATH=src:benchmarks python benchmarks/growth.py FOLDER --pool INDEX... \\
        [--sizes 1000 10000 100000 1000000] [--questions FILE]

In FOLDER one library is made for each size (see large_library.py) and kept. Each is then
measured in processes of its own: one that makes the derived files from the catalog, and
one that asks with the real model, each question once, and adds and removes a document of
ten paragraphs, whose text the model really embeds; and one that compares the nearest
sentences with those that are found by going through all vectors. Results go into
docs/growth.json and docs/growth.svg.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from growth_plot import plot
from large_library import grow, pool_of

from citeback.index import snapshot
from citeback.index.catalog import Catalog
from citeback.index.embedded import Embedded
from citeback.index.folder import CATALOG
from citeback.index.word_index import FILE as WORDS
from citeback.ingest.build import recipe
from citeback.library import Library

SIZES = (1_000, 10_000, 100_000, 1_000_000)
# From there on, word pieces are cut to these, to save disk; asking reads 60 of them.
PIECES_FROM, PIECES = 100_000, 6
QUESTIONS = 200
FIRST = 10  # left out: caches fill
CHANGES = 3
# A document of so many paragraphs tells how fast indexing is.
INDEXED = 200
COMPARED = 100
DOCS = Path(__file__).resolve().parents[1] / "docs"


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _derived(root: Path) -> list[Path]:
    """The files that are made from the catalog."""
    index = root / "index"
    named = [index / name for name in snapshot.FILES if (index / name).exists()]
    return [*named, *index.glob("*.vectors")]


def derive(root: Path) -> dict[str, float]:
    """Make all files that are made from the catalog."""
    for file in _derived(root):
        file.unlink()
    catalog = Catalog(root / "index" / CATALOG)
    started = time.monotonic()
    Embedded(lambda: catalog, root / "index").save()
    seconds = time.monotonic() - started
    files = {file.name: file.stat().st_size for file in _derived(root)}
    found = {
        "passages": catalog.count("passages"),
        "sentences": catalog.count("sentences"),
        "derive_seconds": seconds,
        "derive_mb": peak(),
        "catalog_mb": (root / "index" / CATALOG).stat().st_size / 1e6,
        "words_mb": files.pop(WORDS) / 1e6,
        "vectors_mb": sum(files.values()) / 1e6,
    }
    catalog.database.close()
    return found


def ask(root: Path, questions: list[str]) -> dict[str, float]:
    """Times of asking beside encoding, in turn, and of changing a document."""
    started = time.monotonic()
    library = Library.open(root / "content", root / "index")
    library._catalog.set_meta("recipe", recipe(library.encoder))
    loaded = time.monotonic()
    library.ask(questions[0])
    first = time.monotonic() - loaded
    encoding, asking = [], []
    for question in questions:
        begun = time.perf_counter()
        library.encoder.encode_question(question)
        encoded = time.perf_counter()
        library.ask(question)
        encoding.append(encoded - begun)
        asking.append(time.perf_counter() - encoded)
    adding, removing = [], []
    for number in range(CHANGES):
        file = root / "new.txt"
        file.write_text(
            "\n\n".join(f"Pump {number} {n} was sold in May." for n in range(10))
        )
        begun = time.perf_counter()
        library.add([(file, f"new-{number}.txt")])
        library.ask(questions[0])
        adding.append(time.perf_counter() - begun)
    for number in range(CHANGES):
        begun = time.perf_counter()
        library.remove(f"new-{number}.txt")
        library.ask(questions[0])
        removing.append(time.perf_counter() - begun)
    index_seconds = _indexed(library, root / "new.txt")
    tenths = statistics.quantiles(asking[FIRST:], n=20)
    return {
        "open_seconds": loaded - started,
        "first_seconds": first,
        "encoding_ms": 1e3 * statistics.median(encoding[FIRST:]),
        "asking_ms": 1e3 * statistics.median(asking[FIRST:]),
        "p95_ms": 1e3 * tenths[-1],
        "add_seconds": statistics.median(adding),
        "remove_seconds": statistics.median(removing),
        "index_ms": 1e3 * index_seconds / INDEXED,
        "asking_mb": peak(),
    }


def _indexed(library: Library, file: Path) -> float:
    """Seconds to index a document made of sentences that the library holds, reworded."""
    texts = library._catalog.database.rows("SELECT text FROM files LIMIT 50")
    paragraphs = [one for (text,) in texts for one in text.split("\n\n") if one]
    file.write_text(
        "\n\n".join(
            one.replace(". ", f", said {number}. ") + f" So said {number}."
            for number, one in enumerate(paragraphs[:INDEXED])
        )
    )
    begun = time.perf_counter()
    added = library.add([(file, "indexed.txt")]).files[0]
    seconds = time.perf_counter() - begun
    library.remove(added.path)
    return seconds


def recall(root: Path, questions: list[str]) -> dict[str, float]:
    """The share of the truly nearest ten and twenty sentences that are found."""
    library = Library.open(root / "content", root / "index")
    vectors = np.stack(
        [library.encoder.encode_question(one).vector for one in questions[:COMPARED]]
    )
    catalog = library._catalog
    ids, scores = np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0))
    rows = catalog.database.each(
        "SELECT s.id, vector FROM sentences s CROSS JOIN vectors v "
        "ON v.digest = s.digest AND v.encoder = ?",
        (catalog.meta("encoder"),),
    )
    block: list[tuple[int, bytes]] = []

    def best(ids: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.array([identity for identity, _ in block], dtype=np.int64)
        some = np.frombuffer(b"".join(row for _, row in block), dtype="<f2")
        found = vectors @ some.reshape(len(block), -1).astype(np.float32).T
        ids = np.concatenate([ids, np.tile(numbers, (len(vectors), 1))], axis=1)
        scores = np.concatenate([scores, found], axis=1)
        order = np.argsort(-scores, axis=1)[:, :20]
        return (
            np.take_along_axis(ids, order, axis=1),
            np.take_along_axis(scores, order, axis=1),
        )

    for row in rows:
        block.append(row)
        if len(block) == 20_000:
            ids, scores = best(ids, scores)
            block.clear()
    if block:
        ids, scores = best(ids, scores)
    at_ten = at_twenty = 0
    with library._engine.reading() as view:
        held = view._vectors
        for vector, nearest in zip(vectors, ids.tolist(), strict=True):
            found = held.nearest(catalog, "sentences", vector, 20)
            at_ten += len(set(nearest[:10]) & set(found[:10]))
            at_twenty += len(set(nearest) & set(found))
    count = len(vectors)
    return {"recall_10": at_ten / 10 / count, "recall_20": at_twenty / 20 / count}


def measured(root: Path, step: str, questions: Path) -> dict[str, float]:
    """What a process of its own finds."""
    command = [sys.executable, __file__, str(root), "--step", step]
    done = subprocess.run(
        [*command, "--questions", str(questions)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def make(folder: Path, size: int, pool: list[Path]) -> Path:
    """The library of that size, made if it is not there."""
    root = folder / str(size)
    (root / "content").mkdir(parents=True, exist_ok=True)
    (root / "index").mkdir(exist_ok=True)
    catalog = Catalog(root / "index" / CATALOG)
    if catalog.count("passages") < size:
        cut = PIECES if size >= PIECES_FROM else 0
        of = pool_of([index / CATALOG for index in pool])
        grow(catalog, of, size, recipe="", pieces=cut)
        catalog.database.checkpoint()
    catalog.database.close()
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pool", type=Path, nargs="+", default=[])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=Path, required=True, help="queries.jsonl")
    parser.add_argument("--step", choices=["derive", "ask", "recall"])
    options = parser.parse_args()
    lines = options.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines]
    questions = random.Random(1).sample(questions, QUESTIONS)
    if options.step:
        match options.step:
            case "derive":
                found = derive(options.folder)
            case "ask":
                found = ask(options.folder, questions)
            case _:
                found = recall(options.folder, questions)
        print(json.dumps(found))
        return
    rows = []
    for size in options.sizes:
        root = make(options.folder, size, options.pool)
        row: dict[str, float] = {}
        for step in ("derive", "ask", "recall"):
            row |= measured(root, step, options.questions)
        rows.append(row)
        print(
            json.dumps({key: round(value, 3) for key, value in row.items()}), flush=True
        )
    (DOCS / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")
    (DOCS / "growth.svg").write_text(plot(rows))


if __name__ == "__main__":
    main()
