"""One form for what looks different and is the same, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.verifying.canonical import Reading, canonical, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“a”", '"a"'),
        ("« a »", "„a“"),
        ("don’t", "don't"),
        ("a — b", "a--b"),
        ("a - b", "a–b"),
        ("1990–95", "1990-95"),
        ("a\n b\u00a0c", "a b c"),
        ("re\u0301sume\u0301", "résumé"),
        ("ﬁnd", "find"),
        ("co\u00adop", "coop"),
        ("wait…", "wait. . ."),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a 6' wall", 'a 6" wall'),
        ("résumé", "resume"),
        ("Not", "not"),
        ("1,234", "1.234"),
        ("x²", "x³"),
        ("-5", "5"),
        ("well-known", "wellknown"),
        ("a, b", "a b"),
        ("a b", "ab"),
        ("dogs'", "dogs"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    for notes in (True, False):
        reading = Reading(notes=notes, joined=True)
        assert canonical(one, reading).text != canonical(other, reading).text


def test_markdown_without_its_signs() -> None:
    written = "*So* **it** is [here](http://a.b 'c'), \\*not\\* 5*3\n> and `x`[^1]"
    form = canonical(written, Reading(markdown=True, notes=False))
    assert form.text == "So it is here, *not* 5*3 and x"


def test_numbers_of_notes() -> None:
    form = canonical("So it was.¹ Then[2] the town grew.3 It", Reading(notes=False))
    assert form.text == "So it was. Then the town grew. It"
    assert "km²" in canonical("2 km² of land", Reading(notes=False)).text


TEXTS = st.text(alphabet="aé\u0301“”'\" \n-–—.…ﬁ12³[]*\u00ad(", max_size=40)


@given(TEXTS, st.booleans(), st.booleans(), st.data())
def test_each_stretch_leads_back(
    text: str, markdown: bool, notes: bool, data: st.DataObject
) -> None:
    form = canonical(text, Reading(markdown, notes, joined=not notes))
    if form.text:
        start = data.draw(st.integers(0, len(form.text) - 1))
        end = data.draw(st.integers(start + 1, len(form.text)))
        span = form.span(start, end)
        assert 0 <= span.start < span.end <= len(text)
        for at, sign in enumerate(form.text):
            if sign in "aé12":
                here = form.span(at, at + 1)
                assert sign in plain(text[here.start : here.end])
