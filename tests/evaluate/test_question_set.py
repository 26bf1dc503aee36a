"""Sets as they are read, and what is said of those that do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from outcome_doubles import CORPUS, QRELS, beir_folder, write_lines

from citeback.errors import QuestionSetError
from citeback.evaluate import beir
from citeback.evaluate.question_set import load
from citeback.evaluate.records import Entry

NO_EVIDENCE = {"question": "Why?", "answerable": False}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return beir_folder(tmp_path / "set")


def test_a_beir_folder_is_read(folder: Path) -> None:
    found = load(folder)
    assert found.name == "set"
    assert found.entries[1] == Entry("apple", "Trees", CORPUS["apple"][1])
    assert [q.grades for q in found.questions] == [
        *({entry: 1} for entry in QRELS.values()),
        {},
    ]
    assert [q.answerable for q in found.questions] == [True] * 4 + [False]


def test_questions_of_another_split_are_left_out(folder: Path) -> None:
    tests = folder / "qrels" / "test.tsv"
    rows = tests.read_text().splitlines(keepends=True)
    tests.write_text("".join(rows[:-1]))
    (folder / "qrels" / "dev.tsv").write_text(rows[0] + rows[-1])
    found = load(folder)
    assert [q.id for q in found.questions] == ["q1", "q2", "q3", "q5"]
    assert found.left_out == 1


def test_the_dev_split_or_the_only_one_is_used_where_there_is_no_test(
    folder: Path,
) -> None:
    tests = folder / "qrels" / "test.tsv"
    only = tests.rename(tests.with_name("mine.tsv"))
    assert len(load(folder).questions) == 5
    only.with_name("train.tsv").write_text("q1\tapple\t1\n")
    with pytest.raises(QuestionSetError, match=r"2 files, none of them test\.tsv"):
        load(folder)
    only.rename(tests.with_name("dev.tsv"))
    assert load(folder).questions[0].grades == {"kettle": 1}


def test_grades_of_zero_are_not_right(folder: Path) -> None:
    with (folder / "qrels" / "test.tsv").open("a") as file:
        file.write("q1\tapple\t0\nq1\tlamp\t2\n")
    assert load(folder).questions[0].grades == {"kettle": 1, "lamp": 2}


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("corpus.jsonl", "{", r"corpus\.jsonl, line 5: this is not JSON"),
        ("corpus.jsonl", "[1]", r"line 5: this must be a JSON object"),
        ("corpus.jsonl", '{"text": "x"}', r'line 5: "_id" must be a text'),
        ("corpus.jsonl", '{"_id": "a", "text": "\\ud800"}', "half of a character"),
        ("corpus.jsonl", '{"_id": "lamp", "text": "x"}', "'lamp' is there twice"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}', "'q1' is there twice"),
        (
            "queries.jsonl",
            '{"_id": "q9", "text": "x"}',
            r"line 6: no file in qrels .* 'q9'",
        ),
        (
            "queries.jsonl",
            '{"_id": "q9", "text": "x", "metadata": {"answerable": 1}}',
            r'line 6: "answerable" must be true or false',
        ),
        ("queries.jsonl", '{"_id": "q9", "metadata": [1]}', "must be a JSON object"),
        ("qrels/test.tsv", "q1\tapple", r"test\.tsv, line 6: three columns"),
        ("qrels/test.tsv", "q1\tapple\tyes", r"test\.tsv, line 6: three columns"),
        ("qrels/test.tsv", "q9\tapple\t1", r"queries\.jsonl has no 'q9'"),
        ("qrels/test.tsv", "q1\tpear\t1", r"corpus\.jsonl has no 'pear'"),
        ("qrels/test.tsv", "q5\tapple\t1", r'line 5: "answerable" is false, but'),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(
    folder: Path, file: str, line: str, complaint: str
) -> None:
    with (folder / file).open("a") as lines:
        lines.write(line + "\n")
    with pytest.raises(QuestionSetError, match=complaint):
        load(folder)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(QuestionSetError, match=rf"{Path(file).name} is missing"):
        load(folder)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"There is no .*BEIR folder"):
        load(tmp_path / "nothing")


def test_questions_with_evidence_are_read(tmp_path: Path) -> None:
    rows = [{"question": "How?", "evidence": ["so", "thus"]}, NO_EVIDENCE]
    how, why = load(write_lines(tmp_path / "mine.jsonl", rows)).questions
    assert (how.text, how.evidence, how.answerable) == ("How?", ("so", "thus"), True)
    assert (why.evidence, why.answerable, why.line) == ((), False, 2)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"question": "Why?"}, r'line 2: "evidence" is missing'),
        ({"question": "Why?", "evidence": "so"}, "must be a list of texts"),
        ({"question": "Why?", "evidence": [" "]}, "must be a list of texts"),
        ({**NO_EVIDENCE, "evidence": ["so"]}, "there is evidence, but"),
        ({"question": "", "evidence": ["so"]}, '"question" must be a text'),
        ({**NO_EVIDENCE, "answerable": "no"}, "must be true or false"),
    ],
)
def test_questions_that_do_not_fit(
    tmp_path: Path, row: dict[str, object], complaint: str
) -> None:
    path = write_lines(tmp_path / "mine.jsonl", [NO_EVIDENCE, row])
    with pytest.raises(QuestionSetError, match=complaint):
        load(path)


def test_an_empty_set_and_one_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("\n")
    with pytest.raises(QuestionSetError, match="holds no questions"):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionSetError, match="not text in UTF-8"):
        load(path)


def test_documents_of_an_earlier_set_are_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "keep" / "content"
    beir.write((Entry("a", "", "One."), Entry("b", "", "Two.")), folder)
    assert beir.write((Entry("c", "", "Three."),), folder) == {"0000001.txt": "c"}
    assert [file.read_text() for file in folder.iterdir()] == ["Three."]


def test_a_users_own_documents_are_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "novel.txt").write_text("Chapter 1")
    with pytest.raises(QuestionSetError, match="Name another folder"):
        beir.write((Entry("a", "", "One."),), folder)
    assert [file.name for file in tmp_path.rglob("*.txt")] == ["novel.txt"]
