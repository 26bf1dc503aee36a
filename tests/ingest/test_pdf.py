"""PDF: what a person would see on the pages, in the order they would read it."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from doubles import WordHashEncoder
from ingest.layouts import check_order, items, shown
from ingest.pdfs import BOLD, TEXT, Paper, picture_page
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from citeback.errors import UnreadableFileError
from citeback.index import stamps
from citeback.ingest import worker
from citeback.ingest.formats import pdf_ocr
from citeback.ingest.formats.pdf import read
from citeback.ingest.layout import lay_out
from citeback.ingest.reading import Reading
from citeback.library import Library
from citeback.records import BlockKind
from citeback.settings import Settings

SYSTEM = sorted(Path("/usr/share/doc").glob("*/*.pdf"))
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def looked(reading: Reading) -> list[tuple[str, str]]:
    check_order(reading.text, reading.drafts)
    return shown(reading.text, reading.drafts)


def words_of(reading: Reading, kind: BlockKind) -> list[str]:
    return [words for name, words in looked(reading) if name == kind.value]


def column(paper: Paper, x: float, y: float, name: str, count: int) -> float:
    """Paragraphs that say which column and paragraph they are, with broken words."""
    for number in range(count):
        words = f"This is {name} {number} of the column. {TEXT}"
        y = paper.text(x, y, 235, words, indent=12, justified=True, hyphens=True)
    return y


def test_two_columns_are_read_one_after_the_other() -> None:
    paper = Paper()
    paper.centred(80, "River mussels and their wardens", 18, BOLD)
    column(paper, 50, 130, "left", 4)
    column(paper, 310, 130, "right", 4)
    found = looked(read(paper.data()))
    assert found[0] == ("heading", "River mussels and their wardens")
    begins = [words.split()[2:4] for _, words in found[1:]]
    assert begins == [[side, str(n)] for side in ("left", "right") for n in range(4)]


def test_columns_whose_lines_are_not_level_are_read_so_too() -> None:
    paper = Paper()
    column(paper, 50, 130, "left", 3)
    column(paper, 310, 135, "right", 3)
    begins = [words.split()[2:4] for _, words in looked(read(paper.data()))]
    assert begins == [[side, str(n)] for side in ("left", "right") for n in range(3)]


def test_a_title_between_two_pairs_of_columns_parts_them() -> None:
    paper = Paper()
    low = column(paper, 50, 100, "upper-left", 2)
    column(paper, 310, 100, "upper-right", 2)
    paper.centred(
        low + 25, "A title in the midst of the page, over both columns", 14, BOLD
    )
    column(paper, 50, low + 60, "lower-left", 2)
    column(paper, 310, low + 60, "lower-right", 2)
    kinds = [words.split()[2] for _, words in looked(read(paper.data()))]
    expected = ["upper-left"] * 2 + ["upper-right"] * 2 + ["in"]
    assert kinds == [*expected, *["lower-left"] * 2, *["lower-right"] * 2]


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    paper = Paper()
    words = f"{TEXT}{TEXT}"
    half = words[: words.index("written")]
    paper.text(50, 100, 235, half, justified=True)
    last = paper.placed[-1]
    paper.text(310, 100, 235, words[len(half) :], justified=True)
    # The last line of the left column is full only if the text broke there.
    reading = read(paper.data())
    assert last.word == "line,"
    assert [words for _, words in looked(reading)] == [" ".join(words.split())]


def test_words_broken_at_a_lines_end_are_whole_again() -> None:
    paper = Paper()
    y = column(paper, 50, 100, "left", 4)
    paper.words(50, y + 20, "The wardens' report names remark-")
    paper.words(50, y + 32, "able things, and well-")
    paper.words(50, y + 44, "known places.")
    reading = read(paper.data())
    assert "remarkable things" in reading.text
    assert "well-known places" in reading.text
    assert Counter(reading.text.split())["counting"] == 4


def test_heads_feet_and_page_numbers_are_furniture() -> None:
    paper = Paper()
    for page in range(4):
        paper.words(72, 40, "Annual report 2024", 9)
        paper.words(400, 40, f"Section {page}", 9)
        paper.words(290, 810, f"Page {page + 1} of 4", 9)
        paper.text(72, 90, 450, f"The text of page number {page}. {TEXT}", 11)
        paper.next()
    reading = read(paper.data())
    furniture = [b for b in reading.drafts if b.kind is BlockKind.FURNITURE]
    notes = Counter(block.note for block in furniture)
    assert notes == {"runs along the head of the pages": 8, "a page number": 4}
    assert len(words_of(reading, BlockKind.PARAGRAPH)) == 4


def test_what_comes_again_within_the_text_is_text() -> None:
    paper = Paper()
    for _ in range(3):
        paper.text(72, 90, 450, f"The same words on each page. {TEXT}", 11)
        paper.next()
    assert words_of(read(paper.data()), BlockKind.FURNITURE) == []


def test_a_paragraph_may_run_over_the_end_of_a_page() -> None:
    paper = Paper()
    for page, words in enumerate(("and so the river", "went on to the sea.")):
        paper.text(72, 760 if not page else 90, 450, TEXT if not page else words, 11)
        if not page:
            last = paper.placed[-1].base
            width = 450 - 60
            paper.text(72, last + 13.2, width, f"{TEXT[:61]} {words}", 11)
            paper.words(400, last + 13.2, "flowed and bent and", 11)
        paper.next()
    reading = read(paper.data())
    first, second = reading.marks
    block = next(b for b in reading.drafts if b.start <= second.start < b.end)
    assert (first.start, first.label, second.label) == (0, "1", "2")
    assert block.start < second.start
    assert reading.text[second.start :].startswith("went on to the sea.")


def test_a_footnote_is_a_note_and_its_number_a_raised_one() -> None:
    paper = Paper()
    for page in range(2):
        y = paper.text(72, 90, 450, TEXT, 11)
        end = paper.words(72, y, "They were counted", 11)
        paper.words(end - 3, y - 4, "1", 7)
        paper.words(end + 2, y, "at dawn.", 11)
        paper.words(72, 760, "1", 6)
        paper.text(
            77, 763, 440, f"See the ledger of parish {page}, which is long.", 8.5
        )
        paper.next()
    reading = read(paper.data())
    assert words_of(reading, BlockKind.NOTE) == [
        f"¹ See the ledger of parish {page}, which is long." for page in range(2)
    ]
    assert reading.text.count("They were counted¹ at dawn.") == 2


def test_headings_have_depths_by_their_size() -> None:
    paper = Paper()
    y = 80.0
    for words, size in (
        ("River Report", 22),
        ("1. Waters", 15),
        ("1.1 Upper bank", 12),
    ):
        paper.words(72, y, words, size, BOLD)
        y = paper.text(72, y + 26, 450, TEXT * 2, 11) + 20
    paper.words(72, y, "2. People", 15, BOLD)
    paper.text(72, y + 26, 450, TEXT * 2, 11)
    reading = read(paper.data())
    blocks = lay_out(reading.drafts)
    levels = [(b.level, b.start) for b in blocks if b.kind is BlockKind.HEADING]
    assert [level for level, _ in levels] == [1, 2, 3, 2]
    assert blocks[5].headings == ("River Report", "1. Waters", "1.1 Upper bank")
    assert blocks[7].headings == ("River Report", "2. People")


def test_the_outline_tells_headings_that_look_like_text() -> None:
    paper = Paper()
    for page, name in enumerate(("Waters", "People")):
        for level in range(2):
            key = f"{page}{level}"
            title = f"{name} {'in general' if not level else 'by name'}"
            paper.canvas.bookmarkPage(key)
            paper.canvas.addOutlineEntry(title, key, level)
            paper.words(72, 90 + 200 * level, title, 11)
            paper.text(72, 112 + 200 * level, 450, TEXT, 11)
        paper.next()
    found = [b for b in read(paper.data()).drafts if b.kind is BlockKind.HEADING]
    assert [(b.headings[0], b.level) for b in found] == [
        ("Waters in general", 1), ("Waters by name", 2),
        ("People in general", 1), ("People by name", 2),
    ]  # fmt: skip


def test_a_list_has_its_items_and_what_leads_into_it() -> None:
    paper = Paper()
    y = paper.text(72, 90, 450, TEXT, 11) + 8
    y = paper.text(72, y, 450, "The wardens found three things:", 11) + 4
    for words in (
        f"Mussels live longer. {TEXT[:120]}",
        "People come.",
        "Nobody counts.",
    ):
        paper.words(90, y, "•", 11)
        y = paper.text(108, y, 415, words, 11) + 2
    paper.text(72, y + 10, 450, TEXT, 11)
    reading = read(paper.data())
    block = reading.drafts[1]
    assert [b.kind.value for b in reading.drafts] == ["paragraph", "list", "paragraph"]
    assert reading.text[block.start :].startswith("The wardens found three things:\n•")
    assert [one[:10] for one in items(reading.text, block)] == [
        "• Mussels ", "• People c", "• Nobody c",
    ]  # fmt: skip


def test_a_tables_rows_have_their_cells_and_its_header() -> None:
    paper = Paper()
    y = paper.text(72, 90, 450, TEXT, 11) + 20
    for row in (
        ("Year", "Households", "Mussels per basket"),
        ("2021", "112", "34"),
        ("2022", "98", "31"),
        ("2023", "87", "12 at low water"),
    ):
        for x, words in zip((80, 220, 340), row, strict=True):
            paper.words(x, y, words, 10, BOLD if row[0] == "Year" else "Times-Roman")
        y += 16
    paper.text(72, y + 20, 450, TEXT, 11)
    reading = read(paper.data())
    rows = [block for block in reading.drafts if block.kind is BlockKind.ROW]
    header = {block.lead_in for block in rows}.pop()
    assert header is not None
    assert reading.text[header.start : header.end] == (
        "Year | Households | Mussels per basket"
    )
    assert [items(reading.text, block) for block in rows] == [
        ["2021", "112", "34"], ["2022", "98", "31"], ["2023", "87", "12 at low water"],
    ]  # fmt: skip


def test_a_tables_drawn_lines_tell_its_cells() -> None:
    paper = Paper()
    paper.text(72, 60, 450, TEXT, 11)
    across, down = (72, 130, 300, 380), (150, 170, 214, 250)
    for x in across:
        paper.canvas.line(x, paper.height - down[0], x, paper.height - down[-1])
    for y in down:
        paper.canvas.line(across[0], paper.height - y, across[-1], paper.height - y)
    ledger = "Publish the ledger of the parish in full and keep all its numbers"
    cells = (
        ("Ministry", "Promise", "Deadline"),
        ("Waters and the Fisheries", ledger, "June 2024"),
        ("Interior", "Train forty wardens", ""),
    )  # fmt: skip
    for y, row in zip(down, cells, strict=False):
        for left, right, words in zip(across, across[1:], row, strict=False):
            paper.text(left + 2, y + 12, right - left - 3, words, 10)
    paper.text(72, 280, 450, TEXT, 11)
    reading = read(paper.data())
    rows = [block for block in reading.drafts if block.kind is BlockKind.ROW]
    assert [items(reading.text, block) for block in rows][-2:] == [
        ["Waters and the Fisheries", ledger, "June 2024"],
        ["Interior", "Train forty wardens"],
    ]  # fmt: skip
    assert rows[-1].lead_in is not None
    assert reading.text[rows[-1].lead_in.start :].startswith(
        "Ministry | Promise | Dead"
    )
    assert looked(reading)[0][1] == looked(reading)[-1][1] == TEXT.strip()


def test_numbers_at_the_right_of_their_column_are_in_it() -> None:
    paper = Paper()
    rows = (("Item", "2023"), ("Baskets", "1,200"), ("Wages", "34,000"), ("Ink", "12"))
    for number, (name, value) in enumerate(rows):
        paper.words(72, 90 + 16 * number, name, 10)
        x = 200 if not number else 290 - 5 * len(value)
        paper.words(x, 90 + 16 * number, value, 10)
    reading = read(paper.data())
    assert "Baskets | 1,200\n" in reading.text


def test_wide_spaces_in_narrow_columns_make_no_table() -> None:
    paper = Paper()
    long = "extraordinarily complicated documentation mentions intergovernmental "
    words = f"{long}responsibilities. Then {long}responsibilities of all. " * 4
    for x in (50, 190, 330):
        paper.text(x, 90, 120, f"{TEXT}{words}{TEXT}", 10, justified=True)
    found = looked(read(paper.data()))
    assert {kind for kind, _ in found} == {"paragraph"}
    assert [words for _, words in found] == [
        " ".join(f"{TEXT}{words}{TEXT}".split())
    ] * 3


def test_a_programs_source_keeps_its_lines() -> None:
    paper = Paper()
    y = paper.text(72, 90, 450, TEXT, 11) + 20
    source = ("def count(basket):", "x = basket", "yyyyy = basket.all", "return x")
    for line in source:
        paper.words(90, y, line, 10, "Courier")
        y += 12
    paper.text(72, y + 20, 450, TEXT, 11)
    assert "\n\n" + "\n".join(source) + "\n\n" in read(paper.data()).text


def test_lines_that_end_early_stay_lines() -> None:
    paper = Paper()
    y = paper.text(72, 90, 450, TEXT, 11) + 20
    for words in ("Parish of Saint Anne", "12 River Lane", "Upper Bank"):
        paper.words(72, y, words, 11)
        y += 13
    paper.text(72, y + 20, 450, TEXT, 11)
    assert (
        "Parish of Saint Anne\n12 River Lane\nUpper Bank\n\n" in read(paper.data()).text
    )


def test_every_word_that_was_written_is_there() -> None:
    paper = Paper()
    for page in range(3):
        paper.words(50, 40, "Journal of rivers", 8)
        paper.centred(815, str(page + 41), 8)
        column(paper, 50, 100, "left", 6)
        column(paper, 310, 106, "right", 5)
        paper.words(310, 770, "Table 1", 9)
        paper.next()
    written = Counter("".join(placed.word for placed in paper.placed).replace("-", ""))
    reading = read(paper.data())
    assert Counter("".join(reading.text.split()).replace("-", "")) == written
    blocks = "".join(reading.text[b.start : b.end] for b in reading.drafts)
    assert "".join(blocks.split()) == "".join(reading.text.split())


def test_pages_have_the_labels_that_the_file_gives_them() -> None:
    paper = Paper()
    paper.canvas.addPageLabel(0, style="ROMAN_LOWER", start=4)
    paper.canvas.addPageLabel(1, style="ARABIC", start=1)
    for _ in range(2):
        paper.text(72, 90, 450, TEXT, 11)
        paper.next()
    assert [mark.label for mark in read(paper.data()).marks] == ["iv", "1"]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_may_be_turned(turn: int) -> None:
    paper = Paper(width=600, height=600)
    paper.text(72, 90, 450, TEXT, 11)
    plain = read(paper.data()).text
    paper = Paper(width=600, height=600)
    paper.canvas.setPageRotation(turn)
    paper.text(72, 90, 450, TEXT, 11)
    assert read(paper.data()).text == plain


def test_writing_up_the_margin_is_apart_from_the_text() -> None:
    paper = Paper()
    paper.canvas.saveState()
    paper.canvas.rotate(90)
    paper.canvas.setFont("Times-Roman", 14)
    paper.canvas.drawString(300, -30, "Received on Monday")
    paper.canvas.restoreState()
    paper.text(72, 90, 450, TEXT, 11)
    assert [words for _, words in looked(read(paper.data()))] == [
        TEXT.strip(), "Received on Monday",
    ]  # fmt: skip


@pytest.mark.skipif(not DEJAVU.exists(), reason="no font with Hebrew letters here")
def test_words_from_right_to_left_are_in_the_order_of_reading() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", DEJAVU))
    words = "שלום רב לכל הקוראים בשנת 2024 כאן"
    paper = Paper()
    seen = " ".join(
        word if word.isdigit() else word[::-1] for word in reversed(words.split())
    )
    paper.words(200, 90, seen, 12, "DejaVu")
    assert read(paper.data()).text == words


@pytest.mark.skipif(not DEJAVU.exists(), reason="no font with Arabic letters here")
def test_the_order_in_the_file_of_words_from_right_to_left_does_not_matter() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", DEJAVU))
    words = "كان النهر منخفضا في ذلك الصيف"
    paper = Paper()
    x = 500.0
    for word in words.split():
        x -= pdfmetrics.stringWidth(word, "DejaVu", 12) + 4
        paper.words(x, 90, word[::-1], 12, "DejaVu")
    assert read(paper.data()).text == words


def test_what_the_file_says_of_itself() -> None:
    paper = Paper(title="River mussels", author="N. Writer")
    paper.text(72, 90, 450, TEXT, 11)
    found = read(paper.data())
    assert (found.title, found.author, found.date) == (
        "River mussels", "N. Writer", "2000-01-01",
    )  # fmt: skip


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - draft.doc", "untitled", "report_final.pdf", "Untitled-1"],
)
def test_a_title_that_is_none(title: str) -> None:
    paper = Paper(title=title)
    paper.text(72, 90, 450, TEXT, 11)
    assert read(paper.data()).title == ""


def test_ligatures_and_soft_signs_are_plain_letters() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", DEJAVU))
    paper = Paper()
    paper.words(72, 90, "The ﬁnal oﬃce ﬂoor, co\u00adop.", 12, "DejaVu")
    assert read(paper.data()).text.startswith("The final office floor,")


def test_hidden_text_and_text_beside_the_page_are_not_seen() -> None:
    paper = Paper()
    paper.text(72, 90, 450, TEXT, 11)
    for mode, x, words in ((3, 72, "Hidden words"), (0, 900, "Beside the page")):
        line = paper.canvas.beginText(x, 300)
        line.setTextRenderMode(mode)
        line.textOut(words)
        paper.canvas.drawText(line)
    assert read(paper.data()).text == TEXT.strip()


def test_text_that_is_cut_off_is_not_seen() -> None:
    paper = Paper()
    paper.canvas.setCropBox((0, 500, 595, 842))
    paper.text(72, 90, 450, TEXT, 11)
    paper.words(72, 600, "Below the cut", 11)
    assert read(paper.data()).text == TEXT.strip()


def test_the_hidden_text_of_a_scan_is_its_text() -> None:
    paper = Paper()
    picture_page(paper)
    line = paper.canvas.beginText(72, 700)
    line.setTextRenderMode(3)
    line.textOut("Words that were recognized")
    paper.canvas.drawText(line)
    assert read(paper.data()).text == "Words that were recognized"


def test_pages_that_are_pictures_are_named() -> None:
    paper = Paper()
    for page in range(6):
        if page in (1, 2, 4):
            picture_page(paper)
        else:
            paper.text(72, 90, 450, TEXT, 11)
        paper.next()
    reading = read(paper.data())
    assert reading.remark == (
        "pages 2–3, 5 are pictures without text; run OCR: ocrmypdf in.pdf out.pdf"
    )
    assert [mark.label for mark in reading.marks] == ["1", "4", "6"]


def scan() -> bytes:
    paper = Paper()
    picture_page(paper)
    return paper.data()


def test_a_scan_without_text_is_said_to_be_one() -> None:
    with pytest.raises(UnreadableFileError, match=r"it is a scan: .*ocrmypdf in\.pdf"):
        read(scan())


@pytest.fixture
def ocr_seconds() -> Iterator[Callable[[int], object]]:
    """Lets OCR take so many seconds; it is off before and afterwards."""
    before = pdf_ocr.seconds.set(0)
    yield pdf_ocr.seconds.set
    pdf_ocr.seconds.reset(before)


def fake_ocr(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "ocrmypdf"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def recognizing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OCR that finds some words in whatever it is given."""
    paper = Paper()
    paper.words(72, 90, "Words that were recognized")
    (folder / "made.pdf").write_bytes(paper.data())
    fake_ocr(folder, monkeypatch, f'for last; do :; done; cp {folder}/made.pdf "$last"')


def test_a_scan_is_given_text_where_that_is_wished(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ocr_seconds: Callable[[int], object],
) -> None:
    recognizing(tmp_path, monkeypatch)
    with pytest.raises(UnreadableFileError, match="it is a scan"):
        read(scan())
    ocr_seconds(20)
    found = read(scan())
    assert found.text == "Words that were recognized"
    assert found.remark == "its text was made by OCR from pictures of its pages"


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo no language data >&2; exit 3", "OCR failed .no language data"),
     ('for last; do :; done; cp "$4" "$last"', "OCR found no words")],
)  # fmt: skip
def test_ocr_that_fails_is_explained(
    script: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ocr_seconds: Callable[[int], object],
) -> None:
    fake_ocr(tmp_path, monkeypatch, script)
    ocr_seconds(20)
    with pytest.raises(UnreadableFileError, match=said):
        read(scan())


def test_ocr_that_takes_too_long_is_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ocr_seconds: Callable[[int], object],
) -> None:
    fake_ocr(tmp_path, monkeypatch, "exec sleep 60")
    ocr_seconds(1)
    with pytest.raises(UnreadableFileError, match="OCR took longer than 1 s"):
        read(scan())


@pytest.mark.parametrize("ocr", [True, False])
def test_a_setting_in_python_lets_scans_be_given_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ocr: bool
) -> None:
    recognizing(tmp_path, monkeypatch)
    one = worker.Worker()  # that has the new PATH
    monkeypatch.setattr(worker, "SHARED", one)
    content = tmp_path / "content"
    content.mkdir()
    (content / "scan.pdf").write_bytes(scan())
    settings = Settings(content=content, index=tmp_path / "index", ocr=ocr)
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        report = library.update()
    one.stop()
    assert report.added == (("scan.pdf",) if ocr else ())


def test_what_ocr_has_read_stays_when_it_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizing(tmp_path, monkeypatch)
    one = worker.Worker()  # that has the new PATH
    monkeypatch.setattr(worker, "SHARED", one)
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", 0)
    content = tmp_path / "content"
    content.mkdir()
    (content / "scan.pdf").write_bytes(scan())
    held = []
    for ocr in (False, True, False):
        settings = Settings(content=content, index=tmp_path / "index", ocr=ocr)
        with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
            library.update()
            held.append(library.size().documents)
    one.stop()
    assert held == [0, 1, 1]


def test_a_locked_file_is_said_to_be_one() -> None:
    paper = Paper(encrypt=StandardEncryption("secret"))
    paper.text(72, 90, 450, TEXT, 11)
    with pytest.raises(UnreadableFileError, match="locked with a password"):
        read(paper.data())


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4", b"no pdf at all", b"%PDF-1.4\n" * 99]
)
def test_a_damaged_file_is_said_to_be_one(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="damaged PDF"):
        read(data)


def test_two_thousand_pages_are_read() -> None:
    paper = Paper()
    for page in range(2000):
        paper.words(72, 90, f"This is the one line of page {page + 1} of the book.")
        paper.words(300, 810, str(page + 1), 8)
        paper.next()
    reading = read(paper.data())
    assert [mark.label for mark in reading.marks] == [str(n + 1) for n in range(2000)]
    assert len(words_of(reading, BlockKind.PARAGRAPH)) == 2000


@pytest.mark.parametrize("path", SYSTEM, ids=lambda path: path.name)
def test_pdfs_that_are_about_are_read(path: Path) -> None:
    reading = read(path.read_bytes())
    check_order(reading.text, reading.drafts)
    assert len(reading.marks) > 1
