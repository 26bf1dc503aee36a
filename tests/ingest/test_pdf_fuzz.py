"""Bytes at random and broken PDFs give a reading or a reason, and nothing else.

In a process of its own, as PDFium is not Python and might take its process with it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest.layouts import check_order
from ingest.pdfs import BOLD, TEXT, Paper, picture_page

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.pdf import read

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("CITEBACK_TEST_PDF_ROUNDS", "150"))


def sample(*, packed: bool) -> bytes:
    """A small PDF with most of what PDFs have; its streams are readable if not packed."""
    paper = Paper(title="A sample")
    paper.canvas.setPageCompression(int(packed))
    paper.canvas.bookmarkPage("here")
    paper.canvas.addOutlineEntry("Waters", "here", 0)
    paper.canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    paper.words(72, 70, "Waters", 16, BOLD)
    paper.text(72, 100, 220, TEXT, justified=True, hyphens=True)
    paper.text(310, 100, 220, TEXT)
    paper.next()
    picture_page(paper)
    paper.next()
    return paper.data()


def broken(data: bytes, seed: int) -> bytes:
    """The file with some bytes changed, some stretches moved, or its end cut off."""
    chance = random.Random(seed)
    made = bytearray(data)
    for _ in range(chance.choice((1, 3, 30, 300))):
        at = chance.randrange(len(made))
        match chance.randrange(4):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                del made[at : at + chance.randrange(1, 40)]
            case 2:
                other = chance.randrange(len(made))
                made[at:at] = made[other : other + chance.randrange(1, 200)]
            case _:
                made[at : at + 1] = chance.choice(
                    (b"999999999", b"-1", b"0", b"<<", b">>", b"(", b"\xff" * 9, b"R")
                )
        made = made or bytearray(b"x")
    return bytes(made[: chance.randrange(len(made))] if seed % 7 == 0 else made)


def check(data: bytes) -> None:
    try:
        reading = read(data)
    except UnreadableFileError:
        return
    check_order(reading.text, reading.drafts)
    starts = [mark.start for mark in reading.marks]
    assert starts == sorted(set(starts))


def main() -> None:
    """Try them all; the last number printed is that of the one that failed."""
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        print(seed, flush=True)
        check(broken(sample(packed=seed % 2 == 0), seed))


def test_broken_files_give_a_reading_or_a_reason() -> None:
    done = subprocess.run(
        [sys.executable, __file__, "0", str(ROUNDS)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
        timeout=600,
        check=False,
    )
    last = done.stdout.split()[-1:]
    assert done.returncode == 0, (last, done.stderr[-2000:])
    assert last == [str(ROUNDS - 1)]


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes_give_a_reason(data: bytes, headed: bool) -> None:
    with pytest.raises(UnreadableFileError, match="damaged PDF"):
        read(b"%PDF-1.4\n" * headed + data)


if __name__ == "__main__":
    main()
