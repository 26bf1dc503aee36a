"""Web pages: the main text with its structure, and nothing of the menus."""

from __future__ import annotations

import pytest
from ingest.formats.checking import (
    check_any,
    check_damaged,
    headers,
    packages,
    paths,
    reading_of,
    seen,
)

from citeback.errors import UnreadableFileError

MILLS = "The mill stood by the river for two hundred years, until the flood of 1890."
WHEELS = "Its wheels were made of oak, and were mended every winter by the same family."
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>On mills | The Society</title>
<meta name="author" content="A. Roy">
<meta property="article:published_time" content="2015-03-02T10:00:00Z">
<meta property="og:title" content="On mills">
<link rel="canonical" href="https://example.org/mills">
<style>p {{ color: red }}</style></head><body>
<header><a href="/">Home</a> The Society of Mills and Dams</header>
<nav><ul><li><a href="/a">About us</a></li><li><a href="/b">Contact</a></li></ul></nav>
<div class="menu"><a href="/1">All our articles</a> <a href="/2">All the dams</a></div>
<article><h1>On mills</h1>
<p>{MILLS} It was <b>never</b>&nbsp;rebuilt<sup><a href="#fn1">1</a></sup>.</p>
<h2>Wheels</h2><p>{WHEELS} They had:</p>
<ul><li>four spokes</li><li>a hub<ul><li>of iron</li></ul></li></ul>
<ol start="3"><li>first they were cut</li><li>then they were dried</li></ol>
<table><thead><tr><th>Town</th><th>Height</th></tr></thead>
<tbody><tr><td>Elba</td><td>9 m</td></tr><tr><td>Ruhla</td><td>3 m</td></tr></tbody></table>
<blockquote><p>Water is the miller's bread, as the people of the valley used to say.</p></blockquote>
<dl><dt>Race</dt><dd>The channel that leads the water to the wheel.</dd></dl>
<script>track("never")</script><p style="display: none">unseen</p>
<div class="footnotes"><ol><li id="fn1"><p>Town archive, box 4.
<a class="footnote-back" href="#r1">back</a></p></li></ol></div>
</article>
<aside><p>The Society was founded in 1950 and has forty members today.</p></aside>
<footer><p>All the pictures were taken by the members of the Society.</p></footer>
</body></html>"""


def test_a_person_would_see_this() -> None:
    reading = reading_of(PAGE.encode(), "a.html")
    assert seen(reading) == [
        ("furniture", "Home The Society of Mills and Dams"),
        ("heading", "On mills"),
        ("paragraph", f"{MILLS} It was never rebuilt."),
        ("note", "Town archive, box 4."),
        ("heading", "Wheels"),
        (
            "list",
            (
                f"{WHEELS} They had: / - four spokes / - a hub / - of iron / "
                "3. first they were cut / 4. then they were dried"
            ),
        ),
        ("row", "Elba | 9 m"),
        ("row", "Ruhla | 3 m"),
        (
            "paragraph",
            "Water is the miller's bread, as the people of the valley used to say.",
        ),
        ("list", "- Race / The channel that leads the water to the wheel."),
        (
            "furniture",
            (
                "The Society was founded in 1950 and has forty members today. / "
                "All the pictures were taken by the members of the Society."
            ),
        ),
    ]
    assert headers(reading)["Ruhla | 3 m"] == "Town | Height"
    assert paths(reading)["Elba | 9 m"] == ("On mills", "Wheels")
    assert (reading.title, reading.author) == ("On mills", "A. Roy")
    assert (reading.date, reading.url) == ("2015-03-02", "https://example.org/mills")
    assert "About us" not in reading.text
    assert "All the dams" not in reading.text


@pytest.mark.parametrize("name", ["a.htm", "a.xhtml", "a.HTML"])
def test_every_ending_is_read(name: str) -> None:
    assert "two hundred years" in reading_of(PAGE.encode(), name).text


def test_a_short_page_is_read_whole() -> None:
    reading = reading_of(b"<p>The mill stood.<p>It burnt.", "a.html")
    assert seen(reading) == [
        ("paragraph", "The mill stood."),
        ("paragraph", "It burnt."),
    ]
    assert (reading.author, reading.date, reading.url) == ("", "", "")


def test_what_the_page_calls_its_main_part_is_it() -> None:
    page = (
        "<html><head><title>On mills - The Society</title></head><body>"
        "<h1>The Society</h1><h2>Shortcuts</h2><p>Press the key to search the pages.</p>"
        f"<main><h1>On mills</h1><p>{MILLS}</p><p>{WHEELS}</p></main></body></html>"
    )
    reading = reading_of(page.encode(), "a.html")
    assert [kind for kind, _ in seen(reading)] == (
        "furniture heading paragraph paragraph".split()
    )
    assert reading.title == "On mills"


def test_links_in_the_main_part_are_kept_apart_and_not_lost() -> None:
    links = "<ul><li><a href=x>The mill museum</a></li></ul>"
    page = f"<body>{links.replace('mill', 'town')}<main><p>{MILLS}</p>{links}</main>"
    assert seen(reading_of(page.encode(), "a.html")) == [
        ("paragraph", MILLS),
        ("furniture", "The mill museum"),
    ]


def test_a_main_part_without_words_hides_nothing() -> None:
    page = f"<body><p>{MILLS}</p><main><img src=a></main></body>"
    assert seen(reading_of(page.encode(), "a.html")) == [("paragraph", MILLS)]


def test_words_without_any_markup_are_read() -> None:
    assert reading_of(b"The mill stood.", "a.html").text == "The mill stood."


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
        ("ISO-8859-1", "utf-8"),
        ("utf-8", "cp1251"),
        ("no-such-thing", "utf-8"),
        ("base64", "utf-8"),
    ],
)
def test_saved_pages_are_read_in_the_letters_they_are_in(
    declared: str, written: str
) -> None:
    words = "Все люди рождаются свободными и равными в своем достоинстве и правах."
    page = f'<html><head><meta charset="{declared}"></head><body><p>{words}</p></body>'
    assert reading_of(page.encode(written), "a.html").text == words


def test_latin_1_means_what_browsers_take_it_for() -> None:
    page = (
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">“5 €”'
    )
    assert reading_of(page.encode("cp1252"), "a.html").text == "“5 €”"


def test_a_table_that_arranges_the_page_is_no_table() -> None:
    page = f"<table><tr><td><h2>Left</h2><p>{MILLS}</p></td><td>Right</td></tr></table>"
    kinds = [kind for kind, _ in seen(reading_of(page.encode(), "a.html"))]
    assert kinds == ["heading", "paragraph", "paragraph"]


def test_cells_over_several_columns_and_rows_keep_the_others_in_place() -> None:
    page = (
        "<table><tr><th>Year</th><th>Town</th><th>Height</th></tr>"
        "<tr><td rowspan=2>1890</td><td>Elba</td><td>9 m</td></tr>"
        "<tr><td>Ruhla</td><td>3 m</td></tr>"
        "<tr><td colspan=2>Both</td><td>12 m</td></tr></table>"
    )
    reading = reading_of(page.encode(), "a.html")
    assert list(headers(reading)) == [
        "1890 | Elba | 9 m",
        "| Ruhla | 3 m",
        "Both |  | 12 m",
    ]


def test_two_rows_of_headings_are_one_header() -> None:
    page = (
        "<table><thead><tr><th>Town</th><th>Height</th></tr>"
        "<tr><th></th><th>in 1890</th></tr></thead>"
        "<tr><td>Elba</td><td>9 m</td></tr></table>"
    )
    found = headers(reading_of(page.encode(), "a.html"))
    assert found == {"Elba | 9 m": "Town | Height in 1890"}


def test_lines_of_code_and_verse_stay() -> None:
    page = b"<pre>def f():\n    return 1</pre><p>One<br>two</p>"
    assert reading_of(page, "a.html").text == "def f():\nreturn 1\n\nOne\ntwo"


def test_an_item_of_several_paragraphs_is_one() -> None:
    page = b"<ul><li><p>One.</p><p>Two.</p></li><li>Three.</li></ul>"
    assert seen(reading_of(page, "a.html")) == [("list", "- One. / Two. / - Three.")]


@pytest.mark.parametrize(
    "page", ["", "<!-- none -->", "<img src=a.png alt=x>", "<?xml version='1.0'?>"]
)
def test_a_page_without_words_has_no_text(page: str) -> None:
    assert reading_of(page.encode(), "a.html").text == ""


def test_endless_depth_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="nested too deep"):
        reading_of(b"<div>" * 5_000 + b"words", "a.html")


def test_an_entity_is_not_expanded() -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        f"<html><body><p>{MILLS} &a;</p></body></html>"
    )
    text = reading_of(page.encode(), "a.xhtml").text
    assert MILLS in text
    assert "root:" not in text


def test_real_pages_of_packages_are_read() -> None:
    found = sorted(packages().rglob("*.htm*"))[:40]
    assert found
    for file in found:
        check_any(file.read_bytes(), "a.html")


def test_damage_is_refused_or_read() -> None:
    check_damaged(PAGE.encode(), "a.html")
