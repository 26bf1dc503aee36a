"""Shards on a real Ray cluster that loses an actor, its driver and a node."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bulk.cluster_run import PARAGRAPHS
from catalog_rows import rows
from doubles import WordHashEncoder

from citeback.bulk.cluster import Cluster
from citeback.errors import BulkError
from citeback.library import Library
from citeback.settings import Settings

DOCUMENTS = 40
KILLS = 4  # an actor, a driver with two actors, a node
SECONDS = 300
OWN_NETWORK = "unshare --net --pid --fork --kill-child --mount-proc".split()
HERE = Path(__file__).resolve().parent

pytestmark = pytest.mark.real


def can_run() -> str:
    """Why it cannot be run here, "" if it can."""
    if importlib.util.find_spec("ray") is None:
        return "ray is not installed"
    tried = [*OWN_NETWORK, "ip", "link", "set", "lo", "up"]
    if shutil.which("unshare") is None or subprocess.run(tried, check=False).returncode:
        return "no network of its own can be made here"
    return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "content").mkdir()
    for number in range(DOCUMENTS):
        paragraphs = (
            f"Thing {number * 1000 + n} is kept in the shed of house {number}."
            for n in range(PARAGRAPHS)
        )
        (folder / "content" / f"{number:02}.txt").write_text("\n\n".join(paragraphs))
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    if why := can_run():
        pytest.skip(why)
    # The names of Ray's sockets must not be long.
    ray = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    # A lost node is missed sooner than usual; any sooner, and a busy one is, too.
    quick = {
        "RAY_health_check_period_ms": "1000",
        "RAY_health_check_failure_threshold": "5",
    }
    paths = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "src")]
    done = subprocess.run(
        [*OWN_NETWORK, sys.executable, str(HERE / "cluster_run.py"), folder, ray],
        stdout=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **quick, "PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    )
    shutil.rmtree(ray, ignore_errors=True)
    if done.returncode:
        pytest.fail((folder / "driver.out").read_text()[-3000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("address", ["here", "ray://127.0.0.1:1", "127.0.0.1:1"])
def test_where_no_cluster_answers_it_is_said_at_once(address: str) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed")
    with pytest.raises(BulkError, match=f"No Ray cluster answers at {address}"):
        Cluster(address, WordHashEncoder, processes=1, threads=1)


def test_all_shards_are_made_though_an_actor_a_driver_and_a_node_are_killed(
    told: dict[str, Any],
) -> None:
    assert told["actors killed"] == 1
    assert told["status"] == 0
    assert told["failures"] == {}
    assert told["added"] == DOCUMENTS
    assert told["left"] == []


def test_the_second_driver_makes_nothing_that_was_whole(told: dict[str, Any]) -> None:
    assert told["shards"] > told["whole before"] >= 6
    assert told["kept"] == told["whole before"]


def test_nothing_is_lost_and_nothing_there_twice(
    told: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    assert told["embedded"] == 0
    settings = Settings(citations=tmp_path / "citations")
    with Library.open(
        folder / "content",
        tmp_path / "index",
        settings=settings,
        encoder=WordHashEncoder(),
    ) as library:
        library.update()
    assert rows(folder / "index") == rows(tmp_path / "index")


def test_little_is_embedded_twice(told: dict[str, Any], folder: Path) -> None:
    seen = Counter(
        text
        for log in folder.glob("texts-*.log")
        for text in log.read_text().splitlines()
    )
    assert len(seen) == DOCUMENTS * PARAGRAPHS
    again = sum(seen.values()) - len(seen)
    assert again <= KILLS * told["largest shard"]
