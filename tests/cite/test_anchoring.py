"""Quotations in a library whose documents change: found again, and readable as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Change, Receipt, Standing
from citeback.cite.written import read_receipts
from citeback.errors import CitationsError, UnknownDocumentError
from citeback.library import Library
from citeback.records import Span

QUOTE = "The blue kettle boils water in four minutes."


@pytest.fixture
def library(make_library: MakeLibrary) -> Library:
    library = make_library()
    library.update()
    return library


def cited(library: Library, quote: str = QUOTE, path: str = "kettle.txt") -> Receipt:
    start = library.document(path).text.index(quote)
    return library.receipt(path, Span(start, start + len(quote)))


def change(
    library: Library, content: Path, text: str, name: str = "kettle.txt"
) -> None:
    (content / name).write_text(text, encoding="utf-8")
    library.update()


def test_what_did_not_change_is_unchanged(library: Library) -> None:
    receipt = cited(library)
    now = library.anchor(receipt)
    assert (now.standing, now.path, now.quote) == ("unchanged", "kettle.txt", QUOTE)
    assert now.span == Span(receipt.start, receipt.end)
    assert now.certain
    assert not now.differences


def test_a_quote_stays_unchanged_while_others_change(
    library: Library, content: Path
) -> None:
    receipt = cited(library)
    change(library, content, TEXTS["kettle.txt"].replace("Sugar", "Salt"))
    assert library.anchor(receipt).standing is Standing.UNCHANGED


def test_a_quote_is_followed_to_where_it_moved(library: Library, content: Path) -> None:
    receipt = cited(library)
    change(library, content, f"A new beginning.\n\n{TEXTS['kettle.txt']}")
    now = library.anchor(receipt)
    assert (now.standing, now.span) == (Standing.MOVED, Span(18, 18 + len(QUOTE)))


def test_an_edit_is_told_word_by_word(library: Library, content: Path) -> None:
    receipt = cited(library)
    change(library, content, TEXTS["kettle.txt"].replace("four", "five"))
    now = library.anchor(receipt)
    assert now.standing is Standing.EDITED
    assert now.quote == QUOTE.replace("four", "five")
    changed = [(d.change, d.text) for d in now.differences if d.change != "same"]
    assert changed == [(Change.REMOVED, "four"), (Change.ADDED, "five")]


def test_what_was_taken_out_is_gone(library: Library, content: Path) -> None:
    receipt = cited(library)
    change(library, content, "Tea is kept in the third cupboard.")
    now = library.anchor(receipt)
    assert (now.standing, now.span, now.quote) == (Standing.GONE, None, "")


def test_a_renamed_document_is_found(library: Library, content: Path) -> None:
    receipt = cited(library)
    (content / "kettle.txt").rename(content / "pot.txt")
    library.update()
    now = library.anchor(receipt)
    assert (now.standing, now.path, now.certain) == (Standing.MOVED, "pot.txt", True)
    assert now.quote == QUOTE


def test_signs_alone_are_followed_into_a_renamed_document(
    library: Library, content: Path
) -> None:
    change(library, content, "One ¶ — two.", "signs.txt")
    receipt = cited(library, "¶ —", "signs.txt")  # no word to look for it by
    (content / "signs.txt").rename(content / "marks.txt")
    library.update()
    now = library.anchor(receipt)
    assert (now.standing, now.path, now.quote) == (Standing.MOVED, "marks.txt", "¶ —")


def test_a_quote_is_found_in_a_document_renamed_and_edited(
    library: Library, content: Path
) -> None:
    receipt = cited(library)
    (content / "kettle.txt").unlink()
    text = TEXTS["kettle.txt"].replace("minutes", "long minutes")
    change(library, content, f"Of the kitchen.\n\n{text}", "pot.txt")
    now = library.anchor(receipt)
    assert (now.standing, now.path) == (Standing.EDITED, "pot.txt")
    assert now.quote == QUOTE.replace("minutes", "long minutes")


def test_a_document_that_is_gone_leaves_its_quotes_gone(
    library: Library, content: Path
) -> None:
    receipt = cited(library)
    (content / "kettle.txt").unlink()
    library.update()
    assert library.anchor(receipt).standing is Standing.GONE


def test_an_earlier_version_stays_readable(library: Library, content: Path) -> None:
    receipt = cited(library)
    before = library.document("kettle.txt")
    library.keep("kettle.txt")
    library.keep("kettle.txt")
    change(library, content, "Something else.")
    assert library.version(receipt.document) == before
    assert library.version(receipt.document[:12]) == before
    (kept,) = (content.parent / "citations" / "versions").iterdir()
    assert kept.name == f"{receipt.document}.json"


def test_what_was_not_cited_is_not_kept(library: Library, content: Path) -> None:
    receipt = cited(library)
    change(library, content, "Something else.")
    for digest in (receipt.document, "", "*", "../../etc/passwd", "0" * 64):
        with pytest.raises(UnknownDocumentError, match="is not kept"):
            library.version(digest)


def test_a_damaged_version_is_not_shown_and_kept_anew(
    library: Library, content: Path
) -> None:
    receipt = cited(library)
    library.keep("kettle.txt")
    (file,) = (content.parent / "citations" / "versions").iterdir()
    file.write_text(file.read_text().replace("four", "five"))
    with pytest.raises(UnknownDocumentError, match="is not kept"):
        library.version(receipt.document)
    library.keep("kettle.txt")
    assert library.version(receipt.document).text == TEXTS["kettle.txt"]


def test_where_nothing_can_be_kept_it_is_said(library: Library, content: Path) -> None:
    (content.parent / "citations").write_text("in the way")
    with pytest.raises(CitationsError, match="CITEBACK_CITATIONS"):
        library.keep("kettle.txt")


def test_a_written_receipt_gets_its_quote_back(library: Library, content: Path) -> None:
    receipt = cited(library)
    (read,) = read_receipts(f"He wrote it so ({receipt_text(receipt)}).")
    assert read.receipt is not None
    assert library.restored(read.receipt) == receipt
    library.keep("kettle.txt")
    change(library, content, "Something else.")
    assert library.restored(read.receipt) == receipt


def test_a_written_receipt_of_a_lost_text_has_no_quote(
    library: Library, content: Path
) -> None:
    (read,) = read_receipts(receipt_text(cited(library)))
    assert read.receipt is not None
    change(library, content, "Something else.")
    assert library.restored(read.receipt) is None


def test_receipts_of_an_answer_prove_its_quotes(
    library: Library, content: Path
) -> None:
    answer = library.ask("How long does the kettle take to boil water?")
    shown = [(hit.source, hit.best) for hit in answer.hits]
    for hit, receipt in zip(answer.hits, library.receipts(shown), strict=True):
        assert receipt is not None
        assert (receipt.quote, receipt.document) == (hit.quote, hit.source.digest)
    change(library, content, "Something else.")
    assert None in library.receipts(shown)
