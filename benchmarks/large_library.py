"""Makes test libraries of any size in minutes, without embedding them.

    PYTHONPATH=src python benchmarks/large_library.py FOLDER 100000 --pool INDEX...

What is written is written into the catalog directly, as Citeback would:

- Sentences are real ones, of the catalogs named by `--pool` (any index of English text),
  put together anew to passages of as many sentences as real ones have. In each round over
  all of them, the rare words get an ending of their own ("mussels" becomes "musselsx12"),
  so that rare words stay rare however large the library, and frequent ones frequent.
- A sentence's vector is its real one, mixed with another's (up to a fifth) and shaken by
  normal noise with the real vectors' covariance, times 0.4. With that, questions and
  sentences are as far from their nearest neighbours as real ones are (docs/benchmarks.md).
  A passage's vector is the mean of its sentences', made unit length.
- Word pieces are those of the real sentence; with `--pieces` only so many, to save disk.

Digests and ids ascend, so that the tables are written from end to end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citeback.index import stored_blocks, words
from citeback.index.catalog import Catalog
from citeback.index.folder import CATALOG
from citeback.records import Block, BlockKind

# Words in fewer than this share of the passages are rare.
RARE = 0.002
PASSAGES_PER_FILE = 100
MIXED = 0.2
SHAKEN = 0.4
# One of so many digests a sentence: they are counted, beginning with zeros.
DIGEST = "{:032x}"


@dataclass
class Pool:
    """Real sentences: their words in parts, of which every second may be renamed."""

    parts: list[tuple[list[str], list[str]]]  # text in parts, and stems
    rare: list[list[bool]]  # for each stem whether it is rare
    vectors: np.ndarray  # float32, unit
    pieces: list[bytes]
    lengths: np.ndarray  # sentences of each real passage
    spread: np.ndarray  # makes noise of normal numbers
    encoder: str
    mean: bytes
    basis: bytes


def pool_of(catalogs: Sequence[Path]) -> Pool:
    """All sentences of some catalogs, with what belongs to them."""
    texts: list[str] = []
    vectors, pieces, lengths = [], [], []
    held: Counter[str] = Counter()
    passages = 0
    for file in catalogs:
        database = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
        for text, start, end, vector, piece in database.execute(
            'SELECT f.text, s.start, s."end", v.vector, q.pieces FROM sentences s '
            "JOIN passages p ON p.id = s.passage JOIN files f ON f.path = p.path "
            "JOIN vectors v ON v.digest = s.digest JOIN pieces q ON q.digest = s.digest"
        ):
            texts.append(" ".join(text[start:end].split()))
            vectors.append(np.frombuffer(vector, dtype="<f2").astype(np.float32))
            pieces.append(piece)
        for bounds, context, stems in database.execute(
            "SELECT bounds, context, stems FROM passages"
        ):
            lengths.append(len(bounds) // 24)
            held.update(set(f"{context} {stems}".split()))
            passages += 1
        (encoder, mean, basis) = database.execute(
            "SELECT * FROM projections"
        ).fetchone()
        database.close()
    rows = np.stack(vectors)
    _, scale, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    spread = (scale / np.sqrt(len(rows)))[:, None] * axes
    parts, rare = [], []
    for text in texts:
        in_parts, stems = _in_parts(text)
        parts.append((in_parts, stems))
        rare.append(
            [
                stem.isalpha() and stem.isascii() and held[stem] < RARE * passages
                for stem in stems
            ]
        )
    pool = Pool(
        parts=parts,
        rare=rare,
        vectors=rows,
        pieces=pieces,
        lengths=np.array(lengths),
        spread=spread.astype(np.float32),
        encoder=encoder,
        mean=mean,
        basis=basis,
    )
    for number in range(len(texts)):
        text, stems = renamed(pool, number, "x1")
        # An apostrophe may join what was apart: such sentences stay as they are.
        if stems.split() != words.stems(text):
            pool.rare[number] = [False] * len(pool.rare[number])
    return pool


def _in_parts(text: str) -> tuple[list[str], list[str]]:
    """What stands before each word and the word, in turn, and the rest; its stems."""
    parts, stems, end = [], [], 0
    for word, span in words.words(text):
        parts += [text[end : span.start], text[span.start : span.end]]
        stems.append(words.stem(word))
        end = span.end
    return [*parts, text[end:]], stems


def renamed(pool: Pool, number: int, ending: str) -> tuple[str, str]:
    """The sentence with its rare words renamed, and its stems."""
    parts, stems = pool.parts[number]
    if ending and any(pool.rare[number]):
        parts, stems = list(parts), list(stems)
        for at, rare in enumerate(pool.rare[number]):
            if rare:
                parts[2 * at + 1] = parts[2 * at + 1].replace("'", "") + ending
                stems[at] = words.stem(words.fold(parts[2 * at + 1]))
    return "".join(parts), " ".join(stems)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def shaken(pool: Pool, numbers: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """New vectors about where those of the sentences are."""
    others = pool.vectors[chance.integers(len(pool.vectors), size=len(numbers))]
    share = chance.uniform(0, MIXED, size=(len(numbers), 1)).astype(np.float32)
    noise = chance.standard_normal((len(numbers), len(pool.spread)), dtype=np.float32)
    mixed = (1 - share) * pool.vectors[numbers] + share * others
    return unit(mixed + SHAKEN * noise @ pool.spread)


def grow(
    catalog: Catalog, pool: Pool, passages: int, *, recipe: str, pieces: int = 0
) -> None:
    """Write passages until there are so many."""
    database = catalog.database
    with database.writing():
        catalog.set_meta("encoder", pool.encoder)
        catalog.set_meta("recipe", recipe)
        database.run(
            "REPLACE INTO projections VALUES (?, ?, ?)",
            (pool.encoder, pool.mean, pool.basis),
        )
    held = catalog.count("passages")
    written = held
    for round_, texts in _rounds(pool, catalog.count("sentences")):
        if written >= passages:
            break
        written += _write_round(
            catalog, pool, round_, texts, passages - written, pieces=pieces
        )
    with database.writing():
        catalog.rename()  # what was made of it before stands no more


def _rounds(pool: Pool, done: int) -> Iterator[tuple[int, np.ndarray]]:
    """All sentences in another order, again and again."""
    round_ = -(-done // len(pool.parts))
    while True:
        yield round_, np.random.default_rng(round_).permutation(len(pool.parts))
        round_ += 1


def _write_round(
    catalog: Catalog,
    pool: Pool,
    round_: int,
    order: np.ndarray,
    most: int,
    *,
    pieces: int,
) -> int:
    chance = np.random.default_rng([round_, 1])
    ending = f"x{round_}" if round_ else ""
    vectors = shaken(pool, order, chance)
    lengths = chance.choice(pool.lengths, size=len(order))
    first = round_ * len(order) + 1  # of ids, and of digests
    tables: dict[str, list[tuple[object, ...]]] = {
        name: [] for name in ("files", "passages", "sentences", "vectors", "pieces")
    }
    at = count = 0
    file: list[tuple[str, list[tuple[int, int]]]] = []
    while at < len(order) and count < most:
        numbers = range(at, min(at + int(lengths[count]), len(order)))
        at = numbers.stop
        identity = first + numbers.start
        said, stems, bounds, end = [], [], [], 0
        offset = sum(len(text) + 2 for text, _ in file)
        for number in numbers:
            text, own = renamed(pool, int(order[number]), ending)
            start = offset + end
            bounds.append((first + number, start, start + len(text)))
            said.append(text)
            stems.append(own)
            end += len(text) + 1
            digest = DIGEST.format(2 * (first + number))
            row = bounds[-1]
            tables["sentences"].append((row[0], identity, row[1], row[2], digest))
            vector = vectors[number].astype("<f2").tobytes()
            tables["vectors"].append((pool.encoder, digest, vector))
            piece = pool.pieces[int(order[number])]
            piece = (
                piece[: pieces * (len(pool.basis) // len(pool.mean))]
                if pieces
                else piece
            )
            tables["pieces"].append((pool.encoder, digest, piece))
        file.append((" ".join(said), []))
        path = f"round-{round_}/{count // PASSAGES_PER_FILE}.txt"
        digest = DIGEST.format(2 * identity + 1)
        mean = unit(vectors[numbers.start : numbers.stop].sum(axis=0)[None])[0]
        tables["vectors"].append((pool.encoder, digest, mean.astype("<f2").tobytes()))
        tables["passages"].append(
            (identity, path, offset, offset + end - 1, len(file), 1, 1, "[]", "null",
             "", digest, np.array(bounds, dtype="<i8").tobytes(), "\n".join(stems))
        )  # fmt: skip
        count += 1
        if len(file) == PASSAGES_PER_FILE or at >= len(order) or count >= most:
            tables["files"].append(_file(path, [text for text, _ in file]))
            file = []
    tables["vectors"].sort(key=lambda row: str(row[1]))
    with catalog.database.writing():
        for name, rows in tables.items():
            signs = ", ".join("?" * len(rows[0]))
            catalog.database.run_each(f"INSERT INTO {name} VALUES ({signs})", rows)  # type: ignore[arg-type]
    return count


def _file(path: str, passages: Sequence[str]) -> tuple[object, ...]:
    blocks, start = [], 0
    for number, text in enumerate(passages, start=1):
        end = start + len(text)
        blocks.append(Block(BlockKind.PARAGRAPH, start, end, number, (), 0, (), ""))
        start = end + 2
    text = "\n\n".join(passages)
    digest = hashlib.sha256(text.encode()).hexdigest()
    layout = stored_blocks.to_json(blocks)
    return (path, path, "indexed", "", digest, path, "", "", "", "[]", text, layout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("passages", type=int)
    parser.add_argument("--pool", type=Path, nargs="+", required=True)
    parser.add_argument("--pieces", type=int, default=0)
    options = parser.parse_args()
    pool = pool_of([path / CATALOG for path in options.pool])
    index = options.folder / "index"
    index.mkdir(parents=True, exist_ok=True)
    (options.folder / "content").mkdir(exist_ok=True)
    catalog = Catalog(index / CATALOG)
    started = time.monotonic()
    grow(catalog, pool, options.passages, recipe="", pieces=options.pieces)
    catalog.database.checkpoint()
    print(
        json.dumps(
            {
                "passages": catalog.count("passages"),
                "sentences": catalog.count("sentences"),
                "seconds": round(time.monotonic() - started, 1),
                "bytes": (index / CATALOG).stat().st_size,
            }
        )
    )
    catalog.database.close()


if __name__ == "__main__":
    main()
