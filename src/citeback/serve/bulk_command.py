"""The command `bulk`: documents embedded by many processes, then brought into the index."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from citeback.bulk.plan import SHARD_BYTES
from citeback.bulk.run import (
    Machines,
    Made,
    Plan,
    ThisProcess,
    embed,
    loading,
    plan,
    take,
)
from citeback.errors import BulkError
from citeback.library import Library
from citeback.records import UpdateReport
from citeback.serve import terminal
from citeback.serve.terminal import counted

SHOWN_FAILURES = 3


def add_arguments(
    parser: argparse.ArgumentParser,
    folder: Callable[[str], Path],
    positive: Callable[[str], int],
) -> None:
    """What `bulk` can be told."""
    parser.add_argument(
        "folder", type=folder, help="where the shards are kept, seen by all machines"
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="the Ray cluster that embeds; without it this process does",
    )
    parser.add_argument(
        "--processes",
        type=positive,
        default=0,
        help="processes in the cluster (as many as it has processors for)",
    )
    parser.add_argument(
        "--threads",
        type=positive,
        default=1,
        help="processors of a machine that each process takes (1)",
    )
    parser.add_argument(
        "--shard-megabytes",
        type=positive,
        default=SHARD_BYTES // 1_000_000,
        help=f"size of the lots of files ({SHARD_BYTES // 1_000_000})",
    )
    parser.add_argument(
        "--no-index",
        action="store_true",
        help="make the shards, and leave the index as it is",
    )


def run(
    library: Library, options: argparse.Namespace, *, hidden: bool
) -> tuple[Plan, UpdateReport | None]:
    """Make the shards and bring them into the index; with bars unless hidden.

    Raises BulkError, when all else is done, where a shard could not be made.
    """
    made = plan(
        library, options.folder, shard_bytes=options.shard_megabytes * 1_000_000
    )
    failures: dict[str, str] = {}
    missing = made.missing()
    if missing:
        with _machines(library, options) as machines:
            failures = _embed(made, machines, hidden=hidden)
    report = None
    if not options.no_index:
        with terminal.ProgressBar(hidden=hidden) as bar:
            report = take(
                library,
                made,
                progress=bar,
                without=failures,
                publishing=bar.publishing,
            )
    if failures:
        raise BulkError(_told(made, failures))
    return made, report


def _embed(made: Plan, machines: Machines, *, hidden: bool) -> dict[str, str]:
    sizes = {shard.name: shard.size for shard in made.missing()}
    with tqdm(
        desc="Embedding",
        total=sum(sizes.values()),
        unit="B",
        unit_scale=True,
        disable=hidden,
        leave=False,
    ) as bar:

        def tell(one: Made) -> None:
            if not one.failure:
                bar.update(sizes.pop(one.shard, 0))

        return embed(made, machines, tell)


@contextmanager
def _machines(library: Library, options: argparse.Namespace) -> Iterator[Machines]:
    if not options.address:
        yield ThisProcess(library.encoder)
        return
    # Imported late: nobody else needs Ray.
    from citeback.bulk.cluster import Cluster

    cluster = Cluster(
        options.address,
        loading(library.settings, options.threads),
        processes=options.processes,
        threads=options.threads,
    )
    try:
        yield cluster
    finally:
        cluster.close()


def _told(made: Plan, failures: dict[str, str]) -> str:
    """What was not made, and why, with some of the files."""
    shards = [shard for shard in made.shards if shard.name in failures]
    first = [
        f"{terminal.shown(shard.files[0].name)}: {failures[shard.name]}"
        for shard in shards[:SHOWN_FAILURES]
    ]
    files = counted(sum(len(shard.files) for shard in shards), "file")
    return (
        f"{counted(len(shards), 'shard')} of {len(made.shards):,} could not be made, "
        f"with {files}. The others are complete. Run the same again when the cause is "
        f"gone. {' '.join(first)}"
    )


def lines(made: Plan, report: UpdateReport | None) -> Iterator[str]:
    """What was done."""
    files = counted(sum(len(shard.files) for shard in made.shards), "file")
    yield f"{counted(len(made.shards), 'shard')} of {files} in {made.job.folder}."
    if report is not None:
        yield from terminal.update_lines(report)


def as_json(made: Plan, report: dict[str, object] | None) -> dict[str, object]:
    """The same as plain values."""
    return {
        "folder": str(made.job.folder),
        "shards": len(made.shards),
        "files": sum(len(shard.files) for shard in made.shards),
        "update": report,
    }
