"""Files made to do harm, to confuse or to wear out, and names that do so."""

from __future__ import annotations

import io
import os
import socket
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Content = str | bytes

_WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def packed(members: Mapping[str, Content]) -> bytes:
    """A ZIP archive of the members, whatever they are called."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


# Archives.


def nested_bomb() -> bytes:
    """Four archives in each of four, four deep, the inmost of files of 10 MB."""
    data = packed({f"{n}.txt": bytes(10_000_000) for n in range(4)})
    for _ in range(4):
        data = packed({f"{n}.zip": data for n in range(4)})
    return data


def tight() -> bytes:
    """One file that unpacks to a thousand times its size."""
    return packed({"zeros.txt": bytes(40_000_000)})


def overlapping() -> bytes:
    """A directory of 600 names that all stand for the same 1 MB of bytes."""
    kernel = b"The same words stand in every one of these files. " * 20_000
    single = packed({"0000.txt": kernel})
    at = single.index(b"PK\x01\x02")
    entry = single[at : single.index(b"PK\x05\x06")]
    names = (entry.replace(b"0000.txt", b"%04d.txt" % n) for n in range(600))
    listing = b"".join(names)
    end = b"PK\x05\x06" + bytes(4) + (600).to_bytes(2, "little") * 2
    end += len(listing).to_bytes(4, "little") + at.to_bytes(4, "little") + bytes(2)
    return single[:at] + listing + end


def leading_out() -> bytes:
    """Names that lead out of the archive, and a link, beside an honest file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (
            "../escaped.txt",
            "/tmp/citeback-escaped.txt",
            "C:\\escaped.txt",
            "a/../../escaped.txt",
            "..\\escaped.txt",
        ):
            archive.writestr(name, "These words must stay where they are.")
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("honest.txt", "The honest member is quoted.")
    return buffer.getvalue()


# XML in office documents and books.


def word_with(document: str) -> bytes:
    """A Word document with that main part."""
    return packed(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/'
            'package/2006/content-types"><Default Extension="rels" ContentType="'
            'application/vnd.openxmlformats-package.relationships+xml"/><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": document,
        }
    )


def laughs() -> str:
    """Entities that grow to 3 GB."""
    entities = '<!ENTITY l0 "lollollol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f"<!DOCTYPE x [{entities}]>" + _WORD.format("&l9;")


def large_entity() -> str:
    """One long entity named 20,000 times, which no limit on depth stops."""
    entity = f'<!ENTITY a "{"long " * 20_000}">'
    return f"<!DOCTYPE x [{entity}]>" + _WORD.format("&a;" * 20_000)


def outside_entity(place: str) -> str:
    """An entity whose words stand in another file, or on another machine."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{place}">]>' + _WORD.format("Told: &e;")


def nested_word() -> str:
    """Word's boxes, 20,000 in each other."""
    depth = 20_000
    inner = "<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth
    return _WORD.replace("<w:p>", inner + "<w:p>").format("Deep words.")


def open_document(content: str) -> bytes:
    return packed(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    )


def sheet_with_claims() -> bytes:
    """A sheet that claims all cells there can be, and has its last one filled."""
    sheet = (
        f'<worksheet xmlns="{_SHEETS}"><dimension ref="A1:XFD1048576"/><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    return workbook(sheet)


def workbook(sheet: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return packed(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/'
            'package/2006/content-types"><Default Extension="rels" ContentType="'
            'application/vnd.openxmlformats-package.relationships+xml"/><Override '
            f'PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.'
            'worksheet+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
            '<sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
            f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def looping_book() -> bytes:
    """A book whose spine names one chapter 50,000 times, and itself."""
    spine = '<itemref idref="c"/><itemref idref="self"/>' * 25_000
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:'
            'opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
            "b.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
            '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="self" href="b.opf" media-type="application/xhtml+xml"/>'
            f"</manifest><spine>{spine}</spine></package>",
            "c.xhtml": "<html xmlns='http://www.w3.org/1999/xhtml'><body>"
            "<p>The chapter that comes round and round.</p></body></html>",
        }
    )


# PDF.


def pdf(objects: Mapping[int, Content]) -> bytes:
    """A PDF of the numbered objects; the first is its catalog."""
    data = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        body = content.encode() if isinstance(content, str) else content
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    size = max(places) + 1
    free = b"0000000000 65535 f \n"
    data += b"xref\n0 %d\n" % size
    for number in range(size):
        place = places.get(number)
        data += free if place is None else b"%010d 00000 n \n" % place
    data += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start)
    return bytes(data)


def stream(data: bytes, more: str = "") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more.encode(), len(data), data)


_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_LINE = b"BT /F 12 Tf 72 700 Td (The same line stands on every page.) Tj ET"
_PAGE = (
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    "/Resources<</Font<</F 3 0 R>>>>>>"
)


def pages(count: int, content: bytes = _LINE, more: str = "") -> bytes:
    """A PDF of so many pages, all with the same content."""
    numbers = range(5, 5 + count)
    kids = " ".join(f"{n} 0 R" for n in numbers)
    return pdf(
        {
            1: "<</Type/Catalog/Pages 2 0 R>>",
            2: f"<</Type/Pages/Count {count}/Kids[{kids}]>>",
            3: _FONT,
            4: stream(content, more),
            **dict.fromkeys(numbers, _PAGE),
        }
    )


def many_objects() -> bytes:
    """A million objects that belong to nothing, and one page."""
    one = pages(1)
    filler = b"".join(b"%d 0 obj\n[%d]\nendobj\n" % (n, n) for n in range(9, 1_000_009))
    return one[: one.index(b"xref")] + filler + b"trailer\n<</Root 1 0 R>>\n%%EOF"


def many_lines() -> bytes:
    """A page with about as many objects as a page may have: a line of text, and lines."""
    drawn = zlib.compress(_LINE + b" 10 10 m 20 20 l S" * 999_990)
    return pages(1, drawn, "/Filter/FlateDecode")


def looping_objects() -> bytes:
    """Pages that hold themselves, an outline that follows itself, and a form in itself."""
    return pdf(
        {
            1: "<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
            2: "<</Type/Pages/Count 3/Kids[2 0 R 5 0 R 2 0 R]>>",
            3: _FONT,
            4: stream(_LINE + b" /X Do"),
            5: _PAGE.replace("/Font", "/XObject<</X 7 0 R>>/Font"),
            6: "<</First 8 0 R/Last 8 0 R/Count 1>>",
            7: stream(
                b"/X Do",
                "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject"
                "<</X 7 0 R>>>>",
            ),
            8: "<</Title(Round)/Parent 6 0 R/Next 8 0 R/First 8 0 R/Dest[5 0 R/Fit]>>",
        }
    )


def swelling_page() -> bytes:
    """A page whose content unpacks to 1 GB of letters."""
    line = b"1 0 0 1 72 700 Tm (A line that is drawn over itself.) Tj " * 20_000
    press = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    head = press.compress(b"BT /F 12 Tf ") + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(line) + press.flush(zlib.Z_FULL_FLUSH)
    grown = b"\x78\xda" + head + block * (1_000_000_000 // len(line)) + press.flush()
    return pages(1, grown, "/Filter/FlateDecode")


# Texts of one kind and another.


def nested_mail() -> bytes:
    """10,000 parts within each other."""
    head = "From: a@example.org\nSubject: Parts\nMIME-Version: 1.0\n"
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n'
        for n in range(10_000)
    )
    return (head + parts + "Content-Type: text/plain\n\nThe inmost part.\n").encode()


def absurd_times() -> bytes:
    return (
        "1\n99:99:99,999 --> 00:00:00,000\nThis is said before it begins.\n\n"
        f"2\n{'9' * 5_000}:00:00,000 --> -1:00:00,000\nThis is never said.\n\n"
        "3\n00:00:01,000 --> 00:00:02,000\nThe bells ring at the usual time.\n"
    ).encode()


def contents() -> Iterator[tuple[str, Callable[[], Content]]]:
    """Each file's name, and what makes its content."""
    yield "nested.zip", nested_bomb
    yield "tight.zip", tight
    yield "overlapping.zip", overlapping
    yield "leading-out.zip", leading_out
    yield "laughs.docx", lambda: word_with(laughs())
    yield "large-entity.docx", lambda: word_with(large_entity())
    yield "file-entity.docx", lambda: word_with(outside_entity("file:///etc/passwd"))
    yield "net-entity.docx", lambda: word_with(outside_entity("http://127.0.0.1:9/"))
    yield "nested.docx", lambda: word_with(nested_word())
    yield "laughs.odt", lambda: open_document(laughs())
    yield "laughs.xlsx", lambda: workbook(laughs())
    yield "claims.xlsx", sheet_with_claims
    yield "looping.epub", looping_book
    yield "nested.html", lambda: "<div>" * 100_000 + "The inmost words of the page."
    yield "nested.rtf", lambda: r"{\rtf1 " + "{" * 100_000 + "Inmost." + "}" * 100_001
    yield "nested.md", lambda: "> " * 50_000 + "The inmost quotation."
    yield "pages.pdf", lambda: pages(10_000)
    yield "objects.pdf", many_objects
    yield "drawn.pdf", many_lines
    yield "cut-off.pdf", lambda: pages(3)[:700]
    yield "looping.pdf", looping_objects
    yield "swelling.pdf", swelling_page
    yield "one-cell.csv", lambda: "name,words\nlong," + ("cell" * 12 + " ") * 200_000
    yield "wide.csv", lambda: ",".join(f"c{n}" for n in range(100_000))
    yield "nested.eml", nested_mail
    yield "times.srt", absurd_times
    yield "no-end.txt", lambda: "never ending words, " * 100_000
    yield "no-space.txt", lambda: "abcdefghij" * 200_000
    yield "marks.txt", lambda: "The accents: a" + "\u0301" * 500_000
    yield "lines.txt", lambda: "The only words.\n" + "\n" * 1_000_000
    yield "nuls.txt", lambda: b"The first words.\0\0\0 The last words.\n" * 100
    yield "surrogates.txt", lambda: b"Halves \xed\xa0\x80 of \xed\xbf\xbf a pair. " * 9
    yield "bidi.txt", lambda: "The sign \u202edesrever\u202c turns the text around."
    yield "binary.txt", lambda: bytes(range(256)) * 100
    yield "empty.txt", lambda: b""


NAMES = {
    "a name\nwith a new line.txt": "The name of this one has two lines.",
    "right \u202efdp.txt": "The name of this one reads as if it were a PDF.",
    "parted\u2028by a sign.txt": "The name of this one has a sign that ends lines.",
    "\x9b32mgreen\x9b0m.txt": "The name of this one has signs that few filter out.",
    "\x1b[31mred\x1b[0m.txt": "The name of this one colours a terminal.",
    "<img src=x onerror=alert(1)>.txt": "The name of this one is a tag.",
    "\U0001f41a\U0001f9ed.txt": "The name of this one is a shell and a compass.",
    "शहर का पानी.txt": "The name of this one is in Devanagari.",
    "CON.txt": "The name of this one is a device on Windows.",
    "-rf.txt": "The name of this one begins with a dash.",
    "   .txt": "The name of this one is made of spaces.",
    "'; DROP TABLE files; --.txt": "The name of this one is a command.",
    "x" * 251 + ".txt": "The name of this one is as long as names can be.",
}
"""Odd names of good files, and what stands in each."""


def write_hostile(content: Path, outside: Path) -> list[socket.socket]:
    """Fill the folder with all of them; what comes back is to be closed."""
    for name, make in contents():
        made = make()
        data = made.encode() if isinstance(made, str) else made
        (content / name).write_bytes(data)
    for name, words in NAMES.items():
        (content / name).write_text(words, encoding="utf-8")
    with (content / "sparse.txt").open("wb") as file:
        file.truncate(2_000_000_000)
    folder = os.fsencode(content)
    for raw in (b"latin-\xe9.txt", b"\xff\xfe.pdf"):
        with open(os.path.join(folder, raw), "wb") as file:
            file.write(b"The name of this one is no text.")
    (content / "a-folder.txt").mkdir()
    (content / "a-folder.txt" / "within.txt").write_text("The folder has one file.")
    os.mkfifo(content / "pipe.txt")
    (content / "device.txt").symlink_to("/dev/zero")
    (content / "round.txt").symlink_to("round.txt")
    (content / "round").symlink_to(".")
    (content / "outside.txt").symlink_to(outside)
    (content / "nowhere.txt").symlink_to("nothing-is-here")
    listening = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(content)  # a socket's place may have but 100 letters
    listening.bind("socket.txt")
    os.chdir(here)
    (content / "gpj.\u202etxt").write_text("Its ending turns the text around.")
    unreadable = content / "unreadable.txt"
    unreadable.write_text("Nobody may read this.")
    unreadable.chmod(0)
    return [listening]
