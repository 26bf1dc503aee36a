"""Makes an index that holds no document, only what each index of the model begins with.

python seed_index.py: in the folder `index` of the working folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
sys.path.insert(0, str(SRC))

from citeback.library import Library

if __name__ == "__main__":
    content = Path("content")
    content.mkdir()
    (content / "one.txt").write_text("One.", encoding="utf-8")
    with Library.open(content, Path("index")) as library:
        library.update()
        (content / "one.txt").unlink()
        library.update()
