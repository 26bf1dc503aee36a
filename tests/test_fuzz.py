"""A minute of damaged files for all readers; ten by `make fuzz`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz import SEEDS

ROOT = Path(__file__).resolve().parents[1]
SECONDS = int(os.environ.get("CITEBACK_TEST_FUZZ_SECONDS", "60"))

pytestmark = pytest.mark.real


def test_damaged_files_give_a_reading_or_a_reason(tmp_path: Path) -> None:
    """In a process of its own, which a library that is not Python may take along."""
    chance = os.environ.get("CITEBACK_TEST_FUZZ_CHANCE", "1")
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "fuzz.py"),
            str(SECONDS),
            chance,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
        timeout=2 * SECONDS + 120,
        check=False,
    )
    assert done.returncode == 0, (list(tmp_path.iterdir()), done.stderr[-3000:])
    counts = json.loads(done.stdout)
    print(counts)
    assert {kind.split()[0] for kind in counts} == {
        one.suffix for one in SEEDS.iterdir()
    }
