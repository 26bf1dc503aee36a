"""Paragraphs, lists and headings of plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.layouts import check_order, items, shown

from citeback.ingest.formats.plain import blocks
from citeback.ingest.layout import lay_out


def kinds(text: str) -> list[tuple[str, str]]:
    made = blocks(text)
    check_order(text, made)
    return shown(text, made)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_hard_wrapped_lines_are_one_paragraph(end: str) -> None:
    text = end.join(["A paragraph that", "goes on.", " ", "", "Another one.", ""])
    assert kinds(text) == [
        ("paragraph", "A paragraph that goes on."),
        ("paragraph", "Another one."),
    ]


def test_long_lines_are_a_paragraph_each() -> None:
    first, second = "One long line. " * 12, "Another long line. " * 12
    made = kinds(f"A title of sorts.\n{first.strip()}\n{second.strip()}\n")
    assert [words[:9] for _, words in made] == ["A title o", "One long ", "Another l"]


def test_a_long_address_does_not_part_wrapped_lines() -> None:
    text = "See the page\nhttps://example.org/" + "x" * 200 + "\nfor more.\n"
    assert len(kinds(text)) == 1


@pytest.mark.parametrize(
    "marks",
    [("•", "•"), ("-", "-"), ("*", "*"), ("–", "–"), ("1.", "2."), ("(a)", "(b)")],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_items_stay_with_their_lead_in(marks: tuple[str, str], gap: str) -> None:
    text = f"The steps are:{gap}{marks[0]} open\n  it{gap}{marks[1]} close it\n\nEnd."
    made = blocks(text)
    assert [kind for kind, _ in kinds(text)] == ["list", "paragraph"]
    assert items(text, made[0]) == [f"{marks[0]} open it", f"{marks[1]} close it"]
    assert made[0].start == 0


def test_a_list_without_colon_takes_no_paragraph_across_a_blank_line() -> None:
    assert [kind for kind, _ in kinds("We agree.\n\n- one\n- two\n")] == [
        "paragraph",
        "list",
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "The pause\n– as here – is long.",
        "It cost him about\n12. That was\nmuch.",
        "He met J.\nA. Roy there.",
        "-5 degrees, and\n*so* on.",
    ],
)
def test_a_dash_or_number_by_chance_is_no_list(prose: str) -> None:
    assert [kind for kind, _ in kinds(prose)] == ["paragraph"]


def test_numbered_paragraphs_of_a_report_are_paragraphs() -> None:
    long = "The Committee notes the matter. " * 12
    text = f"1. {long}\n\n2. {long}\n\n3. {long}\n"
    assert [kind for kind, _ in kinds(text)] == ["paragraph"] * 3


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("RULES OF PROCEDURE", 2),
        ("Chapter 3", 2),
        ("Annex II: The Text", 2),
        ("2.1 Scope", 3),
        ("1. Introduction", 2),
        ("Lessons of the Past", 3),
        ("The title\n=========", 1),
        ("a part\n------", 2),
    ],
)
def test_a_sure_heading_is_the_path_of_what_follows(line: str, level: int) -> None:
    text = f"{line}\n\nBody text that follows the heading.\n"
    heading, body = lay_out(blocks(text))
    assert (heading.kind.value, heading.level) == ("heading", level)
    assert body.headings == (line.partition("\n")[0],)
    assert (heading.paragraph, body.paragraph) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Yes We Can.\n\nBody text follows it here.\n",
        "Two Short Lines\n\nwithout any text\n",
        "a short line without capitals\n\nBody text follows it here.\n",
        "Yours Truly\n",
        "3 people came\n\nBody text follows it here.\n",
        "SHOUTED BUT\nwrapped on.\n\nBody text follows it here.\n",
    ],
)
def test_a_line_that_may_be_text_is_no_heading(text: str) -> None:
    assert "heading" not in [kind for kind, _ in kinds(text)]


def test_a_line_without_words_is_set_aside() -> None:
    assert kinds("One.\n\n* * *\n\nTwo.")[1] == ("furniture", "* * *")


SIGNS = st.text(st.sampled_from("aA1. :-•*=#(\n\r\t\u00a0é)"), max_size=80)


@given(SIGNS | st.text(max_size=80))
def test_blocks_hold_every_word_in_order(text: str) -> None:
    made = blocks(text)
    check_order(text, made)
    held = "".join(text[block.start : block.end] for block in made)
    # The line under a title is the only thing that no block holds.
    assert "".join(held.split()).replace("=", "").replace("-", "") == "".join(
        text.split()
    ).replace("=", "").replace("-", "")
