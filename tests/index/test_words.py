"""What counts as a word, in several scripts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citeback.index import words as words_module
from citeback.index.postings import Postings
from citeback.index.words import content_stems, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Center’s News", ["the", "center's", "news"]),
        ("2,178.5 and 2178", ["2178.5", "and", "2178"]),
        ("Elba,16,1916 3,5 12,34,567", ["elba", "16", "1916", "3.5", "12.34.567"]),
        ("naïve Straße", ["naive", "strasse"]),
        ("नेपालको राजधानी", ["नेपालको", "राजधानी"]),
        ("東京 2020年", ["東", "京", "2020", "年"]),
        ("re-entry", ["re", "entry"]),
        ("12,5 or 12.5, 1,2,3", ["12.5", "or", "12.5", "1.2.3"]),
        ("1½ ⑴ ﬁne １２", ["1½", "⑴", "fine", "12"]),
        ("soft\u00adware می\u200cخواهم", ["software", "میخواهم"]),
    ],
)
def test_words_in_many_scripts(text: str, expected: list[str]) -> None:
    assert [word for word, _ in words(text)] == expected


@given(st.text())
def test_spans_lie_in_order_in_the_text(text: str) -> None:
    end = 0
    for _, span in words(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@given(st.text())
def test_stems_survive_being_stored_with_spaces_between(text: str) -> None:
    found = stems(text)
    assert " ".join(found).split() == found


def test_stems_join_inflections() -> None:
    assert stems("organized organizing organizes") == ["organiz"] * 3


def test_content_stems_leave_stop_words_out_and_keep_the_written_word() -> None:
    assert content_stems("Who organized the Workshops?") == {
        "organiz": "organized",
        "workshop": "Workshops",
    }


def test_a_question_of_stop_words_keeps_them() -> None:
    assert list(content_stems("Who was he?")) == ["who", "was", "he"]


def test_no_letter_is_lost_in_the_index_of_words() -> None:
    letters = [
        chr(code)
        for code in range(0x80, 0x20000)
        if unicodedata.category(chr(code))[0] in "LN"
    ]
    wanted = {stem for letter in letters for stem in stems(f"{letter} a{letter}b")}
    held = Postings.of([(1, " ".join(wanted))]).holding(sorted(wanted))
    assert set(held.values()) == {1}


def test_a_raised_number_is_no_part_of_a_word() -> None:
    assert [word for word, _ in words("In prisons¹² of 40 m², 10⁶ cells.")] == [
        "in", "prisons", "of", "40", "m", "10", "cells",
    ]  # fmt: skip


@given(
    st.text("ab'Z019.,-_ \t\n", max_size=40) | st.text(st.characters(max_codepoint=127))
)
@settings(max_examples=500)
def test_words_of_ascii_are_those_of_any_text(text: str) -> None:
    slow = [(m.group(), m.span()) for m in words_module._WORD.finditer(text)]
    assert words_module.written_at(text) == slow
