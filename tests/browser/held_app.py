"""The page with an encoder that needs no model and can be made to wait, for tests.

python held_app.py: the model is there when the file `model` is in the working folder,
and passages are embedded while the file `embed` is. `broken` makes the loading fail.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2] / "src"), str(HERE.parents[1])]

from doubles import WordHashEncoder

from citeback import library
from citeback.errors import EncoderError
from citeback.serve.start import main


def wait_for(name: str) -> None:
    while not Path(name).exists():
        time.sleep(0.02)


class Held(WordHashEncoder):
    """Embeds passages while it may."""

    def encode_passages(self, texts):  # type: ignore[no-untyped-def]
        wait_for("embed")
        return super().encode_passages(texts)


def load(*_: object, **__: object) -> WordHashEncoder:
    wait_for("model")
    if Path("broken").exists():
        raise EncoderError("The model's files are damaged. Install them again.")
    return Held()


library.load_encoder = load
sys.exit(main())
