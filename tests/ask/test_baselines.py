"""The simple rankings, fused by hand and asked through the library."""

from __future__ import annotations

import pytest
from conftest import MakeLibrary

from citeback.ask.baselines import fused
from citeback.records import Baseline


def test_fusion_worked_out_by_hand() -> None:
    # 1: 1/61 + 1/63 = 0.03227; 2: 1/62 = 0.01613; 3: 1/62 + 1/61 = 0.03252.
    assert fused([[1, 2, 4], [3, 9, 1], [9, 3]]) == [3, 9, 1, 2, 4]
    assert fused([[1, 3], [3, 2, 1]]) == [3, 1, 2]


def test_two_late_ranks_weigh_like_one_first() -> None:
    # Twice rank 61: 2/121 = 0.01653, more than 1/61 = 0.01639; twice rank 63: 2/123 =
    # 0.01626, less.
    def lists(rank: int) -> list[list[int]]:
        return [[*range(start, start + rank - 1), 7] for start in (100, 200)]

    assert fused(lists(61))[0] == 7
    assert fused(lists(63)).index(7) == 2


@pytest.mark.parametrize("baseline", list(Baseline))
def test_a_baseline_answers_with_reasons_and_verdict(
    make_library: MakeLibrary, baseline: Baseline
) -> None:
    library = make_library()
    library.update()
    answer = library.ask("blue kettle boils water", baseline=baseline)
    assert answer.hits[0].quote == "The blue kettle boils water in four minutes."
    assert answer.hits[0].parts.passage_words == 1
    assert answer.probability > 0.1


def test_bm25_finds_nothing_where_no_word_is_shared(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    answer = library.ask("football", baseline=Baseline.BM25)
    assert (answer.hits, answer.unseen) == ((), ("football",))
    assert answer.notice == "No passage holds a word of the question."
    assert library.ask("football", baseline=Baseline.PLAIN).hits
