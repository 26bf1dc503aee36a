"""A Ray cluster of several nodes on this machine, of which parts are killed at work.

Run as a program in a network of its own (`unshare --net`), it prints what came of it as
JSON. Each node has its own processes and its own disk, and is killed with all of them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from doubles import WordHashEncoder

from citeback.bulk.cluster import Cluster
from citeback.bulk.run import embed, plan, take
from citeback.index.encoder import Encoded
from citeback.library import Library
from citeback.settings import Settings

PORT = 6400
OBJECT_BYTES = 80_000_000
SHARD_BYTES = 1_000
# A shard takes a third of a second, so that there is one to be lost at each kill.
SECONDS_A_TEXT = 0.02
PARAGRAPHS = 12
# Until another kill, so many further shards are waited for.
BETWEEN = 3
PATIENCE_SECONDS = 90


@dataclass
class Logging(WordHashEncoder):
    """Writes down how many texts each call embeds."""

    seconds: float = SECONDS_A_TEXT
    log: Path = field(default=Path())

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        encoded = super().encode_passages(texts)
        with self.log.open("a") as file:
            file.write("".join(f"{text}\n" for text in self.seen))
        self.seen.clear()
        return encoded


def drive(folder: Path) -> None:
    """What `citeback bulk` does, with the stand-in for the model."""
    library = Library.open(
        folder / "content",
        folder / "index",
        settings=Settings(citations=folder / "citations"),
        encoder=Logging(log=folder / "driver.log"),
    )
    made = plan(library, folder / "shards", shard_bytes=SHARD_BYTES)

    def load() -> Logging:
        return Logging(log=folder / f"texts-{os.getpid()}-{time.time_ns()}.log")

    machines = Cluster(f"127.0.0.1:{PORT}", load, processes=0, threads=1)
    failures = embed(made, machines)
    machines.close()
    report = take(library, made, without=failures)
    told = {
        "failures": failures,
        "shards": len(made.shards),
        "added": len(report.added),
        "embedded": report.embedded,
        "largest shard": max(len(shard.files) for shard in made.shards) * PARAGRAPHS,
    }
    (folder / "driven.json").write_text(json.dumps(told))


class Node:
    """A node with its own processes and its own disk for Ray's files."""

    def __init__(self, ray: Path, log: Path, *arguments: str) -> None:
        script = 'mount -t tmpfs none "$0" && exec "$@"'
        if "--head" in arguments:  # whose disk the driver uses
            script = 'exec "$@"'
        command = [
            *"unshare --mount --pid --fork --kill-child --mount-proc bash -c".split(),
            script,
            str(ray),
            sys.executable,
            *"-m ray.scripts.scripts start --block --disable-usage-stats".split(),
            f"--object-store-memory={OBJECT_BYTES}",
            *arguments,
        ]
        self._log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)

    def is_up(self) -> bool:
        return "will now block forever" in self._log.read_text()

    def actors(self) -> list[int]:
        """The processes that make shards."""
        return [pid for pid in self._descendants() if "Embedder" in _command(pid)]

    def _descendants(self) -> list[int]:
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                parents[int(entry.name)] = _parent(entry)
        found, at = [], 0
        found.append(self._process.pid)
        while at < len(found):
            found.extend(pid for pid, above in parents.items() if above == found[at])
            at += 1
        return found

    def kill(self) -> None:
        """End all its processes at once: the first one takes the others along."""
        (first,) = (
            p for p in self._descendants() if _parent_of(p) == self._process.pid
        )
        os.kill(first, signal.SIGKILL)
        self._process.wait()


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _parent_of(pid: int) -> int:
    return _parent(Path(f"/proc/{pid}"))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def until(what: str, so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def answers() -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", PORT), 1).close()
    except OSError:
        return False
    return True


def start_driver(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "driver.out").open("a") as output:
        return subprocess.Popen(
            [sys.executable, __file__, "drive", str(folder)],
            stdout=output,
            stderr=output,
        )


def main(folder: Path, ray: Path) -> dict[str, object]:
    """Kill an actor, the driver, and a node, one after another."""
    began = time.monotonic()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    times = {}

    def note(what: str) -> None:
        times[what] = round(time.monotonic() - began, 1)
        print(what, times[what], file=sys.stderr, flush=True)

    def shards() -> dict[str, int]:
        files = (folder / "shards").glob("*.sqlite")
        return {file.name: file.stat().st_ino for file in files}

    def some_more(what: str) -> None:
        before = len(shards())
        until(what, lambda: len(shards()) >= before + BETWEEN)
        note(what)

    Node(
        ray,
        folder / "head.log",
        *f"--head --port={PORT} --node-ip-address=127.0.0.1 --num-cpus=0".split(),
        f"--temp-dir={ray}",
        "--include-dashboard=false",
    )
    until("head", answers)
    nodes = [
        Node(
            ray,
            folder / f"node-{number}.log",
            *f"--address=127.0.0.1:{PORT} --node-ip-address=127.0.0.{number}".split(),
            "--num-cpus=1",
        )
        for number in (2, 3)
    ]
    until("nodes", lambda: all(node.is_up() for node in nodes))
    note("started")
    driver = start_driver(folder)
    some_more("first shards")
    until("actors", lambda: all(node.actors() for node in nodes))
    victims = nodes[0].actors()
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    some_more("after an actor's death")
    driver.kill()
    driver.wait()
    whole = shards()
    note("driver killed")
    driver = start_driver(folder)
    some_more("after the driver's death")
    until("actors again", lambda: all(node.actors() for node in nodes))
    nodes[1].kill()
    note("node killed")
    some_more("after a node's death")
    status = driver.wait(PATIENCE_SECONDS)
    note("done")
    kept = shards()
    return {
        "times": times,
        "status": status,
        "actors killed": len(victims),
        "whole before": len(whole),
        "kept": sum(kept.get(name) == inode for name, inode in whole.items()),
        "left": sorted(p.name for p in (folder / "shards").glob(".arriving*")),
        **json.loads((folder / "driven.json").read_text()),
    }


if __name__ == "__main__":
    if sys.argv[1] == "drive":
        drive(Path(sys.argv[2]))
    else:
        print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
