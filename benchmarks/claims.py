"""What is said of sentences instead of questions: python benchmarks/claims.py FOLDER FOLDER

Each FOLDER is a BEIR folder. Of its first passages four fifths become a library. Looked up
are sentences of these with three words in ten left out at random, sentences of the
passages that were left out (mostly of the same articles), and sentences of the other
folder. Prints how often each relation is said.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from citeback.cite.records import Draft
from citeback.ingest.sentences import sentence_spans
from citeback.library import Library

SEED = 5
PASSAGES = 240
SENTENCES = 150
LEFT_OUT = 5  # one passage in so many
DROPPED = 0.3


def passages(folder: Path) -> list[str]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines if line]
    return [" ".join(text.split()) for text in texts]


def sentences(texts: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Sentences of 8 to 40 words, each with its passage."""
    found = 0
    while found < SENTENCES:
        text = rng.choice(texts)
        span = rng.choice(sentence_spans(text))
        sentence = text[span.start : span.end]
        if 8 <= len(sentence.split()) <= 40:
            found += 1
            yield sentence, text


def shortened(sentence: str, rng: random.Random) -> str:
    return " ".join(word for word in sentence.split() if rng.random() > DROPPED)


def main() -> None:
    first, second = (passages(Path(folder)) for folder in sys.argv[1:3])
    for name, texts, others in (
        (sys.argv[1], first, second),
        (sys.argv[2], second, first),
    ):
        rng = random.Random(SEED)
        some = texts[:PASSAGES]
        held = [text for at, text in enumerate(some) if at % LEFT_OUT]
        left = [text for at, text in enumerate(some) if not at % LEFT_OUT]
        kinds = {
            "three words in ten left out": [
                (shortened(sentence, rng), text)
                for sentence, text in sentences(held, rng)
            ],
            "of passages left out": list(sentences(left, rng)),
            "of the other texts": list(sentences(others, rng)),
        }
        print(Path(name).name)
        with tempfile.TemporaryDirectory() as folder:
            content = Path(folder) / "content"
            content.mkdir()
            for at in range(0, len(held), 20):
                file = content / f"part-{at:04}.txt"
                file.write_text("\n\n".join(held[at : at + 20]), encoding="utf-8")
            with Library.open(content, Path(folder) / "index") as library:
                library.update()
                for kind, items in kinds.items():
                    begun = time.perf_counter()
                    said: Counter[str] = Counter()
                    right = 0
                    for sentence, text in items:
                        report = library.claims(Draft("draft", sentence))
                        for claim in report.claims[:1]:
                            said[claim.verdict.name.lower()] += 1
                            right += bool(claim.place) and claim.place.quote in text
                    each = 1000 * (time.perf_counter() - begun) / len(items)
                    print(
                        f"  {kind:28} {dict(said)}, passage right {right}, {each:.0f} ms"
                    )


if __name__ == "__main__":
    main()
