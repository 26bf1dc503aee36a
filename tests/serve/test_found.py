"""Every passage that was found: numbered, grouped, exact, and nothing live."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.library import Library
from citeback.serve.asking import Asked
from citeback.serve.found import STEP, count_sentence, found_html, numbered
from citeback.serve.opening import Request, open_request
from citeback.serve.replies import beside
from citeback.serve.session import Turn, earlier, show_more, take_turn
from citeback.serve.strings import words_of

ENGLISH = words_of("en")
DAYS = STEP + 7
CROWS = Asked("crows", every=True)


@pytest.fixture
def library(make_library: MakeLibrary, content: Path) -> Library:
    days = (f"On day {day} the crows <b>sat</b> there." for day in range(DAYS))
    (content / "b.txt").write_text("\n\n".join(days), encoding="utf-8")
    birds = "No bird at all.\n\nA crow, at last.\n"
    (content / "a.txt").write_text(birds, encoding="utf-8")
    made = make_library()
    made.update()
    return made


@pytest.fixture
def turn(library: Library) -> Turn:
    (made,) = take_turn(library, CROWS, [])
    return made


def html(turn: Turn) -> str:
    assert turn.found is not None
    return found_html(turn.found, 0, ENGLISH, "", shown=turn.shown, data={})


def test_passages_are_counted_numbered_and_grouped(turn: Turn) -> None:
    assert turn.found is not None
    said = f"{DAYS + 1} passages in 2 documents"
    assert count_sentence(turn.found, ENGLISH) == said
    shown = html(turn)
    assert said in shown
    assert re.findall(r"<li[^>]* data-n=\"(\d+)\"", shown) == [
        str(number) for number in range(1, STEP + 1)
    ]
    assert shown.count('class="found-in"') == 2
    assert f"Show {DAYS + 1 - STEP} more" in shown
    (more,) = show_more([turn], 0)
    assert "data-turn" in html(more)
    assert "more</button>" not in html(more)
    assert html(more).count("<li ") == DAYS + 1
    assert show_more([turn], 7) == [turn]


def test_quotes_are_exact_and_their_words_marked(turn: Turn) -> None:
    assert turn.found is not None
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", html(turn))
    assert "<b>" not in html(turn)
    plain = [unescape(re.sub(r"</?mark>", "", quote)) for quote in quotes]
    texts = [one.found.passage.text for one in numbered(turn.found, STEP)]
    assert plain == texts
    assert quotes[0] == "A <mark>crow</mark>, at last."


def test_a_passage_opens_among_all_that_are_shown(library: Library, turn: Turn) -> None:
    view = open_request(library, [turn], Request(turn=0, number=3))
    assert view is not None
    assert view["key"] == "0:3"
    assert view["stops"] == list(range(1, STEP + 1))
    assert [one["number"] for one in view["cited"]] == list(range(2, STEP + 1))
    runs = [run for block in view["blocks"] for run in block["runs"]]
    best = "".join(run["text"] for run in runs if 3 in run["best"])
    assert best == "On day 1 the crows <b>sat</b> there."
    assert [run["text"] for run in runs if 3 in run["words"]] == ["crows"]
    assert open_request(library, [turn], Request(turn=0, number=STEP + 1)) is None
    (more,) = show_more([turn], 0)
    assert open_request(library, [more], Request(turn=0, number=STEP + 1)) is not None
    value = beside(library, [turn], ENGLISH)
    assert value["view"]["key"] == "0:1"
    assert value["said"] == f"{DAYS + 1} passages in 2 documents"


def test_a_document_that_changed_is_not_marked(
    library: Library, turn: Turn, content: Path
) -> None:
    (content / "a.txt").write_text("The crow has gone.\n", encoding="utf-8")
    library.update()
    view = open_request(library, [turn], Request(turn=0, number=1))
    assert view is not None
    assert view["change"] is not None
    assert view["change"]["standing"] == "gone"
    assert view["cited"] == []
    (content / "a.txt").unlink()
    library.update()
    assert beside(library, [turn], ENGLISH)["view"] is None


def test_none_found_and_nothing_asked_are_said(library: Library) -> None:
    (none,) = take_turn(library, Asked("zeppelin", every=True), [])
    assert "No passage holds all of these words." in none.html(ENGLISH)
    assert beside(library, [none], ENGLISH)["view"] is None
    (wrong,) = take_turn(library, Asked("???", every=True), [])
    assert wrong.problem
    assert 'data-every="true"' in wrong.html(ENGLISH)


def test_a_follow_up_may_lean_on_it(turn: Turn) -> None:
    (before,) = earlier([turn])
    assert (before.question, before.searched) == ("crows", "crows")
    assert earlier([replace(turn, problem="It broke.")]) == []
