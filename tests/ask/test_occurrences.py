"""Every way in which the same words may be written is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.ask.occurrences import occurrences
from citeback.index import words


def found(text: str, phrase: str) -> list[str]:
    return [text[span.start : span.end] for span in occurrences(text, phrase)]


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("A Third  cupboard, two third\ncupboards.", "third cupboard", 2),
        ("The recidi-\r\nvism rate.", "recidivism rate", 1),
        ("The re-entry of recidi-\nvists.", "re-entry of recidivists", 1),
        ("The re-entry of recidi-\nvists.", "entry of recidivists", 1),
        ("Co-operation helps.", "cooperation helps", 1),
        ("Cooperation helps.", "co-operation", 1),
        ("It fell by 12,5 percent.", "12.5 percent", 1),
        ("It fell by 12.5 percent.", "12,5 percent", 1),
        ("It fell by 12,5 percent.", "125", 0),
        ("It cost 1.234.567,50 and 2,178.5.", "1234567.5", 0),
        ("It cost 1.234.567,5 and 2,178.5.", "1,234,567.5", 1),
        ("It cost 1,234.", "1.234", 1),
        ("The [rate](https://example.org/a) of return", "rate of return", 1),
        ("The [rate](https://example.org/a) of return", "example.org", 1),
        ("The rate¹ of [2] return[^3] fell", "rate of return fell", 1),
        ("La politique de l’homme", "homme", 1),
        ("1½ cups", "1½", 1),
        ("soft\u00adware", "software", 1),
        ("third cupboard", "cupboard third", 0),
        ("third cupboard", "?!", 0),
        ("", "word", 0),
    ],
)
def test_ways_to_write_the_same(text: str, phrase: str, expected: int) -> None:
    assert len(found(text, phrase)) == expected


@given(st.lists(st.text(min_size=1), min_size=1), st.data())
def test_every_run_of_words_of_a_text_is_found(
    parts: list[str], data: st.DataObject
) -> None:
    text = " ".join(parts)
    spans = [span for _, span in words.words(text)]
    if not spans:
        return
    first = data.draw(st.integers(0, len(spans) - 1))
    last = data.draw(st.integers(first, min(first + 3, len(spans) - 1)))
    phrase = text[spans[first].start : spans[last].end]
    assert phrase in found(text, phrase)
