"""Passages fit the encoder, hold every word once, and keep their numbers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.ingest import split as splitting
from citeback.ingest.formats import markdown, plain
from citeback.ingest.layout import lay_out
from citeback.ingest.split import LONGEST_PIECE, split
from citeback.records import Document, Passage, Source, Span


def document(text: str, path: str = "a.txt", reader: object = plain) -> Document:
    blocks = markdown.blocks(text) if reader is markdown else plain.blocks(text)
    return Document(Source(path, "", "", "", "", ""), text, lay_out(blocks))


def words(text: str) -> int:
    return len(text.split())


def parts_of(
    made: Document, limit: int, count: Callable[[str], int] = words
) -> list[Passage]:
    found = split(made, word_pieces=count, limit=limit)
    return [passage for _, passage in found]


def cut(text: str, limit: int, count: Callable[[str], int] = words) -> list[Passage]:
    return parts_of(document(text), limit, count)


def sentences(text: str, passage: Passage) -> list[str]:
    return [text[span.start : span.end] for span in passage.sentences]


def test_a_short_paragraph_is_one_passage() -> None:
    text = "\n One here. Two\nhere. \n"
    (passage,) = cut(text, 10)
    assert passage.text == "One here. Two\nhere."
    assert (passage.start, passage.part, passage.parts) == (2, 1, 1)
    assert sentences(text, passage) == ["One here.", "Two\nhere."]


def test_a_long_paragraph_is_cut_between_sentences_into_even_parts() -> None:
    # Ten sentences of three words and a limit of 27: nine and one would fit.
    text = "One two three. " * 10
    passages = cut(text, 27)
    assert [len(passage.sentences) for passage in passages] == [5, 5]
    assert [(p.part, p.parts, p.paragraph) for p in passages] == [(1, 2, 1), (2, 2, 1)]


def test_later_parts_of_a_list_have_its_lead_in_and_room_for_it() -> None:
    text = "Some words. The four steps are:\n" + "- one two three four\n" * 4
    passages = cut(text, 12)
    lead_in = Span(12, 31)
    assert text[12:31] == "The four steps are:"
    assert [passage.lead_in for passage in passages] == [
        None,
        lead_in,
        lead_in,
        lead_in,
    ]
    assert all(words(passage.text) + 4 <= 12 for passage in passages[1:])
    # An item's bullet is in the passage, but not in the sentence.
    assert sentences(text, passages[1])[0] == "one two three four"
    assert passages[1].text.startswith("- one")


def test_a_heavy_lead_in_is_not_repeated() -> None:
    text = "A lead-in of many words is this one:\n- one two three\n- four five six\n"
    assert [passage.lead_in for passage in cut(text, 9)] == [None, None]


def test_a_bare_bullet_is_no_sentence() -> None:
    text = "* one\n*\n* two\n"
    (passage,) = parts_of(document(text, reader=markdown), 50)
    assert sentences(text, passage) == ["one", "two"]


def test_an_overlong_sentence_is_cut_at_clauses_then_words_then_characters() -> None:
    clauses = "one two three four, five six seven eight"
    assert [p.text for p in cut(clauses, 5)] == [
        "one two three four,",
        "five six seven eight",
    ]
    assert [p.text for p in cut("one two three four", 2)] == ["one two", "three four"]
    giant = cut("x" * 100, 2)
    assert "".join(passage.text for passage in giant) == "x" * 100
    assert all(len(passage.text) <= 2 * LONGEST_PIECE for passage in giant)


def test_furniture_and_headings_are_no_passages() -> None:
    text = "# Title\n\n<!-- no -->\n\nBody.\n"
    (passage,) = parts_of(document(text, reader=markdown), 9)
    assert (passage.text, passage.headings, passage.paragraph) == (
        "Body.",
        ("Title",),
        1,
    )


def test_an_id_stays_while_path_and_text_do() -> None:
    one, two, twin = cut("First here.\n\nSecond here.\n\nFirst here.\n", 9)
    assert len({one.id, two.id, twin.id}) == 3
    assert all(0 < passage.id < 2**63 for passage in (one, two, twin))
    assert [p.id for p in cut("New above.\n\nSecond here.\n", 9)][1] == two.id
    assert [p.id for p in cut("First here.\n\nFirst here.\n", 9)] == [one.id, twin.id]
    other = document("First here.\n", "b.txt")
    (changed,) = parts_of(other, 9)
    assert changed.id != one.id


def test_pieces_are_counted_once_for_each_sentence() -> None:
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        return words(text)

    cut("One two. Three four. Five six.\n\nSeven eight.\n", 4, count)
    assert asked == ["One two.", "Three four.", "Five six.", "Seven eight."]


SIGNS = st.text(st.sampled_from("aé1. :,-*#|>\n\r\t\u00a0؟"), max_size=120)
LINES = st.lists(
    st.sampled_from(["A b c. D e.", "f:", "- g h, i j k l", "  m", "2. n", "* o", ""])
)


@pytest.mark.parametrize("reader", [plain, markdown])
@given(SIGNS | st.text(max_size=80) | LINES.map("\r\n".join), st.integers(4, 12))
def test_passages_hold_every_word_once_and_fit(
    reader: object, text: str, limit: int
) -> None:
    made = document(text, reader=reader)
    passages = tuple(parts_of(made, limit))
    position = 0
    for passage in passages:
        assert position <= passage.start < passage.end
        assert made.text[passage.start : passage.end] == passage.text
        assert len(passage.text) <= 2 * limit * LONGEST_PIECE
        assert passage.sentences
        lead_in = (
            text[passage.lead_in.start : passage.lead_in.end] if passage.lead_in else ""
        )
        assert words(passage.text) + words(lead_in) <= limit
        inside = passage.start
        for sentence in passage.sentences:
            assert inside <= sentence.start < sentence.end <= passage.end
            inside = sentence.end
        position = passage.end
    held = "".join("".join(passage.text.split()) for passage in passages)
    blocks = [block for block in made.blocks if block.paragraph]
    assert held == "".join("".join(text[b.start : b.end].split()) for b in blocks)
    assert len({passage.id for passage in passages}) == len(passages)


@given(st.lists(st.text("ab é.:\n-", max_size=12), max_size=20))
def test_what_is_surely_light_is_split_as_if_it_were_counted(lines: list[str]) -> None:
    made = document("\n\n".join(lines))
    for limit in (5, 16, 60):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(splitting._Scale, "is_light", lambda *_: False)
            counted = parts_of(made, limit, len)
        assert parts_of(made, limit, len) == counted


def test_tiny_paragraphs_are_not_counted() -> None:
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        return words(text)

    assert len(cut("pier\n\nmill, ford\n\n" * 50, 200, count)) == 100
    assert asked == []
    assert cut("ünlü " * 6, 100, count)
    assert asked
