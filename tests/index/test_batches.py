"""Texts of like length go through the model together."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.index.batches import by_length, filled


def test_worked_by_hand() -> None:
    # 5, 5 and 9 are filled up to 27, and 36 would be too many.
    assert list(by_length([12, 5, 9, 5, 12, 100], 30)) == [[1, 3, 2], [0, 4], [5]]
    assert list(by_length([], 30)) == []


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 2000))
def test_each_text_is_in_one_batch_and_no_batch_is_too_large(
    lengths: list[int], budget: int
) -> None:
    batches = list(by_length(lengths, budget))
    assert sorted(chain(*batches)) == list(range(len(lengths)))
    for batch in batches:
        longest = filled(max(lengths[n] for n in batch))
        assert len(batch) == 1 or len(batch) * longest <= budget
    for one, other in pairwise(batches):
        assert max(lengths[n] for n in one) <= min(lengths[n] for n in other)
        # One more would have been too many.
        assert (len(one) + 1) * filled(lengths[other[0]]) > budget


@pytest.mark.parametrize(
    ("longest", "length"),
    [
        (1, 1),
        (12, 12),
        (14, 16),
        (16, 16),
        (24, 24),
        (28, 32),
        (40, 40),
        (42, 48),
        (48, 48),
        (52, 52),
        (120, 128),
        (250, 256),
        (256, 256),
    ],
)
def test_little_is_filled_up_where_that_is_faster(longest: int, length: int) -> None:
    assert filled(longest) == length
