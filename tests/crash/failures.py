"""Lets the power fail at hundreds of moments of a library's life, and looks at each.

    PYTHONPATH=src:tests python -m crash.failures [--states 300] [--seed N]

Some lives are recorded (see `power.py`), each with an index to start from. Of each,
states that the disk may be in are drawn, and judged as after a kill; besides that, what
a deed had brought about when it ended must be there.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crash import life, texts
from crash.judge import Documents, documents_in, judge
from crash.kills import DEEDS
from crash.life import Deed, Place, Recipe
from crash.power import MARKS, Disk, Operation, compiled, read_journal, record

STATES_OF_ONE = 60
NO_COMPILER = 3


@dataclass(frozen=True, slots=True)
class Life:
    """A recorded life: what was there before, what was done, and what was written."""

    before: Documents
    planned: Documents
    deeds: tuple[Deed, ...]
    disk: Disk
    journal: list[Operation]


def lived(folder: Path, library: Path, chance: random.Random) -> Life:
    """Record a new life in an empty folder."""
    place, recipe = Place(folder / "library"), Recipe()
    place.content.mkdir(parents=True)
    place.uploads.mkdir()
    before: Documents = {}
    texts.change(place.content, chance)
    if chance.random() < 0.8:
        texts.change(place.content, chance)
        record(place, (Deed("update", recipe),), library, folder / "first")
        (place.root / MARKS).unlink()
        before = documents_in(place.content)
        texts.change(place.content, chance)
    for number in range(2):
        upload = place.uploads / f"upload-{number}.txt"
        upload.write_bytes(texts.file_of("txt", chance))
    deeds = []
    for number in range(4):
        name = chance.choice(DEEDS)
        recipe = life.after(recipe, name, number)
        deeds.append(Deed(name, recipe))
    planned = documents_in(place.content) | documents_in(place.uploads)
    disk, twin = Disk(place.root), Disk(place.root)
    record(place, tuple(deeds), library, folder / "journal")
    journal = read_journal(folder / "journal", place.root)
    for operation in journal:
        twin.take(operation)
    # A journal that missed something would prove nothing.
    assert twin.contents() == _contents(place.root), "the journal is not complete"
    return Life(before, planned, tuple(deeds), disk, journal)


def _contents(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def failures(
    one: Life, folder: Path, count: int, chance: random.Random
) -> Iterator[int]:
    """Judge so many states of a life; gives the number of each operation failed at."""
    moments = sorted(chance.randrange(len(one.journal) + 1) for _ in range(count))
    done = 0
    for moment in moments:
        for operation in one.journal[done:moment]:
            one.disk.take(operation)
        done = moment
        state = folder / "state"
        one.disk.fail(state, chance)
        try:
            _judge(one, state, moment)
        except Exception as error:
            said = [deed.name for deed in one.deeds]
            raise AssertionError(f"failed at {moment} of {said}: {error}") from error
        shutil.rmtree(state)
        yield moment


def _marks(one: Life) -> list[tuple[int, dict[str, str]]]:
    """After how many operations each deed had ended, and what was held then."""
    first, inode = next(
        (number, operation.inode)
        for number, operation in enumerate(one.journal)
        if operation.kind == "N" and operation.path == MARKS
    )
    return [
        (number + 1, json.loads(operation.data))
        for number, operation in enumerate(one.journal)
        if number > first and operation.kind == "W" and operation.inode == inode
    ]


def _judge(one: Life, state: Path, moment: int) -> None:
    marks = _marks(one)
    ended = [held for at, held in marks if at <= moment]
    later = [held for at, held in marks if at > moment]
    # What a deed had brought about, and none that came after it changed:
    sure = {
        path: digest
        for path, digest in (ended[-1] if ended else {}).items()
        if all(held.get(path) == digest for held in later)
    }
    deed = one.deeds[min(len(ended), len(one.deeds) - 1)]
    (state / MARKS).unlink(missing_ok=True)
    now = judge(
        state, one.before, one.planned, deed.recipe, set(), str(moment), sure=sure
    )
    for path, digest in sure.items():
        assert now[path].source.digest == digest, f"the file of {path} is lost"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--states", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    began, judged, written = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="failures-") as temporary:
        library = compiled(Path(temporary))
        if library is None:
            print("there is no C compiler here (cc)")
            return NO_COMPILER
        while judged < options.states:
            chance = random.Random(f"{options.seed} {judged}")
            folder = Path(temporary) / str(judged)
            one = lived(folder, library, chance)
            written += len(one.journal)
            count = min(STATES_OF_ONE, options.states - judged)
            judged += sum(1 for _ in failures(one, folder, count, chance))
            shutil.rmtree(folder)
    minutes = (time.monotonic() - began) / 60
    print(
        f"seed {options.seed}: {judged} states after {written} operations; nothing lost, "
        f"nothing made up, no wrong offset; {minutes:.1f} minutes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
