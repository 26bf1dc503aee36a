"""Questions asked of real libraries, and how hits become ranks."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder
from outcome_doubles import CORPUS, QRELS, beir_folder, hit, write_lines

from citeback.errors import QuestionSetError
from citeback.evaluate import targets
from citeback.evaluate.question_set import load
from citeback.evaluate.records import Entry, Outcome, Question, QuestionSet, Target
from citeback.evaluate.run import library_of, outcomes, ranked
from citeback.library import Library
from citeback.records import Baseline, Span, Verdict

A = Target("a", "a.txt", (), 1, "")
B = Target("b", "b.txt", (), 1, "")
IDS = {"a.txt": "a", "b.txt": "b", "c.txt": "c"}


def wanting(text: str, entry: str) -> Question:
    return Question("q", text, True, {entry: 1}, (), 1)


@pytest.fixture
def own(make_library: MakeLibrary) -> Library:
    library = make_library()
    library.update()
    return library


def asked(
    questions: QuestionSet,
    own: Library,
    keep: Path | None = None,
    baseline: Baseline | None = None,
) -> list[Outcome]:
    with library_of(questions, own, keep, lambda _: None) as (library, ids):
        return list(outcomes(library, questions, ids, baseline))


@pytest.mark.parametrize("baseline", [None, *Baseline])
def test_each_question_finds_its_entry(
    own: Library, tmp_path: Path, baseline: Baseline | None
) -> None:
    found = asked(load(beir_folder(tmp_path / "set")), own, baseline=baseline)
    assert [o.rank for o in found[:4]] == [1, 1, 1, 1]
    assert [o.found[0].name for o in found[:4]] == list(QRELS.values())
    assert found[4].rank == 0
    assert found[4].verdict is not Verdict.ANSWERS
    assert all(outcome.seconds > 0 for outcome in found)


def test_a_miss_has_what_was_put_first_and_the_rank_of_the_right_one(
    own: Library, tmp_path: Path
) -> None:
    folder = beir_folder(tmp_path / "set", {**QRELS, "q1": "apple"})
    first = asked(load(folder), own)[0]
    assert first.found[0].name == "kettle"
    assert first.rank > 1
    assert first.found[first.rank - 1].name == "apple"


def test_every_word_of_an_entry_belongs_to_it(own: Library, tmp_path: Path) -> None:
    """Front matter, lists and blank lines do not take text away from an entry."""
    questions = load(beir_folder(tmp_path / "set"))
    with library_of(questions, own, None, lambda _: None) as (library, ids):
        for path, identity in ids.items():
            title, text = CORPUS[identity]
            document = library.document(path)
            assert text in document.text
            assert document.source.title == (title or document.source.title)
        # What looks like front matter is searched, too.
        lamp = library.ask("author nobody").hits[0].passage
        assert (ids[lamp.path], "author: nobody" in lamp.text) == ("lamp", True)
        assert library.ask("Trees").hits[0].passage.headings == ("Trees",)
        hits = library.ask("house guests rules").hits
        assert [ids[h.passage.path] for h in hits].count("rules") == 2


def test_a_kept_index_is_not_embedded_again(own: Library, tmp_path: Path) -> None:
    questions = load(beir_folder(tmp_path / "set"))
    asked(questions, own, tmp_path / "keep")
    encoder = own.encoder
    assert isinstance(encoder, WordHashEncoder)
    encoder.seen.clear()
    assert asked(questions, own, tmp_path / "keep")[0].rank == 1
    assert encoder.seen == []


def test_the_users_own_library_is_not_touched(own: Library, tmp_path: Path) -> None:
    before = own.files()
    asked(load(beir_folder(tmp_path / "set")), own)
    assert own.files() == before


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    rows = [
        {"question": "When was the apple tree planted?", "evidence": ["in 1987"]},
        {"question": "What is kept in the third cupboard?", "evidence": ["Tea\nis"]},
        {"question": "Who won the football championship?", "answerable": False},
    ]
    return write_lines(tmp_path / "mine.jsonl", rows)


def test_evidence_is_found_in_the_users_own_library(own: Library, mine: Path) -> None:
    tree, tea, football = asked(load(mine), own)
    assert (tree.rank, tea.rank, football.rank) == (1, 1, 0)
    assert tree.found[0].name == "The garden ¶ 1"
    assert tea.wanted[0].text.startswith("Tea is kept in the third cupboard.")


def test_evidence_may_be_wrapped_in_the_text(
    own: Library, content: Path, tmp_path: Path
) -> None:
    (content / "wrapped.txt").write_text("The bell rings\nat seven\nand at nine.")
    own.update()
    row = {"question": "When does the bell ring?", "evidence": ["rings at seven and"]}
    (outcome,) = asked(load(write_lines(tmp_path / "mine.jsonl", [row])), own)
    assert outcome.rank == 1


def test_evidence_that_stands_nowhere_is_an_error(own: Library, tmp_path: Path) -> None:
    row = {"question": "When?", "evidence": ["in 1988"]}
    with pytest.raises(QuestionSetError, match=r"Line 1: no paragraph .* “in 1988”"):
        asked(load(write_lines(tmp_path / "mine.jsonl", [row])), own)


def test_a_question_that_cannot_be_asked_is_a_miss_with_its_reason(
    own: Library, tmp_path: Path
) -> None:
    row = {"question": "?!", "evidence": ["in 1987"]}
    (outcome,) = asked(load(write_lines(tmp_path / "mine.jsonl", [row])), own)
    assert (outcome.rank, outcome.probability) == (0, 0)
    assert outcome.refusal.startswith("There are no words in this question")


def test_a_document_counts_once_at_its_first_hit() -> None:
    hits = [hit("c.txt"), hit("c.txt", 50), hit("a.txt"), hit("c.txt", 90)]
    found = ranked(hits, [A], IDS)
    assert [place.name for place in found] == ["c", "a"]
    assert found[1].targets == (A,)


def test_near_duplicates_share_their_rank() -> None:
    found = ranked([hit("c.txt", also=["a.txt", "b.txt"]), hit("b.txt", 9)], [B], IDS)
    assert [place.name for place in found] == ["c"]
    assert found[0].targets == (B,)


def test_of_evidence_each_passage_counts_and_must_hold_it_whole() -> None:
    holds = Target("x", "a.txt", (Span(5, 9),), 1, "")
    hits = [
        hit("a.txt", 0, "01234567"),
        hit("a.txt", 5, "5678"),
        hit("a.txt", 0, "0" * 9),
    ]
    found = ranked(hits, [holds], {})
    assert [len(place.targets) for place in found] == [0, 1, 0]


def test_ten_documents_are_looked_at_even_if_one_fills_the_first_hits(
    own: Library,
) -> None:
    long = "\n\n".join(f"The blue kettle {n} boils water." for n in range(12))
    entries = (Entry("long", "", long), Entry("short", "", "A kettle of fish."))
    questions = QuestionSet(
        "set", (wanting("What does the blue kettle boil?", "short"),), entries, 0
    )
    (outcome,) = asked(questions, own)
    assert [place.name for place in outcome.found] == ["long", "short"]
    assert outcome.rank == 2


def test_targets_of_entries_are_whole_documents() -> None:
    questions = QuestionSet(
        "set", (wanting("Why?", "a"),), (Entry("a", "", "Tea."),), 0
    )
    (wanted,) = targets.of_entries(questions, {"1.txt": "a"})["q"]
    assert wanted == Target("a", "1.txt", (), 1, "Tea.")
