"""What a disk may hold after the power has failed, made of what a process wrote to it.

`power.c` writes down each write, cut, name and flush under a folder. From that journal
`Disk` makes the states that a failure at any moment may leave:

- what was written to a file and flushed (fsync) is there;
- each later write is there, or not, or its beginning only, or as random bytes;
- names (made, moved, deleted) come to the disk in their order, some of the last ones
  not at all; a flushed folder holds all of its names up to then.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from crash.life import Deed, Place, Recipe, do, read_here

from citeback.library import Library
from citeback.records import FileState

SOURCE = Path(__file__).with_name("power.c")
HERE = Path(__file__).resolve().parents[1]
PROGRAM = "from crash import power; power.live_on_record()"
MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the journal; see `power.c`. Paths are within the folder."""

    kind: str
    inode: int
    number: int
    data: bytes
    other: bytes

    @property
    def path(self) -> str:
        return os.fsdecode(self.data)

    @property
    def target(self) -> str:
        return os.fsdecode(self.other)


def compiled(folder: Path) -> Path | None:
    """The library that writes the journal, None where there is no compiler for it."""
    library = folder / "power.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-pthread", "-o", str(library)]
    try:
        subprocess.run([*command, str(SOURCE)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return library


def record(place: Place, deeds: tuple[Deed, ...], library: Path, journal: Path) -> None:
    """Carry out the deeds in a process whose writes are put down in the journal."""
    plan = [
        (d.name, d.recipe.fingerprint, d.recipe.splitter, d.recipe.limit) for d in deeds
    ]
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(place.root), json.dumps(plan)],
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "src")]),
            "LD_PRELOAD": str(library),
            "POWER_ROOT": str(place.root),
            "POWER_LOG": str(journal),
        },
    )


def live_on_record() -> None:
    """What the recorded process does: its deeds, and a mark after each."""
    place, plan = Place(Path(sys.argv[1])), json.loads(sys.argv[2])
    read_here()
    for name, *recipe in plan:
        with Library.open(
            place.content, place.index, encoder=Recipe(*recipe).encoder()
        ) as library:
            do(library, name, place.uploads)
            held = {
                file.source.path: file.source.digest
                for file in library.files()
                if file.state is not FileState.REFUSED
            }
        with (place.root / MARKS).open("a") as marks:
            marks.write(json.dumps(held) + "\n")


def read_journal(journal: Path, root: Path) -> list[Operation]:
    """The journal's operations in their order."""
    data, place, found = journal.read_bytes(), 0, []
    inside = len(os.fsencode(root)) + 1
    while place < len(data):
        end = data.index(b"\n", place)
        kind, inode, number, first, second = data[place:end].split()
        begin, middle = end + 1, end + 1 + int(first)
        place = middle + int(second)
        one, two = data[begin:middle], data[middle:place]
        if kind != b"W":
            one, two = one[inside:], two[inside:]
        found.append(Operation(kind.decode(), int(inode), int(number), one, two))
    return found


@dataclass(slots=True)
class _File:
    """A file's bytes on the disk, and what was done to it since it was flushed."""

    flushed: bytes = b""
    pending: list[Operation] = field(default_factory=list)

    def flush(self) -> None:
        self.flushed = _applied(self.flushed, self.pending)
        self.pending = []


class Disk:
    """A folder as the disk knows it, while the operations of a journal come in."""

    def __init__(self, root: Path) -> None:
        """As the folder is now, all of it flushed."""
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}
        self._pending: list[Operation] = []
        self._current: dict[int, int] = {}
        self._numbers = itertools.count(-1, -1)
        for path in root.rglob("*"):
            inode = 0 if path.is_dir() else path.stat().st_ino
            self._names[path.relative_to(root).as_posix()] = inode
            if inode:
                self._files[inode] = _File(path.read_bytes())

    def take(self, operation: Operation) -> None:
        """Do what the process did."""
        kind = operation.kind
        if kind == "N":  # the system may give a deleted file's number to a new one
            self._current[operation.inode] = next(self._numbers)
        number = self._current.get(operation.inode, operation.inode)
        operation = replace(operation, inode=number)
        if kind in "WT":
            self._files.setdefault(operation.inode, _File()).pending.append(operation)
        elif kind == "S":
            self._files.setdefault(operation.inode, _File()).flush()
        elif kind == "D":
            self._flush_names(operation.path)
        else:
            if kind == "N":
                self._files[operation.inode] = _File()
            self._pending.append(operation)

    def _flush_names(self, folder: str) -> None:
        """What was named in the folder is there; what was in others may still be lost."""
        left = []
        for one in self._pending:
            if folder in {_parent(path) for path in (one.path, one.target) if path}:
                _name(self._names, one)
            else:
                left.append(one)
        self._pending = left

    def contents(self) -> dict[str, bytes]:
        """Every file's bytes as the process itself saw them; flushes all."""
        for file in self._files.values():
            file.flush()
        for one in self._pending:
            _name(self._names, one)
        self._pending = []
        return {p: self._files[i].flushed for p, i in self._names.items() if i}

    def fail(self, target: Path, chance: random.Random) -> None:
        """Write what the disk may hold if the power fails now, into an empty folder."""
        names = dict(self._names)
        for one in self._pending[: chance.randint(0, len(self._pending))]:
            _name(names, one)
        # All of the rest lost, all of it there, or some of it in some way.
        how = chance.choice(["lost", "kept", "any", "any"])
        held = {
            inode: _applied(
                file.flushed,
                [o for one in file.pending for o in _survived(one, how, chance)],
            )
            for inode, file in sorted(self._files.items())
        }
        for path, inode in sorted(names.items()):
            place = target / path
            if inode:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(held[inode])
            else:
                place.mkdir(parents=True, exist_ok=True)


def _survived(one: Operation, how: str, chance: random.Random) -> Iterator[Operation]:
    """What of one change that was not flushed is on the disk."""
    if how != "any":
        yield from [one] if how == "kept" else []
        return
    fate = chance.choice(["kept", "lost", "torn", "garbled"])
    data = one.data
    if fate == "torn":
        data = data[: chance.randrange(len(data) + 1)]
    elif fate == "garbled":
        begin = chance.randrange(len(data) + 1)
        data = data[:begin] + chance.randbytes(len(data) - begin)
    if fate != "lost":
        yield Operation(one.kind, one.inode, one.number, data, b"")


def _applied(held: bytes, operations: list[Operation]) -> bytes:
    content = bytearray(held)
    for one in operations:
        size = one.number
        if one.kind == "W" and len(content) < size + len(one.data):
            content.extend(bytes(size + len(one.data) - len(content)))
        if one.kind == "W":
            content[size : size + len(one.data)] = one.data
        else:
            del content[size:]
            content.extend(bytes(size - len(content)))
    return bytes(content)


def _name(names: dict[str, int], one: Operation) -> None:
    """Make, move, link or delete a name."""
    if one.kind == "N":
        names[one.path] = one.inode
    elif one.kind == "M":
        names[one.path] = 0
    elif one.kind == "U":
        names.pop(one.path, None)
    elif one.kind == "L":
        names[one.target] = one.inode
    elif one.kind == "R":
        for path in [p for p in names if p == one.path or p.startswith(f"{one.path}/")]:
            names[one.target + path.removeprefix(one.path)] = names.pop(path)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
