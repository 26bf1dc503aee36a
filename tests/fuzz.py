"""Damages the seeds for so many seconds and has every reader read them.

    PYTHONPATH=src:tests python tests/fuzz.py 600 any-seed fuzzed

Each seed in `data/seeds` is read again and again with bytes changed, moved, doubled, cut
off or taken from another seed; of what is a ZIP archive, half the time a file within.
Whatever comes of it must be a reading with exact places or a refusal. It prints how many
were read and refused of each kind, as JSON. A file that breaks this, or takes longer than
SLOW_SECONDS, is kept in the folder given as the third argument.
"""

from __future__ import annotations

import faulthandler
import io
import json
import random
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

from ingest.formats.checking import check_any, damaged, members_of, zipped

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import ARCHIVE, reader_of
from citeback.ingest.formats.archive import members
from citeback.ingest.worker import limit_memory

SEEDS = Path(__file__).parent / "data" / "seeds"
SLOW_SECONDS = 20.0


def altered(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The file, damaged; or with a stretch of another file in it."""
    if zipfile.is_zipfile(io.BytesIO(data)) and chance.random() < 0.5:
        inside = members_of(data)
        name = chance.choice([one for one in inside if inside[one]])
        return zipped(inside | {name: altered(inside[name], others, chance)})
    if chance.random() < 0.2:
        other = chance.choice(others)
        at, begin = chance.randrange(len(data)), chance.randrange(len(other))
        return data[:at] + other[begin : begin + chance.randrange(1, 500)] + data[at:]
    return damaged(data, chance)


def outcome(data: bytes, name: str) -> str:
    """What became of the file; AssertionError where a reader is at fault."""
    if not name.endswith(ARCHIVE):
        return "read" if check_any(data, name) else "refused"
    try:
        for member in members(data):
            if reader_of(member.name) and not member.refusal:
                check_any(member.data, member.name)
    except UnreadableFileError:
        return "refused"
    return "read"


def main() -> None:
    seconds, seed, kept = float(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    kept.mkdir(parents=True, exist_ok=True)
    limit_memory()
    faulthandler.enable()
    chance = random.Random(seed)
    seeds = {path.name: path.read_bytes() for path in sorted(SEEDS.iterdir())}
    for name, data in seeds.items():
        assert outcome(data, name) == "read", name
    counts: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        name = chance.choice(list(seeds))
        data = altered(seeds[name], list(seeds.values()), chance)
        # What takes the whole process with it has been written down before.
        present = kept / f"last-{name}"
        present.write_bytes(data)
        began = time.monotonic()
        became = outcome(data, name)
        assert time.monotonic() - began < SLOW_SECONDS, f"{present} is slow"
        counts[f"{present.suffix} {became}"] += 1
        present.unlink()
    print(json.dumps(dict(sorted(counts.items()))), flush=True)


if __name__ == "__main__":
    main()
