"""Figures above the line stay there: nobody reads 10 to the sixth as a hundred and six."""

from __future__ import annotations

import io

import docx
import odfdo
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from ingest.formats.checking import reading_of

from citeback.ingest.formats.numerals import raised

SEEN = "In 2019¹ it had 10⁶ m² and lost 10⁻³ of it on the 1st of May, as H2O."
HTML = (
    "In 2019<sup>1</sup> it had 10<sup>6</sup> m<sup>2</sup> and lost 10<sup>-3</sup> "
    "of it on the 1<sup>st</sup> of May, as H<sub>2</sub>O."
)


def html() -> bytes:
    return f"<html><body><p>{HTML}</p></body></html>".encode()


def word(*, by_position: bool = False) -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for piece in HTML.replace("<sub>", "<").replace("</sub>", "</").split("<"):
        up = piece.startswith("sup>")
        run = paragraph.add_run(piece.rpartition(">")[2].lstrip("/"))
        if by_position:
            height = f'<w:position {nsdecls("w")} w:val="{8 if up else 2}"/>'
            run._r.get_or_add_rPr().append(parse_xml(height))
        else:
            run.font.superscript = up or None
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("position", ["super 58%", "33% 58%"])
def test_in_opendocument(position: str) -> None:
    document = odfdo.Document("text")
    document.body.clear()
    document.insert_style(
        odfdo.Element.from_tag(
            '<style:style style:name="Up" style:family="text"><style:text-properties '
            f'style:text-position="{position}"/></style:style>'
        ),
        automatic=True,
    )
    words = HTML.replace("<sub>2</sub>", "2").replace("</sup>", "</text:span>")
    words = words.replace("<sup>", '<text:span text:style-name="Up">')
    document.body.append(odfdo.Element.from_tag(f"<text:p>{words}</text:p>"))
    buffer = io.BytesIO()
    document.save(buffer)
    assert reading_of(buffer.getvalue(), "a.odt").text == SEEN


def test_in_web_pages_and_word() -> None:
    assert reading_of(html(), "a.html").text == SEEN
    assert reading_of(word(), "a.docx").text == SEEN
    assert reading_of(word(by_position=True), "a.docx").text == SEEN


@pytest.mark.parametrize("up", ["super", "up8", "up"])
def test_in_rich_text(up: str) -> None:
    words = HTML.replace("<sup>", f"{{\\{up} ").replace("</sup>", "}")
    words = words.replace("<sub>", "{\\up8\\dn8 ").replace("</sub>", "}")
    data = f"{{\\rtf1\\ansi \\pard {words}\\par}}".encode()
    assert reading_of(data, "a.rtf").text == SEEN


def test_signs_are_raised_before_figures_alone() -> None:
    assert raised("-12") == "⁻¹²"
    assert raised("a-b th") == "a-b th"
    assert raised("1-2") == "¹-²"
