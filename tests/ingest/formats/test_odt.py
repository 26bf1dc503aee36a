"""OpenDocument texts, written by odfdo and with XML of our own inside."""

from __future__ import annotations

import datetime
import io
from typing import Any

import odfdo
import pytest
from ingest.formats.checking import (
    check_damaged,
    check_damaged_members,
    headers,
    paths,
    reading_of,
    seen,
    with_member,
    zipped,
)

from citeback.errors import UnreadableFileError


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def written(*xml: str) -> bytes:
    document = odfdo.Document("text")
    document.body.clear()
    document.meta.title = "Mills"
    document.meta.initial_creator = "A. Roy"
    for one in xml:
        document.body.append(odfdo.Element.from_tag(one))
    return saved(document)


def document() -> Any:
    made = odfdo.Document("text")
    made.body.clear()
    made.meta.title = "Mills"
    made.meta.initial_creator = "A. Roy"
    made.meta.creation_date = datetime.datetime(2015, 3, 2, 10)
    made.body.append(odfdo.Paragraph("On mills", style="Title"))
    made.body.append(odfdo.Header(1, "Water"))
    noted = odfdo.Paragraph("The mill stood by the river. It had two wheels.")
    noted.insert_note(after="river", note_id="n1", citation="1", body="Archive, box 4.")
    made.body.append(noted)
    made.body.append(odfdo.Header(2, "Wheels"))
    made.body.append(odfdo.Paragraph("They were made of:"))
    made.body.append(odfdo.List(["oak", "iron"]))
    table = odfdo.Table("Towns")
    for values in (["Town", "Height"], ["Elba", "9 m"], ["Ruhla", "3 m"]):
        table.append_row(odfdo.Row())
        table.set_row_values(table.height - 1, values)
    made.body.append(table)
    return made


def test_a_person_would_see_this() -> None:
    reading = reading_of(saved(document()), "a.odt")
    assert seen(reading) == [
        ("heading", "On mills"),
        ("heading", "Water"),
        ("paragraph", "The mill stood by the river. It had two wheels."),
        ("note", "1 Archive, box 4."),
        ("heading", "Wheels"),
        ("list", "They were made of: / - oak / - iron"),
        ("row", "Elba | 9 m"),
        ("row", "Ruhla | 3 m"),
    ]
    assert paths(reading)["Elba | 9 m"] == ("On mills", "Water", "Wheels")
    assert headers(reading)["Ruhla | 3 m"] == "Town | Height"
    assert (reading.title, reading.author) == ("Mills", "A. Roy")
    assert reading.date == "2015-03-02"


def test_spaces_line_breaks_and_what_is_not_shown() -> None:
    data = written(
        "<text:tracked-changes><text:changed-region><text:deletion>"
        "<text:p>burnt</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>",
        '<text:p>The<text:s text:c="3"/>mill<text:line-break/>stood'
        "<office:annotation><text:p>unsure</text:p></office:annotation>"
        "<text:tab/><text:a>there</text:a>\n still</text:p>",
        '<text:section text:display="none"><text:p>unseen</text:p></text:section>',
        "<text:section><text:p>In a part.</text:p></text:section>",
    )
    assert reading_of(data, "a.odt").text == "The mill\nstood there still\n\nIn a part."


def test_numbered_lists_show_their_numbers() -> None:
    style = (
        '<text:list-style style:name="N">'
        '<text:list-level-style-number text:level="1" style:num-format="I" '
        'style:num-prefix="Article " style:num-suffix="." text:start-value="4"/>'
        '<text:list-level-style-number text:level="2" style:num-format="a" '
        'style:num-suffix=")"/></text:list-style>'
    )
    made = odfdo.Document("text")
    made.body.clear()
    made.insert_style(odfdo.Element.from_tag(style), automatic=True)
    made.body.append(
        odfdo.Element.from_tag(
            '<text:list text:style-name="N">'
            "<text:list-item><text:p>Peace</text:p><text:list>"
            "<text:list-item><text:p>at sea</text:p></text:list-item>"
            "<text:list-item><text:p>on land</text:p></text:list-item></text:list>"
            "</text:list-item><text:list-item><text:p>War</text:p></text:list-item>"
            "</text:list>"
        )
    )
    made.body.append(odfdo.Paragraph("And then"))
    again = (
        '<text:list text:style-name="N"><text:list-item><text:p>Trade</text:p>'
        "</text:list-item></text:list>"
    )
    made.body.append(odfdo.Element.from_tag(again))
    further = again.replace("N", 'N" text:continue-numbering="true').replace("Tr", "Sp")
    made.body.append(odfdo.Paragraph("And more"))
    made.body.append(odfdo.Element.from_tag(further))
    assert reading_of(saved(made), "a.odt").text == (
        "Article IV. Peace\na) at sea\nb) on land\nArticle V. War\n\n"
        "And then\n\nArticle IV. Trade\n\nAnd more\n\nArticle V. Spade"
    )


def test_text_boxes_contents_and_declared_headers() -> None:
    data = written(
        "<text:table-of-content><text:index-body><text:p>Water 3</text:p>"
        "</text:index-body></text:table-of-content>",
        "<text:p>Before.<draw:frame><draw:text-box><text:p>In the box.</text:p>"
        "</draw:text-box></draw:frame></text:p>",
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>1890</text:p></table:table-cell>"
        "<table:table-cell><text:p>1891</text:p></table:table-cell>"
        "</table:table-row></table:table-header-rows><table:table-row>"
        '<table:table-cell table:number-columns-spanned="2"><text:p>dry</text:p>'
        "</table:table-cell><table:covered-table-cell/></table:table-row></table:table>",
    )
    reading = reading_of(data, "a.odt")
    assert seen(reading) == [
        ("furniture", "Water 3"),
        ("paragraph", "Before."),
        ("paragraph", "In the box."),
        ("row", "dry"),
    ]
    assert headers(reading) == {"dry": "1890 | 1891"}


def test_a_flat_file_is_read_too() -> None:
    flat = (
        '<?xml version="1.0"?><office:document '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        "<office:text><text:p>The mill.</text:p></office:text></office:body>"
        "</office:document>"
    )
    assert reading_of(flat.encode(), "a.fodt").text == "The mill."


def test_an_entity_is_not_expanded() -> None:
    def change(xml: bytes) -> bytes:
        bomb = b'<!DOCTYPE w [<!ENTITY a "bombbomb"><!ENTITY b "&a;&a;">]>'
        start = xml.index(b"<office:document-content")
        return xml[:start] + bomb + xml[start:].replace(b"two wheels", b"&b; wheels")

    data = with_member(saved(document()), "content.xml", change)
    assert "bombbomb" not in reading_of(data, "a.odt").text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged: open it"),
        (b"<broken", "what it holds is damaged"),
        (zipped({"a.txt": "words"}), "no OpenDocument text"),
        (saved(document())[:-200], "damaged: open it"),
        (
            with_member(
                saved(document()),
                "META-INF/manifest.xml",
                lambda _: b"<m><file-entry><encryption-data/></file-entry></m>",
            ),
            "protected by a password",
        ),
        (
            with_member(saved(document()), "content.xml", lambda _: bytes(10**8)),
            "packed far tighter",
        ),
        (saved(odfdo.Document("spreadsheet")), "no OpenDocument text"),
    ],
)
def test_a_bad_file_is_told_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(data, "a.odt")


def test_only_pictures_leave_no_text() -> None:
    frame = "<text:p><draw:frame><draw:image/></draw:frame></text:p>"
    assert reading_of(written(frame), "a.odt").text == ""


def test_damage_is_refused_or_read() -> None:
    data = saved(document())
    check_damaged(data, "a.odt")
    check_damaged_members(data, "a.odt")
