"""Names sent by others become names that lead nowhere and hide nothing."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.ingest.file_names import LONGEST_BYTES, numbered, safe_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.txt", "report.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.md", "notes.md"),
        (".bashrc", "bashrc"),
        ("..", "document"),
        ("", "document"),
        ("/", "document"),
        ("नेपाल को प्रतिवेदन.txt", "नेपाल को प्रतिवेदन.txt"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("تقرير.txt", "تقرير.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("a\x00b\nc\x1b.txt", "abc.txt"),
        ("half \ud800 pair.txt", "half pair.txt"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("aux.tar.gz", "_aux.tar.gz"),
        ('what? "this": <b>.txt', "what_ _this__ _b_.txt"),
        ("trailing. . ", "trailing"),
        ("cafe\u0301.txt", "café.txt"),
    ],
)
def test_names(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


def test_a_long_name_keeps_its_ending_and_whole_letters() -> None:
    kept = safe_name("न" * 300 + ".markdown")
    assert kept.endswith("न.markdown")
    assert len(kept.encode()) <= LONGEST_BYTES
    assert len(safe_name("a." + "b" * 500).encode()) <= LONGEST_BYTES


def test_numbers_stand_before_the_ending() -> None:
    assert numbered("report.txt", 2) == "report (2).txt"
    assert numbered("report", 3) == "report (3)"


@given(st.text(max_size=400))
def test_any_name_is_one_visible_part_of_a_path(sent: str) -> None:
    kept = safe_name(sent)
    assert PurePosixPath(kept).parts == (kept,) == PureWindowsPath(kept).parts
    assert not kept.startswith((".", " "))
    assert not kept.endswith((".", " "))
    assert 0 < len(kept.encode()) <= LONGEST_BYTES
    assert not PureWindowsPath(kept).is_reserved()
    assert safe_name(kept) == kept
    assert (Path("content") / kept).parent == Path("content")
