"""Presentations, written by python-pptx."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pptx
import pytest
from ingest.formats.checking import (
    check_damaged,
    check_damaged_members,
    headers,
    labels,
    paths,
    reading_of,
    seen,
    with_member,
    zipped,
)
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from citeback.errors import UnreadableFileError

BOX = (Inches(1), Inches(1), Inches(4), Inches(2))
NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def saved(presentation: Any) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def slide(presentation: Any, layout: int) -> Any:
    return presentation.slides.add_slide(presentation.slide_layouts[layout])


def written() -> Any:
    made = pptx.Presentation()
    made.core_properties.title = "Mills"
    made.core_properties.author = "A. Roy"
    made.core_properties.created = datetime.datetime(2015, 3, 2, 10, 0)
    first = slide(made, 0)
    first.shapes.title.text = "On mills"
    first.placeholders[1].text = "A talk in two parts"
    second = slide(made, 1)
    second.shapes.title.text = "Wheels\vof oak"
    second.placeholders[1].text = "They had:\nfour spokes\na hub"
    second.notes_slide.notes_text_frame.text = "Show the picture."
    third = slide(made, 6)
    table = third.shapes.add_table(3, 2, *BOX).table
    cells = ("Town", "Height", "Elba", "9 m", "Ruhla", "3 m")
    for cell, words in zip(table.iter_cells(), cells, strict=True):
        cell.text = words
    return made


def test_a_person_would_see_this() -> None:
    reading = reading_of(saved(written()), "a.pptx")
    assert seen(reading) == [
        ("heading", "On mills"),
        ("paragraph", "A talk in two parts"),
        ("heading", "Wheels of oak"),
        ("list", "- They had: / - four spokes / - a hub"),
        ("note", "Show the picture."),
        ("heading", "Slide 3"),
        ("row", "Elba | 9 m"),
        ("row", "Ruhla | 3 m"),
    ]
    assert labels(reading) == [("1", "On"), ("2", "Wheels"), ("3", "Slide")]
    assert headers(reading)["Ruhla | 3 m"] == "Town | Height"
    assert paths(reading)["Show the picture."] == ("Wheels of oak",)
    assert paths(reading)["Elba | 9 m"] == ("Slide 3",)
    assert (reading.title, reading.author, reading.date) == (
        "Mills",
        "A. Roy",
        "2015-03-02",
    )


def test_a_slide_without_title_is_headed_by_its_first_short_words() -> None:
    made = pptx.Presentation()
    box = slide(made, 6).shapes.add_textbox(*BOX).text_frame
    box.text = "The mill\nIt stood by the river."
    box.paragraphs[1]._p.get_or_add_pPr().append(
        parse_xml(f'<a:buAutoNum {NAMES} type="arabicPeriod"/>')
    )
    assert seen(reading_of(saved(made), "a.pptx")) == [
        ("heading", "The mill"),
        ("list", "1. It stood by the river."),
    ]


def test_a_slide_of_long_words_does_not_stand_under_the_slide_before() -> None:
    made = pptx.Presentation()
    slide(made, 5).shapes.title.text = "On mills"
    slide(made, 6).shapes.add_textbox(*BOX).text_frame.text = "word " * 100
    found = paths(reading_of(saved(made), "a.pptx"))
    assert list(found.values()) == [("Slide 2",)]


def test_grouped_shapes_charts_and_formulas_are_read() -> None:
    made = pptx.Presentation()
    one = slide(made, 5)
    one.shapes.title.text = "Figures"
    group = one.shapes.add_group_shape()
    group.shapes.add_textbox(*BOX).text_frame.text = "In the group."
    data = CategoryChartData()
    data.categories = ["1890", "1891"]
    data.add_series("Floods", (2, 5.5))
    chart = one.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Floods by year"
    words = "<a:p><a:r><a:t>E = mc2</a:t></a:r></a:p>"
    one.shapes._spTree.append(
        parse_xml(
            f"<mc:AlternateContent {NAMES}><mc:Choice Requires='a14'><p:sp>"
            f"<p:txBody>{words}</p:txBody></p:sp></mc:Choice><mc:Fallback><p:sp>"
            f"<p:txBody>{words}</p:txBody></p:sp></mc:Fallback></mc:AlternateContent>"
        )
    )
    reading = reading_of(saved(made), "a.pptx")
    assert seen(reading) == [
        ("heading", "Figures"),
        ("paragraph", "In the group."),
        ("paragraph", "Floods by year"),
        ("row", "1890 | 2"),
        ("row", "1891 | 5.5"),
        ("paragraph", "E = mc2"),
    ]
    assert headers(reading)["1890 | 2"] == "| Floods"


def test_a_presentation_of_pictures_has_no_text() -> None:
    made = pptx.Presentation()
    slide(made, 6)
    assert reading_of(saved(made), "a.pptx").text == ""


def test_an_entity_is_not_expanded() -> None:
    def change(xml: bytes) -> bytes:
        bomb = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        start = xml.index(b"<p:sld")
        return xml[:start] + bomb + xml[start:].replace(b"A talk", b"A &a; talk", 1)

    data = with_member(saved(written()), "ppt/slides/slide1.xml", change)
    assert "root:" not in reading_of(data, "a.pptx").text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged: open it"),
        (zipped({"a.txt": "words"}), "no PowerPoint presentation, or one that lacks"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "one of before 2007"),
        (saved(written())[:-300], "damaged: open it"),
        (
            with_member(
                saved(written()), "ppt/slides/slide1.xml", lambda _: bytes(10**8)
            ),
            "packed far tighter",
        ),
    ],
)
def test_a_bad_file_is_told_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(data, "a.pptx")


def test_damage_is_refused_or_read() -> None:
    data = saved(written())
    check_damaged(data, "a.pptx")
    check_damaged_members(data, "a.pptx")
