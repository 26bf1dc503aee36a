"""Files to be checked: what each format quotes, and those that cannot be read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Inches

from citeback.checking import claims, read_draft
from citeback.cite.records import Draft
from citeback.cite.verifying.quotations import quotations
from citeback.errors import DraftError, QuestionError
from citeback.records import Answer, Evidence, Verdict
from citeback.settings import Settings

ANSWER = Answer(
    question="",
    verdict=Verdict.SILENT,
    probability=0.1,
    evidence=Evidence(0.0, 0.0, 0.0, 0),
    hits=(),
    unseen=(),
    notice="",
    build=1,
    seconds=0.0,
)


def quoted(tmp_path: Path, name: str, data: bytes) -> list[tuple[str, bool]]:
    file = tmp_path / name
    file.write_bytes(data)
    draft = read_draft(file, name, Settings())
    return [(one.text, one.block) for one in quotations(draft)]


def word_file() -> bytes:
    document: Any = docx.Document()
    document.add_paragraph("I say “three inline words” of it.")
    document.add_paragraph("The first set apart.", style="Quote")
    document.add_paragraph("It goes on here.", style="Quote")
    document.add_paragraph("Mine again.")
    document.add_paragraph("The second set apart.", style="Intense Quote")
    document.add_paragraph("1 High Street", style="Normal")
    indented = document.add_paragraph("These words are set in by hand.")
    indented.paragraph_format.left_indent = Inches(0.5)
    document.add_paragraph("an item of some list of mine", style="List Bullet")
    hanging = document.add_paragraph("Smith, A. A book that stands in a bibliography.")
    hanging.paragraph_format.left_indent = Inches(0.5)
    hanging.paragraph_format.first_line_indent = Inches(-0.5)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_word(tmp_path: Path) -> None:
    assert quoted(tmp_path, "memo.docx", word_file()) == [
        ("three inline words", False),
        ("The first set apart.\n\nIt goes on here.", True),
        ("The second set apart.", True),
        ("These words are set in by hand.", True),
    ]


def test_a_web_page(tmp_path: Path) -> None:
    page = (
        "<p>I say <q>three <q>inline</q> words</q> and &ldquo;four of them here&rdquo; "
        "and <q>“not twice so”</q>.</p>"
        "<blockquote><p>The first.</p><p>It goes on.</p><footer>Smith</footer>"
        "</blockquote><blockquote>The second.</blockquote><p>Mine.</p>"
    )
    assert quoted(tmp_path, "memo.html", page.encode()) == [
        ("three ‘inline’ words", False),
        ("four of them here", False),
        ("not twice so", False),
        ("The first.\n\nIt goes on.", True),
        ("The second.", True),
    ]


def test_markdown_and_text(tmp_path: Path) -> None:
    text = b'I say "three inline words".\n\n> The first.\n>\n> It goes on.\n\nMine.\n'
    expected = [("three inline words", False), ("The first.\n\nIt goes on.", True)]
    assert quoted(tmp_path, "memo.md", text) == expected
    assert quoted(tmp_path, "memo.txt", text) == expected


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("memo.docx", b"no Word document", "cannot be checked: it is not a Word"),
        ("memo.txt", b"", "it is empty"),
        ("memo.exe", b"x", "files ending in .exe are not read"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    with pytest.raises(DraftError, match=why):
        quoted(tmp_path, name, data)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="still there"):
        read_draft(tmp_path / "memo.txt", "memo.txt", Settings())


def test_what_is_said_of_a_draft_speaks_of_no_library(tmp_path: Path) -> None:
    (tmp_path / "memo.txt").touch()
    for name, why in (
        ("memo.txt", "nothing is written in it"),
        ("no.txt", "no such file"),
        (".", "it is a folder"),
    ):
        with pytest.raises(DraftError, match=why) as told:
            read_draft(tmp_path / name, name, Settings())
        assert "update" not in str(told.value)


def test_claims_leave_out_marks_and_what_is_too_short() -> None:
    asked: list[str] = []

    def ask(sentence: str) -> Answer:
        asked.append(sentence)
        if "whale" in sentence:
            raise QuestionError("nothing to look for")
        return ANSWER

    text = "# My heading here is long\n\nHello there.\n\n> One *two* three\n> four.\n\nA whale sang here."
    report = claims(Draft("memo.md", text, (), True), ask, 7)
    assert asked == [
        "My heading here is long",
        "One two three four.",
        "A whale sang here.",
    ]
    assert [one.verdict for one in report.claims] == [Verdict.SILENT] * 2
    assert [text[one.start : one.end] for one in report.claims] == [
        one.sentence for one in report.claims
    ]
    assert report.build == 7


def test_half_a_surrogate_pair_in_a_draft_is_asked_as_its_stand_in() -> None:
    asked: list[str] = []

    def ask(sentence: str) -> Answer:
        asked.append(sentence)
        return ANSWER

    text = "One two three \ud800 four. A whale sang \udfff\ud800 here."
    report = claims(Draft("memo.md", text, (), True), ask, 7)
    assert asked == ["One two three \ufffd four.", "A whale sang \ufffd\ufffd here."]
    assert [(one.start, one.end) for one in report.claims] == [(0, 21), (22, len(text))]


def test_a_very_long_draft_is_looked_up_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("citeback.checking.MOST_SENTENCES", 2)
    text = "\n\n".join(["This one says something."] * 5)
    report = claims(Draft("memo.txt", text), lambda _: ANSWER, 1)
    assert (len(report.claims), report.left) == (2, 3)
