"""Installed size and licence of each runtime dependency: python benchmarks/sizes.py"""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"


def main() -> None:
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        name = re.match(r"\w[\w-]*", line)
        if not name:
            continue
        package = importlib.metadata.distribution(name.group())
        files = [Path(str(file.locate())) for file in package.files or []]
        size = sum(file.stat().st_size for file in files if file.exists())
        licence = package.metadata.get("License-Expression") or "see its metadata"
        print(f"{name.group():24} {size / 1e6:7.1f} MB  {licence}")


if __name__ == "__main__":
    main()
