"""A visitor's session: questions, citations, and a library that changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.errors import UnknownDocumentError
from citeback.library import Library
from citeback.serve.reading import ReaderView
from citeback.serve.session import (
    CHANGED,
    TURNS_KEPT,
    Request,
    Turn,
    open_request,
    take_turn,
    well_formed,
)

KETTLE = "How long does the blue kettle boil water?"


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
    turns = take_turn(library, KETTLE, [])
    answer = turns[0].answer
    assert answer is not None
    for hit in answer.hits:
        view = open_request(library, turns, Request(turn=0, number=hit.number))
        assert best(view, hit.number) == hit.quote
        assert view is not None
        assert view["key"] == f"0:{hit.number}"
        assert view["stops"] == [one.number for one in answer.hits]


def test_what_was_never_cited_cannot_be_opened(library: Library) -> None:
    turns = take_turn(library, KETTLE, [])
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
    turns = take_turn(library, KETTLE, [])
    (content / "kettle.txt").write_text("Now it is red.\n", encoding="utf-8")
    library.update()
    view = open_request(library, turns, Request(turn=0, number=1))
    assert view is not None
    assert view["notice"] == CHANGED
    assert best(view, 1) == ""


def test_an_error_becomes_a_turn_of_its_own(library: Library) -> None:
    (turn,) = take_turn(library, "???", [])
    assert turn.answer is None
    assert 'role="alert"' in turn.html
    assert turn.problem


def test_old_turns_go_and_numbers_stay(library: Library) -> None:
    turns: list[Turn] = []
    for _ in range(TURNS_KEPT + 2):
        turns = take_turn(library, KETTLE, turns)
    assert [turn.number for turn in turns] == list(range(2, TURNS_KEPT + 2))


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert well_formed(" kettle \ud800 ") == "kettle ?"
