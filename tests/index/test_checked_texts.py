"""Texts stay at hand once they have been checked, to a bound."""

from __future__ import annotations

import pytest

from citeback.index import checked_texts
from citeback.index.checked_texts import CheckedTexts


def test_the_texts_used_last_are_kept_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checked_texts, "MOST_CHARACTERS", 10)
    held = CheckedTexts()
    read: list[str] = []

    def text(digest: str, length: int) -> str:
        def reading() -> str:
            read.append(digest)
            return digest * length

        return held.text(digest, reading)

    assert text("a", 4) == text("a", 4) == "aaaa"
    assert text("b", 4) == "bbbb"
    assert text("a", 4) == "aaaa"
    assert read == ["a", "b"]
    assert text("c", 4) == "cccc"  # too much with both: b was used before a
    assert text("a", 4) == "aaaa"
    assert read == ["a", "b", "c"]
    assert text("b", 4) == "bbbb"
    assert read == ["a", "b", "c", "b"]
    assert text("d", 11) == text("d", 11) == "d" * 11  # more than all may take
    assert read == ["a", "b", "c", "b", "d", "d"]


def test_what_cannot_be_read_is_not_kept() -> None:
    held = CheckedTexts()
    with pytest.raises(ZeroDivisionError):
        held.text("a", lambda: str(1 / 0))
    assert held.text("a", lambda: "A text.") == "A text."
