"""Spreadsheets, written by openpyxl."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import (
    check_damaged,
    check_damaged_members,
    headers,
    labels,
    paths,
    reading_of,
    seen,
    with_member,
    zipped,
)
from openpyxl.xml import DEFUSEDXML

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import xlsx
from citeback.ingest.formats.xlsx_values import shown


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def written() -> Any:
    book = openpyxl.Workbook()
    book.properties.title = "Mills"
    book.properties.creator = "A. Roy"
    book.properties.created = datetime(2015, 3, 2, 10, 0)
    sheet = book.active
    sheet.title = "Towns"
    sheet.append(["All towns of the valley"])
    sheet.append(["Town", "Built", "Share", "Cost"])
    sheet.append(["Elba", date(1890, 5, 1), 0.125, 1234.5])
    sheet.append([])
    sheet.append(["Ruhla", date(1891, 12, 24), 0.5, 7])
    for row in (3, 5):
        sheet.cell(row, 2).number_format = "dd/mm/yyyy"
        sheet.cell(row, 3).number_format = "0.0%"
        sheet.cell(row, 4).number_format = '#,##0.00 "€"'
    other = book.create_sheet("Rivers")
    other.append(["Nesse", "cold"])
    return book


def test_a_person_would_see_this() -> None:
    reading = reading_of(saved(written()), "a.xlsx")
    assert seen(reading) == [
        ("heading", "Towns"),
        ("row", "All towns of the valley"),
        ("row", "Elba | 01/05/1890 | 12.5% | 1,234.50 €"),
        ("row", "Ruhla | 24/12/1891 | 50.0% | 7.00 €"),
        ("heading", "Rivers"),
        ("row", "Nesse | cold"),
    ]
    header = "Town | Built | Share | Cost"
    found = headers(reading)
    assert found["Elba | 01/05/1890 | 12.5% | 1,234.50 €"] == header
    assert found["Ruhla | 24/12/1891 | 50.0% | 7.00 €"] == header
    assert paths(reading)["Nesse | cold"] == ("Rivers",)
    assert labels(reading)[2:] == [
        ("Towns 3", "Elba"),
        ("Towns 5", "Ruhla"),
        ("Rivers 1", "Nesse"),
    ]
    assert (reading.title, reading.author) == ("Mills", "A. Roy")
    assert (reading.date, reading.remark) == ("2015-03-02", "")


def test_rows_of_a_lone_sheet_have_plain_numbers() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Elba", 9])
    assert [one for one, _ in labels(reading_of(saved(book), "a.xlsx"))] == ["1"]


def test_only_the_first_row_of_a_table_may_be_its_header() -> None:
    book = openpyxl.Workbook()
    for row in (["Town", "River"], ["Elba", "Nesse"], ["Ruhla", "Erbstrom"]):
        book.active.append(row)
    assert headers(reading_of(saved(book), "a.xlsx")) == {
        "Town | River": "",
        "Elba | Nesse": "Town | River",
        "Ruhla | Erbstrom": "Town | River",
    }


def test_the_mark_of_a_sheet_begins_at_its_first_row() -> None:
    reading = reading_of(saved(written()), "a.xlsx")
    mark = reading.marks[-1]
    assert reading.text[mark.start :].startswith("Nesse")


def test_hidden_sheets_and_missing_results_are_told() -> None:
    book = written()
    book["Rivers"].sheet_state = "hidden"
    book["Rivers"].append(["Sum", "=1+1"])
    reading = reading_of(saved(book), "a.xlsx")
    assert "hidden in it were read, too: Rivers." in reading.remark
    assert "1 of its formulas have no stored result" in reading.remark
    assert "=1+1" not in reading.text


def test_a_stored_result_is_shown() -> None:
    def change(xml: bytes) -> bytes:
        return xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
        )

    book = openpyxl.Workbook()
    book.active.append(["Sum", "=1+1"])
    data = with_member(saved(book), "xl/worksheets/sheet1.xml", change)
    reading = reading_of(data, "a.xlsx")
    assert seen(reading)[1:] == [("row", "Sum | 2")]
    assert reading.remark == ""


@pytest.mark.parametrize(
    ("value", "form", "wanted"),
    [
        (None, "General", ""),
        (True, "General", "TRUE"),
        (3, "General", "3"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "1E+20"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.125, "0%", "13%"),
        (1.005, "0.00", "1.01"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (5, "00000", "00005"),
        (2.5, "0.##", "2.5"),
        (2, "0.##", "2"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12345, "0.00E+00", "1.23E+04"),
        (7, "[$€-407] #,##0.00", "€ 7.00"),
        (7, "[Red]0", "7"),
        (7, '"Year "0', "Year 7"),
        (7, "@", "7"),
        (date(2015, 3, 2), "mm-dd-yy", "2015-03-02"),
        (datetime(2015, 3, 2, 15, 4, 5), "yyyy-mm-dd hh:mm", "2015-03-02 15:04"),
        (datetime(2015, 3, 2), "d mmmm yyyy", "2 March 2015"),
        (datetime(2015, 3, 2), "dddd, d. mmm yy", "Monday, 2. Mar 15"),
        (datetime(2015, 3, 2, 15, 4), "h:mm AM/PM", "3:04 PM"),
        (time(9, 5), "hh:mm", "09:05"),
        (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (datetime(2015, 3, 2), "General", "2015-03-02"),
        ("#N/A", "General", "#N/A"),
    ],
)
def test_values_are_shown_as_in_the_cell(value: object, form: str, wanted: str) -> None:
    assert shown(value, form) == wanted


@given(
    st.one_of(
        st.floats(allow_nan=True), st.integers(), st.datetimes(), st.timedeltas()
    ),
    st.text('0#?.,;%E+-/[]"\\_*@ymdhsAMP/G $€', max_size=12),
)
def test_any_format_shows_something(value: object, form: str) -> None:
    assert isinstance(shown(value, form), str)


def test_harmful_xml_is_kept_from_the_library() -> None:
    assert DEFUSEDXML

    def change(xml: bytes) -> bytes:
        bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        start = xml.index(b"<worksheet")
        return xml[:start] + bomb + xml[start:]

    data = with_member(saved(written()), "xl/worksheets/sheet1.xml", change)
    with pytest.raises(UnreadableFileError):
        reading_of(data, "a.xlsx")


def test_a_cell_far_out_does_not_take_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active.cell(2_000, 16_384).value = "far"
    data = saved(book)
    assert "far" in reading_of(data, "a.xlsx").text
    monkeypatch.setattr(xlsx, "MOST_CELLS", 10_000)
    with pytest.raises(UnreadableFileError, match="far too large"):
        reading_of(data, "a.xlsx")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged: open it"),
        (b"Town,Height", "not an Excel file, or damaged"),
        (zipped({"a.txt": "words"}), "damaged, or made in a way"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "one of before 2007"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
    ],
)
def test_a_bad_file_is_told_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(data, "a.xlsx")


def test_an_empty_book_has_no_text() -> None:
    assert reading_of(saved(openpyxl.Workbook()), "a.xlsx").text == ""


def test_damage_is_refused_or_read() -> None:
    data = saved(written())
    check_damaged(data, "a.xlsx")
    check_damaged_members(data, "a.xlsx")
