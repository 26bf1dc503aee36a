"""Whatever stands in a file: a reading with exact places, or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import check_any

from citeback.ingest.formats.unzipping import OLD_OFFICE

BYTES = st.binary(max_size=400)


def signs(alphabet: str) -> st.SearchStrategy[bytes]:
    """Text of the signs that mean something in a format."""
    return st.text(alphabet, max_size=80).map(str.encode)


# A file's name, what it begins with, and what may follow.
FILES = [
    ("a.txt", b"", BYTES),
    ("a.md", b"", BYTES),
    ("a.csv", b"", BYTES),
    ("a.tsv", b"", signs(',;\t|"\n\r a1=sep')),
    ("a.html", b"", BYTES),
    ("a.html", b"", signs("<>/ =\"'&;!-abhltdu123#")),
    ("a.eml", b"Subject: x\n", BYTES),
    ("a.mbox", b"From x 2015\nTo: y\n", BYTES),
    ("a.srt", b"", signs("01:,.->\n <v>{}aé&;")),
    ("a.vtt", b"1\n00:00:01,0 --> 00:00:02,0\n", signs("01:,.->\n <v>{}aé&;")),
    ("a.rtf", b"{\\rtf1 ", BYTES),
    ("a.rtf", b"{\\rtf1 ", signs("\\{}'*abu0159 par\ncell")),
    ("a.docx", b"", BYTES),
    ("a.docx", b"PK\x03\x04", BYTES),
    ("a.odt", b"", BYTES),
    ("a.fodt", b"<?xml", BYTES),
    ("a.pptx", b"", BYTES),
    ("a.xlsx", b"", BYTES),
    ("a.epub", b"", BYTES),
    ("a.doc", b"", BYTES),
    ("a.xls", OLD_OFFICE, BYTES),
]


@pytest.mark.parametrize(("name", "beginning", "rest"), FILES)
@given(drawn=st.data())
def test_any_bytes_are_refused_or_read(
    name: str, beginning: bytes, rest: st.SearchStrategy[bytes], drawn: st.DataObject
) -> None:
    check_any(beginning + drawn.draw(rest), name)
