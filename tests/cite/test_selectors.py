"""Receipts as Web Annotations and as links to a web page's text."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import unquote

import pytest

from citeback.cite.receipt import receipt_of
from citeback.cite.records import Receipt
from citeback.cite.selectors import annotation, fragment_link, text_directive
from citeback.records import Document, Source, Span

TEXT = (
    "The report – page one\n\nIt cost €12,000 & more, said the well-known mayor of the "
    "town.\n\nNobody paid. All the others went home by the same way as they had come."
)


def receipt(
    quote: str, url: str = "https://example.org/a", text: str = TEXT
) -> Receipt:
    digest = hashlib.sha256(text.encode()).hexdigest()
    document = Document(Source("dir/a b.html", digest, "T", "", "", url), text, ())
    start = text.index(quote)
    return receipt_of(document, Span(start, start + len(quote)), 3)


def test_an_annotation_names_the_quote_by_words_and_by_place() -> None:
    one = receipt("It cost €12,000 & more")
    plain = json.loads(json.dumps(annotation(one)))
    assert plain["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert plain["target"]["source"]["id"] == "https://example.org/a"
    words, place = plain["target"]["selector"]
    assert words == {
        "type": "TextQuoteSelector",
        "exact": "It cost €12,000 & more",
        "prefix": "The report – page one\n\n",
        "suffix": TEXT[45 : 45 + 48],
    }
    assert place == {"type": "TextPositionSelector", "start": 23, "end": 45}
    assert TEXT[23:45] == words["exact"]


def test_a_document_of_ones_own_is_named_by_its_path() -> None:
    source = annotation(receipt("Nobody paid.", url=""))["target"]["source"]
    assert source["id"] == "dir/a%20b.html"
    # RFC 6920, its digest in base64url without padding
    assert source["dcterms:identifier"].startswith("ni:///sha-256;")
    assert len(source["dcterms:identifier"]) == len("ni:///sha-256;") + 43


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        (
            "It cost €12,000 & more",
            "page%20one-,It%20cost%20%E2%82%AC12%2C000%20%26%20more,-%2C%20said%20the",
        ),
        ("the well-known mayor", "more%2C%20said-,the%20well%2Dknown%20mayor,-of"),
        ("Nobody paid.", "Nobody%20paid."),
    ],
)
def test_signs_with_a_meaning_are_encoded(quote: str, directive: str) -> None:
    made = text_directive(receipt(quote))
    assert directive in made
    bare = made.replace("-,", "").replace(",-", "")
    assert not set("&-") & set(bare)


def test_the_parts_can_be_read_back() -> None:
    made = text_directive(receipt("It cost €12,000 & more"))
    prefix, quote, suffix = made.split(",")
    assert unquote(prefix.removesuffix("-")) == "– page one"
    assert unquote(quote) == "It cost €12,000 & more"
    assert unquote(suffix.removeprefix("-")) == ", said the"


def test_a_long_quote_is_named_by_its_ends() -> None:
    made = text_directive(
        receipt(
            "Nobody paid. All the others went home by the same way as they had come."
        )
    )
    parts = [unquote(part) for part in made.split(",")]
    assert parts[-2:] == ["Nobody paid. All the others", "way as they had come."]


def test_ends_in_different_paragraphs_are_two_parts() -> None:
    made = text_directive(receipt("the town.\n\nNobody paid."))
    assert ",the%20town.,Nobody%20paid.," in made


def test_a_quote_that_cuts_a_word_names_no_neighbour_there() -> None:
    assert text_directive(receipt("obody paid. All")).startswith(
        "obody%20paid.%20All,-"
    )


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://e.org/a", "https://e.org/a#:~:text="),
        ("https://e.org/a#part", "https://e.org/a#part:~:text="),
    ],
)
def test_a_link_opens_the_page_there(url: str, link: str) -> None:
    assert fragment_link(receipt("Nobody paid.", url=url)).startswith(link)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd"])
def test_what_is_no_web_page_has_no_such_link(url: str) -> None:
    assert fragment_link(receipt("Nobody paid.", url=url)) == ""
