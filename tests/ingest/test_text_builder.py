"""A text put together block by block: each block is where it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import check_exact, headers, labels, seen, words_of

from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import LONG_ITEM, TextBuilder, names_columns
from citeback.records import BlockKind, LocatorKind


def reading(builder: TextBuilder) -> Reading:
    made = Reading(builder.text, builder.drafts, marks=builder.marks)
    check_exact(made)
    return made


def test_blocks_follow_each_other_with_a_blank_line_between() -> None:
    builder = TextBuilder()
    builder.heading(" The\n title ", 1)
    builder.paragraph("One  line.\r\n\r\nAnother\u00a0line. ")
    builder.paragraph("A note.", BlockKind.NOTE)
    builder.furniture("Page 3", "a page's foot")
    made = reading(builder)
    assert made.text == "The title\n\nOne line.\nAnother line.\n\nA note.\n\nPage 3"
    assert [
        kind for kind, _ in seen(made)
    ] == "heading paragraph note furniture".split()
    assert made.drafts[0].headings == ("The title",)
    assert made.drafts[3].note == "a page's foot"


def test_what_is_empty_or_unseen_leaves_nothing() -> None:
    builder = TextBuilder()
    builder.paragraph(" \n ")
    builder.heading("\0", 1)
    builder.item("\u200b")
    builder.row(["", " "])
    builder.list([])
    builder.paragraph("mi\u00adni\ud800mum\ufeff")
    assert builder.text == "minimum"
    assert len(builder.drafts) == 1


def test_items_make_a_list_with_the_words_that_lead_into_it() -> None:
    builder = TextBuilder()
    builder.paragraph("It holds:")
    builder.item("a spade")
    builder.item("a rake", "2.")
    builder.item("3) a hoe")
    builder.paragraph("No more.")
    builder.item("alone")
    made = reading(builder)
    assert seen(made) == [
        ("list", "It holds: / - a spade / 2. a rake / 3) a hoe"),
        ("paragraph", "No more."),
        ("list", "- alone"),
    ]
    first = made.drafts[0]
    assert [made.text[i.start : i.end] for i in first.items] == [
        "- a spade",
        "2. a rake",
        "3) a hoe",
    ]


def test_a_heading_that_ends_in_a_colon_leads_into_no_list() -> None:
    builder = TextBuilder()
    builder.heading("Tools:", 1)
    builder.item("a spade")
    assert [kind for kind, _ in seen(reading(builder))] == ["heading", "list"]


def test_what_stands_before_a_table_leads_into_no_list_after_it() -> None:
    builder = TextBuilder()
    builder.paragraph("It holds:")
    builder.header_row(["Town", "Height:"])
    builder.item("a spade")
    assert [kind for kind, _ in seen(reading(builder))] == ["paragraph", "list"]


def test_a_long_item_is_a_paragraph() -> None:
    builder = TextBuilder()
    builder.item("word " * LONG_ITEM, "1.")
    builder.item("short", "2.")
    assert [kind for kind, _ in seen(reading(builder))] == ["paragraph", "list"]


def test_rows_know_their_header() -> None:
    builder = TextBuilder()
    builder.table([["Town", "Height"], ["Elba", "9 m"], ["", "3 m"]], headed=True)
    made = reading(builder)
    assert headers(made) == {"Elba | 9 m": "Town | Height", "| 3 m": "Town | Height"}
    assert [made.text[i.start : i.end] for i in made.drafts[1].items] == ["3 m"]


def test_a_guessed_header_is_a_row_too_unless_figures_are_below_it() -> None:
    builder = TextBuilder()
    builder.table([["Town", "River"], ["Elba", "Nesse"]], headed=False)
    builder.table([["Place", "Height"], ["Elba", "9 m"]], headed=False)
    assert headers(reading(builder)) == {
        "Town | River": "",
        "Elba | Nesse": "Town | River",
        "Elba | 9 m": "Place | Height",
    }


def test_what_is_no_header() -> None:
    assert not names_columns([["Name:", "Anna"], ["Town:", "Elba"]])
    assert not names_columns([["2015", "2016"], ["3", "4"]])
    assert not names_columns([["Town", ""], ["Elba", "4"]])
    assert not names_columns([["Town", "Town"], ["Elba", "4"]])
    assert not names_columns([["Town", "Height"]])
    assert not names_columns([["Town"], ["Elba"]])
    assert not names_columns([["x" * 81, "Height"], ["Elba", "4"]])
    assert names_columns([["Town", "Height (m)", "Q1 2015"], ["Elba", "4", "7"]])


def test_marks_stand_where_their_words_begin() -> None:
    builder = TextBuilder()
    builder.mark(LocatorKind.SLIDE, "1")  # an empty slide
    builder.mark(LocatorKind.SLIDE, "2")
    builder.item("here")
    builder.mark(LocatorKind.SLIDE, "3")
    builder.item("there")
    made = reading(builder)
    assert labels(made) == [("2", "-"), ("3", "-")]
    assert seen(made) == [("list", "- here"), ("list", "- there")]


def test_a_paragraph_may_hold_several_marks() -> None:
    builder = TextBuilder()
    builder.paragraph("Before.")
    builder.stretches(
        LocatorKind.TIME, [("0:01", "One"), ("0:02", " "), ("0:03", "two.")]
    )
    made = reading(builder)
    assert seen(made)[1] == ("paragraph", "One two.")
    assert labels(made) == [("0:01", "One"), ("0:03", "two.")]


WORDS = st.text(max_size=12)
STEPS = st.one_of(
    st.tuples(st.just("heading"), WORDS),
    st.tuples(st.just("paragraph"), WORDS),
    st.tuples(st.just("item"), WORDS),
    st.tuples(st.just("furniture"), WORDS),
    st.tuples(st.just("mark"), WORDS),
    st.tuples(st.just("table"), st.lists(st.lists(WORDS, max_size=3), max_size=3)),
)


@given(st.lists(STEPS, max_size=8))
def test_whatever_is_added_every_place_is_exact(
    steps: list[tuple[str, object]],
) -> None:
    builder = TextBuilder()
    for deed, value in steps:
        if deed == "heading":
            builder.heading(str(value), 2)
        elif deed == "paragraph":
            builder.paragraph(str(value))
        elif deed == "item":
            builder.item(str(value))
        elif deed == "furniture":
            builder.furniture(str(value), "a note")
        elif deed == "mark":
            builder.mark(LocatorKind.PAGE, "1")
        elif isinstance(value, list):
            builder.table(value, headed=bool(len(value) % 2))
    made = reading(builder)
    assert all(words_of(made, block) for block in made.drafts)
