"""Lines of a page found again in the text, even where the same words come again."""

from __future__ import annotations

from citeback.ingest.formats.pdf_align import NOWHERE, align


def test_lines_that_are_alike_are_taken_in_order() -> None:
    lines = ["ab ab", "ab", "ab", "ab ab"]
    assert align(lines, "ababab" + "ababab", {0, 6}) == [(0, 4), (4, 2), (6, 2), (8, 4)]


def test_a_hyphen_that_the_text_has_dropped() -> None:
    lines = ["an exam-", "ple of well-", "known words"]
    letters = "anexampleofwell-knownwords"
    assert align(lines, letters, {0}) == [(0, 6), (6, 10), (16, 10)]


def test_a_line_that_is_not_there() -> None:
    assert align(["here it is", "not there"], "hereitis", {0}) == [(0, 8), NOWHERE]
