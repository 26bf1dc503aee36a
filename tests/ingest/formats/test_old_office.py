"""Files of office programs before 2007: what they are, and what to do."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest
from ingest.formats.checking import reading_of, zipped

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import KINDS, SUFFIXES

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "stream", "reason"),
    [
        ("a.doc", "WordDocument", "a Word document in the form .* save it as .docx"),
        ("a.xls", "Workbook", "an Excel file in the form .* save it as .xlsx"),
        ("a.ppt", "PowerPoint Document", "presentation in .* save it as .pptx"),
        ("a.doc", "Something", "an office document in .* .docx, .xlsx or .pptx"),
        ("a.doc", "EncryptedPackage", "protected by a password"),
    ],
)
def test_an_old_file_is_told_how_to_be_saved(
    name: str, stream: str, reason: str
) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(OLD + stream.encode("utf-16-le"), name)


def test_what_is_newer_inside_is_read() -> None:
    word, sheet = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    document.add_paragraph("The mill.")
    document.save(word)
    book = openpyxl.Workbook()
    book.active.append(["The mill."])
    book.save(sheet)
    assert reading_of(word.getvalue(), "a.doc").text == "The mill."
    assert "The mill." in reading_of(sheet.getvalue(), "a.xls").text
    assert reading_of(rb"{\rtf1 The mill.}", "a.doc").text == "The mill."
    assert reading_of(b"<html><p>The mill.", "a.xls").text == "The mill."


@pytest.mark.parametrize("data", [b"", b"plain words", zipped({"a.txt": "words"})])
def test_what_is_none_of_these_is_told_so(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="it is no office document"):
        reading_of(data, "a.doc")


def test_the_list_for_people_names_only_what_is_read() -> None:
    named = set(KINDS.replace("(", " ").replace(")", " ").replace(",", " ").split())
    assert {word for word in named if word.startswith(".")} <= set(SUFFIXES)
    assert ".doc" not in SUFFIXES
