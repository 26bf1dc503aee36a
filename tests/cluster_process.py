"""A process of its own beside a cluster: indexes into it, or answers from it."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from doubles import WordHashEncoder

from citeback.cite.receipt import receipt_text
from citeback.index.milvus import writer
from citeback.index.milvus.client import Client
from citeback.library import Library
from citeback.settings import Settings

# Nobody reads meanwhile.
writer.GRACE_SECONDS = 0.0


def opened(folder: Path, engine: str) -> Library:
    """The library of a folder, asked where `engine` says."""
    settings = Settings(
        content=folder / "content",
        index=folder / "index",
        citations=folder / "citations",
        engine=engine,
    )
    return Library.open(settings=settings, encoder=WordHashEncoder())


def answers(library: Library, questions: list[str]) -> str:
    """What is said to each question, and the receipt of each quote, as one text."""
    said = []
    for question in questions:
        answer = replace(library.ask(question), seconds=0.0)
        shown = [(hit.source, hit.best) for hit in answer.hits]
        receipts = library.receipts(shown)
        said.append([repr(answer), [receipt_text(r) if r else "" for r in receipts]])
    return json.dumps(said)


def die_at(call: int) -> None:
    """Let SIGKILL end this process at that call that writes."""
    left = call

    def dying(real):  # type: ignore[no-untyped-def]
        def act(*values: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*values)

        return act

    Client.upsert = dying(Client.upsert)  # type: ignore[method-assign]
    Client.delete = dying(Client.delete)  # type: ignore[method-assign]


def main(what: str, folder: str, engine: str, more: str) -> None:
    if what == "index":
        die_at(int(more))
    with opened(Path(folder), engine) as library:
        if what == "index":
            library.update()
        else:
            print(answers(library, json.loads(more)))


if __name__ == "__main__":
    main(*sys.argv[1:])
