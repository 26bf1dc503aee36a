"""Shards against indexing: how much is made in a second, and what Ray adds to it.

    PYTHONPATH=src:benchmarks python benchmarks/bulk.py --files 200
    PYTHONPATH=src:benchmarks python benchmarks/bulk.py --files 10 --model

Indexes the same files by `citeback index`, by `citeback bulk` in one process, and by
`citeback bulk` with two processes of a Ray cluster on this machine (Linux, as root: it is
made in a network of its own). Without `--model` a stand-in takes the encoder's place that
costs next to nothing, so that what is measured is all else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from volume import write_files
from volume_encoder import RandomEncoder

from citeback.bulk.run import Machines, ThisProcess, embed, plan, take
from citeback.index.encoder import Encoder, load_encoder
from citeback.library import Library

PORT = 6401
START = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
NODE = "--disable-usage-stats --object-store-memory=200000000 --num-cpus=2".split()
HEAD = f"--head --port={PORT} --node-ip-address=127.0.0.1 --include-dashboard=false"


def encoder(model: bool) -> Encoder:
    """One that computes with one thread, as each process of the cluster does."""
    return load_encoder("", batch=32, threads=1) if model else RandomEncoder()


def by_indexing(content: Path, folder: Path, made: Encoder) -> dict[str, float]:
    started = time.monotonic()
    with Library.open(content, folder / "index", encoder=made) as library:
        library.update()
        return {
            "passages": library.size().passages,
            "seconds": time.monotonic() - started,
        }


def by_shards(
    content: Path, folder: Path, made: Encoder, machines: Callable[[], Machines]
) -> dict[str, float]:
    with Library.open(content, folder / "index", encoder=made) as library:
        started = time.monotonic()
        planned = plan(library, folder / "shards")
        there = time.monotonic()
        workers = machines()
        ready = time.monotonic()
        seconds = []
        failures = embed(planned, workers, lambda one: seconds.append(one.seconds))
        embedded = time.monotonic()
        assert not failures, failures
        report = take(library, planned)
        assert not report.embedded
        return {
            "passages": library.size().passages,
            "shards": len(planned.shards),
            "planning": there - started,
            "connecting": ready - there,
            "embedding": embedded - ready,
            "in the shards": sum(seconds),
            "taking": time.monotonic() - embedded,
            "shard bytes": sum(
                file.stat().st_size for file in (folder / "shards").glob("*.sqlite")
            ),
        }


def measure(way: str, content: Path, folder: Path, model: bool) -> dict[str, float]:
    """Carry out one way, in this process."""
    made = encoder(model)
    if way == "indexing":
        return by_indexing(content, folder, made)
    if way == "one process":
        return by_shards(content, folder, made, lambda: ThisProcess(made))
    from citeback.bulk.cluster import Cluster

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as ray:
        command = [*START, *HEAD.split(), *NODE, f"--temp-dir={ray}"]
        output = Path(folder, "ray.log")
        with output.open("w") as log:
            subprocess.Popen(command, stdout=log, stderr=log)
        while "will now block forever" not in output.read_text():
            time.sleep(0.1)
        load = partial(encoder, model)
        cluster = Cluster(f"127.0.0.1:{PORT}", load, processes=0, threads=1)
        return by_shards(content, folder, made, lambda: cluster)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--way")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.way:
        content = options.folder / "content"
        folder = options.folder / options.way.replace(" ", "-")
        folder.mkdir()
        print(json.dumps(measure(options.way, content, folder, options.model)))
        return
    own_network = "unshare --net --pid --fork --kill-child --mount-proc".split()
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder, "content"), options.files)
        for way in ("indexing", "one process", "cluster"):
            before = own_network if way == "cluster" else []
            given = [*sys.argv, "--way", way, "--folder", folder]
            done = subprocess.run(
                [*before, sys.executable, *given],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            found = json.loads(done.stdout.splitlines()[-1])
            print(way, {key: round(value, 2) for key, value in found.items()})


if __name__ == "__main__":
    main()
