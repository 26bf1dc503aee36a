"""What asking costs beside encoding the question, in one run.

    PYTHONPATH=src python benchmarks/cost.py BEIR_FOLDER [--keep FOLDER]

Each question is encoded once alone and asked once, in turn; medians and their ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from citeback.library import Library

QUESTIONS = 200
FIRST = 10  # left out: caches fill


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="made by citeback evaluate --keep")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or Path(temporary)
        content = place / "content"
        if not content.exists():
            content.mkdir()
            for line in (options.folder / "corpus.jsonl").open(encoding="utf-8"):
                row = json.loads(line)
                (content / f"{row['_id']}.txt").write_text(row["text"], "utf-8")
        rows = (options.folder / "queries.jsonl").read_text("utf-8").splitlines()
        questions = [json.loads(row)["text"] for row in rows[: QUESTIONS + FIRST]]
        with Library.open(content, place / "index") as library:
            library.update()
            report(library, questions)


def report(library: Library, questions: list[str]) -> None:
    encoding, asking = [], []
    for question in questions:
        started = time.perf_counter()
        library.encoder.encode_question(question)
        encoded = time.perf_counter()
        library.ask(question)
        encoding.append(encoded - started)
        asking.append(time.perf_counter() - encoded)
    one = 1000 * statistics.median(encoding[FIRST:])
    whole = 1000 * statistics.median(asking[FIRST:])
    size = library.size()
    print(
        f"{size.passages} passages, {size.sentences} sentences: encoding {one:.1f} ms, "
        f"asking {whole:.1f} ms, ratio {whole / one:.2f}"
    )


if __name__ == "__main__":
    main()
