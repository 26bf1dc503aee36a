"""What a link shows after its document was edited."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from conftest import TEXTS, MakeLibrary

from citeback.errors import UnknownDocumentError
from citeback.library import Library
from citeback.private import Both
from citeback.records import Span
from citeback.serve.asking import Asked
from citeback.serve.links import QUOTE_LETTERS, linked_receipt, permalink_query
from citeback.serve.opening import LINK_CHANGED, Request, open_request
from citeback.serve.reading import ChangeView, ReaderView
from citeback.serve.replies import opened
from citeback.serve.session import take_turn

QUOTE = "The blue kettle boils water in four minutes."


@pytest.fixture
def library(make_library: MakeLibrary) -> Library:
    library = make_library()
    library.update()
    return library


def link(library: Library, quote: str = QUOTE) -> dict[str, str]:
    """What the page's scripts read from a copied link."""
    start = library.document("kettle.txt").text.index(quote)
    receipt = library.receipt("kettle.txt", Span(start, start + len(quote)))
    named = dict(parse_qsl(permalink_query(receipt).removeprefix("?")))
    return {"document": named.pop("doc"), **named}


def view(library: Library, wanted: dict[str, str]) -> ReaderView:
    value = opened(library, [], wanted, reply=True)
    assert value is not None
    shown: ReaderView = value["view"]
    return shown


def change(
    library: Library, content: Path, text: str, name: str = "kettle.txt"
) -> None:
    (content / name).write_text(text, encoding="utf-8")
    library.update()


def marked(shown: ReaderView) -> str:
    return "".join(
        run["text"] for block in shown["blocks"] for run in block["runs"] if run["best"]
    )


def told(shown: ReaderView) -> ChangeView:
    assert shown["change"] is not None
    return shown["change"]


def test_an_untouched_quote_is_shown_without_a_word(library: Library) -> None:
    shown = view(library, link(library))
    assert (marked(shown), shown["change"], shown["notice"]) == (QUOTE, None, "")


def test_a_moved_quote_is_marked_where_it_is(library: Library, content: Path) -> None:
    wanted = link(library)
    change(library, content, f"Before it.\n\n{TEXTS['kettle.txt']}")
    shown = view(library, wanted)
    assert (marked(shown), told(shown)["standing"]) == (QUOTE, "moved")
    assert told(shown)["version"] == ""  # nobody had it kept


def test_an_edited_quote_shows_its_difference_and_the_text_of_then(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    library.keep("kettle.txt")
    change(library, content, TEXTS["kettle.txt"].replace("four", "five"))
    shown = view(library, wanted)
    assert marked(shown) == QUOTE.replace("four", "five")
    assert [d for d in told(shown)["differences"] if d[0] != "same"] == [
        ("removed", "four"),
        ("added", "five"),
    ]
    earlier = view(
        library,
        {
            "document": told(shown)["document"],
            "start": str(told(shown)["start"]),
            "end": str(told(shown)["end"]),
            "version": told(shown)["version"],
        },
    )
    assert (marked(earlier), told(earlier)["standing"]) == (QUOTE, "earlier")
    assert earlier["key"] == f"kettle.txt:0-44@{earlier['version']}:-1"


def test_a_renamed_document_is_named(library: Library, content: Path) -> None:
    wanted = link(library)
    (content / "kettle.txt").rename(content / "pot.txt")
    library.update()
    shown = view(library, wanted)
    assert (shown["document"], marked(shown)) == ("pot.txt", QUOTE)
    assert told(shown)["title"] == shown["title"]


def test_a_quote_that_is_gone_is_told_with_its_words(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    change(library, content, "Something else.")
    shown = view(library, wanted)
    assert (marked(shown), told(shown)["standing"]) == ("", "gone")
    assert told(shown)["differences"] == [("removed", QUOTE)]


def test_of_a_document_that_is_gone_the_kept_text_is_shown(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    library.keep("kettle.txt")
    (content / "kettle.txt").unlink()
    library.update()
    shown = view(library, wanted)
    assert (marked(shown), told(shown)["standing"]) == (QUOTE, "gone")


def test_of_a_document_that_is_gone_nothing_is_shown(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    (content / "kettle.txt").unlink()
    library.update()
    with pytest.raises(UnknownDocumentError, match="no document"):
        open_request(
            library, [], Request(document="kettle.txt", start=0, end=44, quote=QUOTE)
        )
    value = opened(library, [], wanted)
    assert value is not None
    assert "There is no document" in value["problem"]


def test_an_old_link_follows_its_quote_if_the_text_of_then_is_kept(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    old = {key: wanted[key] for key in ("document", "start", "end", "state")}
    library.keep("kettle.txt")
    change(library, content, f"Before it.\n\n{TEXTS['kettle.txt']}")
    assert (marked(view(library, old)), told(view(library, old))["standing"]) == (
        QUOTE,
        "moved",
    )


def test_an_old_link_to_what_has_changed_says_so(
    library: Library, content: Path
) -> None:
    wanted = link(library)
    old = {key: wanted[key] for key in ("document", "start", "end", "state")}
    change(library, content, f"Before it.\n\n{TEXTS['kettle.txt']}")
    assert view(library, old)["notice"] == LINK_CHANGED


def test_a_link_to_a_long_quote_goes_without_its_words(
    library: Library, content: Path
) -> None:
    text = " ".join(f"word{n}" for n in range(QUOTE_LETTERS // 4))
    change(library, content, text)
    wanted = link(library, text)
    assert "quote" not in wanted
    library.keep("kettle.txt")
    change(library, content, f"Before it. {text}")
    assert marked(view(library, wanted)) == text


def test_an_answer_is_followed_through_an_edit(library: Library, content: Path) -> None:
    turns = take_turn(library, Asked("How long does the kettle take to boil?"), [])
    change(library, content, TEXTS["kettle.txt"].replace("four", "five"))
    shown = open_request(library, turns, Request(turn=0, number=1))
    assert shown is not None
    assert (shown["key"], told(shown)["standing"]) == ("0:1", "edited")
    assert marked(shown) == QUOTE.replace("four", "five")


def test_what_was_read_comes_back_though_the_question_finds_another(
    library: Library,
) -> None:
    turns = take_turn(library, Asked("How long does the kettle take to boil?"), [])
    wanted = {"turn": 0, "number": 1, "document": "kettle.txt", "start": 46, "end": 80}
    value = opened(library, turns, {**wanted, "quote": "Sugar stands beside it."})
    assert value is not None
    assert marked(value["view"]) == "Sugar stands beside it."
    value = opened(library, turns, {**wanted, "quote": QUOTE})
    assert value is not None
    assert value["view"]["key"] == "0:1"


def test_a_visitors_own_document_is_followed_first(
    make_library: MakeLibrary, library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with Library.open(
        folder,
        tmp_path / "own-index",
        settings=library.settings,
        encoder=library.encoder,
    ) as own:
        both = Both(own, library)
        wanted = link(library)
        (tmp_path / "content" / "kettle.txt").unlink()
        library.update()
        (folder / "mine.txt").write_text(TEXTS["kettle.txt"], encoding="utf-8")
        own.update()
        value = opened(both, [], wanted)
        assert value is not None
        assert value["view"]["document"] == "mine.txt"
        (receipt,) = both.receipts(
            [(own.document("mine.txt").source, Span(0, len(QUOTE)))]
        )
        assert receipt is not None
        assert receipt.quote == QUOTE


def test_a_link_with_senseless_counts_still_opens() -> None:
    receipt = linked_receipt(
        "a.txt",
        Span(0, 5),
        "",
        quote="words",
        prefix="",
        suffix="",
        copies=f"{'9' * 5000}.1",
    )
    assert (receipt.times, receipt.twins) == (1, 1)
