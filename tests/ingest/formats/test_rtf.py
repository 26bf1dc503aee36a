"""RTF, written by hand as Word and LibreOffice write it."""

from __future__ import annotations

import re

import pytest
from ingest.formats.checking import (
    check_damaged,
    headers,
    paths,
    reading_of,
    seen,
)
from striprtf.striprtf import rtf_to_text

from citeback.errors import UnreadableFileError

RTF = r"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial;}}
{\colortbl;\red0\green0\blue0;}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\*\cs10 Default;}}
{\info{\title On mills}{\author A. R\'f6y}{\creatim\yr2015\mo3\dy2\hr10}{\company None}}
{\header\pard The Society\par}
\pard\plain\s1 Water\par
\pard\plain The mill \b stood\b0  by the river{\footnote\pard {\super \chftn} Archive, box 4.} \endash  it was {\v unseen}\u8220?old\u8221?.\par
\pard\s2 Wheels\par
\pard They had:\par
{\listtext\'b7\tab}four spokes\par
{\pntext 2.\tab}a hub\par
\pard\plain{\f1 \'cc\'e8\'f0}, {\*\unknown never} {\deleted burnt }{\field{\*\fldinst HYPERLINK "x"}{\fldrslt here}}.\line Two\~lines.\par
\trowd\pard\intbl Town\cell Height\cell\row
\trowd\pard\intbl Elba\cell 9 m\cell\row
\trowd\pard\intbl Ruhla\par by the wood\cell 3 m\cell\row
\pard {\pict\pngblip 89504e47}The end.\par}"""


def test_a_person_would_see_this() -> None:
    reading = reading_of(RTF.encode(), "a.rtf")
    assert seen(reading) == [
        ("furniture", "The Society"),
        ("heading", "Water"),
        ("paragraph", "The mill stood by the river – it was “old”."),
        ("note", "1 Archive, box 4."),
        ("heading", "Wheels"),
        ("list", "They had: / - four spokes / 2. a hub"),
        ("paragraph", "Мир, here. / Two lines."),
        ("row", "Elba | 9 m"),
        ("row", "Ruhla by the wood | 3 m"),
        ("paragraph", "The end."),
    ]
    assert headers(reading)["Elba | 9 m"] == "Town | Height"
    assert paths(reading)["The end."] == ("Water", "Wheels")
    assert (reading.title, reading.author) == ("On mills", "A. Röy")
    assert reading.date == "2015-03-02"


def test_no_word_is_lost_that_another_reader_finds() -> None:
    other = set(re.findall(r"\w+", rtf_to_text(RTF)))
    found = set(re.findall(r"\w+", reading_of(RTF.encode(), "a.rtf").text))
    # What is deleted with changes tracked or hidden is not shown; the other reader
    # takes Cyrillic letters of a font for Western ones.
    assert other - found == {"burnt", "unseen", "Ìèð"}


def test_letters_of_several_bytes_and_halves() -> None:
    data = rb"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b \uc2\u-10179 xx\u-8704 xx!\par}"
    assert reading_of(data, "a.rtf").text == "日本 😀!"


def test_a_header_that_the_file_declares_is_no_row() -> None:
    data = (
        rb"{\rtf1 \trowd\trhdr\intbl 1890\cell 1891\cell\row"
        rb"\trowd\intbl dry\cell wet\cell\row}"
    )
    assert headers(reading_of(data, "a.rtf")) == {"dry | wet": "1890 | 1891"}


def test_binary_pictures_are_passed_over() -> None:
    data = rb"{\rtf1 One. {\pict\bin5 }{}\}} Two.\par}"
    assert reading_of(data, "a.rtf").text == "One. Two."


@pytest.mark.parametrize("data", [b"", b"plain words", b"PK\x03\x04"])
def test_what_is_no_rtf_is_told_so(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="it is no RTF document"):
        reading_of(data, "a.rtf")


@pytest.mark.parametrize("data", [b"{\\rtf1}", b"{\\rtf1 {\\pict 00ff}\\par}"])
def test_without_words_there_is_no_text(data: bytes) -> None:
    assert reading_of(data, "a.rtf").text == ""


def test_what_is_cut_off_or_nested_without_end_is_read_as_far_as_it_goes() -> None:
    assert "The mill" in reading_of(RTF.encode()[:600], "a.rtf").text
    assert reading_of(b"{\\rtf1 " + b"{" * 100_000 + b"deep", "a.rtf").text == "deep"


def test_damage_is_refused_or_read() -> None:
    check_damaged(RTF.encode(), "a.rtf")
