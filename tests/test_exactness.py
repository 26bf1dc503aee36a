"""Every quote shown anywhere is a byte-exact slice of the document version it names."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from doubles import WordHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from citeback.library import Library
from citeback.records import Span
from citeback.serve import citing
from citeback.serve.as_json import absence_json, answer_json, as_text, every_json
from citeback.serve.asking import Asked
from citeback.serve.opening import Request, open_request
from citeback.serve.reading import ReaderView
from citeback.serve.session import take_turn
from citeback.serve.strings import words_of
from citeback.settings import Settings

WORDS = st.sampled_from(
    ["kettle", "boils", "naïve", "“so”", "e\u0301t\u00e9", "नदी", "水", "a<b>&amp;", "\u00ad",
     "12,5", "it's", "—", "\u200b", "𝒳", "<script>", "boils boils", "\\n", "&lt;", "Kettle's"]
)  # fmt: skip
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=3).map(". ".join)
TEXTS = st.lists(PARAGRAPHS, min_size=1, max_size=6).map(
    lambda made: "\n\n".join(made) + ".\n\nThe kettle boils."
)


class Shown(HTMLParser):
    """The texts of block quotes, of marks, and what is copied, out of a page's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.quotes: list[str] = []
        self.copied: list[str] = []
        self._in: str | None = None
        self._skips = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "data-copy" in values:
            self.copied.append(values["data-copy"] or "")
        if tag == "blockquote":
            self.quotes.append("")
            self._in = tag
        if values.get("class") == "gap":
            self._skips += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = None
        if tag == "span" and self._skips:
            self._skips -= 1

    def handle_data(self, data: str) -> None:
        if self._in and not self._skips:
            self.quotes[-1] += data


def proven(receipt: dict[str, Any] | None, versions: dict[str, str]) -> None:
    """What a receipt says of its quote is so, to the byte."""
    assert receipt is not None
    text = versions[receipt["document"]]
    quote = text[receipt["start"] : receipt["end"]]
    assert quote.encode() == receipt["quote"].encode() != b""
    assert hashlib.sha256(quote.encode()).hexdigest() == receipt["digest"]
    assert text[: receipt["start"]].endswith(receipt["prefix"])
    assert text[receipt["end"] :].startswith(receipt["suffix"])
    assert text.count(quote) >= receipt["times"] >= receipt["twins"] >= 1


def drawn(view: ReaderView | None) -> str:
    """The whole text as the reader draws it."""
    assert view is not None
    return "".join(
        "".join(run["text"] for run in block["runs"]) + block["after"]
        for block in view["blocks"]
    )


@given(TEXTS, st.sampled_from(["kettle boils", "naïve 水", "नदी été", "12,5 it's"]))
@settings(max_examples=25, deadline=None)
def test_whatever_is_shown_is_the_documents_own(text: str, question: str) -> None:
    with TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        content.mkdir()
        (content / "a.txt").write_text(text, encoding="utf-8")
        (content / "b.txt").write_text(f"Another one.\n\n{text}", encoding="utf-8")
        own = Settings(citations=Path(folder) / "citations")
        with Library.open(
            content, Path(folder) / "index", settings=own, encoder=WordHashEncoder()
        ) as library:
            library.update()
            check(library, question)


def check(library: Library, question: str) -> None:
    documents = {
        f.source.path: library.document(f.source.path) for f in library.files()
    }
    versions = {d.source.digest: d.text for d in documents.values()}
    texts = list(versions.values())
    for digest, text in versions.items():
        assert hashlib.sha256(text.encode()).hexdigest() == digest

    # What the command line and the API give.
    answer, found = library.ask(question), library.every(question)
    absence = library.absent(question)
    plain = json.loads(
        as_text(answer_json(answer, library.receipts(citing.of_answer(answer))))
    )
    for hit in plain["hits"]:
        proven(hit["receipt"], versions)
        assert hit["quote"] == hit["receipt"]["quote"]
        passage = hit["passage"]
        whole = documents[passage["path"]].text
        assert whole[passage["start"] : passage["end"]] == passage["text"]
    plain = json.loads(
        as_text(every_json(found, library.receipts(citing.of_every(found))))
    )
    for document in plain["documents"]:
        for one in document["passages"]:
            proven(one["receipt"], versions)
            assert one["passage"]["text"] == one["receipt"]["quote"]
    plain = json.loads(
        as_text(absence_json(absence, library.receipts(citing.of_absence(absence))))
    )
    for one in (*plain["places"], *plain["nearest"]):
        proven(one["receipt"], versions)

    # What the page shows, copies and marks.
    for every in (False, True):
        (turn,) = take_turn(library, Asked(question, every=every), [])
        shown = Shown(turn.html(words_of("en")))
        for quote in shown.quotes:
            assert any(quote in text for text in texts), quote
        for copied in shown.copied:
            quote = re.fullmatch(r"“(.*)” — .*", copied, re.DOTALL)
            assert quote, copied
            assert any(quote[1] in text for text in texts)
        view = open_request(library, [turn], Request(turn=0, number=1))
        if view is not None:
            text = documents[view["document"]].text
            assert drawn(view) in text
            for one in view["cited"]:
                marked = Span(*one["best"])
                assert text[marked.start : marked.end]
