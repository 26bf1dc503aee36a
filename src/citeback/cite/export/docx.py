"""A dossier as a Word document with footnotes that are Word's own. Pure.

The parts are written here, since no library writes the one that holds the footnotes.
Office Open XML: ECMA-376, part 1.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from citeback.cite.export.content import (
    Content,
    Item,
    is_right_to_left,
    shown,
    writable,
)
from citeback.cite.referencing.processor import Runs, plain

PARTS = Path(__file__).parent / "docx_parts"
_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" '
    'w:bottom="1418" w:left="1418" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
)
# The second of each pair is for letters written from the right.
_BOLD = "<w:b/><w:bCs/>"
_ITALIC = "<w:i/><w:iCs/>"
_RECEIPT = '<w:rStyle w:val="Receipt"/>'
# Word keeps the first ones for the lines between text and footnotes.
_FIRST_FOOTNOTE = 1
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
    '</w:footnote><w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r>'
    "<w:continuationSeparator/></w:r></w:p></w:footnote>"
)
# Every file has the same time within, so that the same dossier makes the same file.
_STAMP = (1980, 1, 1, 0, 0, 0)


def docx_bytes(content: Content) -> bytes:
    """The whole dossier as a .docx file."""
    body, notes = _Part(), _Part()
    _write_body(content, body)
    for item in content.items:
        _write_footnote(item, notes)
    files = {
        "[Content_Types].xml": _fixed("content_types.xml"),
        "_rels/.rels": _fixed("rels.xml"),
        "docProps/core.xml": _core(content),
        "word/document.xml": (
            f"{_HEAD}<w:document {_NAMES}><w:body>{body.xml()}{_PAGE}</w:body>"
            "</w:document>"
        ),
        "word/footnotes.xml": (
            f"{_HEAD}<w:footnotes {_NAMES}>{_SEPARATORS}{notes.xml()}</w:footnotes>"
        ),
        "word/settings.xml": _fixed("settings.xml"),
        "word/styles.xml": _fixed("styles.xml"),
        "word/_rels/document.xml.rels": body.relations(_fixed("document_rels.xml")),
        "word/_rels/footnotes.xml.rels": notes.relations(""),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode("utf-8"))
    return made.getvalue()


class _Part:
    """The paragraphs of a part, and the addresses that its links go to."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._links: list[str] = []

    def add(self, xml: str) -> None:
        self._written.append(xml)

    def paragraph(self, style: str, *runs: str, about: str = "") -> None:
        """A paragraph; it goes from the right where `about` does."""
        side = "<w:bidi/>" if is_right_to_left(about) else ""
        self.add(
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr>{"".join(runs)}</w:p>'
        )

    def runs(self, runs: Runs) -> str:
        """A reference, its addresses as links."""
        written = []
        for run in runs:
            text = _run(run.text, _ITALIC if run.italic else "")
            if run.link:
                self._links.append(run.link)
                text = _run(run.text, '<w:rStyle w:val="Hyperlink"/>')
                text = (
                    f'<w:hyperlink r:id="link{len(self._links)}">{text}</w:hyperlink>'
                )
            written.append(text)
        return "".join(written)

    def xml(self) -> str:
        return "".join(self._written)

    def relations(self, others: str) -> str:
        links = "".join(
            f'<Relationship Id="link{n}" Type="{_LINK}" Target={quoteattr(link)} '
            'TargetMode="External"/>'
            for n, link in enumerate(self._links, 1)
        )
        return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{others}{links}</Relationships>'


def _write_body(content: Content, part: _Part) -> None:
    labels = content.labels
    part.paragraph("Title", _run(content.heading), about=content.heading)
    part.paragraph("Quiet", _run(content.said))
    for item in content.items:
        _write_pin(item, content, part)
    part.paragraph("Heading1", _run(labels.sources))
    for runs in content.sources:
        part.paragraph("Bibliography", part.runs(runs), about=plain(runs))
    for title, fields in content.missing:
        told = labels.missing.format(fields=fields)
        part.paragraph("Quiet", _run(f"{title}: {told}"))
    part.paragraph("Heading1", _run(labels.log))
    for asked in content.log:
        numbers = labels.found.format(numbers=", ".join(map(str, asked.numbers)))
        question = asked.question or labels.while_reading
        part.paragraph("Asked", _run(question), about=question)
        part.paragraph("Quiet", _run(f"{shown(asked.when)} · {numbers}"))
    part.paragraph("Quiet", _run(labels.proof))


def _write_pin(item: Item, content: Content, part: _Part) -> None:
    quote = item.pin.receipt.quote
    part.paragraph("Quote", _run(quote), about=quote)
    place = f", {item.place}" if item.place else ""
    number = item.number - 1 + _FIRST_FOOTNOTE
    part.paragraph(
        "Source",
        _run(item.title, _BOLD),
        _run(place),
        _run(" ") + part.runs(item.cited) if item.cited else "",
        '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
        f'<w:footnoteReference w:id="{number}"/></w:r>',
    )
    if item.pin.note.strip():
        note = item.pin.note.strip()
        label = f"{content.labels.my_note}: "
        part.paragraph("Note", _run(label, _BOLD), _run(note), about=note)


def _write_footnote(item: Item, part: _Part) -> None:
    number = item.number - 1 + _FIRST_FOOTNOTE
    cited = part.runs(item.footnote) + _run(" ") if item.footnote else ""
    part.add(
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        f"{_run(' ')}{cited}"
        f"{_run(item.receipt, _RECEIPT)}</w:p></w:footnote>"
    )


def _run(text: str, properties: str = "") -> str:
    """Letters as they are; line breaks and tabs as Word has them."""
    if not text:
        return ""
    side = "<w:rtl/>" if is_right_to_left(text) else ""
    look = f"<w:rPr>{properties}{side}</w:rPr>" if properties or side else ""
    pieces = []
    for n, line in enumerate(writable(text).split("\n")):
        if n:
            pieces.append("<w:br/>")
        for m, piece in enumerate(line.split("\t")):
            if m:
                pieces.append("<w:tab/>")
            if piece:
                pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f"<w:r>{look}{''.join(pieces)}</w:r>"


def _core(content: Content) -> str:
    return (
        f"{_HEAD}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(writable(content.heading))}</dc:title>"
        "<dc:creator>Citeback</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{escape(content.made)}'
        "</dcterms:created></cp:coreProperties>"
    )


@cache
def _fixed(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")
