"""Word documents, written by python-docx and with its XML changed by hand."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from ingest.formats.checking import (
    check_damaged,
    check_damaged_members,
    headers,
    members_of,
    paths,
    reading_of,
    seen,
    with_member,
    zipped,
)

from citeback.errors import UnreadableFileError

FOOTNOTES = f"""<?xml version="1.0"?>
<w:footnotes {nsdecls("w")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>____</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="7"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Town archive, box 4.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def written() -> Any:
    document = docx.Document()
    document.core_properties.title = "On mills"
    document.core_properties.author = "A. Roy"
    document.core_properties.created = datetime.datetime(2015, 3, 2, 10, 0)
    document.add_heading("On mills", 0)
    document.add_heading("Water", 1)
    document.add_paragraph("The mill stood by the river. It had two wheels.")
    document.add_heading("Wheels", 2)
    document.add_paragraph("They were made of:")
    document.add_paragraph("oak", style="List Bullet")
    document.add_paragraph("iron", style="List Bullet")
    document.add_paragraph("First", style="List Number")
    document.add_paragraph("Second", style="List Number")
    table = document.add_table(rows=0, cols=2)
    for cells in (("Town", "Height"), ("Elba", "9 m"), ("Ruhla", "3 m")):
        row = table.add_row()
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    return document


def body(*paragraphs: str) -> bytes:
    """A document with paragraphs of that XML."""
    document = docx.Document()
    for xml in paragraphs:
        element = parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>")
        document.element.body.insert(-1, element)
    return saved(document)


def run(words: str, inside: str = "") -> str:
    return f'<w:r>{inside}<w:t xml:space="preserve">{words}</w:t></w:r>'


def test_a_person_would_see_this() -> None:
    reading = reading_of(saved(written()), "a.docx")
    assert seen(reading) == [
        ("heading", "On mills"),
        ("heading", "Water"),
        ("paragraph", "The mill stood by the river. It had two wheels."),
        ("heading", "Wheels"),
        ("list", "They were made of: / - oak / - iron / 1. First / 2. Second"),
        ("row", "Elba | 9 m"),
        ("row", "Ruhla | 3 m"),
    ]
    assert paths(reading)["Elba | 9 m"] == ("On mills", "Water", "Wheels")
    assert headers(reading)["Ruhla | 3 m"] == "Town | Height"
    assert (reading.title, reading.author, reading.date) == (
        "On mills",
        "A. Roy",
        "2015-03-02",
    )


def test_a_header_that_the_file_declares_is_no_row() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(table._cells, ("1890", "1891", "dry", "wet"), strict=True):
        cell.text = words
    row = table.rows[0]._tr
    row.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    reading = reading_of(saved(document), "a.docx")
    assert headers(reading) == {"dry | wet": "1890 | 1891"}


def test_a_table_that_only_arranges_the_page_is_no_table() -> None:
    document = docx.Document()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    left.text = "word " * 200
    right.text = "Beside it."
    kinds = [kind for kind, _ in seen(reading_of(saved(document), "a.docx"))]
    assert kinds == ["paragraph", "paragraph"]


def test_deleted_words_stay_out_and_inserted_ones_are_in() -> None:
    data = body(
        run("The mill ")
        + f"<w:del>{run('is')}<w:r><w:delText>burnt</w:delText></w:r></w:del>"
        + f"<w:ins>{run('stood')}</w:ins>"
        + run(" unseen", "<w:rPr><w:vanish/></w:rPr>")
        + f"<w:hyperlink>{run(' there')}</w:hyperlink>"
        + f"<w:sdt><w:sdtContent>{run(' still')}</w:sdtContent></w:sdt>"
        + run(" shown", '<w:rPr><w:vanish w:val="0"/></w:rPr>')
    )
    assert reading_of(data, "a.docx").text == "The mill stood there still shown"


def test_a_field_shows_its_result_alone() -> None:
    data = body(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("see page 4")
    )
    assert reading_of(data, "a.docx").text == "see page 4"


def test_a_footnote_follows_the_paragraph_that_refers_to_it() -> None:
    document = docx.Document()
    first = document.add_paragraph("The mill burnt down.")
    document.add_paragraph("It was built anew.")
    reference = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="7"/></w:r>'
    first._p.append(parse_xml(reference))
    part = docx.opc.part.Part(
        docx.opc.packuri.PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        FOOTNOTES.encode(),
        document.part.package,
    )
    document.part.relate_to(
        part,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes",
    )
    assert seen(reading_of(saved(document), "a.docx")) == [
        ("paragraph", "The mill burnt down."),
        ("note", "1 Town archive, box 4."),
        ("paragraph", "It was built anew."),
    ]


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent><w:p>{run('In the box.')}</w:p></w:txbxContent>"
    names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    data = body(
        run("Before.")
        + f"<w:r><mc:AlternateContent {names}><mc:Choice Requires='wps'>{box}"
        + f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert seen(reading_of(data, "a.docx")) == [
        ("paragraph", "Before."),
        ("paragraph", "In the box."),
    ]


def test_headers_and_footers_and_contents_are_furniture() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Mill society"
    document.sections[0].footer.paragraphs[0].text = "12"
    document.add_paragraph("The mill stood.")
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr><w:docPartObj>"
        '<w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent><w:p>{run('Water 3')}</w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(0, control)
    reading = reading_of(saved(document), "a.docx")
    assert seen(reading) == [
        ("furniture", "Mill society"),
        ("furniture", "Water 3"),
        ("paragraph", "The mill stood."),
    ]
    assert reading.drafts[1].note == "table of contents"


def test_numbers_that_word_counts_are_shown() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    kind = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">'
        '<w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="upperRoman"/>'
        '<w:lvlText w:val="Article %1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>'
        '<w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>'
    )
    numbering.insert(0, kind)
    one = parse_xml(
        f'<w:num {nsdecls("w")} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'
    )
    numbering.append(one)
    for words, depth in (
        ("Peace", 0),
        ("at sea", 1),
        ("on land", 1),
        ("War", 0),
        ("cold", 1),
    ):
        paragraph = document.add_paragraph(words)
        properties = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/>'
            '<w:numId w:val="99"/></w:numPr>'
        )
        paragraph._p.get_or_add_pPr().append(properties)
    assert reading_of(saved(document), "a.docx").text == (
        "Article IV. Peace\n(a) at sea\n(b) on land\nArticle V. War\n(a) cold"
    )


def test_an_entity_is_not_expanded_and_nothing_is_fetched() -> None:
    def change(xml: bytes) -> bytes:
        bomb = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        start = xml.index(b"<w:document")
        return xml[:start] + bomb + xml[start:].replace(b"Water", b"Wa&a;ter", 1)

    data = with_member(saved(written()), "word/document.xml", change)
    text = reading_of(data, "a.docx").text
    assert "root:" not in text
    assert "The mill stood by the river." in text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged: open it"),
        (b"plain words", "damaged: open it"),
        (saved(written())[:-400], "damaged: open it"),
        (zipped({"a.txt": "words"}), "no Word document, or one that lacks its text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "one of before 2007"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (
            with_member(saved(written()), "word/document.xml", lambda _: bytes(10**8)),
            "packed far tighter",
        ),
    ],
)
def test_a_bad_file_is_told_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(data, "a.docx")


def test_only_a_picture_leaves_no_text() -> None:
    assert reading_of(saved(docx.Document()), "a.docx").text == ""


def test_nested_tables_without_end_are_refused_or_read() -> None:
    table = "<w:tbl><w:tr><w:tc>" * 200 + "</w:tc></w:tr></w:tbl>" * 200

    def change(xml: bytes) -> bytes:
        return xml.replace(b"<w:sectPr", table.encode() + b"<w:sectPr", 1)

    data = with_member(saved(written()), "word/document.xml", change)
    with pytest.raises(UnreadableFileError):
        reading_of(data, "a.docx")


def test_damage_is_refused_or_read() -> None:
    data = saved(written())
    check_damaged(data, "a.docx")
    check_damaged_members(data, "a.docx")


def without_properties(data: bytes) -> bytes:
    members = members_of(data)
    del members["docProps/core.xml"]
    referred = rb"<Relationship [^>]*core-properties[^>]*/>"
    members["_rels/.rels"] = re.sub(referred, b"", members["_rels/.rels"])
    return zipped(members)


def test_what_a_file_does_not_say_of_itself_is_not_made_up() -> None:
    reading = reading_of(without_properties(saved(written())), "a.docx")
    assert (reading.title, reading.author, reading.date) == ("", "", "")


def test_the_properties_are_found_as_libreoffice_refers_to_them() -> None:
    def referring(relations: bytes) -> bytes:
        package = b"http://schemas.openxmlformats.org/package/2006/relationships/"
        office = b"http://schemas.openxmlformats.org/officedocument/2006/relationships/"
        assert package + b"metadata/core" in relations
        return relations.replace(package + b"metadata/core", office + b"metadata/core")

    data = with_member(saved(written()), "_rels/.rels", referring)
    reading = reading_of(data, "a.docx")
    assert (reading.title, reading.author) == ("On mills", "A. Roy")


@pytest.mark.parametrize("day", [b"soon", b"2015", b""])
def test_a_day_that_is_none_is_left_out(day: bytes) -> None:
    data = with_member(
        saved(written()),
        "docProps/core.xml",
        lambda xml: xml.replace(b"2015-03-02", day),
    )
    assert reading_of(data, "a.docx").date == ""
