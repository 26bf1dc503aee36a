"""Books in EPUB, written by hand as the standard has them."""

from __future__ import annotations

import pytest
from ingest.formats.checking import (
    check_damaged,
    check_damaged_members,
    paths,
    reading_of,
    seen,
    with_member,
    zipped,
)

from citeback.errors import UnreadableFileError

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OEBPS/book.opf"
 media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>On mills</dc:title><dc:creator>A. Roy</dc:creator>
<dc:creator>B. Sen</dc:creator><dc:date>2015-03-02T00:00:00Z</dc:date>
<dc:source>https://example.org/mills</dc:source></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="pic" href="a.png" media-type="image/png"/>
<item id="gone" href="gone.xhtml" media-type="application/xhtml+xml"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="gone"/>
<itemref idref="two"/></spine></package>"""
PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
    '<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
    "<body>{}</body></html>"
)
NAV = PAGE.format(
    '<h1>Contents</h1><nav epub:type="toc"><ol><li><a href="text/one.xhtml">Water</a></li>'
    '<li><a href="text/two%20b.xhtml#top">Chapter two</a></li></ol></nav>'
)
ONE = PAGE.format(
    '<h1>Water<a id="x"/></h1><p>The mill&nbsp;stood by the ri\u00adver.'
    '<a epub:type="noteref" href="#n1">1</a></p><p>It burnt.</p>'
    '<aside epub:type="footnote" id="n1"><p>Town archive, box 4.</p></aside>'
)
TWO = PAGE.format('<p class="title">Chapter two</p><p>Its wheels were of oak.</p>')
LOCK = (
    '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/'
    '04/xmlenc#aes128-cbc"/></EncryptedData></encryption>'
)
FONTS = "http://www.idpf.org/2008/embedding"
BOOK = zipped(
    {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE,
        "OEBPS/nav.xhtml": NAV,
        "OEBPS/text/one.xhtml": ONE,
        "OEBPS/text/two b.xhtml": TWO,
        "OEBPS/a.png": b"\x89PNG",
    }
)


def test_a_person_would_see_this() -> None:
    reading = reading_of(BOOK, "a.epub")
    assert seen(reading) == [
        ("heading", "Water"),
        ("paragraph", "The mill stood by the river."),
        ("note", "Town archive, box 4."),
        ("paragraph", "It burnt."),
        ("heading", "Chapter two"),
        ("paragraph", "Its wheels were of oak."),
    ]
    assert paths(reading)["Its wheels were of oak."] == ("Chapter two",)
    assert (reading.title, reading.author) == ("On mills", "A. Roy, B. Sen")
    assert (reading.date, reading.url) == ("2015-03-02", "https://example.org/mills")


def test_the_older_form_of_contents_names_chapters_too() -> None:
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint>'
        "<navLabel><text>Wheels</text></navLabel>"
        '<content src="text/two%20b.xhtml"/></navPoint></navMap></ncx>'
    )
    old = PACKAGE.replace('href="nav.xhtml"', 'href="toc.ncx"').replace(
        'application/xhtml+xml" properties="nav"', 'application/x-dtbncx+xml"'
    )
    data = with_member(BOOK, "OEBPS/toc.ncx", lambda _: ncx.encode())
    data = with_member(data, "OEBPS/book.opf", lambda _: old.encode())
    assert paths(reading_of(data, "a.epub"))["Its wheels were of oak."] == ("Wheels",)


def test_a_chapter_that_is_not_quite_xml_is_read() -> None:
    broken = ONE.replace("<p>It burnt.</p>", "<p>It burnt.<br>Twice.").encode()
    data = with_member(BOOK, "OEBPS/text/one.xhtml", lambda _: broken)
    assert "It burnt.\nTwice." in reading_of(data, "a.epub").text


def test_an_entity_is_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    page = ONE.replace("<!DOCTYPE html>", bomb).replace("It burnt.", "It &b; burnt.")
    data = with_member(BOOK, "OEBPS/text/one.xhtml", lambda _: page.encode())
    assert "aaaa" not in reading_of(data, "a.epub").text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an EPUB book, or damaged"),
        (BOOK[: len(BOOK) // 2], "not an EPUB book, or damaged"),
        (zipped({"a.txt": "words"}), "no EPUB book, or one that lacks its parts"),
        (
            with_member(BOOK, "META-INF/encryption.xml", lambda _: LOCK.encode()),
            "locked by its seller",
        ),
        (
            with_member(BOOK, "OEBPS/text/one.xhtml", lambda _: bytes(10**8)),
            "packed far tighter",
        ),
    ],
)
def test_a_bad_file_is_told_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        reading_of(data, "a.epub")


def test_scrambled_fonts_do_not_lock_a_book() -> None:
    fonts = LOCK.replace("http://www.w3.org/2001/04/xmlenc#aes128-cbc", FONTS)
    data = with_member(BOOK, "META-INF/encryption.xml", lambda _: fonts.encode())
    assert reading_of(data, "a.epub").title == "On mills"


def test_only_pictures_leave_no_text() -> None:
    picture = PAGE.format('<img src="a.png" alt="A mill"/>').encode()
    data = with_member(BOOK, "OEBPS/text/one.xhtml", lambda _: picture)
    data = with_member(data, "OEBPS/text/two b.xhtml", lambda _: picture)
    assert reading_of(data, "a.epub").text == ""


def test_damage_is_refused_or_read() -> None:
    check_damaged(BOOK, "a.epub")
    check_damaged_members(BOOK, "a.epub")
