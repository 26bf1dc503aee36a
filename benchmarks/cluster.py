"""A Milvus cluster of separate processes, of which some are killed: what is lost?

    make cluster

Wants etcd (Debian's etcd-server) in the PATH or in CITEBACK_TEST_ETCD, and, beside what
testing needs, `pip install confluent-kafka`, whose mock broker is the cluster's log. All
of it runs in a network namespace of its own, with the stand-in for the model.

A query node is killed while questions are asked, with two replicas and then with one; a
data node is killed while documents are indexed. Each answer is held beside that of the
embedded index.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / one) for one in ("src", "tests", "tests/index")]

ROLES = (
    "rootcoord datacoord querycoord proxy datanode datanode querynode querynode"
    " indexnode"
).split()
PORT = 19530
DOCUMENTS = 120
ENGINE = f"milvus://127.0.0.1:{PORT}/killed"
BROKER = """
import sys, time
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": "none:1", "test.mock.num.brokers": 1})
(broker,) = producer.list_topics(timeout=10).brokers.values()
print(f"{broker.host}:{broker.port}", flush=True)
sys.stdin.read()
"""
QUESTIONS = [
    f"{question} house {number}?"
    for number in range(0, DOCUMENTS, 7)
    for question in ("Where is the lamp of", "Who painted the door of")
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inside", action="store_true", help="in a namespace already")
    options = parser.parse_args()
    if not options.inside:
        from milvus_server import _unshare

        program = [sys.executable, __file__, "--inside"]
        sys.exit(subprocess.run([*_unshare(), *program], check=False).returncode)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        trial(Path(folder), Cluster(Path(folder), stack))


@dataclass
class Cluster:
    """The processes of a cluster, ended with the stack."""

    folder: Path
    stack: ExitStack
    nodes: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from milvus import MilvusServerConfig, _initialize_data_files
        from milvus_server import _loopback_up

        _loopback_up()
        MilvusServerConfig(data_dir=str(self.folder)).resolve()
        _initialize_data_files(str(self.folder))
        etcd = os.environ.get("CITEBACK_TEST_ETCD") or shutil.which("etcd")
        if not etcd:
            sys.exit("etcd is missing: apt-get install etcd-server")
        url = "http://127.0.0.1:2379"
        self._run(
            [
                *(etcd, "--data-dir", str(self.folder / "etcd")),
                *("--listen-client-urls", url, "--advertise-client-urls", url),
            ],
            "etcd",
        )
        broker = subprocess.Popen(
            [sys.executable, "-c", BROKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.stack.callback(broker.kill)
        assert broker.stdout
        address = broker.stdout.readline().decode().strip()
        if not address:
            sys.exit("The broker did not start: pip install confluent-kafka")
        self._settings = {
            "DEPLOY_MODE": "DISTRIBUTED",
            "LD_LIBRARY_PATH": str(self.folder / "bin"),
            "MILVUSCONF": str(self.folder / "configs"),
            "MQ_TYPE": "kafka",
            "KAFKA_BROKERLIST": address,
            "ETCD_ENDPOINTS": "127.0.0.1:2379",
            "ETCD_USE_EMBED": "false",
            "COMMON_STORAGETYPE": "local",
            "LOCALSTORAGE_PATH": f"{self.folder / 'data'}/",
        }
        self._ports = iter(range(9101, 9200))
        for role in ROLES:
            self.start(role)
            time.sleep(1)

    def start(self, role: str) -> None:
        """Start a process of a role."""
        port = str(next(self._ports))
        program = [str(self.folder / "bin" / "milvus"), "run", role]
        settings = {**self._settings, "METRICS_PORT": port}
        node = self._run(program, f"{role}-{port}", settings)
        self.nodes.setdefault(role, []).append(node)

    def kill(self, role: str) -> None:
        """End the first process of a role by SIGKILL."""
        node = self.nodes[role].pop(0)
        node.kill()
        node.wait()

    def _run(
        self, program: list[str], name: str, settings: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                program,
                env={**os.environ, **(settings or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self.stack.callback(process.kill)
        return process


def trial(folder: Path, cluster: Cluster) -> None:
    from cluster_process import opened
    from test_milvus_server import check_exact, house

    content = folder / "content"
    content.mkdir()
    for number in range(DOCUMENTS):
        (content / f"{number}.txt").write_text(house(number))
    indexed(folder)
    with opened(folder, ENGINE) as library, opened(folder, "") as embedded:
        check_exact(ENGINE, embedded)
        print(f"{embedded.size()} on two query nodes, replicas: {replicas()}")
        wanted = [said(embedded, question) for question in QUESTIONS]
        Asking(library, wanted).report("nothing killed", lambda: None, 10)
        Asking(library, wanted).report(
            "a query node killed, two replicas", lambda: cluster.kill("querynode"), 90
        )
        cluster.start("querynode")
        time.sleep(60)
        once()
        print(f"loaded once; replicas: {replicas()}")
        Asking(library, wanted).report("nothing killed", lambda: None, 10)
        Asking(library, wanted).report(
            "a query node killed, one replica", lambda: cluster.kill("querynode"), 120
        )
    cluster.start("querynode")
    for number in range(0, DOCUMENTS, 2):
        (content / f"{number}.txt").write_text(house(number, "green"))
    for number in range(1, DOCUMENTS, 8):
        (content / f"{number}.txt").unlink()
    calls = at_call(4, lambda: cluster.kill("datanode"))
    tries = 0
    while not indexed(folder):
        tries += 1
    assert len(calls) > 6, "nothing was written after the kill"
    with opened(folder, "") as embedded, opened(folder, ENGINE) as library:
        until = time.monotonic() + 120
        while True:
            try:
                check_exact(ENGINE, embedded)
                break
            except AssertionError:
                if time.monotonic() > until:
                    raise
            time.sleep(2)
        same = sum(said(library, q) == said(embedded, q) for q in QUESTIONS)
        print(
            f"a data node killed while indexing: repeated {tries} times; every row "
            f"there once; {same} of {len(QUESTIONS)} answers the same"
        )


def indexed(folder: Path) -> bool:
    """Whether indexing into the cluster came to its end."""
    from cluster_process import opened

    from citeback.errors import IndexStateError

    try:
        with opened(folder, ENGINE) as library:
            library.update()
    except IndexStateError as error:
        print(f"indexing: {error}")
        return False
    return True


def said(library, question: str) -> object:  # type: ignore[no-untyped-def]
    """What counts of an answer."""
    answer = library.ask(question)
    return [(hit.source.path, hit.quote) for hit in answer.hits], answer.verdict


def at_call(number: int, act: Callable[[], None]) -> list[str]:
    """Do something before that call that writes; the list has all such calls so far."""
    from citeback.index.milvus.client import Client

    calls: list[str] = []
    real = Client.upsert

    def upsert(self: Client, name: str, rows: Iterable[Row]) -> None:
        calls.append(name)
        if len(calls) == number:
            act()
        real(self, name, rows)

    Client.upsert = upsert  # type: ignore[method-assign]
    return calls


def replicas() -> str:
    from pymilvus import MilvusClient

    client = MilvusClient(uri=f"http://127.0.0.1:{PORT}")
    counts = [len(client.describe_replica(n)) for n in client.list_collections()]
    client.close()
    return ", ".join(map(str, counts))


def once() -> None:
    """Load each collection once, although there is room for twice."""
    from pymilvus import MilvusClient

    client = MilvusClient(uri=f"http://127.0.0.1:{PORT}")
    for name in client.list_collections():
        client.release_collection(name)
        client.load_collection(name, replica_number=1)
    client.close()


class Asking:
    """Asks again and again, and counts what comes."""

    def __init__(self, library, wanted) -> None:  # type: ignore[no-untyped-def]
        self._library = library
        self._wanted = wanted

    def report(self, name: str, act, seconds: float) -> None:  # type: ignore[no-untyped-def]
        from citeback.ask.answer import PARTIAL
        from citeback.errors import IndexStateError

        counts: Counter[str] = Counter()
        times = []
        wrong_from = wrong_to = 0.0
        started = time.monotonic()
        acted = False
        while (now := time.monotonic()) < started + seconds:
            if not acted and now > started + 5:
                act()
                acted = True
            number = sum(counts.values()) % len(QUESTIONS)
            question = QUESTIONS[number]
            try:
                answer = self._library.ask(question)
                found = [(hit.source.path, hit.quote) for hit in answer.hits]
                right = (found, answer.verdict) == self._wanted[number]
                told = PARTIAL in answer.notice
                kind = "whole" if right else "partial"
                kind += ", said to be partial" if told else ""
                times.append(time.monotonic() - now)
            except IndexStateError:
                right, kind = False, "error"
            counts[kind] += 1
            if not right:
                wrong_from = wrong_from or now - started
                wrong_to = time.monotonic() - started
        times.sort()
        print(
            f"{name}: {dict(counts)}; p50 {1000 * times[len(times) // 2]:.0f} ms, "
            f"longest {times[-1]:.1f} s; not right from {wrong_from:.0f} to "
            f"{wrong_to:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
