"""Subtitles: what is said in paragraphs, each cue with its time."""

from __future__ import annotations

import pytest
from ingest.formats.checking import (
    check_damaged,
    labels,
    reading_of,
    seen,
)

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.subtitles import LONG, LONGEST

SRT = """1
00:00:01,000 --> 00:00:03,500
The mill stood
by the <i>river</i>

2
00:00:03,600 --> 00:00:05,000
{\\an8}until the flood. It was

3
00:00:05,100 --> 00:00:06,000
never rebuilt.

4
00:01:02,500 --> 00:01:04,000
- Who says so?

5
01:01:04,100 --> 01:01:06,000
ANNA: The archive &amp; me.
"""
VTT = """WEBVTT - On mills

STYLE
::cue { color: red }

NOTE written by hand

intro
00:01.000 --> 00:03.000 align:start
<v Anna Röy>The mill <b>stood</b>.</v>

00:03.100 --> 00:05.000
<v.loud Ben>Until when?

NOTE the end
"""


def test_a_person_would_see_this() -> None:
    reading = reading_of(SRT.encode(), "a.srt")
    assert seen(reading) == [
        (
            "paragraph",
            "The mill stood by the river until the flood. It was never rebuilt.",
        ),
        ("paragraph", "- Who says so?"),
        ("paragraph", "ANNA: The archive & me."),
    ]
    assert labels(reading) == [
        ("00:00:01", "The"),
        ("00:00:03", "until"),
        ("00:00:05", "never"),
        ("00:01:02", "-"),
        ("01:01:04", "ANNA:"),
    ]


def test_the_web_form_names_its_speakers() -> None:
    reading = reading_of(VTT.encode(), "a.vtt")
    assert seen(reading) == [
        ("paragraph", "Anna Röy: The mill stood."),
        ("paragraph", "Ben: Until when?"),
    ]
    assert labels(reading) == [("00:00:01", "Anna"), ("00:00:03", "Ben:")]


def test_captions_that_roll_are_said_once() -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\nthe mill\n\n"
        "00:03.000 --> 00:05.000\nthe mill\nstood<00:03.500><c> there</c>\n\n"
        "00:05.000 --> 00:06.000\nstood there\n"
    )
    assert reading_of(text.encode(), "a.vtt").text == "the mill stood there"


def test_what_is_said_twice_stays_twice() -> None:
    text = "1\n00:00:01,0 --> 00:00:02,0\nNo\n\n2\n00:00:02,0 --> 00:00:03,0\nNo\n"
    assert reading_of(text.encode(), "a.srt").text == "No No"


def test_a_pause_ends_a_paragraph() -> None:
    text = "1\n00:00:01,0 --> 00:00:02,0\nand so\n\n2\n00:00:05,5 --> 00:00:06,0\non\n"
    assert reading_of(text.encode(), "a.srt").text == "and so\n\non"


def test_numbers_are_spoken_too() -> None:
    text = "1\n00:00:01,0 --> 00:00:02,0\nIn\n1890\n\n2\n00:00:02,0 --> 00:00:03,0\n7\n"
    assert reading_of(text.encode(), "a.srt").text == "In 1890 7"


def cues(words: str, count: int) -> bytes:
    times = (
        f"{n}\n00:{n // 60:02}:{n % 60:02},0 --> 00:{(n + 1) // 60:02}:{(n + 1) % 60:02},0"
        for n in range(count)
    )
    return "\n\n".join(f"{one}\n{words}" for one in times).encode()


def test_long_speech_is_parted_at_sentences_and_never_grows_without_end() -> None:
    sentences = reading_of(cues("The mill stood there all the time.", 60), "a.srt")
    assert len(sentences.drafts) > 3
    assert all(b.end - b.start < LONG + 100 for b in sentences.drafts)
    endless = reading_of(cues("and on and on", 300), "a.srt")
    assert all(b.end - b.start < LONGEST + 100 for b in endless.drafts)


def test_windows_line_ends_and_letters() -> None:
    data = SRT.replace("river", "rivière").replace("\n", "\r\n").encode("cp1252")
    reading = reading_of(data, "a.srt")
    assert "rivière until" in reading.text
    assert "Windows-1252" in reading.remark


@pytest.mark.parametrize("data", [b"", b"plain words", b"WEBVTT\n\nNOTE nothing\n"])
def test_without_times_there_are_no_subtitles(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="no times stand in it"):
        reading_of(data, "a.srt")


def test_damage_is_refused_or_read() -> None:
    check_damaged(SRT.encode(), "a.srt")
    check_damaged(VTT.encode(), "a.vtt")
