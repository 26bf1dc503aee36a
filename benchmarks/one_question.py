"""`citeback ask` until its answer: alone, and while the page runs, beside the bare imports.

python benchmarks/one_question.py

All are measured in turns in one run, so that a busy machine is busy for each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
NEEDED = "import torch, sentence_transformers, faiss"
QUESTION = "Who organized the workshop?"
TIMES = 7
PORT = "7869"
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(ROOT / "src"),
    "CITEBACK_CONTENT": str(ROOT / "content"),
    "CITEBACK_PORT": PORT,
}


def seconds(index: Path, *arguments: str) -> float:
    """How long a run of Python takes, which must succeed."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, *arguments],
        env=ENVIRONMENT | {"CITEBACK_INDEX": str(index)},
        check=True,
        capture_output=True,
    )
    return time.monotonic() - started


def main() -> None:
    ask = ("-m", "citeback", "ask", QUESTION)
    with tempfile.TemporaryDirectory() as temporary:
        alone, served = Path(temporary, "alone"), Path(temporary, "served")
        for index in (alone, served):
            seconds(index, *ask)  # made now
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            env=ENVIRONMENT | {"CITEBACK_INDEX": str(served)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            while "Documents:" not in process.stdout.readline():
                pass
            took: dict[str, list[float]] = {}
            for _ in range(TIMES):
                for name, index, arguments in (
                    ("python, nothing imported", alone, ("-c", "")),
                    ("what is needed, imported", alone, ("-c", NEEDED)),
                    ("citeback ask", alone, ask),
                    ("citeback ask, page running", served, ask),
                ):
                    took.setdefault(name, []).append(seconds(index, *arguments))
        finally:
            process.terminate()
            process.wait()
    nothing, needed, by_itself, by_socket = (median(one) for one in took.values())
    for name, times in took.items():
        print(f"{name:28} {median(times):6.3f} s")
    print(f"{'ask / imports':28} {by_itself / needed:6.2f}")
    print(f"{'page running / alone':28} {by_socket / by_itself:6.3f}")
    print(f"{'page running, less Python':28} {1000 * (by_socket - nothing):4.0f} ms")


if __name__ == "__main__":
    main()
