"""Indexes 100,000 paragraphs from 1,000 files: memory, time, and kills on the way.

    PYTHONPATH=src:benchmarks python benchmarks/volume.py
    PYTHONPATH=src:benchmarks python benchmarks/volume.py --files 100 --model
    PYTHONPATH=src:benchmarks python benchmarks/volume.py --model --keep FOLDER

`--keep` leaves the documents and the index in a folder, and goes on with them next time.
Without `--model` a stand-in for the encoder is used, which takes hardly any memory or
time, so that what is measured is Citeback's own. It gives each text a vector at random and
a piece for each of its words, as a model does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PARAGRAPHS = 100
KILLS = 10

SUBJECTS = (
    "the council|a fisher of the lower river|the new pump|every third household|"
    "the bridge at the ford|an engineer from the coast|the school|the oldest mill|"
    "a committee of seven|the night train|the harbour office|a beekeeper"
).split("|")
VERBS = (
    "measured|rebuilt|sold|closed|counted|refused to move|paid for|painted|inspected|"
    "described|borrowed|gave away"
).split("|")
OBJECTS = (
    "the water of the well|two hundred mussels|a wall of grey stone|the market hall|"
    "its last timetable|nine barrels of oil|the archive of letters|a row of lime trees|"
    "the eastern gate|a map of the caves|the winter fodder|a bell without a name"
).split("|")
ENDS = (
    "in the spring of {}|for {} crowns|after {} days of rain|with {} helpers|"
    "{} metres above the sea|although {} people had signed against it|before noon|"
    "without telling anyone|as the law of {} demands|and wrote it down"
).split("|")


def sentence(chance: random.Random) -> str:
    end = chance.choice(ENDS).format(chance.randrange(3, 3000))
    words = " ".join(map(chance.choice, (SUBJECTS, VERBS, OBJECTS)))
    more = chance.choice(("", f", and {chance.choice(SUBJECTS)} stood beside it"))
    return f"{words[0].upper()}{words[1:]} {end}{more}."


def write_files(folder: Path, count: int) -> None:
    """So many files of PARAGRAPHS paragraphs, each of one to seven sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        chance = random.Random(number)
        paragraphs = [
            " ".join(sentence(chance) for _ in range(chance.randint(1, 7)))
            for _ in range(PARAGRAPHS)
        ]
        text = f"# Report {number}\n\n" + "\n\n".join(paragraphs)
        (folder / f"{number // 100}").mkdir(exist_ok=True)
        path = folder / f"{number // 100}" / f"report-{number:04}.md"
        path.write_text(text + "\n", encoding="utf-8")


# What follows runs in the process that is measured, and killed.


def memory(what: str) -> float:
    """Megabytes of this process: "VmRSS" now, "VmHWM" at most so far."""
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1e3 if found else 0.0


def index(content: Path, folder: Path, log: Path, *, model: bool) -> None:
    """Bring the index up to date; what is embedded is logged before it is."""
    from volume_encoder import Logging, RandomEncoder

    from citeback.index.encoder import load_encoder
    from citeback.library import Library

    encoder = load_encoder("", batch=32) if model else RandomEncoder()
    encoder.encode_passages(["warm up"] * 32)
    before = memory("VmRSS")
    told: list[tuple[float, int, float | None]] = []
    started = time.monotonic()

    def progress(now: object) -> None:
        told.append((time.monotonic() - started, now.done, now.seconds_left))  # type: ignore[attr-defined]

    with Library.open(content, folder, encoder=Logging(encoder, log)) as library:
        report = library.update(progress=progress)
        whole = time.monotonic() - started
        guesses = [left / (whole - at) for at, _, left in told if left and at < whole]
        peak = memory("VmHWM")
        again = time.monotonic()
        library.update()
        again = time.monotonic() - again
        size = library.size()
        answer = library.ask("Who rebuilt the market hall after days of rain?")
        first = answer.seconds
        answer = library.ask("Who inspected the eastern gate before noon?")
    print(
        json.dumps(
            {
                "seconds": round(whole, 1),
                "seconds_nothing_new": round(again, 2),
                "encoder_mb": round(before),
                "peak_mb": round(peak),
                "index_mb": round(
                    sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
                    / 1e6
                ),
                "paragraphs": size.paragraphs,
                "passages": size.passages,
                "sentences": size.sentences,
                "embedded": report.embedded,
                "told": len(told),
                "guess_ratio": [round(g, 2) for g in (min(guesses), max(guesses))]
                if guesses
                else [],
                "first_question_s": round(first, 2),
                "next_question_s": round(answer.seconds, 3),
            }
        ),
        flush=True,
    )


def started(root: Path, folder: str, log: str, *, model: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            __file__,
            "--index-only",
            *(str(root / one) for one in ("content", folder, log)),
            *(["--model"] if model else []),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def whole_run(root: Path, folder: str, log: str, *, model: bool) -> dict[str, float]:
    process = started(root, folder, log, model=model)
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"indexing ended with status {process.returncode}")
    found: dict[str, float] = json.loads(printed)
    return found


def killed_runs(root: Path, seconds: float) -> tuple[int, dict[str, float]]:
    """How many kills hit a run; the run that goes on afterwards, to its end."""
    chance = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        process = started(root, "killed", "killed.log", model=False)
        with suppress(subprocess.TimeoutExpired):
            process.wait(2 + chance.uniform(0, 1.5 * seconds / KILLS))
        if process.poll() is None:
            process.kill()
            killed += 1
        process.communicate()
    return killed, whole_run(root, "killed", "killed.log", model=False)


def repeats(log: Path) -> int:
    """How many texts were embedded more than once, each time beyond the first."""
    lines = log.read_text().splitlines()
    return len(lines) - len(set(lines))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--model", action="store_true", help="with the real model")
    parser.add_argument("--keep", type=Path, help="the folder to work in, and to leave")
    parser.add_argument("--index-only", nargs=3, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.index_only:
        index(*options.index_only, model=options.model)
        return
    with tempfile.TemporaryDirectory() as made:
        root = (options.keep or Path(made)).absolute()
        write_files(root / "content", options.files)
        found = whole_run(root, "index", "log", model=options.model)
        for key, value in found.items():
            print(f"{key:20} {value}")
        print(f"{'own peak, MB':20} {found['peak_mb'] - found['encoder_mb']:.0f}")
        if not options.model:
            killed, last = killed_runs(root, found["seconds"])
            twice = repeats(root / "killed.log")
            print(f"{'kills':20} {killed}")
            print(f"{'embedded twice':20} {twice}, {twice / max(killed, 1):.0f} a kill")
            same = all(
                last[k] == found[k] for k in ("paragraphs", "passages", "sentences")
            )
            print(f"{'same index':20} {same}")


if __name__ == "__main__":
    main()
