"""Fit and measure the verdict on libraries of many sizes, by the product's own path.

    PYTHONPATH=src python benchmarks/calibrate.py FOLDER [FOLDER ...] --save docs/verdict.json

Each FOLDER is a BEIR folder. Of each, stretches of 4 to 2,000 passages in a row are
made into libraries, so that what stands beside the answer is there, too; a fifth of the
passages is left out again. The questions asked are those whose passage is in, those whose
passage was left out, those of far passages, and those of the other folders. A verdict is
right when the passage is in. The coefficients in src/citeback/ask/verdict.py are what this
prints under "all sets"; the rates are measured on each set with the coefficients of the
other sets.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from citeback.ask.verdict import ANSWERS_FROM, TOUCHES_FROM, features
from citeback.index.encoder import Encoded, Encoder, load_encoder
from citeback.library import Library

SIZES = (4, 8, 16, 32, 64, 128, 240, 500, 1000, 2000)
LEFT_OUT = 5  # one passage in so many
QUESTIONS = 40  # of each kind, for each library
SEED = 20261122
KINDS = ("in", "left out", "far", "other set", "made to look answerable")
# What share of the weight each kind gets in the fit: half of the questions have answers.
SHARES = {"in": 0.5, "left out": 0.25, "far": 0.125, "other set": 0.125}


class RememberingEncoder:
    """An encoder that encodes no text twice; pieces in half the memory."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Encoded] = {}
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension
        self.word_piece_limit = encoder.word_piece_limit
        self.word_pieces = encoder.word_pieces
        self.piece_spans = encoder.piece_spans
        self.vocabulary = encoder.vocabulary

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, made in zip(
            missing, self._encoder.encode_passages(missing), strict=True
        ):
            self._known[text] = Encoded(made.vector, made.pieces.astype(np.float16))
        return [self._widened(text) for text in texts]

    def encode_question(self, question: str) -> Encoded:
        key = f"?{question}"
        if key not in self._known:
            made = self._encoder.encode_question(question)
            self._known[key] = Encoded(made.vector, made.pieces.astype(np.float16))
        return self._widened(key)

    def _widened(self, text: str) -> Encoded:
        made = self._known[text]
        return Encoded(made.vector, made.pieces.astype(np.float32))


@dataclass(frozen=True)
class Questions:
    """A BEIR folder: passages in order, and questions with their passage's number."""

    name: str
    passages: list[str]
    answerable: list[tuple[str, int]]
    unanswerable: list[tuple[str, int]]  # with the number of a passage about the same


@dataclass(frozen=True)
class Trial:
    """One question asked of one library."""

    set: str
    kind: str
    size: int
    features: tuple[float, ...]
    right: bool  # the passage that answers is in
    first: bool  # and it was put first


def read(folder: Path) -> Questions:
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").open()]
    number = {row["_id"]: place for place, row in enumerate(corpus)}
    rows = (folder / "qrels" / "test.tsv").read_text().splitlines()[1:]
    gold = {q: number[p] for q, p, _ in (row.split("\t") for row in rows)}
    answerable, unanswerable = [], []
    place = 0
    for line in (folder / "queries.jsonl").open():
        row = json.loads(line)
        # Questions stand in the order of their passages.
        place = gold.get(row["_id"], place)
        told = row.get("metadata", {}).get("answerable", True)
        (answerable if told else unanswerable).append((row["text"], place))
    return Questions(folder.name, [r["text"] for r in corpus], answerable, unanswerable)


def trials(
    one: Questions, others: Sequence[Questions], encoder: Encoder, rounds: int
) -> Iterator[Trial]:
    chance = random.Random(SEED)
    for size in SIZES:
        if size > len(one.passages):
            continue
        # Small libraries hold few questions: more of them for equal weight.
        for _ in range(rounds * (4 if size <= 32 else 1)):
            start = chance.randrange(len(one.passages) - size + 1)
            taken = range(start, start + size)
            out = set(chance.sample(taken, max(1, size // LEFT_OUT)))
            yield from asked(one, others, encoder, taken, out, chance)


def asked(
    one: Questions,
    others: Sequence[Questions],
    encoder: Encoder,
    taken: range,
    out: set[int],
    chance: random.Random,
) -> Iterator[Trial]:
    kinds: dict[str, list[tuple[str, int]]] = {kind: [] for kind in KINDS}
    for question, place in one.answerable:
        if place in out:
            kinds["left out"].append((question, place))
        elif place in taken:
            kinds["in"].append((question, place))
        elif min(abs(place - taken.start), abs(place - taken.stop)) > 60:
            kinds["far"].append((question, place))
    kinds["made to look answerable"] = [
        pair for pair in one.unanswerable if pair[1] in taken and pair[1] not in out
    ]
    kinds["other set"] = [pair for other in others for pair in other.answerable]
    folder = Path(tempfile.mkdtemp())
    try:
        content = folder / "content"
        content.mkdir()
        for place in taken:
            if place not in out:
                (content / f"{place}.txt").write_text(one.passages[place])
        with Library.open(content, folder / "index", encoder=encoder) as library:
            library.update()
            for kind, pairs in kinds.items():
                for question, place in chance.sample(pairs, min(QUESTIONS, len(pairs))):
                    answer = library.ask(question, limit=2)
                    if not answer.hits:
                        continue
                    first = answer.hits[0].source.path == f"{place}.txt"
                    yield Trial(
                        set=one.name,
                        kind=kind,
                        size=len(taken),
                        features=tuple(features(answer.evidence)),
                        right=kind == "in",
                        first=kind == "in" and first,
                    )
    finally:
        shutil.rmtree(folder)


def weights(some: Sequence[Trial]) -> np.ndarray:
    """So that kinds have their shares and sets count alike."""
    counts = Counter((trial.set, trial.kind) for trial in some)
    return np.array(
        [SHARES[trial.kind] / counts[trial.set, trial.kind] for trial in some]
    )


def fitted(some: Sequence[Trial]) -> LogisticRegression:
    some = [trial for trial in some if trial.kind in SHARES]
    by = weights(some)
    model = LogisticRegression(C=1e4, max_iter=1000)
    model.fit(
        np.array([trial.features for trial in some]),
        [trial.right for trial in some],
        sample_weight=by * len(some) / by.sum(),
    )
    return model


def chances(model: LogisticRegression, some: Sequence[Trial]) -> np.ndarray:
    return model.predict_proba(np.array([trial.features for trial in some]))[:, 1]


def level(chance: float) -> int:
    return 0 if chance >= ANSWERS_FROM else 1 if chance >= TOUCHES_FROM else 2


def calibration_error(right: np.ndarray, chance: np.ndarray, by: np.ndarray) -> float:
    """Expected difference of predicted and observed shares in ten equal bins."""
    bins = np.minimum((chance * 10).astype(int), 9)
    error = 0.0
    for number in range(10):
        inside = bins == number
        if inside.any():
            observed = np.average(right[inside], weights=by[inside])
            predicted = np.average(chance[inside], weights=by[inside])
            error += by[inside].sum() / by.sum() * abs(observed - predicted)
    return error


def measured(some: Sequence[Trial], chance: np.ndarray) -> dict[str, object]:
    kind = np.array([trial.kind for trial in some])
    right = np.array([trial.right for trial in some])
    known = np.isin(kind, list(SHARES))
    by = weights([trial for trial in some if trial.kind in SHARES])
    levels = np.array([level(value) for value in chance])
    found: dict[str, object] = {"questions": len(some)}
    for name in KINDS[1:]:
        pair = (kind == "in") | (kind == name)
        if (kind == name).any():
            auroc = roc_auc_score(right[pair], chance[pair])
            found[f"AUROC {name}"] = round(float(auroc), 4)
    error = calibration_error(right[known], chance[known], by)
    found["calibration error"] = round(error, 4)
    for name in KINDS:
        if (kind == name).any():
            shares = [float((levels[kind == name] == n).mean()) for n in range(3)]
            found[f"answers/touches/silent {name}"] = [round(s, 3) for s in shares]
    for number, word in enumerate(("answers", "touches on it", "does not say")):
        inside = levels[known] == number
        held = float(np.average(right[known][inside], weights=by[inside]))
        found[f"holds at {word}"] = [round(held, 3), int(inside.sum())]
    answered = (kind == "in") & (levels == 0)
    first = np.array([trial.first for trial in some])
    found["first passage right, answered and in"] = round(
        float(first[answered].mean()), 3
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    encoder = RememberingEncoder(load_encoder("", batch=32))
    sets = [read(folder) for folder in options.folders]
    some = []
    for one in sets:
        others = [other for other in sets if other is not one]
        some += trials(one, others, encoder, options.rounds)
        print(f"{one.name}: {len(some)} asked, {time.monotonic() - started:.0f} s")
    result: dict[str, object] = {
        "date": date.today().isoformat(),
        "sets": [one.name for one in sets],
    }
    chance = np.zeros(len(some))
    names = np.array([trial.set for trial in some])
    for one in sets:
        mine = names == one.name
        model = fitted([trial for trial in some if trial.set != one.name])
        chance[mine] = chances(model, [t for t in some if t.set == one.name])
        result[one.name] = measured(
            [trial for trial in some if trial.set == one.name], chance[mine]
        )
    result["all sets, each by the others' coefficients"] = measured(some, chance)
    model = fitted(some)
    result["all sets: intercept, score, lead, named, length"] = [
        round(float(value), 3) for value in (model.intercept_[0], *model.coef_[0])
    ]
    print(json.dumps(result, indent=2))
    if options.save:
        options.save.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
