"""Which passages hold which stems, against SQLite's own index of words and plain sets."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citeback.errors import IndexStateError
from citeback.index.postings import Postings, Row

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def rows_at_random(seed: int, count: int, *, first: int = 1) -> list[Row]:
    """Passages of up to thirty words, "a" the most frequent and "z" the rarest."""
    chance = random.Random(seed)
    weights = [1 / (1 + at) ** 1.5 for at in range(len(LETTERS))]
    ids = chance.sample(range(first * 10**6, (first + 1) * 10**6), count)
    return [
        (one, " ".join(chance.choices(LETTERS, weights, k=chance.randint(1, 30))))
        for one in ids
    ]


def by_sqlite(rows: Sequence[Row], stems: Sequence[str]) -> list[tuple[int, float]]:
    """Ids and BM25 of all passages that hold any of the stems, best first."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (stems)")
    database.executemany("INSERT INTO words (rowid, stems) VALUES (?, ?)", rows)
    found = database.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid",
        (" OR ".join(f'"{stem}"' for stem in stems),),
    ).fetchall()
    database.close()
    return found


def check_best(postings: Postings, rows: Sequence[Row], stems: list[str]) -> None:
    scores = dict(by_sqlite(rows, stems))
    for count in (1, 5, 20, len(rows) + 1):
        found = postings.best(stems, count)
        assert len(set(found)) == len(found) == min(count, len(scores))
        expected = sorted(scores.values(), reverse=True)[:count]
        # Sums of float32: what is nearly equal may stand in another order.
        np.testing.assert_allclose([scores[i] for i in found], expected, atol=2e-5)


stems_asked = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=6, unique=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 200), stems_asked)
def test_the_best_are_those_that_sqlite_finds(
    seed: int, count: int, stems: list[str]
) -> None:
    rows = rows_at_random(seed, count)
    check_best(Postings.of(rows), rows, stems)


def test_of_equals_the_one_with_the_smaller_id_is_better() -> None:
    rows = [(identity, "a b") for identity in (7, 3, 9, 1)]
    assert Postings.of([*rows, (5, "c d")]).best(["a"], 3) == [1, 3, 7]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), stems_asked, st.integers(0, 60))
def test_only_those_among_some_are_found(
    seed: int, stems: list[str], count: int
) -> None:
    rows = rows_at_random(seed, 60)
    among = [identity for identity, _ in rows[:count]]
    found = Postings.of(rows).best(stems, 100, np.array([*among, 5], dtype=np.int64))
    expected = {one for one, _ in by_sqlite(rows, stems)} & set(among)
    assert set(found) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.sampled_from("abcdef"), max_size=4))
def test_all_that_hold_some_are_found_and_counted(seed: int, stems: list[str]) -> None:
    rows = rows_at_random(seed, 80)
    postings = Postings.of(rows)
    held = {identity: set(text.split()) for identity, text in rows}
    expected = sorted(one for one, words in held.items() if set(stems) <= words)
    assert postings.with_all(stems) == (expected if stems else [])
    assert postings.holding(stems) == {
        stem: sum(stem in words for words in held.values()) for stem in stems
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 30), max_size=6), stems_asked)
def test_what_comes_and_goes_leaves_what_is_made_at_once(
    seed: int, sizes: list[int], stems: list[str]
) -> None:
    chance = random.Random(seed)
    rows = rows_at_random(seed, 40)
    postings = Postings.of(rows)
    for number, size in enumerate(sizes, start=2):
        gone = chance.sample(rows, min(size // 2, len(rows)))
        rows = [row for row in rows if row not in gone]
        added = rows_at_random(seed, size, first=number)
        rows += added
        ids = np.array([*(identity for identity, _ in gone), 3], dtype=np.int64)
        postings = postings.changed(ids, added)
    assert len(postings) == len(rows)
    assert sorted(postings.ids.tolist()) == sorted(identity for identity, _ in rows)
    check_best(postings, rows, stems)
    everything = Postings.of(rows)
    assert postings.with_all(stems[:2]) == everything.with_all(stems[:2])
    assert postings.holding(stems) == everything.holding(stems)
    assert postings.equals(everything)
    assert Postings.from_bytes(postings.to_bytes()).equals(everything)


def test_another_word_is_a_difference() -> None:
    rows = rows_at_random(1, 20)
    changed = [(rows[0][0], f"{rows[0][1]} a"), *rows[1:]]
    assert not Postings.of(rows).equals(Postings.of(changed))
    assert not Postings.of(rows).equals(Postings.of(rows[1:]))


def test_no_word_can_be_read_in_what_is_stored() -> None:
    stored = Postings.of([(1, "zyzzyvapassword opens")]).to_bytes()
    assert b"zyzzyva" not in stored


def test_something_else_is_refused() -> None:
    with pytest.raises(IndexStateError, match="no index of words"):
        Postings.from_bytes(b"something else")


def test_nothing_holds_nothing() -> None:
    postings = Postings.from_bytes(Postings.of([]).to_bytes())
    assert postings.best(["a"], 5) == []
    assert postings.with_all(["a"]) == []
    assert len(postings.changed(np.array([1]), [(2, "a")])) == 1
