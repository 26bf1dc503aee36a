"""Kills a library's process again and again, and looks each time whether all is kept.

    PYTHONPATH=src:tests python -m crash.kills [--kills 200] [--seed N]

Prints the seed and the round of what failed; `--seed` repeats it. A kill at a point comes
again exactly there, one after some milliseconds as nearly as clocks allow.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from crash import life, texts
from crash.judge import Documents, answer, documents_in
from crash.life import Death, Deed, Place, Plan, Recipe

DEEDS = "update update update rebuild model splitter add add remove restore".split()
LATEST_SECONDS = 1.5
TOLD_EACH = 10


class Rounds:
    """One library, and what is known of it; each round changes it and kills it."""

    def __init__(self, root: Path, seed: int) -> None:
        """Begin with an empty folder; each round has a seed made of this one."""
        self.place = Place(root)
        self.place.content.mkdir(parents=True)
        self.place.uploads.mkdir()
        self.seed = seed
        self.number = 0
        self.recipe = Recipe()
        self.before: Documents = {}
        # Each process is a fresh one that has only imported what it needs.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["crash.judge"])

    def one(self) -> Plan | None:
        """Carry out a round; its plan if the process was killed, None if it ended."""
        self.number += 1
        chance = random.Random(f"{self.seed} {self.number}")
        texts.change(self.place.content, chance)
        for old in self.place.uploads.iterdir():
            old.unlink()
        for count in range(chance.randint(1, 2)):
            kind = chance.choice(["txt", "md", "zip"])
            upload = self.place.uploads / f"upload-{self.number}-{count}.{kind}"
            upload.write_bytes(texts.file_of(kind, chance))
        planned = documents_in(self.place.content) | documents_in(self.place.uploads)
        self.place.taken.write_text("")
        files = set(_files(self.place.content))
        plan = self._plan(chance)
        killed = self._run(plan)
        lost = files - set(_files(self.place.content))
        assert not lost, f"files of the content folder are lost: {lost}"
        deed = plan.deeds[int(self.place.deed.read_text() or 0)]
        self.recipe = deed.recipe
        taken = self.place.taken.read_text()
        planned = {path: d for path, d in planned.items() if path != taken}
        interrupted = set(self.place.log.read_text().splitlines()) if killed else set()
        self.before = self._judged(planned, interrupted)
        return plan if killed else None

    def _plan(self, chance: random.Random) -> Plan:
        recipe, deeds = self.recipe, []
        for _ in range(chance.randint(1, 3)):
            name = chance.choice(DEEDS)
            recipe = life.after(recipe, name, self.number)
            deeds.append(Deed(name, recipe))
        how = chance.random()
        point = chance.choice(list(life.POINTS)) if how < 0.8 else ""
        if how < 0.4:
            seconds = 0.0
        else:
            seconds = chance.uniform(0.001, 0.05 if point else LATEST_SECONDS)
        count = chance.randint(1, life.POINTS[point]) if point else 0
        # The first passings are the likeliest to come.
        count = min(count, chance.randint(1, count)) if count else 0
        return Plan(
            tuple(deeds),
            Death(point, count, seconds),
            own_reader=chance.random() < 0.2,
            huge=chance.random() < 0.4,
        )

    def _run(self, plan: Plan) -> bool:
        """Whether the process was killed before it came to its end."""
        self.place.log.write_text("")
        self.place.deed.write_text("0")
        process = self._processes.Process(target=life.live, args=(self.place, plan))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), f"{plan}: {process.exitcode}"
        return process.exitcode != 0

    def _judged(self, planned: Documents, interrupted: set[str]) -> Documents:
        mine, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(
            target=answer,
            args=(
                theirs,
                self.place.root,
                self.before,
                planned,
                self.recipe,
                interrupted,
                f"{self.seed} {self.number}",
            ),
        )
        process.start()
        theirs.close()
        problem, documents = mine.recv()
        process.join()
        mine.close()
        assert not problem, problem
        return documents


def _files(content: Path) -> Iterator[str]:
    """The digest of each file of a folder, those that were put aside with them."""
    for file in content.rglob("*"):
        if file.is_file():
            yield hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    began, points = time.monotonic(), collections.Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        rounds = Rounds(Path(folder) / "library", options.seed)
        while points.total() < options.kills:
            try:
                plan = rounds.one()
            except AssertionError as error:
                print(f"seed {options.seed}, round {rounds.number}: {error}")
                return 1
            if plan:
                points[plan.death.point or "any moment"] += 1
                if points.total() % TOLD_EACH == 0:
                    seconds = time.monotonic() - began
                    print(
                        f"{points.total()} of {options.kills} kills, round "
                        f"{rounds.number}, {seconds:.0f} s: nothing wrong",
                        flush=True,
                    )
    minutes = (time.monotonic() - began) / 60
    print(f"seed {options.seed}: {rounds.number} rounds, {points.total()} kills")
    print(f"nothing lost, nothing made up, no wrong offset; {minutes:.1f} minutes")
    for point, count in points.most_common():
        print(f"  {count:4} {point}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
