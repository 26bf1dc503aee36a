"""Tables as text: rows are stretches of the file's own text."""

from __future__ import annotations

import csv
import io

import pytest
from doubles import WordHashEncoder
from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import (
    check_damaged,
    document_of,
    headers,
    labels,
    reading_of,
    seen,
)

from citeback.index.packed import packed
from citeback.ingest.stage import Staged
from citeback.records import BlockKind

TOWNS = [
    ["Town", "River, lake", "Height"],
    ["Elba", 'The "Nesse"', "9"],
    ["Ruhla", "", "3"],
]


def written(rows: list[list[str]], **form: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, **form).writerows(rows)  # type: ignore[arg-type]
    return buffer.getvalue()


def cells(data: bytes, name: str = "a.csv") -> list[list[str]]:
    reading = reading_of(data, name)
    return [
        [reading.text[cell.start : cell.end] for cell in block.items]
        for block in reading.drafts
    ]


def test_a_person_would_see_this() -> None:
    text = written(TOWNS)
    reading = reading_of(text.encode(), "a.csv")
    assert reading.text == text
    assert seen(reading) == [("row", 'Elba,"The ""Nesse""",9'), ("row", "Ruhla,,3")]
    assert set(headers(reading).values()) == {'Town,"River, lake",Height'}
    assert labels(reading)[1:] == [("2", 'Elba,"The'), ("3", "Ruhla,,3")]
    assert cells(text.encode()) == [["Elba", 'The ""Nesse""', "9"], ["Ruhla", "3"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_parts_cells_and_rows_is_found_out(delimiter: str, end: str) -> None:
    rows = [["Town", "Height"], ["Elba, Nesse", "9"], ["Ruhla", "3"]]
    text = written(rows, delimiter=delimiter, lineterminator=end)
    assert cells(text.encode()) == [["Elba, Nesse", "9"], ["Ruhla", "3"]]


def test_excel_says_itself_what_parts_the_cells() -> None:
    reading = reading_of(b"sep=;\r\nTown;Height\r\nElba;9,5\r\n", "a.csv")
    assert seen(reading) == [("furniture", "sep=;"), ("row", "Elba;9,5")]
    assert headers(reading) == {"Elba;9,5": "Town;Height"}


def test_a_cell_may_hold_several_lines() -> None:
    reading = reading_of(b'Town,Note\nElba,"dry\nand warm"\nRuhla,wet\n', "a.csv")
    assert seen(reading)[1] == ("row", 'Elba,"dry / and warm"')
    assert [label for label, _ in labels(reading)] == ["1", "2", "3"]


def test_a_quote_that_is_never_closed_takes_nothing_away() -> None:
    assert cells(b'Town,Note\nElba,"dry\nRuhla,wet\n')[1:] == [
        ["Elba", '"dry'],
        ["Ruhla", "wet"],
    ]


def test_a_quote_may_be_part_of_the_words() -> None:
    assert cells(b'Town,Note\nElba,"dry" they say\n')[1:] == [
        ["Elba", '"dry" they say']
    ]


def test_without_names_in_the_first_row_there_is_no_header() -> None:
    assert headers(reading_of(b"Elba,9\nRuhla,3\n", "a.csv")) == {
        "Elba,9": "",
        "Ruhla,3": "",
    }


def test_a_header_that_is_only_likely_is_a_row_too() -> None:
    found = headers(reading_of(b"Town,River\nElba,Nesse\n", "a.csv"))
    assert found == {"Town,River": "", "Elba,Nesse": "Town,River"}


def test_empty_rows_count_and_make_no_block() -> None:
    reading = reading_of(b"Town,Height\n\n,\nElba,9\n", "a.csv")
    assert labels(reading) == [("1", "Town,Height"), ("4", "Elba,9")]


def test_old_letters_are_read_with_a_remark() -> None:
    reading = reading_of("Ort;Höhe\nÖlbach;9\n".encode("cp1252"), "a.csv")
    assert "Ölbach;9" in reading.text
    assert "Windows-1252" in reading.remark


def test_numbers_in_cells_beside_each_other_are_two() -> None:
    text = "town,houses,since\nElba,16,1916\nRuhla,3,500\n"
    document = packed(document_of(reading_of(text.encode(), "a.csv")))
    entries = Staged(document, WordHashEncoder()).entries()
    stems = [sentence.stems for entry in entries for sentence in entry.sentences]
    assert stems == ["elba 16 1916", "ruhla 3 500"]


def test_a_row_that_is_none_is_told() -> None:
    long = "words " * 10_000
    reading = reading_of(f'a,b\n1,"{long}\n2,x\n'.encode(), "a.csv")
    assert "row 2 is too long" in reading.remark
    assert "quote that is not closed" in reading.remark
    assert not reading_of(written(TOWNS).encode(), "a.csv").remark


def test_one_column_is_a_table_too() -> None:
    assert cells(b"Town\nElba\nRuhla\n", "a.tsv") == [["Town"], ["Elba"], ["Ruhla"]]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=5))
def test_cells_are_those_that_were_written(rows: list[list[str]]) -> None:
    text = "sep=,\n" + written(rows, quoting=csv.QUOTE_ALL)  # type: ignore[arg-type]
    reading = reading_of(text.encode(), "a.csv")
    shown = [
        [reading.text[cell.start : cell.end] for cell in block.items]
        for block in reading.drafts
        if block.kind is BlockKind.ROW
    ]
    wanted = [[c.strip().replace('"', '""') for c in row if c.strip()] for row in rows]
    wanted = [row for row in wanted if row]
    assert shown in (wanted, wanted[1:])


def test_damage_is_read() -> None:
    check_damaged(written(TOWNS).encode(), "a.csv")
