"""References in each style, what is missing from them, and hostile titles in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citeback.cite.receipt import receipt_of
from citeback.cite.referencing.exchange import bibtex, csl_item, ris
from citeback.cite.referencing.facts import (
    Field,
    Name,
    facts_of,
    parsed_day,
    parsed_names,
)
from citeback.cite.referencing.filled import FilledIn
from citeback.cite.referencing.pinpoint import Pinpoint
from citeback.cite.referencing.processor import CSL, Cited, plain, rendered
from citeback.cite.referencing.references import Style, reference, references
from citeback.errors import CitationsError
from citeback.records import Block, BlockKind, Document, Source, Span

WORKSHOP = Source(
    "workshop.html",
    "d" * 64,
    "Le passé d’une illusion",
    "Hastings, Max; The Global Center",
    "2021-03-18",
    "https://example.org/a?b=1&c=_2",
)
PAGES = Pinpoint("page", "12", "13")
PARAGRAPH = Pinpoint("paragraph", "4", "4")
EXPECTED = {
    "chicago-notes": (
        (
            "Max Hastings and The Global Center, “Le passé d’une illusion,” March "
            "18, 2021, 12–13, https://example.org/a?b=1&c=_2."
        ),
        (
            "Hastings, Max, and The Global Center. “Le passé d’une illusion.” March "
            "18, 2021. https://example.org/a?b=1&c=_2."
        ),
    ),
    "chicago-author-date": (
        "(Hastings and The Global Center 2021, 12–13)",
        (
            "Hastings, Max, and The Global Center. 2021. “Le passé d’une illusion.” "
            "March 18. https://example.org/a?b=1&c=_2."
        ),
    ),
    "apa": (
        "(Hastings & The Global Center, 2021, pp. 12–13)",
        (
            "Hastings, M., & The Global Center. (2021, March 18). Le passé d’une "
            "illusion. https://example.org/a?b=1&c=_2"
        ),
    ),
    "mla": (
        "(Hastings and The Global Center 12–13)",
        (
            "Hastings, Max, and The Global Center. Le passé d’une illusion. 18 Mar. "
            "2021, https://example.org/a?b=1&c=_2."
        ),
    ),
    "harvard": (
        "(Hastings and The Global Center, 2021, pp. 12–13)",
        (
            "Hastings, M. and The Global Center (2021) Le passé d’une illusion. "
            "Available at: https://example.org/a?b=1&c=_2."
        ),
    ),
    "ieee": (
        "[1, pp. 12–13]",
        (
            "[1] M. Hastings and The Global Center, “Le passé d’une illusion.” "
            "[Online]. Available: https://example.org/a?b=1&c=_2"
        ),
    ),
    "bluebook": (
        (
            "Max Hastings & The Global Center, Le passé d’une illusion at 12–13 "
            "(Mar. 18, 2021), https://example.org/a?b=1&c=_2."
        ),
        (
            "Max Hastings & The Global Center, Le passé d’une illusion (Mar. 18, "
            "2021), https://example.org/a?b=1&c=_2."
        ),
    ),
}


@pytest.mark.parametrize("style", EXPECTED)
def test_each_style_writes_note_and_entry(style: str) -> None:
    made = references([Cited(facts_of(WORKSHOP, {}), PAGES)], Style(style))
    assert (plain(made.notes[0]), plain(made.entries[0])) == EXPECTED[style]


@pytest.mark.parametrize(
    ("style", "said"),
    {
        "chicago-notes": "“notes.txt,” para. 4.",
        "chicago-author-date": "(“notes.txt,” n.d., para. 4)",
        "apa": "(notes.txt, n.d., para. 4)",
        "mla": "(“notes.txt,” par. 4)",
        "harvard": "(‘notes.txt’, no date, para. 4)",
        "ieee": "[1, para. 4]",
        "bluebook": "notes.txt at ¶ 4 (n.d.).",
    }.items(),
)
def test_a_bare_file_is_cited_by_its_name_and_all_is_missing(
    style: str, said: str
) -> None:
    facts = facts_of(Source("a/notes.txt", "d", "", "", "", ""), {})
    made = references([Cited(facts, PARAGRAPH)], Style(style))
    assert plain(made.notes[0]) == said
    assert facts.missing == ("author", "date", "title", "publisher")
    assert "notes.txt" in plain(made.entries[0])


def test_citing_again_is_shorter_and_one_year_twice_is_told_apart() -> None:
    other = Source("b.html", "e", "Another", "Hastings, Max", "2021", "")
    mine = Source("c.html", "f", "One more", "Hastings, Max", "2021", "")
    cited = [Cited(facts_of(one, {}), PARAGRAPH) for one in (other, mine, other)]
    notes = list(map(plain, rendered("apa", cited).notes))
    assert notes[0] == notes[2] != notes[1]
    assert {notes[0], notes[1]} == {
        "(Hastings, 2021a, para. 4)",
        "(Hastings, 2021b, para. 4)",
    }
    again = rendered("chicago-notes", cited).notes[2]
    assert plain(again) == "Hastings, “Another,” para. 4."


NASTY = st.text(
    alphabet="ab $\\{}#*_`<>@[]\"'~%&^|/-=+.:;,!?“”’«»ẞéनि中ع\u202e\u200f", min_size=1
)


@settings(max_examples=40, deadline=None)
@given(NASTY, st.sampled_from(sorted(CSL)))
def test_a_title_is_written_as_it_is(title: str, style: str) -> None:
    facts = facts_of(Source("a.txt", "d", f"x{title}x", "{a$b#}", "2021", ""), {})
    made = plain(rendered(style, [Cited(facts, PARAGRAPH)]).entries[0])
    squeezed = "".join(made.split())
    wanted = "".join(facts.title.split())
    # A style may turn quotes within quotes into others, and close a title once alone.
    signs = {ord(sign): "" for sign in "\"'“”‘’«».?!,:;–—-"}
    assert wanted.translate(signs) in squeezed.translate(signs)
    assert "a$b#" in made


def test_what_no_format_can_carry_is_left_out_of_fields() -> None:
    facts = facts_of(Source("a.txt", "d", "A\x00b\ud800c\nd", "", "", ""), {})
    assert facts.title == "A b c d"
    assert plain(rendered("apa", [Cited(facts, None)]).entries[0]).startswith("A b c d")


def test_names_are_taken_apart_only_where_they_say_how() -> None:
    assert parsed_names("van Gogh, Vincent; Human Rights Watch; {Smith, Jones}") == (
        Name(family="Gogh", given="Vincent", particle="van"),
        Name(literal="Human Rights Watch"),
        Name(literal="Smith, Jones"),
    )
    (arabic,) = parsed_names("الجاحظ, عمرو")
    assert arabic == Name(family="الجاحظ", given="عمرو")
    assert parsed_names("Doe, Jane, Roe") == (Name(literal="Doe, Jane, Roe"),)


def test_a_name_read_off_the_document_is_doubtful_until_it_is_filled_in() -> None:
    source = Source("a.txt", "d", "T", "Max Hastings", "Spring 2002", "")
    assert facts_of(source, {}).doubtful == (Field.AUTHOR, Field.DATE)
    filled = {"author": "Hastings, Max", "date": "2002"}
    assert facts_of(source, filled).doubtful == ()


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2021", "2021"),
        ("2021-03", "2021-03"),
        ("2021-03-18T10:00", "2021-03-18"),
        ("18 March 2021", "2021-03-18"),
        ("Mar. 18, 2021", "2021-03-18"),
        ("May 2002", "2002-05"),
        ("2021-02-31", None),
        ("Spring 2002", None),
        ("03/04/2021", None),
        ("2021-3", None),
        ("May 2002 or so", None),
    ],
)
def test_dates(written: str, iso: str | None) -> None:
    day = parsed_day(written)
    assert (day.iso if day else None) == iso


def test_bibtex_escapes_what_latex_would_read() -> None:
    source = Source(
        "a.txt", "d", "50% of $x_1 & {y}", "van Gogh, Vincent", "2021-03", ""
    )
    assert bibtex(facts_of(source, {}), "") == (
        "@misc{gogh2021,\n"
        "  author = {van Gogh, Vincent},\n"
        "  title = {{50\\% of \\$x\\_1 \\& \\{y\\}}},\n"
        "  year = {2021},\n  month = {3},\n}"
    )


def test_ris_keeps_each_field_on_its_line() -> None:
    made = ris(facts_of(WORKSHOP, {}), "one\nER  - \ntwo")
    assert made.split("\r\n") == [
        "TY  - ELEC",
        "AU  - Hastings, Max",
        "AU  - The Global Center",
        "TI  - Le passé d’une illusion",
        "PY  - 2021",
        "DA  - 2021/03/18",
        "UR  - https://example.org/a?b=1&c=_2",
        "N1  - one ER - two",
        "ER  - ",
    ]


def test_csl_json_has_no_key_for_what_is_not_known() -> None:
    assert csl_item(facts_of(Source("a.txt", "d", "T", "", "", ""), {})) == {
        "id": "source" + f"{sum(map(ord, 'a.txt')):x}",
        "type": "document",
        "title": "T",
    }
    item = csl_item(facts_of(WORKSHOP, {}))
    assert item["issued"] == {"date-parts": [[2021, 3, 18]]}
    assert item["author"] == [
        {"family": "Hastings", "given": "Max"},
        {"literal": "The Global Center"},
    ]


@pytest.mark.parametrize("style", Style)
def test_what_is_copied_holds_the_quote_letter_by_letter(style: Style) -> None:
    text = "He said *this* and no more."
    block = Block(BlockKind.PARAGRAPH, 0, len(text), 1, (), 0, (), "")
    document = Document(WORKSHOP, text, (block,))
    receipt = receipt_of(document, Span(8, 14), 3)
    made = reference(receipt, WORKSHOP, {}, style)
    assert "“*this*”" in made.copied
    assert made.missing == (Field.PUBLISHER,)
    if style is Style.CSL_JSON:
        assert json.loads(made.copied)[0]["note"] == "“*this*” (para. 1)"


def test_what_is_filled_in_outlives_and_can_be_taken_back(tmp_path: Path) -> None:
    filled = FilledIn(tmp_path / "citations")
    assert filled.of("a.txt") == {}
    assert not (tmp_path / "citations").exists()
    filled.fill("a.txt", {"author": "Doe, Ann", "date": "2021-03", "other": "x"})
    FilledIn(tmp_path / "citations").fill("b.txt", {"author": "Roe"})
    filled.fill("a.txt", {"date": ""})
    assert FilledIn(tmp_path / "citations").of("a.txt") == {"author": "Doe, Ann"}
    with pytest.raises(CitationsError, match="not understood as a date"):
        filled.fill("a.txt", {"date": "03/04/2021"})


def test_a_damaged_side_file_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "references.json"
    file.write_text('{"documents": {"a')
    with pytest.raises(CitationsError, match="damaged"):
        FilledIn(tmp_path).fill("a.txt", {"author": "Doe"})
    assert file.read_text() == '{"documents": {"a'


def test_slips_of_the_processor_are_mended() -> None:
    page = Source("a.html", "d", "Title", "Doe, Ann", "2021", "https://e.org/a")
    article = {"kind": "article", "container": "Journal"}
    undated = Source("b.html", "d", "Title", "Doe, Ann", "", "https://e.org/a")

    def entry(source: Source, style: str, filled: dict[str, str]) -> str:
        made = rendered(style, [Cited(facts_of(source, filled), None)])
        return plain(made.entries[0])

    assert entry(page, "apa", {}) == "Doe, A. (2021). Title. https://e.org/a"
    assert entry(undated, "apa", {}) == "Doe, A. (n.d.). Title. https://e.org/a"
    assert "Preprint" not in entry(page, "harvard", article)
    assert ",." not in entry(page, "chicago-author-date", article)
