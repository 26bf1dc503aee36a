"""A page as it looks, and the boxes of what stands on it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from ingest.pdfs import BOLD, TEXT, Paper, Placed, picture_page

from citeback.errors import PageError
from citeback.ingest.formats import pdf_page
from citeback.ingest.formats.pdf import read
from citeback.records import Box, Document, PagePicture, Source, Span

SYSTEM = sorted(Path("/usr/share/doc").glob("*/*.pdf"))


def document(data: bytes) -> Document:
    reading = read(data)
    source = Source("a.pdf", "", "", "", "", "")
    return Document(source, reading.text, reading.drafts, reading.marks)


def boxes(data: bytes, found: Document, span: Span) -> tuple[Box, ...]:
    begins = [block.start for block in found.blocks]
    return pdf_page.boxes(data, found.text, found.marks, span, begins=begins)


def picture(data: bytes, page: int, width: int) -> PagePicture:
    found = document(data)
    return pdf_page.picture(data, found.text, found.marks, page=page, width=width)


def varied() -> Paper:
    """Two pages with a title, two columns, broken words, a table and furniture."""
    paper = Paper()
    for page in range(2):
        paper.words(50, 40, "Journal of rivers", 8)
        paper.centred(815, str(page + 41), 8)
        paper.centred(80, f"Counting for the {page + 1}. time", 16, BOLD)
        for number, x in enumerate((50, 310)):
            y = 120.0
            for turn in range(3):
                words = f"Column {number} of {page}, paragraph {turn}. {TEXT}"
                y = paper.text(x, y, 235, words, 10, justified=True, hyphens=True)
        for row in range(3):
            for x, words in ((60, f"Row {row}"), (200, str(row)), (400, "yes")):
                paper.words(x, 600 + 14 * row, words, 10)
        paper.next()
    return paper


def spans(text: str, placed: list[Placed]) -> list[tuple[Placed, Span]]:
    """Words that stand in the text once, with their span."""
    return [
        (one, Span(text.index(one.word), text.index(one.word) + len(one.word)))
        for one in placed
        if text.count(one.word) == 1 and not one.word.endswith("-")
    ]


def holds(box: Box, one: Placed, paper: Paper) -> bool:
    """Whether the word is in the box, and little else: within half a point."""
    return (
        box.page == one.page + 1
        and abs(box.left * paper.width - one.left) < 0.5
        and abs(box.right * paper.width - one.right) < 0.5
        and box.top * paper.height < one.base - 3
        and one.base <= box.bottom * paper.height < one.base + 5
    )


def test_every_word_is_in_its_box() -> None:
    paper = Paper()
    count = 0
    for page in range(3):
        paper.words(60, 40, f"heading{page}", 9)
        for column, x in enumerate((60, 320)):
            for line in range(12):
                words = [f"w{page}c{column}l{line}n{n}" for n in range(4)]
                paper.words(x, 100 + 12 * line, " ".join(words), 9)
                count += 4
        paper.next()
    data = paper.data()
    found = document(data)
    checked = spans(found.text, paper.placed)
    assert len(checked) >= count
    for one, span in checked:
        (box,) = boxes(data, found, span)
        assert holds(box, one, paper), one


def test_a_paragraph_has_a_box_for_each_line() -> None:
    paper = varied()
    data = paper.data()
    found = document(data)
    start = found.text.index("Column 1 of 1, paragraph 1.")
    end = found.text.index("Column 1 of 1, paragraph 2.")
    bases = sorted(
        {one.base for one in paper.placed if one.page == 1 and one.left >= 310}
    )
    made = boxes(data, found, Span(start, end))
    assert {box.page for box in made} == {2}
    first = next(n for n, base in enumerate(bases) if base > made[0].top * paper.height)
    for box, base in zip(made, bases[first:], strict=False):
        assert box.top * paper.height < base < box.bottom * paper.height
        assert box.left * paper.width >= 309
    assert len(made) > 6


def test_each_block_of_each_page_has_its_boxes() -> None:
    data = varied().data()
    found = document(data)
    for block in found.blocks:
        span = Span(block.start, block.end)
        assert boxes(data, found, span), found.text[block.start : block.end]


def test_lines_that_are_alike_have_each_their_own_box() -> None:
    data = varied().data()
    found = document(data)
    places = []
    at = found.text.find("yes")
    while at >= 0:
        places += boxes(data, found, Span(at, at + 3))
        at = found.text.find("yes", at + 1)
    assert len(places) == len(set(places)) == 6
    assert places == sorted(places, key=lambda box: (box.page, box.top))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_are_where_the_page_shows_the_words(turn: int) -> None:
    paper = Paper(width=600, height=600)
    paper.canvas.setPageRotation(turn)
    paper.words(72, 90, "Upper left", 10)
    data = paper.data()
    (box,) = boxes(data, document(data), Span(0, 10))
    x, y = 90 / paper.width, 87 / paper.height
    at = {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[turn]
    assert box.left < at[0] < box.right
    assert box.top < at[1] < box.bottom


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_of_turned_words_are_where_they_stand(turn: int) -> None:
    paper = Paper(width=600, height=600)
    paper.text(72, 90, 450, TEXT, 11)
    paper.canvas.saveState()
    paper.canvas.translate(300, 200)
    paper.canvas.rotate(turn)
    paper.canvas.setFont("Times-Roman", 12)
    paper.canvas.drawString(0, 0, "Turned words")
    paper.canvas.restoreState()
    data = paper.data()
    found = document(data)
    at = found.text.index("Turned words")
    (box,) = boxes(data, found, Span(at, at + 12))
    # They begin at 300 points from the left and 400 from the top, and are 64 long.
    x, y = {90: (0, -32), 180: (-32, 0), 270: (0, 32)}[turn]
    assert box.left < (300 + x + {90: -3, 180: 0, 270: 3}[turn]) / 600 < box.right
    assert box.top < (400 + y + {90: 0, 180: 3, 270: 0}[turn]) / 600 < box.bottom
    long, short = box.bottom - box.top, box.right - box.left
    assert (long > 3 * short) == (turn != 180)


def test_words_far_apart_on_a_line_have_one_box() -> None:
    paper = Paper()
    paper.words(72, 90, "These stand far apart.", 10, space=20)
    data = paper.data()
    (box,) = boxes(data, document(data), Span(0, 22))
    assert box.right - box.left > 0.2


def test_a_span_over_two_pages_has_boxes_on_both() -> None:
    data = varied().data()
    found = document(data)
    made = boxes(data, found, Span(0, len(found.text)))
    assert {box.page for box in made} == {1, 2}


def test_pages_with_the_same_label_are_told_apart() -> None:
    paper = Paper()
    paper.canvas.addPageLabel(0, style="ARABIC", start=1)
    paper.canvas.addPageLabel(1, style="ARABIC", start=1)
    for words in ("first", "second"):
        paper.words(72, 90, words)
        paper.next()
    data = paper.data()
    found = document(data)
    at = found.text.index("second")
    assert [box.page for box in boxes(data, found, Span(at, at + 6))] == [2]


def test_a_file_with_other_words_is_not_shown_for_the_text() -> None:
    paper = Paper()
    paper.words(72, 90, "Entirely different")
    data, other = paper.data(), document(varied().data())
    with pytest.raises(PageError, match="changed since it was indexed"):
        boxes(data, other, Span(300, 330))
    with pytest.raises(PageError, match="changed since it was indexed"):
        pdf_page.picture(data, other.text, other.marks, page=1, width=100)


def test_a_page_that_is_a_picture_is_shown() -> None:
    paper = Paper()
    paper.words(72, 90, "Words")
    paper.next()
    picture_page(paper)
    assert picture(paper.data(), 2, 100).page == 2


def test_of_words_that_ocr_has_read_the_page_is_told() -> None:
    paper = Paper()
    for number in range(3):
        paper.words(72, 90, f"These words are on page {number}")
        paper.next()
    found = document(paper.data())
    scan = Paper()
    for _ in range(3):
        picture_page(scan)
        scan.next()
    data = scan.data()
    start = found.text.index("These words are on page 1")
    whole = Box(2, 0.0, 0.0, 1.0, 1.0)
    assert boxes(data, found, Span(start, start + 11)) == (whole,)
    made = pdf_page.picture(data, found.text, found.marks, page=2, width=60)
    assert made.page == 2


def test_the_picture_is_as_wide_as_asked_for() -> None:
    made = picture(varied().data(), 2, 321)
    assert (made.page, made.pages, made.label) == (2, 2, "2")
    assert made.png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", made.png[16:24])
    assert abs(width - 321) <= 1
    assert abs(height / width - 842 / 595) < 0.01


def test_a_page_that_is_not_there_is_the_last_one() -> None:
    assert picture(varied().data(), 99, 100).page == 2


@pytest.mark.parametrize("path", SYSTEM, ids=lambda path: path.name)
def test_blocks_of_real_files_have_boxes(path: Path) -> None:
    data = path.read_bytes()
    found = document(data)
    for block in found.blocks[::7]:
        assert boxes(data, found, Span(block.start, block.end))
