"""Conversations with the real model: follow-ups find the passage that answers them.

`python benchmarks/followup.py` prints the same numbers; docs/followup.md explains them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CONTENT

from citeback.index.encoder import Encoder
from citeback.library import Library
from citeback.records import Turn

DATA = Path(__file__).resolve().parent / "data"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder
) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("dialogues")
    content = folder / "content"
    content.mkdir()
    for text in [*CONTENT.glob("civil-*.txt"), *(DATA / "texts").iterdir()]:
        shutil.copy(text, content)
    with Library.open(content, folder / "index", encoder=real_encoder) as opened:
        opened.update()
        yield opened


def dialogues(*, held_out: bool) -> list[dict]:
    lines = (DATA / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["held_out"] is held_out]


def ranks(library: Library, rows: list[dict], *, with_turns: bool) -> list[int]:
    """The rank of each follow-up's passage, 99 where it is not shown."""
    found = []
    for row in rows:
        turns: list[Turn] = []
        for number, turn in enumerate(row["turns"]):
            answer = library.ask(turn["question"], turns=turns if with_turns else ())
            right = [
                hit.number
                for hit in answer.hits
                if any(text in hit.passage.text for text in turn["evidence"])
            ]
            if number:
                found.append(right[0] if right else 99)
            best = answer.hits[0]
            searched = answer.searched or turn["question"]
            turns.append(
                Turn(turn["question"], searched, best.quote, best.source.title)
            )
    return found


@pytest.mark.parametrize(
    ("held_out", "count", "at_least"), [(False, 39, 35), (True, 25, 19)]
)
def test_follow_ups_find_their_passage(
    library: Library, held_out: bool, count: int, at_least: int
) -> None:
    rows = dialogues(held_out=held_out)
    found = ranks(library, rows, with_turns=True)
    assert len(found) == count
    assert sum(rank == 1 for rank in found) >= at_least
    assert sum(rank <= 3 for rank in found) >= count - 1
    alone = ranks(library, rows, with_turns=False)
    assert sum(rank == 1 for rank in alone) < sum(rank == 1 for rank in found)
