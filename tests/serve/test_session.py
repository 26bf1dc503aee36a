"""A visitor's session: questions, citations, and a library that changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.errors import UnknownDocumentError
from citeback.library import Library
from citeback.serve.asking import Asked, Manner
from citeback.serve.opening import (
    LINK_CHANGED,
    Request,
    around_passage,
    open_request,
)
from citeback.serve.reading import ReaderView
from citeback.serve.session import (
    TURNS_KEPT,
    Turn,
    earlier,
    take_again,
    take_turn,
)
from citeback.serve.strings import words_of

ENGLISH = words_of("en")

KETTLE = "How long does the blue kettle boil water?"
ASKED = Asked(KETTLE)


@pytest.fixture
def library(make_library: MakeLibrary) -> Library:
    made = make_library()
    made.update()
    return made


def best(view: ReaderView | None, number: int) -> str:
    assert view is not None
    runs = (run for block in view["blocks"] for run in block["runs"])
    return "".join(run["text"] for run in runs if number in run["best"])


def test_a_citation_opens_where_its_quote_stands(library: Library) -> None:
    turns = take_turn(library, ASKED, [])
    answer = turns[0].answer
    assert answer is not None
    for hit in answer.hits:
        view = open_request(library, turns, Request(turn=0, number=hit.number))
        assert best(view, hit.number) == hit.quote
        assert view is not None
        assert view["key"] == f"0:{hit.number}"
        assert view["stops"] == [one.number for one in answer.hits]


def test_what_was_never_cited_cannot_be_opened(library: Library) -> None:
    turns = take_turn(library, ASKED, [])
    for request in (
        Request(turn=0, number=99),
        Request(turn=7, number=1),
        Request(turn=0, number=1, also=5),
    ):
        assert open_request(library, turns, request) is None


def test_a_document_opens_without_marks(library: Library) -> None:
    view = open_request(library, [], Request(document="kettle.txt"))
    assert view is not None
    assert [block["paragraph"] for block in view["blocks"]] == [1, 2]
    assert view["cited"] == []


def test_a_document_outside_the_library_is_refused(library: Library) -> None:
    with pytest.raises(UnknownDocumentError, match="no document"):
        open_request(library, [], Request(document="../../etc/passwd"))


def test_a_changed_document_is_shown_without_wrong_marks(
    library: Library, content: Path
) -> None:
    turns = take_turn(library, ASKED, [])
    (content / "kettle.txt").write_text("Now it is red.\n", encoding="utf-8")
    library.update()
    view = open_request(library, turns, Request(turn=0, number=1))
    assert view is not None
    assert view["change"] is not None
    assert view["change"]["standing"] == "gone"
    assert best(view, 1) == ""


def test_an_error_becomes_a_turn_of_its_own(library: Library) -> None:
    (turn,) = take_turn(library, Asked("???"), [])
    assert turn.answer is None
    assert 'role="alert"' in turn.html(ENGLISH)
    assert turn.problem


def test_old_turns_go_and_numbers_stay(library: Library) -> None:
    turns: list[Turn] = []
    for _ in range(TURNS_KEPT + 2):
        turns = take_turn(library, ASKED, turns)
    assert [turn.number for turn in turns] == list(range(2, TURNS_KEPT + 2))


def test_a_link_marks_its_sentence(library: Library) -> None:
    text = library.document("kettle.txt").text
    start = text.index("Sugar")
    digest = library.document("kettle.txt").source.digest
    link = Request(document="kettle.txt", start=start, end=start + 5, state=digest[:12])
    view = open_request(library, [], link)
    assert best(view, 1) == "Sugar"
    assert view is not None
    assert view["key"] == f"kettle.txt:{start}-{start + 5}"
    assert view["cited"][0]["paragraph"] == 2
    assert view["notice"] == ""


@pytest.mark.parametrize(("end", "state"), [(9, "not this one"), (10_000, "")])
def test_a_link_to_what_has_changed_marks_nothing(
    library: Library, end: int, state: str
) -> None:
    link = Request(document="kettle.txt", start=3, end=end, state=state)
    view = open_request(library, [], link)
    assert best(view, 1) == ""
    assert view is not None
    assert view["notice"] == LINK_CHANGED


def test_what_stands_around_a_citation(library: Library, content: Path) -> None:
    turns = take_turn(library, ASKED, [])
    answer = turns[0].answer
    assert answer is not None
    first = next(h for h in answer.hits if h.source.path == "kettle.txt")
    view = around_passage(library, turns, Request(turn=0, number=first.number))
    assert view is not None
    assert view["before"] == ""
    assert view["after"] == "Tea is kept in the third cupboard. Sugar stands beside it."
    assert around_passage(library, turns, Request(turn=0, number=99)) is None
    (content / "kettle.txt").write_text("Now.\n\nIt is red.\n", encoding="utf-8")
    library.update()
    view = around_passage(library, turns, Request(turn=0, number=first.number))
    assert view is not None
    assert view["after"] == ""


def test_a_remembered_conversation_says_where_documents_changed(
    library: Library, content: Path
) -> None:
    digest = library.document("kettle.txt").source.digest
    gone = Asked(KETTLE, {"gone.txt": "abc"})
    same = Asked(KETTLE, {"kettle.txt": digest[:12]})
    fresh = Asked(KETTLE, {})
    steps = list(take_again(library, [same, gone, fresh]))
    assert [len(turns) for turns in steps] == [1, 2, 3]
    assert [turn.changed for turn in steps[-1]] == [False, True, False]
    said = ENGLISH("answer_changed")
    assert [said in turn.html(ENGLISH) for turn in steps[-1]] == [False, True, False]
    (content / "kettle.txt").write_text("Now it is red.\n", encoding="utf-8")
    library.update()
    (turns,) = take_again(library, [same])
    assert turns[0].changed


def test_a_follow_up_is_completed_from_the_turns_before(library: Library) -> None:
    turns = take_turn(library, ASKED, [])
    (followed,) = take_turn(library, Asked("And the tea?"), turns)[1:]
    assert followed.answer is not None
    assert followed.answer.searched != ""
    assert "tea" in followed.answer.searched
    for manner in (Manner.TYPED, Manner.TOPIC):
        (alone,) = take_turn(library, Asked("And the tea?", manner=manner), turns)[1:]
        assert alone.answer is not None
        assert alone.answer.searched == ""
        assert alone.manner is manner


def test_a_new_topic_leaves_the_turns_before_it(library: Library) -> None:
    turns = take_turn(library, ASKED, [])
    turns = take_turn(library, Asked("Where is tea kept?", manner=Manner.TOPIC), turns)
    turns = take_turn(library, Asked("???"), turns)
    turns = take_turn(library, Asked("And sugar?"), turns)
    before = earlier(turns)
    assert [turn.question for turn in before] == ["Where is tea kept?", "And sugar?"]
    assert before[1].searched != "And sugar?"
    assert before[0].quote == "Tea is kept in the third cupboard."
    assert before[0].title == "Kettle"


def test_a_remembered_conversation_leans_on_its_own_turns(library: Library) -> None:
    asked = [ASKED, Asked("And the tea?"), Asked("And the tea?", manner=Manner.TOPIC)]
    *_, turns = take_again(library, asked)
    searched = [turn.answer.searched for turn in turns if turn.answer]
    assert searched[0] == searched[2] == ""
    assert searched[1] != ""
