"""Two texts, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.difference import differences
from citeback.cite.records import Change, Difference

SAME, REMOVED, ADDED = Change.SAME, Change.REMOVED, Change.ADDED


def test_a_changed_word_is_told_and_nothing_else() -> None:
    assert differences("It cost 12 euros.", "It cost 13 euros.") == (
        Difference(SAME, "It cost "),
        Difference(REMOVED, "12"),
        Difference(ADDED, "13"),
        Difference(SAME, " euros."),
    )


def test_a_changed_comma_leaves_its_word_alone() -> None:
    assert differences("first, then", "first then") == (
        Difference(SAME, "first"),
        Difference(REMOVED, ","),
        Difference(SAME, " then"),
    )


TEXTS = st.text(alphabet="ab, .\n“é\u0301नि")


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    told = differences(before, after)
    assert "".join(d.text for d in told if d.change is not ADDED) == before
    assert "".join(d.text for d in told if d.change is not REMOVED) == after
    assert all(d.text for d in told)
