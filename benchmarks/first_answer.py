"""From a clone to the first answer, in seconds and megabytes, in an empty folder.

python benchmarks/first_answer.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "Who organized the workshop?"


def timed(name: str, *command: str, folder: Path) -> None:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    print(f"{name:28} {time.monotonic() - started:7.1f} s")
    if name.startswith("first"):
        print(done.stdout.split("[1]")[0].strip())


def megabytes(folder: Path) -> float:
    files = (file for file in folder.rglob("*") if not file.is_symlink())
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clone = folder / "citeback"
        python = str(folder / "venv" / "bin" / "python")
        timed("clone", "git", "clone", "-q", str(ROOT), str(clone), folder=folder)
        timed("environment", sys.executable, "-m", "venv", "venv", folder=folder)
        install = ("-m", "pip", "install", "-q", "-r", "requirements.txt")
        timed("pip install", python, *install, folder=clone)
        ask = (python, "-m", "citeback", "ask", QUESTION)
        timed("first answer, index and all", *ask, folder=clone)
        timed("second answer", *ask, folder=clone)
        print(f"{'installed':28} {megabytes(folder / 'venv'):7.0f} MB")
        print(f"{'index':28} {megabytes(clone / 'index'):7.1f} MB")


if __name__ == "__main__":
    main()
