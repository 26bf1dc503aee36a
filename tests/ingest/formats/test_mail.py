"""E-mail, written by the standard library."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from ingest.formats.checking import (
    check_any,
    check_damaged,
    paths,
    reading_of,
    seen,
)

from citeback.errors import UnreadableFileError

BODY = """Dear Anna,

the mill will be opened in May. We still need:

- two wheels
- a roof

On 2 March 2015, Ben Sen <b@example.org> wrote:
> When will it be opened?
> And by whom?

By the mayor.

--\x20
A. Roy
Society of Mills
"""


def letter(subject: str = "Mühle – opening", body: str = BODY) -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = "Anja Röy <a@example.org>"
    made["To"] = "Anna <anna@example.org>"
    made["Date"] = "Mon, 02 Mar 2015 10:00:00 +0100"
    made.set_content(body)
    return made


def test_a_person_would_see_this() -> None:
    made = letter()
    made.add_alternative("<p>In HTML</p>", subtype="html")
    made.add_attachment(b"%PDF", "application", "pdf", filename="plän.pdf")
    reading = reading_of(made.as_bytes(), "a.eml")
    assert seen(reading) == [
        ("heading", "Mühle – opening"),
        (
            "paragraph",
            (
                "From: Anja Röy <a@example.org> / To: Anna <anna@example.org> / "
                "Date: Mon, 02 Mar 2015 10:00:00 +0100"
            ),
        ),
        ("paragraph", "Dear Anna,"),
        (
            "list",
            "the mill will be opened in May. We still need: / - two wheels / - a roof",
        ),
        (
            "furniture",
            (
                "On 2 March 2015, Ben Sen <b@example.org> wrote: / "
                "> When will it be opened? / > And by whom?"
            ),
        ),
        ("paragraph", "By the mayor."),
        ("furniture", "-- / A. Roy / Society of Mills"),
        ("furniture", "Attachment: plän.pdf"),
    ]
    assert (reading.title, reading.date) == ("Mühle – opening", "2015-03-02")
    assert reading.author == "Anja Röy <a@example.org>"


def test_a_letter_in_html_alone_is_read_as_a_page() -> None:
    made = letter()
    made.set_content("<h2>May</h2><table><tr><td>The mill opens.</table>", "html")
    assert seen(reading_of(made.as_bytes(), "a.eml"))[2:] == [
        ("heading", "May"),
        ("paragraph", "The mill opens."),
    ]


def test_each_letter_of_a_box_is_a_section(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "a.mbox")
    box.add(letter("First", "One.\n\nFrom the mill to the town.\n"))
    box.add(letter("Second", "Two.\n"))
    box.close()
    reading = reading_of((tmp_path / "a.mbox").read_bytes(), "a.mbox")
    assert paths(reading)["From the mill to the town."] == ("First",)
    assert paths(reading)["Two."] == ("Second",)
    assert reading.title == ""


def test_a_forwarded_letter_is_read_too() -> None:
    made = letter("Fwd", "See below.")
    made.add_attachment(letter("Inner", "The wheels are here."))
    reading = reading_of(made.as_bytes(), "a.eml")
    assert paths(reading)["The wheels are here."] == ("Fwd", "Inner")


@pytest.mark.parametrize("charset", ["no-such-thing", "utf-8"])
def test_a_false_name_of_the_letters_does_no_harm(charset: str) -> None:
    data = (
        f"Subject: x\nContent-Type: text/plain; charset={charset}\n"
        "Content-Transfer-Encoding: 8bit\n\nGrün und blau.\n"
    )
    text = reading_of(data.encode("latin-1"), "a.eml").text
    assert "Grün und blau." in text


@pytest.mark.parametrize("data", [b"", b"plain words", b"From: x\0\0", b"%PDF-1.4 x"])
def test_what_is_no_letter_is_told_so(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="it is no e-mail"):
        reading_of(data, "a.eml")


def test_a_letter_whose_parts_cannot_be_told_apart_is_read() -> None:
    data = b"Subject: x\nContent-Type: multipart/mixed\n\nStill here.\n"
    assert "Still here." in reading_of(data, "a.eml").text


def test_letters_within_letters_end_somewhere() -> None:
    made = letter("0", "Innermost.")
    for number in range(12):
        outer = letter(str(number), f"Words {number}.")
        outer.add_attachment(made)
        made = outer
    assert "Words 11." in reading_of(made.as_bytes(), "a.eml").text
    deep = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000
    check_any(b"Subject: deep\n" + deep, "a.eml")


def test_damage_is_refused_or_read() -> None:
    made = letter()
    made.add_alternative("<p>In HTML</p>", subtype="html")
    made.add_attachment(letter("Inner"))
    check_damaged(made.as_bytes(), "a.eml")
