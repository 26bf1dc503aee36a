"""`citeback mcp` with an encoder that needs no model, for tests: python served.py [wait|page]

With `wait` it comes when the file `model` is in the working folder; with `page` the whole
application is served.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[3] / "src"), str(HERE.parents[2])]

from doubles import WordHashEncoder

from citeback import library
from citeback.serve import command_line, start


class Talking(WordHashEncoder):
    """Prints, which must not be in the way, and late, when nothing flushes it."""

    def encode_question(self, *arguments):  # type: ignore[no-untyped-def]
        print("a library that talks while it works")
        return super().encode_question(*arguments)


def load(*_: object, **__: object) -> WordHashEncoder:
    while sys.argv[1:] == ["wait"] and not Path("model").exists():
        time.sleep(0.02)
    return Talking()


library.load_encoder = load
sys.exit(start.main() if sys.argv[1:] == ["page"] else command_line.main(["mcp"]))
