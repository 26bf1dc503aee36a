"""A report of absence can be relied on: all of the text has been looked through."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback.index import words
from citeback.library import Library
from citeback.records import BlockKind

PAPER = """---
title: The Velvet Protocol
---

# Recidivism rate of 1999

Body words, 12,5 of them, and 1½ more.

[source]: https://example.org/zanzibar
"""


@pytest.fixture
def library(make_library: MakeLibrary, content: Path) -> Library:
    (content / "paper.md").write_text(PAPER, encoding="utf-8")
    library = make_library()
    library.update()
    return library


@pytest.mark.parametrize(
    ("phrase", "kind", "paragraph", "note"),
    [
        ("body word", BlockKind.PARAGRAPH, 1, ""),
        ("12.5 of them", BlockKind.PARAGRAPH, 1, ""),
        ("1½", BlockKind.PARAGRAPH, 1, ""),
        ("recidivism rates of 1999", BlockKind.HEADING, 0, ""),
        ("velvet protocol", BlockKind.FURNITURE, 0, "the lines about the document"),
        ("zanzibar", BlockKind.FURNITURE, 0, "the address of a link"),
    ],
)
def test_headings_titles_and_left_out_parts_are_looked_through(
    library: Library, phrase: str, kind: BlockKind, paragraph: int, note: str
) -> None:
    (place,) = library.absent(phrase).places
    assert (place.kind, place.paragraph) == (kind, paragraph)
    assert place.note.startswith(note)
    assert bool(place.note) is bool(note)


def test_no_phrase_of_a_long_sentence_that_was_cut_is_absent(
    make_library: MakeLibrary, content: Path
) -> None:
    long = ", ".join(f"thing{n} of colour{n} and so on and on" for n in range(60))
    (content / "long.txt").write_text(f"We saw {long} at last.\n")
    library = make_library(WordHashEncoder(word_piece_limit=64))
    library.update()
    document = library.document("long.txt")
    assert sum(f.passages for f in library.files()) > len(library.files()) + 3
    spans = [span for _, span in words.words(document.text)]
    for one, next_ in pairwise(spans):
        phrase = document.text[one.start : next_.end]
        assert library.absent(phrase).places, phrase


@pytest.mark.parametrize("question", ["Velvet", "Zanzibar?", "1½", "Which protocol?"])
def test_no_word_of_a_title_heading_or_left_out_part_is_called_unused(
    library: Library, question: str
) -> None:
    assert library.ask(question).unseen == ()
    assert library.ask(f"{question} zeppelins").unseen == ("zeppelins",)


def test_a_removed_document_uses_no_words(library: Library, content: Path) -> None:
    (content / "paper.md").unlink()
    library.update()
    assert library.ask("Velvet protocol").unseen == ("Velvet", "protocol")
