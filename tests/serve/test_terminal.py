"""What the terminal shows: whole words, right plurals, nothing that rewrites it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.library import Library
from citeback.records import BlockKind, Occurrence
from citeback.serve.terminal import absence_lines, answer_lines, file_lines


@pytest.fixture
def library(make_library: MakeLibrary, content: Path) -> Library:
    (content / "one.md").write_text("# Zebra crossings\n\nOne paragraph alone.\n")
    library = make_library()
    library.update()
    return library


@pytest.mark.parametrize(
    "words", ["می‌خواهم بدانم", "soft\u00adware", "👩‍👩‍👧 family", "\u200eleft mark"]
)
def test_joiners_and_marks_of_a_quote_stay(
    make_library: MakeLibrary, content: Path, words: str
) -> None:
    (content / "signs.txt").write_text(f"Quoted: {words} stands here.", "utf-8")
    library = make_library()
    library.update()
    shown = "\n".join(answer_lines(library.ask(f"quoted {words}")))
    assert f"Quoted: {words} stands here." in shown


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x9b", "\u202e", "\u2066"])
def test_signs_that_rewrite_the_screen_do_not_reach_it(
    library: Library, sign: str
) -> None:
    answer = library.ask("One paragraph alone")
    hit = answer.hits[0]
    source = replace(hit.source, title=f"A{sign}B", path=f"c{sign}d.txt")
    shown = "\n".join(
        answer_lines(replace(answer, hits=(replace(hit, source=source),)))
    )
    assert sign not in shown
    assert "A\ufffdB" in shown


def test_no_word_of_a_quote_is_parted(make_library: MakeLibrary, content: Path) -> None:
    word = "well-" * 30 + "known"
    (content / "long.txt").write_text(f"Quoted {word} here.")
    library = make_library()
    library.update()
    assert word in "\n".join(answer_lines(library.ask(f"Quoted {word}")))


def test_one_is_not_many(library: Library) -> None:
    assert "one.md: 1 paragraph, 1 passage" in list(file_lines(library.files()))
    lines = "\n".join(absence_lines(library.absent("One paragraph")))
    assert "“One paragraph” stands 1 time in 5 paragraphs of 3 documents" in lines


def test_every_kind_of_place_is_named(library: Library) -> None:
    report = library.absent("zebra crossing")
    (place,) = report.places
    assert "    Zebra crossings, heading  one.md:2-17" in absence_lines(report)
    left_out = replace(place, kind=BlockKind.FURNITURE, note="cookie notice")
    bare = replace(place, paragraph=3)
    shown = "\n".join(absence_lines(replace(report, places=(left_out, bare))))
    assert "left out (cookie notice)" in shown
    assert "heading ¶ 3" in shown
    assert isinstance(place, Occurrence)


def test_absence_says_that_everything_was_looked_through(library: Library) -> None:
    shown = "\n".join(absence_lines(replace(library.absent("yak"), unread=1)))
    assert "in none of 5 paragraphs of 3 documents, nor in their headings" in shown
    assert "because not readable: 1 file." in shown


def test_how_often_such_a_verdict_was_right_stands_below_it(library: Library) -> None:
    answer = replace(library.ask("One paragraph alone"), notice="")
    said = list(answer_lines(replace(answer, assurance="In tests, 9 of 10.")))
    assert said[1] == "In tests, 9 of 10."
    without = list(answer_lines(replace(answer, assurance="")))
    assert without == [said[0], *said[2:]]
