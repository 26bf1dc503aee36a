"""Shards made by actors of a Ray cluster. The only file that imports ray.

Ray Data hands out the shards; what is made of them goes to the folder that all machines
share, and only its name comes back. So nothing is lost with a machine but the shards
that it was making, which another one makes.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from citeback.bulk.make import Job
from citeback.bulk.plan import Shard, from_json
from citeback.bulk.run import Made, attempt
from citeback.errors import BulkError, MissingPackageError
from citeback.index.encoder import Encoder

# A shard that ends its process more often is left alone until the others are made.
RETRIES = 3
CONNECT_SECONDS = 10
INSTALL = "pip install 'citeback[bulk]'"


class Cluster:
    """The machines of a running Ray cluster. Implements Machines."""

    def __init__(
        self, address: str, load: Callable[[], Encoder], *, processes: int, threads: int
    ) -> None:
        """Connect; `load` is called in each process, which counts as so many threads.

        With 0 processes there are as many as the cluster has processors for. Raises
        MissingPackageError and BulkError.
        """
        # Read when Ray is imported: nothing is told to its makers, and what is lost is
        # made again or told of here, without lines of Ray's own.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise MissingPackageError(
                "Embedding on several machines needs Ray, on each of them. Run: "
                f"{INSTALL}"
            ) from error
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        try:
            _reach(address)  # Ray itself would wait for minutes
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, RuntimeError, ValueError) as error:
            raise BulkError(
                f"No Ray cluster answers at {address} ({error}). Start one (docs/bulk.md "
                "tells how), and name the machine and port where `ray start --head` "
                "was, like 10.0.0.1:6379."
            ) from error
        resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
        room = int(resources.get("CPU", 0)) // threads
        if not room:
            raise BulkError(
                f"No machine of the cluster at {address} has {threads} processors. Add "
                "one that has (ray start --address), or ask for fewer threads."
            )
        self._load = load
        self._threads = threads
        self.processes = processes or room

    def make(self, job: Job, wanted: Sequence[Shard]) -> Iterator[Made]:
        """Each shard as it is made."""
        import ray.data

        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # what is missing at the end is made once more
        rows = [{"shard": shard.to_json()} for shard in wanted]
        with warnings.catch_warnings():
            # Until 2.64 there is no other way to say how often a task is tried.
            warnings.simplefilter("ignore", DeprecationWarning)
            made = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
                _Embedder,  # type: ignore[arg-type]  # a class is made once in each actor
                fn_constructor_args=(job, self._load),
                compute=ray.data.ActorPoolStrategy(
                    size=min(self.processes, len(rows)), max_tasks_in_flight_per_actor=1
                ),
                num_cpus=self._threads,
                ray_remote_args_fn=lambda: {"max_task_retries": RETRIES},
            )
        for row in made.iter_rows():
            yield Made(**row)

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        import ray

        ray.shutdown()


def _reach(address: str) -> None:
    """Raise OSError or ValueError unless somebody listens at a "host:port"."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), CONNECT_SECONDS).close()


class _Embedder:
    """Runs in the cluster: holds the model, and makes one shard after another."""

    def __init__(self, job: Job, load: Callable[[], Encoder]) -> None:
        """Load the model."""
        self._job = job
        self._encoder = load()

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Make the shard."""
        shard = from_json(row["shard"])
        made = attempt(self._job, shard, self._encoder, socket.gethostname())
        return {
            "shard": made.shard,
            "failure": made.failure,
            "machine": made.machine,
            "seconds": made.seconds,
        }
