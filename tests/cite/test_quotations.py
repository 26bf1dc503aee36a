"""What a draft quotes is found, and what is no quotation is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.records import Draft
from citeback.cite.verifying.quotations import quotations


def quoted(text: str, *, markdown: bool = False) -> list[str]:
    return [one.text for one in quotations(Draft("memo", text, (), markdown))]


@pytest.mark.parametrize(
    "written",
    [
        "“two of them”",
        '"two of them"',
        "‘two of them’",
        "'two of them'",
        "«two of them»",
        "« two of them »",
        "»two of them«",
        "‹two of them›",
        "„two of them“",
        "„two of them”",
        "‚two of them‘",
        "”two of them”",
        "``two of them''",
        "「two of them」",
        "『two of them』",
        "｢two of them｣",
        "❝two of them❞",
    ],
)
def test_every_style_of_marks(written: str) -> None:
    assert quoted(f"She said {written}, and left.") == ["two of them"]
    assert quoted(f"({written})") == ["two of them"]


@pytest.mark.parametrize(
    "text",
    [
        "It's the dogs' bowl, isn't it? O'Brien's ’90s rock ’n’ roll; 'tis so.",
        'A wall 6\' 5" high and a 12" pipe, at 40° 26′ 46″.',
        "Les aujourd'hui de l'homme",
        "a < b and b > c",
    ],
)
def test_apostrophes_feet_and_inches_quote_nothing(text: str) -> None:
    assert quoted(text) == []


def test_apostrophes_within_single_marks() -> None:
    assert quoted("He wrote ‘don’t take the dogs’ bowls away’ twice.") == [
        "don’t take the dogs’ bowls away"
    ]
    assert quoted("'it's all of ours'") == ["it's all of ours"]


def test_what_is_quoted_within_belongs_to_the_outer_quotation() -> None:
    assert quoted("“she said ‘no’ and “never” to it” at last") == [
        "she said ‘no’ and “never” to it"
    ]
    assert quoted('"a wall 6" high stands there" he said') == [
        'a wall 6" high stands there'
    ]


@pytest.mark.parametrize("written", ["‘a ", "“", "« "])
def test_marks_that_nothing_closes_take_no_time(written: str) -> None:
    started = time.perf_counter()
    quoted(written * 8000)
    assert time.perf_counter() - started < 1


def test_a_quotation_of_several_paragraphs() -> None:
    text = "“The first one goes on.\n\n“So does the second.\n\n“The third ends.” Mine."
    assert quoted(text) == [
        "The first one goes on.\n\nSo does the second.\n\nThe third ends."
    ]


def test_a_mark_that_is_never_closed_is_told() -> None:
    (one,) = quotations(Draft("memo", "He said “all of it is so.\n\nMy own words."))
    assert (one.text, one.open) == ("all of it is so.", True)


def test_an_unclosed_mark_hides_no_other_quotation() -> None:
    assert quoted('"the first one, and "the second one" here') == [
        "the first one, and",
        "the second one",
    ]


def test_lines_with_marks_and_who_said_it() -> None:
    text = "Mine.\n\n> one line\n> and *two*\nand three\n>\n> — Smith, p. 5\n\nMine.\n"
    (one,) = quotations(Draft("memo", text))
    assert one.block
    assert one.text.split("\n") == ["one line", "and *two*", "and three"]
    assert text[one.start : one.end].startswith("one line")


def test_a_line_of_dialogue_is_no_attribution() -> None:
    text = "> He came in.\n> — I never said so.\n"
    assert quoted(text) == ["He came in.\n— I never said so."]


def test_indented_paragraphs_but_no_lists_or_code() -> None:
    text = (
        "Mine is here.\n\n    The indented words of\n    someone else.\n\n"
        "    - an item of a list of things\n\n    x = f(a); return x; end of code\n"
    )
    assert quoted(text) == ["The indented words of\nsomeone else."]
    assert quoted("    All is indented in this text of mine.\n") == []


def test_marks_in_markup_quote_nothing() -> None:
    text = (
        '---\ntitle: "not this one"\n---\n\n`code "in marks"` [x](y "a link\'s title") '
        '<a title="an attribute here">“a real one”</a>\n\n```\n"fenced code here"\n```\n'
    )
    assert quoted(text, markdown=True) == ["a real one"]


@pytest.mark.parametrize("begun", ["“All of it\n", "“All of it\n\n"])
def test_a_quotation_that_is_not_closed_ends_before_a_block(begun: str) -> None:
    text = f"{begun}> five words of a block\n\n“and mine"
    assert quoted(text) == ["All of it", "five words of a block", "and mine"]


MARKS = "“”„‘’‚«»‹›\"'「」`> \n\tab.6"


@given(st.text(alphabet=MARKS, max_size=60), st.booleans())
def test_any_text_is_taken(text: str, markdown: bool) -> None:
    end = -1
    for one in quotations(Draft("memo", text, (), markdown)):
        assert 0 <= one.start < one.end <= len(text)
        assert one.text.strip()
        assert one.start >= end
        end = one.end
