"""The real model on the real text, through the path that the page uses."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from conftest import CONTENT, SHARED

from citeback.index.encoder import Encoder
from citeback.library import Library
from citeback.records import Verdict

QUESTIONS = SHARED / "eval" / "seed" / "questions.jsonl"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not QUESTIONS.exists(), reason="the seed questions are not beside this checkout"
    ),
]


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder
) -> Iterator[Library]:
    index = tmp_path_factory.mktemp("index")
    with Library.open(CONTENT, index, encoder=real_encoder) as opened:
        opened.update()
        yield opened


def questions(*, answerable: bool) -> list[dict]:
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["answerable"] is answerable]


def rank_of_evidence(library: Library, row: dict) -> int:
    hits = library.ask(row["question"], limit=4).hits
    for hit in hits:
        if any(text in hit.passage.text for text in row["evidence"]):
            return hit.number
    return 99


def test_the_article_has_four_paragraphs_and_its_form_is_left_out(
    library: Library,
) -> None:
    (report,) = library.files()
    assert (report.paragraphs, report.passages) == (4, 4)
    assert len(report.skipped) == 3
    assert all(block.note for block in report.skipped)


def test_seed_questions_find_their_passage(library: Library) -> None:
    ranks = [rank_of_evidence(library, row) for row in questions(answerable=True)]
    assert len(ranks) == 13
    assert sum(rank == 1 for rank in ranks) >= 10
    assert sum(rank <= 3 for rank in ranks) == 13


def test_what_the_text_does_not_say_is_not_answered(library: Library) -> None:
    asked = {
        q["question"]: library.ask(q["question"]) for q in questions(answerable=False)
    }
    assert len(asked) == 6
    wrong = [q for q, answer in asked.items() if answer.verdict is Verdict.ANSWERS]
    assert wrong == []


def test_what_the_text_says_is_not_denied(library: Library) -> None:
    asked = [library.ask(row["question"]) for row in questions(answerable=True)]
    assert sum(answer.verdict is Verdict.SILENT for answer in asked) <= 1
