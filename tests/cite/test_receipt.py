"""A receipt as a line of text: out, through what texts go through, and back."""

from __future__ import annotations

import hashlib
import html
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citeback.cite.receipt import WRITTEN_DIGITS, receipt_of, receipt_text
from citeback.cite.records import Receipt, WrittenReceipt
from citeback.cite.written import DAMAGED, read_receipts
from citeback.records import (
    Block,
    BlockKind,
    Document,
    Locator,
    LocatorKind,
    Mark,
    Source,
    Span,
)

TEXT = "A heading\n\nIt cost 12 euros. Nobody “paid” it.\n\nThe end of it."
BLOCKS = (
    Block(BlockKind.HEADING, 0, 9, 0, (), 1, (), ""),
    Block(BlockKind.PARAGRAPH, 11, 46, 1, ("A heading",), 0, (), ""),
    Block(BlockKind.PARAGRAPH, 48, 62, 2, ("A heading",), 0, (), ""),
)
MARKS = (
    Mark(0, LocatorKind.PAGE, "iv"),
    Mark(30, LocatorKind.PAGE, "v–b, x"),
)


def document(path: str = "a.txt", text: str = TEXT) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = Source(path, digest, "Costs", "", "", "https://example.org/")
    return Document(source, text, BLOCKS, MARKS)


def written(receipt: Receipt) -> WrittenReceipt:
    """What should come back."""
    return WrittenReceipt(
        path=receipt.path,
        document=receipt.document[:WRITTEN_DIGITS],
        start=receipt.start,
        end=receipt.end,
        digest=receipt.digest[:WRITTEN_DIGITS],
        paragraph=receipt.paragraph,
        locator=receipt.locator,
        build=receipt.build,
    )


COST = receipt_of(document(), Span(11, 28), 7)
LINE = receipt_text(COST)


def test_a_receipt_says_all_that_proves_a_quote() -> None:
    made = receipt_of(document(), Span(11, 28), 7)
    assert made == Receipt(
        path="a.txt",
        title="Costs",
        url="https://example.org/",
        document=hashlib.sha256(TEXT.encode()).hexdigest(),
        start=11,
        end=28,
        quote="It cost 12 euros.",
        digest=hashlib.sha256(b"It cost 12 euros.").hexdigest(),
        prefix="A heading\n\n",
        suffix=" Nobody “paid” it.\n\nThe end of it.",
        paragraph=1,
        locator=Locator(LocatorKind.PAGE, "iv", "iv"),
        times=1,
        twins=1,
        build=7,
    )


def test_its_line_is_as_the_docs_say() -> None:
    assert LINE == (
        "citeback:a.txt#char=11,28;doc=2f636116174aa7a6c33d7290f6197e9c;"
        "quote=2d6612a313468b8ac1b256f4e1a4affa;par=1;page=iv;build=7;check=95882b5d"
    )


@pytest.mark.parametrize("span", [Span(3, 3), Span(-1, 3), Span(60, 63), Span(5, 2)])
def test_what_is_no_stretch_has_no_receipt(span: Span) -> None:
    with pytest.raises(ValueError, match="is no stretch of 62 letters"):
        receipt_of(document(), span, 7)


def test_a_stretch_over_two_pages_names_both() -> None:
    receipt = receipt_of(document(), Span(11, 40), 7)
    assert receipt.locator == Locator(LocatorKind.PAGE, "iv", "v–b, x")
    (read,) = read_receipts(receipt_text(receipt))
    assert read.receipt == written(receipt)


@given(st.text(min_size=1), st.data())
@settings(max_examples=150)
def test_any_path_and_stretch_come_back(path: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    receipt = receipt_of(document(path), Span(start, end), data.draw(st.integers(0)))
    line = receipt_text(receipt)
    assert not set(line) - set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.%#=,;"
    )
    text = f"He said so ({line}). More of it."
    (read,) = read_receipts(text)
    assert read.receipt == written(receipt)
    assert text[read.span.start : read.span.end] == line
    assert read.problem == ""


def test_dots_in_a_row_cannot_be_made_one_sign() -> None:
    line = receipt_text(receipt_of(document("a..b...txt"), Span(0, 1), 1))
    assert ".." not in line
    (read,) = read_receipts(line)
    assert read.receipt is not None
    assert read.receipt.path == "a..b...txt"


GONE_THROUGH = {
    "wrapped": lambda t: "\n".join(textwrap.wrap(t, 40)),
    "cut at any letter": lambda t: "\r\n".join(textwrap.wrap(t, 23)),
    "quoted mail": lambda t: textwrap.indent("\n".join(textwrap.wrap(t, 60)), "> > "),
    "indented quote": lambda t: textwrap.indent(
        "\n".join(textwrap.wrap(t, 60)), "   > "
    ),
    "hyphenated": lambda t: "-\n    ".join(textwrap.wrap(t, 50)),
    "escaped Markdown": lambda t: t.replace("#", "\\#").replace("=", "\\="),
    "HTML": lambda t: html.unescape(html.escape(t)),
    "no-break spaces": lambda t: t.replace(";", "; ").replace(" ", "\u00a0"),
    "soft hyphens": lambda t: t.replace(";", "\u00ad;\u200b"),
    "capitals": lambda t: t.replace("citeback:", "Citeback:"),
}


@pytest.mark.parametrize("way", GONE_THROUGH)
def test_receipts_survive_what_texts_go_through(way: str) -> None:
    other = receipt_of(document("Bericht – neu_2.txt"), Span(29, 46), 12)
    text = f"One thing. {LINE} And then the other: {receipt_text(other)}, he said."
    reads = read_receipts(GONE_THROUGH[way](text))
    assert [read.receipt for read in reads] == [written(COST), written(other)]


@given(st.integers(0, len(LINE) - 1), st.sampled_from("x7e;=# Z"))
def test_a_changed_letter_is_noticed(at: int, sign: str) -> None:
    damaged = LINE[:at] + sign + LINE[at + 1 :]
    told = read_receipts(f"Before. {damaged}. After.")
    if damaged.lower().startswith("citeback:") and damaged[9:] == LINE[9:]:
        assert told[0].receipt == written(COST)
    else:
        assert [(one.receipt, one.problem) for one in told] == [(None, DAMAGED)]


@given(st.integers(0, len(LINE) - 1), st.integers(1, 60))
def test_lost_letters_are_noticed(at: int, count: int) -> None:
    left = LINE[:at] + LINE[at + count :]
    told = read_receipts(f"Before. {left}. After.")
    if "#char=" in left or ";doc=" in left:
        assert [(one.receipt, one.problem) for one in told] == [(None, DAMAGED)]
    assert all(one.receipt is None for one in told)


def test_only_the_damaged_one_of_two_is_told() -> None:
    damaged = LINE.replace("char=11", "char=10")
    first, second = read_receipts(f"{damaged} and {LINE}")
    assert (first.receipt, first.problem) == (None, DAMAGED)
    assert second.receipt == written(COST)


def test_prose_about_citeback_is_no_receipt() -> None:
    text = "Citeback: a tool; it cites. See citeback:docs, and #chapter=3; check=no."
    assert read_receipts(text) == ()


def test_a_receipt_knows_its_own_document_and_quote() -> None:
    (read,) = read_receipts(LINE)
    assert read.receipt is not None
    assert read.receipt.names(COST.document)
    assert not read.receipt.names("0" * 64)
    assert read.receipt.proves(COST.digest)
    assert not read.receipt.proves(COST.document)
