"""The hyphen at a line's end: what the document itself decides."""

from __future__ import annotations

import pytest

from citeback.ingest.formats.pdf_words import Vocabulary, join


@pytest.mark.parametrize(
    ("lines", "before", "after", "expected"),
    [
        ([], "exam-", "ple", "example"),
        (["an example"], "exam-", "ple", "example"),
        (["a co-op here"], "co-", "op", "co-op"),
        (["co-op, coop, coop"], "co-", "op", "coop"),
        (["the river has a bank"], "river-", "bank", "river-bank"),
        (["the river"], "river-", "bank", "riverbank"),
        ([], "well-", "known", "well-known"),
        ([], "Franco-", "German", "Franco-German"),
        ([], "2010-", "2012", "2010-2012"),
        ([], "here –", "there", "here – there"),
        ([], "here -", "there", "here - there"),
        ([], "here—", "there", "here—there"),
        ([], "example.org/a/", "b", "example.org/a/b"),
        ([], "exam\xad", "ple", "example"),
        ([], "日本", "語", "日本語"),
        ([], "two", "words", "two words"),
    ],
)
def test_lines_are_joined(
    lines: list[str], before: str, after: str, expected: str
) -> None:
    made, between = join(before, after, Vocabulary(lines))
    assert made + between + after == expected


def test_halves_at_line_ends_are_no_words_of_the_document() -> None:
    words = Vocabulary(["some river-", "bank and"])
    assert join("river-", "bank", words) == ("river", "")
