"""What is pinned stays: order, notes, undo, several tabs, restarts, what was there before."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.dossier import CONTEXT_LETTERS, DossierFile, Pin, context_of, pin_of
from citeback.cite.receipt import receipt_of
from citeback.errors import CitationsError
from citeback.records import (
    Block,
    BlockKind,
    Document,
    Locator,
    LocatorKind,
    Mark,
    Span,
)
from citeback.records import Source as DocumentSource

TEXT = "First words here.\n\nSecond words there. And more.\n\nThird."
SOURCE = DocumentSource("a.txt", "d" * 64, "Title", "Doe, Ann", "2021", "")


def document(text: str = TEXT) -> Document:
    blocks, at = [], 0
    for number, part in enumerate(text.split("\n\n"), 1):
        end = at + len(part)
        blocks.append(Block(BlockKind.PARAGRAPH, at, end, number, (), 0, (), ""))
        at = end + 2
    return Document(SOURCE, text, tuple(blocks), (Mark(0, LocatorKind.PAGE, "iv"),))


def pin(start: int, end: int, question: str = "") -> Pin:
    one = document()
    return pin_of(one, receipt_of(one, Span(start, end), 3), question=question)


@pytest.fixture
def kept(tmp_path: Path) -> DossierFile:
    return DossierFile(tmp_path / "citations")


def quotes(kept: DossierFile) -> list[str]:
    return [one.receipt.quote for one in kept.read().pins]


def test_nothing_is_made_before_something_is_pinned(
    kept: DossierFile, tmp_path: Path
) -> None:
    assert kept.read().pins == ()
    assert list(tmp_path.iterdir()) == []


def test_a_pin_comes_back_as_it_was_after_a_restart(
    kept: DossierFile, tmp_path: Path
) -> None:
    pinned = pin(0, 17, "What \ud800 is\x00 first?")
    kept.pin(pinned)
    kept.name("My\ntitle")
    again = DossierFile(tmp_path / "citations").read()
    assert again.pins == (pinned,)
    assert again.title == "My title"
    assert pinned.receipt.locator == Locator(LocatorKind.PAGE, "iv", "iv")
    assert pinned.source == SOURCE
    assert pinned.question == "What is first?"


def test_the_same_passage_is_pinned_once(kept: DossierFile) -> None:
    kept.pin(pin(0, 5))
    assert len(kept.pin(pin(0, 5)).pins) == 1
    assert len(kept.pin(pin(0, 6)).pins) == 2


def test_what_was_removed_comes_back_where_it_was(kept: DossierFile) -> None:
    for start in range(4):
        kept.pin(pin(start, 9))
    before = kept.read()
    gone = before.pins[1].id
    assert len(kept.remove(gone).pins) == 3
    assert kept.restore(gone).pins == before.pins
    with pytest.raises(CitationsError, match="any more"):
        kept.restore(gone)
    with pytest.raises(CitationsError, match="another tab"):
        kept.remove("nonsense")


def test_pins_are_put_in_another_order(kept: DossierFile) -> None:
    for start in range(3):
        kept.pin(pin(start, 9))
    first, second, third = (one.id for one in kept.read().pins)
    assert [one.id for one in kept.move(third, 0).pins] == [third, first, second]
    assert [one.id for one in kept.move(third, 99).pins] == [first, second, third]
    assert [one.id for one in kept.move(second, -4).pins] == [second, first, third]


def test_a_note_written_in_two_tabs_is_not_overwritten(kept: DossierFile) -> None:
    key = kept.pin(pin(0, 5)).pins[0].id
    kept.note(key, "from one tab", was="")
    with pytest.raises(CitationsError, match="from one tab"):
        kept.note(key, "from another", was="")
    assert kept.note(key, "both", was="from one tab").pins[0].note == "both"
    assert kept.note(key, "both", was="").revision == 4  # the same again does no harm


def test_tabs_that_pin_at_once_lose_nothing(tmp_path: Path) -> None:
    def work(start: int) -> None:
        DossierFile(tmp_path).pin(pin(start, 17))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(quotes(DossierFile(tmp_path))) == sorted(
        TEXT[start:17] for start in range(12)
    )


def test_a_write_that_fails_leaves_what_was_there(
    kept: DossierFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.pin(pin(0, 5))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("citeback.index.disk.flush", full)
        with pytest.raises(CitationsError, match="No space left"):
            kept.pin(pin(0, 9))
    assert quotes(kept) == ["First"]
    names = {file.name for file in (tmp_path / "citations").iterdir()}
    assert names == {"dossier.json", ".dossier.json.lock"}


def test_a_file_of_another_shape_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps({"pins": [{"id": "x"}]}))
    with pytest.raises(CitationsError, match="Update Citeback"):
        DossierFile(tmp_path).read()
    with pytest.raises(CitationsError, match="Update Citeback"):
        DossierFile(tmp_path).name("x")
    assert "title" not in file.read_text()


@given(st.data())
def test_the_context_touches_the_quote_and_is_the_documents_own(
    data: st.DataObject,
) -> None:
    words = st.text(alphabet="ab ", min_size=1, max_size=900)
    text = "\n\n".join(data.draw(st.lists(words, min_size=1, max_size=4)))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    before, after = context_of(document(text), Span(start, end))
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= CONTEXT_LETTERS


def test_a_whole_paragraph_is_shown_between_its_neighbours() -> None:
    start = TEXT.index("Second")
    end = TEXT.index("\n\nThird")
    assert context_of(document(), Span(start, end)) == (
        "First words here.\n\n",
        "\n\nThird.",
    )
    assert context_of(document(), Span(start + 7, start + 12)) == (
        "Second ",
        " there. And more.",
    )
