"""How often a follow-up question finds its passage: python benchmarks/followup.py

R@1 and R@3 over the dialogues in tests/data, all three texts in one library: each
follow-up asked alone, joined naively with all questions before it, as the rules
resolve it, and so with the question before mixed into its vector. Then how often the
rules alter a question that is complete, after a question on something else.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from citeback.ask.followup import resolve
from citeback.index.encoder import Encoded, Encoder, load_encoder
from citeback.library import Library
from citeback.records import Hit, Turn

DATA = ROOT / "tests" / "data"
# Questions on Wikipedia articles, neighbours from the same article; not in every
# checkout.
COMPLETE = ROOT.parent / "shared" / "eval" / "xquad-en" / "queries.jsonl"
PREVIOUS_SHARE = 0.3

Way = Callable[[Library, str, Sequence[Turn]], tuple[Hit, ...]]


class Mixing:
    """An encoder whose question vectors are partly those of an earlier question."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.previous = ""

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_question(self, question: str) -> Encoded:
        encoded = self._encoder.encode_question(question)
        if not self.previous or self.previous == question:
            return encoded
        before = self._encoder.encode_question(self.previous).vector
        mixed = (1 - PREVIOUS_SHARE) * encoded.vector + PREVIOUS_SHARE * before
        return replace(encoded, vector=mixed / np.linalg.norm(mixed))


def alone(library: Library, question: str, turns: Sequence[Turn]) -> tuple[Hit, ...]:
    return library.ask(question).hits


def joined(library: Library, question: str, turns: Sequence[Turn]) -> tuple[Hit, ...]:
    return library.ask(" ".join([*(t.question for t in turns), question])).hits


def ruled(library: Library, question: str, turns: Sequence[Turn]) -> tuple[Hit, ...]:
    return library.ask(question, turns=turns).hits


def mixed(library: Library, question: str, turns: Sequence[Turn]) -> tuple[Hit, ...]:
    encoder = library.encoder
    assert isinstance(encoder, Mixing)
    if resolve(question, turns).searched == question:
        return library.ask(question).hits
    encoder.previous = turns[-1].searched
    try:
        return library.ask(question, turns=turns).hits
    finally:
        encoder.previous = ""


WAYS: dict[str, Way] = {
    "alone": alone,
    "joined naively": joined,
    "rules": ruled,
    "rules and mixed vectors": mixed,
}


def dialogues() -> list[dict]:
    lines = (DATA / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def rank(hits: Sequence[Hit], evidence: Sequence[str]) -> int:
    """From 1; 99 for a passage that was not found."""
    for hit in hits:
        if any(text in hit.passage.text for text in evidence):
            return hit.number
    return 99


def asked(library: Library, dialogue: dict, way: Way) -> Iterator[tuple[str, int]]:
    """Each follow-up as it was searched for by the rules, and its passage's rank."""
    turns: list[Turn] = []
    for number, turn in enumerate(dialogue["turns"]):
        question = turn["question"]
        answer = library.ask(question, turns=turns)
        searched = answer.searched or question
        if number:
            yield searched, rank(way(library, question, turns), turn["evidence"])
        best = answer.hits[0]
        turns.append(Turn(question, searched, best.quote, best.source.title))


def opened(folder: Path, encoder: Encoder) -> Library:
    """A library of the article and the two texts of the tests."""
    content = folder / "content"
    content.mkdir()
    for text in [*(ROOT / "content").glob("*.txt"), *(DATA / "texts").iterdir()]:
        shutil.copy(text, content)
    library = Library.open(content, folder / "index", encoder=encoder)
    library.update()
    return library


def altered(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The complete questions that the rules alter, each with the one before."""
    found = []
    for before, question in pairs:
        searched = resolve(question, [Turn(before, before, "", "")]).searched
        if searched != question:
            found.append((before, question, searched))
    return found


def unrelated(rows: Sequence[dict]) -> list[tuple[str, str]]:
    """Every first question after every first question on another text."""
    first = [(row["text"], row["turns"][0]["question"]) for row in rows]
    return [(a, b) for text, a in first for other, b in first if text != other]


def main() -> None:
    rows = dialogues()
    encoder = Mixing(load_encoder("", batch=32))
    with tempfile.TemporaryDirectory() as folder:
        library = opened(Path(folder), encoder)
        ranks: dict[str, list[list[tuple[str, int]]]] = {}
        for name, way in WAYS.items():
            ranks[name] = [list(asked(library, row, way)) for row in rows]
        library.close()
    for label, wanted in (("tuned on", False), ("held out", True), ("all", None)):
        chosen = [i for i, r in enumerate(rows) if wanted in (None, r["held_out"])]
        count = sum(len(rows[i]["turns"]) - 1 for i in chosen)
        print(f"{label}: {count} follow-ups of {len(chosen)} dialogues")
        for name in WAYS:
            found = [r for i in chosen for _, r in ranks[name][i]]
            first, third = (sum(r <= k for r in found) for k in (1, 3))
            print(f"  {name:24} R@1 {first / count:.3f}  R@3 {third / count:.3f}")
    if "--show" in sys.argv:
        for row, results in zip(rows, ranks["rules"], strict=True):
            if not row["held_out"]:
                print("\n" + row["turns"][0]["question"])
                for turn, (searched, at) in zip(row["turns"][1:], results, strict=True):
                    print(f"  {at:2}  {turn['question']}  →  {searched}")
    pairs = {"first questions, another text before": unrelated(rows)}
    if COMPLETE.exists():
        lines = COMPLETE.read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        pairs["XQuAD, the question before from the same article"] = list(
            pairwise(texts)
        )
        half = len(texts) // 2
        pairs["XQuAD, another article before"] = list(
            zip(texts[:half], texts[half:], strict=False)
        )
    noticed = [
        resolve(question, [Turn(before, before, "", "")]).topic_changed
        for before, question in unrelated(rows)
    ]
    print(f"a new topic is noticed in {sum(noticed)} of {len(noticed)} such pairs")
    for name, some in pairs.items():
        changed = altered(some)
        print(f"{name}: {len(changed)} of {len(some)} altered")
        if "--show" in sys.argv:
            for before, question, searched in changed[:60]:
                print(f"    {before} | {question} → {searched}")


if __name__ == "__main__":
    main()
