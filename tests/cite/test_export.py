"""Exported dossiers, read back by our own readers: every quote and receipt is there."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from citeback.cite.dossier import Dossier, pin_of
from citeback.cite.export.content import Content, Labels, content_of
from citeback.cite.export.docx import docx_bytes
from citeback.cite.export.html import as_html
from citeback.cite.export.markdown import _quoted, as_markdown
from citeback.cite.export.pdf import pdf_bytes
from citeback.cite.receipt import digest_of, receipt_of
from citeback.cite.referencing.facts import facts_of
from citeback.cite.referencing.references import READ_BY_PEOPLE, Style
from citeback.cite.written import read_receipts
from citeback.ingest.read import read
from citeback.records import Block, BlockKind, Document, Source, Span

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = (
    'He *said* <b>"it"</b> & #let x = 1; $a_b$ \\n `code` [^1] ![i](http://x.y/z)\n'
    "# no heading\n1. no list\n- dash  two  spaces, ]]> <!-- --> {x} @y ~z~ | a | #"
)
ARABIC = "وقال الجاحظ: الكتاب نعم الذخر والعقدة."
PLAIN = "The workshop was held in Kathmandu, and “nobody” paid 12,000 euros for it."
NOTE = "My <i>note</i> *x* #y\nwith a second line."
QUESTION = 'what did "he" <say> #now?'


def content(
    *quotes: str,
    style: Style = Style.CHICAGO_NOTES,
    title: str = "A *title* <b> #x $y$",
) -> Content:
    pins, facts = [], {}
    for n, quote in enumerate(quotes):
        text = f"Before it. {quote} After it."
        source = Source(
            f"d{n} <x>.txt", digest_of(text), f"T{n} </title>{title}", "", "", ""
        )
        block = Block(BlockKind.PARAGRAPH, 0, len(text), 1, (), 0, (), "")
        document = Document(source, text, (block,))
        receipt = receipt_of(document, Span(11, 11 + len(quote)), 3)
        pin = pin_of(document, receipt, question=QUESTION, asked="2026-11-23T09:00:00Z")
        pins.append(replace(pin, note=NOTE))
        facts[source.path] = facts_of(source, {})
    dossier = Dossier(title, tuple(pins), 1)
    made = "2026-11-23T10:00:00Z"
    return content_of(dossier, facts, style, made=made, labels=Labels())


def written(content: Content, ending: str) -> bytes:
    if ending == ".docx":
        return docx_bytes(content)
    if ending == ".pdf":
        return pdf_bytes(content)
    text = as_markdown(content) if ending == ".md" else as_html(content)
    return text.encode()


def read_back(made: bytes, ending: str, folder: Path) -> str:
    file = folder / f"dossier{ending}"
    file.write_bytes(made)
    return read(file, file.name, max_bytes=10**7).text


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("style", READ_BY_PEOPLE)
@pytest.mark.parametrize("ending", [".docx", ".md", ".html", ".pdf"])
def test_our_readers_find_every_quote_and_its_receipt(
    style: Style, ending: str, tmp_path: Path
) -> None:
    said = content(PLAIN, ARABIC, style=style)
    text = read_back(written(said, ending), ending, tmp_path)
    # A page's text has line ends of its own, and PDFs hold Arabic in forms of letters.
    shown = squeezed(unicodedata.normalize("NFKC", text)) if ending == ".pdf" else text
    assert PLAIN in shown
    if ending != ".pdf":
        assert ARABIC in text
    receipts = [one.receipt for one in read_receipts(text)]
    wanted = [item.pin.receipt for item in said.items]
    assert [(r.start, r.end) for r in receipts if r] == [
        (r.start, r.end) for r in wanted
    ]
    for one, item in zip(receipts, said.items, strict=True):
        assert one is not None
        assert item.pin.receipt.digest.startswith(one.digest)
    assert QUESTION.replace("<", "\\<") in shown or QUESTION in shown
    assert "second line" in shown
    assert "author, date, publisher" in shown


def test_hostile_letters_stay_letters_in_html(tmp_path: Path) -> None:
    text = read_back(written(content(HOSTILE), ".html"), ".html", tmp_path)
    assert squeezed(HOSTILE) in squeezed(text)  # spaces in a row are one there


def test_hostile_letters_are_the_same_letters_in_word() -> None:
    document = docx.Document(io.BytesIO(docx_bytes(content(HOSTILE, "a\tb\n\n c "))))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert HOSTILE in texts
    assert "a\tb\n\n c " in texts


MARKED = st.text(
    alphabet=" \n\t*_`#<>&[]()!|\\~$\"'-+=.:1{}@^/ab;xé", min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(MARKED)
@example(HOSTILE)
@example(PLAIN)
@example("  a\n  b\t\n\nc  ")
@example("=\n-\n***\n```\n| a |\n| - |\n$a$ &amp; [sic] snake_case")
def test_a_quote_is_the_same_letters_in_markdown(quote: str) -> None:
    assume(quote.strip())
    said = "\n".join(_quoted(quote))
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    page = lxml_html.fromstring(f"<div>{reader.render(said)}</div>")
    (block,) = page.iter("blockquote")
    assert {node.tag for node in block.iter()} <= {"blockquote", "p", "br"}
    for node in block.iter("br"):
        node.tail = (node.tail or "").removeprefix("\n")
        node.text = "\n"
    told = "\n\n".join(p.text_content() for p in block.iter("p"))
    # Between paragraphs there is one empty line, and none before or after them.
    wanted = re.sub(r"\n[ \t]*\n\s*\n|\n[ \t]*\n", "\n\n", quote)
    assert told == re.sub(r"\A([ \t]*\n)+|(\n[ \t]*)+\Z", "", wanted)


def test_what_needs_no_escape_in_markdown_has_none() -> None:
    quote = "It [sic] cost $5 & a_b, 2 * 3 < 4 > 1; 50% (~ 12) C# #1!"
    assert _quoted(quote) == [f"> {quote}"]


def test_typst_reads_nothing_of_what_is_quoted(tmp_path: Path) -> None:
    text = read_back(written(content(HOSTILE), ".pdf"), ".pdf", tmp_path)
    assert squeezed(HOSTILE.split("\n")[0]) in squeezed(text)
    assert "A *title* <b> #x $y$" in squeezed(text)


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            " \n\t*_`#<>&[]()!|\\~$\"'-+=.:1{}@^/\x00\u202e\u200f\ud800\uffff"
        ),
        st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"),
    ),
    min_size=1,
)


@settings(max_examples=12, deadline=None)
@given(TEXTS, TEXTS)
def test_nothing_that_is_quoted_breaks_a_format(quote: str, title: str) -> None:
    said = content(quote, title=title)
    with zipfile.ZipFile(io.BytesIO(docx_bytes(said))) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))
    as_markdown(said).encode()
    page = as_html(said)
    page.encode()
    # Whatever is quoted, the page has the same elements in the same number.
    plain = content("quote" if quote.strip() else " ", title="title")
    count = re.compile(r"<(?!/?(?:i|span class=.context. aria)\b)[a-z!/]")
    gap = '<span class="context" aria-hidden="true">…</span>'
    assert len(count.findall(page.replace(gap, ""))) == len(
        count.findall(as_html(plain).replace(gap, ""))
    )
    assert pdf_bytes(said).startswith(b"%PDF")


def test_word_finds_real_footnotes_one_for_each_quote() -> None:
    made = docx_bytes(content(PLAIN, ARABIC, HOSTILE))
    document = docx.Document(io.BytesIO(made))
    named = {
        paragraph.style.name for paragraph in document.paragraphs if paragraph.style
    }
    assert {"Title", "Quote", "Heading 1", "Bibliography"} <= named
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
        notes = etree.fromstring(archive.read("word/footnotes.xml"))
    asked = [node.get(f"{WORD}id") for node in body.iter(f"{WORD}footnoteReference")]
    held = {
        node.get(f"{WORD}id"): "".join(t.text or "" for t in node.iter(f"{WORD}t"))
        for node in notes
        if node.get(f"{WORD}type") is None
    }
    assert asked == list(held) == ["1", "2", "3"]
    assert all("citeback:" in text for text in held.values())
    (arabic,) = (p for p in body.iter(f"{WORD}p") if ARABIC in "".join(p.itertext()))
    assert arabic.find(f"{WORD}pPr/{WORD}bidi") is not None


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    page = as_html(content(HOSTILE, '<script>alert(1)</script><img src="http://x.y">'))
    assert not re.search(r"<(?:script|img|link|iframe|object)\b", page)
    assert not re.search(
        r"\b(?:src|srcset|action)=", page.replace("&quot;", '"').split("<main>")[0]
    )
    assert "default-src 'none'" in page
    assert "url(" not in page


def test_what_no_file_can_carry_is_shown_as_lost() -> None:
    said = content("a\x00b\ud800c and more")
    for made in (as_html(said), as_markdown(said)):
        assert "a\ufffdb\ufffdc and more" in made


def test_the_same_dossier_makes_the_same_file() -> None:
    assert docx_bytes(content(PLAIN)) == docx_bytes(content(PLAIN))


def test_letters_without_a_font_are_told_on_the_first_page(tmp_path: Path) -> None:
    nobody_has = "\U00010ffd and the rest of it"  # for private use
    text = read_back(pdf_bytes(content(nobody_has)), ".pdf", tmp_path)
    assert "boxes stand for them" in squeezed(text)
    text = read_back(pdf_bytes(content(PLAIN)), ".pdf", tmp_path)
    assert "boxes stand for them" not in squeezed(text)
