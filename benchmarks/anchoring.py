"""Quotes looked for in texts that were edited since: how many land where they stand.

    PYTHONPATH=src:tests python benchmarks/anchoring.py content/*.txt CORPUS.jsonl …

A text file is a document; of a BEIR corpus each 30 passages make one, once as they are
and once with sentences and paragraphs that stand in it many times. Prints a table in
Markdown for each of two cases: with the link alone, and with the text of then kept.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cite.edits import EDITS, MIX, Truth, edited, some_quote, with_repeats

from citeback.cite.anchoring.anchor import Place, find, quoted
from citeback.cite.receipt import receipt_of
from citeback.records import Document, Source, Span

PASSAGES = 30
SLOW_LETTERS = 2_000_000


class Outcome(StrEnum):
    """What came of looking for one quote."""

    EXACT = "exactly there"
    BESIDE = "there, other bounds"
    UNSURE = "said to be unsure"
    GONE = "said to be gone"
    WRONG = "wrongly elsewhere"


@dataclass(frozen=True, slots=True)
class Case:
    """A quote in a text, the text after its edits, and what was found."""

    kind: str
    quote: str
    truth: Truth
    place: Place | None

    @property
    def outcome(self) -> Outcome:
        if self.place is None:
            return Outcome.GONE
        span = self.place.best.span
        if (span,) == self.truth.pieces:
            return Outcome.EXACT
        if any(overlap(span, piece) > 0.5 for piece in self.truth.pieces):
            return Outcome.BESIDE
        return Outcome.WRONG if self.place.certain else Outcome.UNSURE


def overlap(one: Span, other: Span) -> float:
    """The share of the shorter that lies in both."""
    both = min(one.end, other.end) - max(one.start, other.start)
    return both / min(one.end - one.start, other.end - other.start)


def documents(files: list[Path], chance: random.Random) -> list[str]:
    texts = []
    for file in files:
        if file.suffix != ".jsonl":
            texts.append(file.read_text(encoding="utf-8"))
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        passages = [json.loads(line)["text"] for line in lines]
        for at in range(0, min(len(passages), 10 * PASSAGES), PASSAGES):
            texts.append("\n\n".join(passages[at : at + PASSAGES]))
    return [*texts, *(with_repeats(text, chance) for text in texts)]


def document(text: str) -> Document:
    return Document(Source("a.txt", "", "", "", "", ""), text, ())


def one_case(texts: list[str], kind: str, chance: random.Random, *, kept: bool) -> Case:
    text = chance.choice(texts)
    span = some_quote(text, chance)
    spare = [s for s in chance.choice(texts).split(". ") if 20 < len(s) < 200][:20]
    truth = edited(text, span, kind, chance, spare or ["Nothing else was said"])
    receipt = receipt_of(document(text), span, 1)
    place = find(truth.text, quoted(receipt, text if kept else None))
    return Case(kind, receipt.quote, truth, place)


def table(cases: list[Case]) -> list[str]:
    lines = [
        "| edit | quotes | survived | exact | edited | gone | unsure | wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in (*EDITS, MIX, "all"):
        of_kind = [case for case in cases if kind in (case.kind, "all")]
        survived = [case for case in of_kind if case.truth.survived]
        others = Counter(case.outcome for case in of_kind if not case.truth.survived)
        exact = sum(case.outcome is Outcome.EXACT for case in survived)
        wrong = sum(case.outcome is Outcome.WRONG for case in of_kind)
        there = others[Outcome.EXACT] + others[Outcome.BESIDE]
        share = f"{exact / len(survived):.1%}" if survived else "-"
        lines.append(
            f"| {kind} | {len(of_kind)} | {len(survived)} | {exact} ({share}) | {there} "
            f"| {others[Outcome.GONE]} | {others[Outcome.UNSURE]} | {wrong} |"
        )
    return lines


def seconds(files: list[Path], chance: random.Random) -> list[float]:
    """How long it takes in a text of 2,000,000 letters, quotes edited and not.

    All passages of the corpora in one text, from the beginning where they are too few.
    """
    long = ""
    while len(long) < SLOW_LETTERS:
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                text = json.loads(line)["text"] if file.suffix == ".jsonl" else line
                long += f"{text}\n\n"
    long = long[:SLOW_LETTERS]
    taken = []
    for kind in [*EDITS, MIX] * 2:
        at = chance.randrange(len(long) - 20_000)
        part = some_quote(long[at : at + 20_000], chance)
        span = Span(at + part.start, at + part.end)
        truth = edited(long[at : at + 20_000], part, kind, chance, ["Nothing else"])
        after = f"{long[: at // 2]}{long[at // 2 + 50 : at]}{truth.text}{long[at + 20_000 :]}"
        wanted = quoted(receipt_of(document(long), span, 1))
        started = time.process_time()
        find(after, wanted)
        taken.append(time.process_time() - started)
    return taken


def show(cases: list[Case], most: int) -> None:
    for case in cases:
        bad = case.outcome is Outcome.WRONG or (
            case.truth.survived and case.outcome is not Outcome.EXACT
        )
        if not bad or not most:
            continue
        most -= 1
        text = case.truth.text
        print(f"\n--- {case.kind}: {case.outcome}, survived: {case.truth.survived}")
        print("quote:", repr(case.quote[:300]))
        for true in case.truth.pieces:
            print("true: ", repr(text[true.start : true.end][:400]), true)
        if case.place:
            best = case.place.best
            print("found:", repr(text[best.span.start : best.span.end][:400]), best)
            print("certain", case.place.certain, case.place.others[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--quotes", type=int, default=60, help="for each kind of edit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="so many that went wrong")
    options = parser.parse_args()
    texts = documents(options.files, random.Random(options.seed))
    print(f"{len(texts)} documents, seed {options.seed}")
    for kept in (False, True):
        chance = random.Random(options.seed)
        cases = [
            one_case(texts, kind, chance, kept=kept)
            for kind in (*EDITS, MIX, MIX, MIX)
            for _ in range(options.quotes)
        ]
        known = "with the text of then kept" if kept else "with the link alone"
        print(f"\n{len(cases)} quotes, {known}:\n")
        print("\n".join(table(cases)))
        show(cases, options.show)
    taken = seconds(options.files, random.Random(options.seed))
    print(
        f"\nIn a text of {SLOW_LETTERS:,} letters: {statistics.median(taken):.2f} s "
        f"(median), {max(taken):.2f} s at most."
    )


if __name__ == "__main__":
    main()
