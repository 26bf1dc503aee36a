"""Judgements become lines of a question set; what a person wrote there stays."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeLibrary

from citeback.errors import QuestionSetError
from citeback.evaluate import question_set
from citeback.evaluate.confidence import confidence
from citeback.evaluate.judgements import Judgement, note
from citeback.evaluate.measures import ranking
from citeback.evaluate.run import outcomes

Q = "How long does the blue kettle take?"
QUOTE = "The blue kettle boils water in four minutes."
OTHER = "Sugar stands beside it."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def held(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_judgement_is_a_field(path: Path) -> None:
    note(path, Judgement(Q, QUOTE, good=True))
    note(path, Judgement(Q, OTHER, good=False))
    note(path, Judgement("Why?", "", good=True))
    note(path, Judgement("When?", "", good=False))
    assert held(path) == [
        {"question": Q, "evidence": [QUOTE], "answerable": True, "rejected": [OTHER]},
        {"question": "Why?", "answerable": False, "evidence": []},
        {"question": "When?", "answerable": True, "evidence": []},
    ]
    right, silent, verdict_only = question_set.load(path).questions
    assert (right.evidence, right.rejected, right.judged) == ((QUOTE,), (OTHER,), True)
    assert (silent.answerable, verdict_only.answerable) == (False, True)


def test_a_changed_mind_moves_the_quote(path: Path) -> None:
    note(path, Judgement(Q, QUOTE, good=True))
    note(path, Judgement(Q, QUOTE, good=False))
    (line,) = held(path)
    assert (line["evidence"], line["rejected"]) == ([], [QUOTE])


@pytest.mark.parametrize("quote", ["", QUOTE])
@pytest.mark.parametrize("good", [True, False])
def test_what_is_taken_back_leaves_nothing(path: Path, quote: str, good: bool) -> None:
    judgement = Judgement(Q, quote, good=good)
    note(path, judgement)
    assert len(held(path)) == 1
    note(path, judgement, taken_back=True)
    assert path.read_text() == ""


def test_lines_and_fields_of_the_persons_own_stay(path: Path) -> None:
    own = [
        '{"question":  "Odd   spacing?", "evidence": ["x"], "mine": 1}',
        "",
        json.dumps({"question": Q, "evidence": ["own"], "note": "Grüße"}),
        '{"question": "Last?", "answerable": false}',
    ]
    path.write_text("\ufeff" + "\n".join(own), encoding="utf-8")
    note(path, Judgement(Q, QUOTE, good=True))
    after = path.read_text("utf-8").split("\n")
    assert [after[0], after[1], after[3], after[4]] == [own[0], own[1], own[3], ""]
    changed = json.loads(after[2])
    assert changed["evidence"] == ["own", QUOTE]
    assert changed["note"] == "Grüße"
    note(path, Judgement(Q, QUOTE, good=True), taken_back=True)
    note(path, Judgement(Q, "own", good=True), taken_back=True)
    assert json.loads(path.read_text("utf-8").split("\n")[2])["note"] == "Grüße"


@pytest.mark.parametrize("text", ["{", '["x"]', '{"question": "Why?"}', "\x00"])
def test_a_file_that_is_no_question_set_is_left_alone(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(QuestionSetError, match="line 1"):
        note(path, Judgement(Q, QUOTE, good=True))
    assert path.read_text() == text
    assert {file.name for file in path.parent.iterdir()} <= {
        path.name,
        f".{path.name}.lock",
    }


def test_a_right_passage_and_silence_do_not_go_together(path: Path) -> None:
    note(path, Judgement(Q, QUOTE, good=True))
    with pytest.raises(QuestionSetError, match="Take that back first"):
        note(path, Judgement(Q, "", good=True))
    assert held(path)[0]["answerable"] is True


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone").touch()
    with pytest.raises(QuestionSetError, match="CITEBACK_JUDGEMENTS"):
        note(tmp_path / "gone" / "q.jsonl", Judgement(Q, QUOTE, good=True))


def test_judgements_at_the_same_time_are_all_kept(path: Path) -> None:
    threads = [
        threading.Thread(target=note, args=(path, Judgement(f"Q {n}?", QUOTE, True)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line["question"] for line in held(path)} == {f"Q {n}?" for n in range(20)}


def test_what_is_judged_can_be_evaluated(path: Path, make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    note(path, Judgement(Q, QUOTE, good=True))
    note(path, Judgement("Where does sugar stand?", OTHER, good=False))
    note(path, Judgement("Is there a rake in the shed?", "", good=False))
    note(path, Judgement("Who sings?", "", good=True))
    found = list(outcomes(library, question_set.load(path), {}, None))
    assert [one.rejected_first for one in found] == [False, True, False, False]
    assert [one.is_rankable for one in found] == [True, False, False, True]
    assert ranking(found)["R@1"].value == 1.0
    spoken = confidence(found).verdicts.values()
    # Nothing is known of the rejected one but that.
    assert sum(one.count for one in spoken) == 3
    assert sum(one.answerable for one in spoken) == 2
    # Of what right passages are not known it cannot be said whether the first is one.
    assert sum(one.count for one in confidence(found).bins) == 2
    only = list(outcomes(library, question_set.load(path), {}, None))[1:3]
    assert confidence(only).auroc is None
    assert ranking(only) == {}
