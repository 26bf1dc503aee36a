"""Short runs of what `make kills` and `make power` do at length."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crash.failures import NO_COMPILER

TESTS = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.real


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_a_killed_process_loses_and_makes_up_nothing() -> None:
    done = run("crash.kills", "--kills", "8", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_power_cut_loses_and_makes_up_nothing() -> None:
    done = run("crash.failures", "--states", "20", "--seed", "5")
    if done.returncode == NO_COMPILER:
        pytest.skip("no C compiler (cc) to write down what goes to the disk")
    assert done.returncode == 0, done.stdout + done.stderr
