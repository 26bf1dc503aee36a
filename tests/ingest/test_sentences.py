"""Sentence bounds: the cases they were chosen by, and exactness on any text."""

import re
import time

import pytest
import sentencex
from hypothesis import given
from hypothesis import strategies as st

from citeback.ingest import sentences
from citeback.ingest.sentences import sentence_spans


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "case",
    [
        ["The U.S. Dr. No. 5 clause applies.", "See also No. 7."],
        ["He met Dr. Smith at 5 p.m. on Monday.", "They talked."],
        ["See Fig. 3, vol. 2, ch. 5.", "The rest is noise."],
        ["Approx. 300 people came vs. 200 last year.", "The hall was full."],
        ["J. R. R. Tolkien wrote it.", "C.S. Lewis read it."],
        ["It costs $3.50.", "Version 2.0.1 came out."],
        ["“Where are you going?” she asked.", "“Home.”", "He left."],
        ["She wrote: “We cannot wait. We must act.”", "The rest agreed."],
        ["Wait... what happened?", "Really?!", "Yes!"],
        ["Visit https://example.org/a.b?c=d.", "Write to a.b@example.co.uk for help."],
        ["It failed (see below).", "It was repaired."],
        ["1. Open the box.", "2. Close the box."],
        ["• Support the family.", "• Train the staff."],
        ["Das ist z. B. ein Test.", "Er kommt am 3. Oktober 2015."],
        ["M. Dupont est arrivé.", "« Viens-tu ? » demanda-t-il."],
        ["El Sr. López llegó.", "¿Cómo estás?", "¡Muy bien!"],
        ["هل تريد الذهاب؟", "نعم."],
        ["यह पहला वाक्य है।", "यह दूसरा वाक्य है।"],
        ["कार्यशाला काठमाडौंमा भयो।", "धेरै मानिस आए।"],
        ["Πού πας;", "Πάω σπίτι."],
    ],
)
def test_a_case_is_parted_where_a_reader_would(case: list[str]) -> None:
    assert found(" ".join(case)) == case


def test_chinese_needs_no_space() -> None:
    case = ["研讨会在加德满都举行。", "很多人参加了！", "为什么？"]
    assert found("".join(case)) == case


def test_a_line_end_is_a_space_and_a_blank_line_is_an_end() -> None:
    assert found("He met Dr.\r\nSmith.\r\nThey talked.") == [
        "He met Dr.\r\nSmith.",
        "They talked.",
    ]
    assert found("no full stop\r\n \r\nnext") == ["no full stop", "next"]


def test_wide_white_space_after_an_initial_is_read() -> None:
    # The library alone fails here.
    assert found("A.\u2028Smith and B.\u00a0Roy came. C left.") == [
        "A.\u2028Smith and B.\u00a0Roy came.",
        "C left.",
    ]


def test_a_failing_library_loses_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def fail(language: str, text: str) -> None:
        raise PanicException

    monkeypatch.setattr(sentencex, "get_sentence_boundaries", fail)
    assert found("One. Two.") == ["One. Two."]


def test_nothing_comes_of_nothing() -> None:
    assert sentence_spans("") == ()
    assert sentence_spans(" \n\u00a0") == ()


@pytest.mark.parametrize(
    "text", ["x" * 10**6, "a. " * 100_000, "“" * 100_000, "(a. " * 50_000, "." * 10**6]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    begin = time.perf_counter()
    sentence_spans(text)
    assert time.perf_counter() - begin < 2


def test_a_long_text_is_cut_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "He met Dr. Smith of the U.S. Institute. “Why now?” he asked. " * 50
    whole = sentence_spans(text)
    monkeypatch.setattr(sentences, "WINDOW", 200)
    assert sentence_spans(text) == whole


SIGNS = st.text(st.sampled_from('aB .!?\n\r“”"()[1]।؟。é…•\u00a0\u2028\u0301😀'))
WORDS = st.lists(st.sampled_from(["Dr. ", "No. ", "5", "a.", "vol. ", "1. ", "\r\n\n"]))


@given(SIGNS | st.text() | WORDS.map("".join), st.sampled_from([20, 8000]))
def test_spans_hold_all_words_in_order(text: str, window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "WINDOW", window)
        spans = sentence_spans(text)
    position = 0
    for span in spans:
        assert span.start < span.end
        assert not text[position : span.start].strip()
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        position = span.end
    assert not text[position:].strip()


@given(
    st.lists(
        st.sampled_from(
            "a I No Dr vol der die und el los que мост 桥 สะพาน पुल جسر 7 1916 é mill.".split()
        )
        | st.text(st.characters(categories=("L", "N")), min_size=1, max_size=9),
        min_size=1,
        max_size=30,
    )
)
def test_bare_words_are_one_sentence_without_asking(words: list[str]) -> None:
    text = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "_BARE_WORDS", re.compile("(?!)"))
        asked = sentence_spans(text)
    assert sentence_spans(text) == asked
