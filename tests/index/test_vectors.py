"""The FAISS wrapper against brute force."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.errors import IndexStateError
from citeback.index import vectors as vectors_module
from citeback.index.vectors import VectorIndex

DIMENSION = 8


def unit_rows(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    # As the catalog gives them: with no more digits than float16 has.
    return rows.astype(np.float16).astype(np.float32)


def filled(count: int, seed: int = 0) -> tuple[VectorIndex, np.ndarray, np.ndarray]:
    ids = np.random.default_rng(seed).choice(2**62, size=count, replace=False)
    vectors = unit_rows(count, seed)
    return VectorIndex(DIMENSION).added(ids, vectors), ids, vectors


@given(st.integers(1, 40), st.integers(0, 10_000), st.integers(1, 50))
def test_search_is_what_brute_force_finds(count: int, seed: int, wanted: int) -> None:
    index, ids, vectors = filled(count, seed)
    question = unit_rows(1, seed + 1)[0]
    expected = vectors @ question
    found, scores = index.search(question, wanted)
    assert len(found) == min(wanted, count)
    np.testing.assert_allclose(scores, np.sort(expected)[::-1][:wanted], atol=1e-6)
    row = {identity: i for i, identity in enumerate(ids.tolist())}
    np.testing.assert_allclose(
        scores, [expected[row[i]] for i in found.tolist()], atol=1e-6
    )


@given(st.integers(1, 40), st.integers(0, 10_000), st.integers(1, 50), st.data())
def test_search_among_some_is_what_brute_force_finds(
    count: int, seed: int, wanted: int, data: st.DataObject
) -> None:
    index, ids, vectors = filled(count, seed)
    rows = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    absent = [2**62 + 1] if data.draw(st.booleans()) else []
    among = np.array([*ids[rows].tolist(), *absent], dtype=np.int64)
    question = unit_rows(1, seed + 1)[0]
    found, scores = index.search(question, wanted, among)
    assert len(found) == min(wanted, len(rows))
    assert set(found.tolist()) <= set(ids[rows].tolist())
    expected = np.sort(vectors[rows] @ question)[::-1][:wanted]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_each_vector_finds_itself() -> None:
    index, ids, vectors = filled(30)
    for identity, vector in zip(ids, vectors, strict=True):
        assert index.search(vector, 1)[0][0] == identity


def test_removed_vectors_are_gone_and_the_rest_stays() -> None:
    index, ids, vectors = filled(10)
    index = index.removed(ids[:4])
    assert sorted(index.ids) == sorted(ids[4:])
    np.testing.assert_array_equal(index.fetch(ids[4:]), vectors[4:])
    with pytest.raises(KeyError, match="not in the index"):
        index.fetch(ids[:1])


def test_what_is_made_of_an_index_leaves_it_as_it_is() -> None:
    index, ids, vectors = filled(5)
    assert len(index.removed(ids)) == 0
    assert len(index.added(ids + 1, vectors)) == 10
    assert len(index) == 5


def test_stored_and_read_gives_equal_hits() -> None:
    index, _, vectors = filled(20)
    loaded = VectorIndex.from_bytes(index.to_bytes(), DIMENSION)
    for mine, other in zip(
        index.search(vectors[3], 7), loaded.search(vectors[3], 7), strict=True
    ):
        np.testing.assert_array_equal(mine, other)


def test_one_that_holds_nothing_is_stored_and_read() -> None:
    read = VectorIndex.from_bytes(VectorIndex(DIMENSION).to_bytes(), DIMENSION)
    assert len(read.ids) == 0


def test_nan_and_infinity_are_refused() -> None:
    for value in (np.nan, np.inf):
        with pytest.raises(IndexStateError, match="NaN or infinity"):
            VectorIndex(2).added(np.array([1]), np.array([[value, 0]], np.float32))


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="is not"):
        VectorIndex(3).added(np.array([1]), np.zeros((1, 2), np.float32))


def test_bytes_of_another_dimension_or_kind_are_refused() -> None:
    stored = filled(3)[0].to_bytes()
    with pytest.raises(IndexStateError, match="another dimension"):
        VectorIndex.from_bytes(stored, DIMENSION + 1)
    with pytest.raises(IndexStateError, match="no vector index"):
        VectorIndex.from_bytes(b"something else", DIMENSION)


def test_searching_nothing_finds_nothing() -> None:
    found, scores = VectorIndex(2).search(np.ones(2, np.float32), 5)
    assert (len(found), len(scores)) == (0, 0)


def test_every_finite_half_is_widened_exactly() -> None:
    halves = np.arange(65_536, dtype="<u2").view(np.float16)
    finite = halves[np.isfinite(halves)]
    stored = finite.view(np.uint8).reshape(-1, 2)
    wide = vectors_module.widened(stored)
    np.testing.assert_array_equal(wide.ravel(), finite.astype(np.float32))
    assert np.array_equal(np.signbit(wide).ravel(), np.signbit(finite))
    # A part of a larger array, as rows are cut out.
    rows = np.arange(24, dtype=np.float16).reshape(3, 8).view(np.uint8)[[2, 0]]
    assert vectors_module.widened(rows).tolist() == [
        list(range(16, 24)),
        list(range(8)),
    ]


# Many vectors, searched by codes.

WIDE = 192


@pytest.fixture(params=["held", "codes alone", "lists"])
def few(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """So few vectors as these are many."""
    monkeypatch.setattr("citeback.index.vectors.PLAIN_MOST", 2_000)
    monkeypatch.setattr("citeback.index.vectors.FRESH_MOST", 300)
    if request.param != "held":
        monkeypatch.setattr("citeback.index.vectors.HELD_MOST", 2_000)
    if request.param == "lists":
        monkeypatch.setattr("citeback.index.vectors.WHOLE_MOST", 3_000)
        monkeypatch.setattr("citeback.index.vectors.LISTS", 50)
        monkeypatch.setattr("citeback.index.vectors.LOOKED_AT", 12)


def clustered(count: int, seed: int) -> np.ndarray:
    """Rows around some points, as texts on some topics are."""
    chance = np.random.default_rng(seed)
    middles = np.random.default_rng(7).normal(size=(40, WIDE))
    rows = middles[chance.integers(40, size=count)]
    rows = rows + chance.normal(size=rows.shape)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def grown(count: int, step: int) -> tuple[VectorIndex, np.ndarray, np.ndarray]:
    ids = np.random.default_rng(count).choice(2**62, size=count, replace=False)
    vectors = clustered(count, count)
    index = VectorIndex(WIDE)
    for start in range(0, count, step):
        part = slice(start, start + step)
        index = index.added(ids[part], vectors[part])
    return index, ids, vectors


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("step", [150, 700, 5_000])
def test_of_many_several_times_as_many_hold_nearly_all_of_the_nearest(
    step: int,
) -> None:
    index, ids, vectors = grown(5_000, step)
    is_parted = vectors_module.WHOLE_MOST == 3_000
    assert index.segments[0].is_parted is is_parted
    assert index.is_exact is (vectors_module.HELD_MOST > 5_000)
    assert len(index) == 5_000
    found = 0
    for question in clustered(50, 3):
        nearest = set(ids[np.argsort(-(vectors @ question))[:20]].tolist())
        near, scores = index.search(question, 20)
        assert len(near) == (20 if index.is_exact else 20 * vectors_module.SPARE)
        assert (np.diff(scores) <= 0).all()
        found += len(nearest & set(near.tolist()))
        if index.is_exact:
            rows = [int(np.flatnonzero(ids == one)[0]) for one in near]
            np.testing.assert_allclose(scores, vectors[rows] @ question, atol=1e-5)
    assert found / (50 * 20) > 0.97


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("few", ["lists"], indirect=True)
def test_of_very_many_twice_as_many_lists_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index, _, vectors = grown(4_000, 4_000)
    looked_at = []
    made = faiss.SearchParametersIVF

    def noted(**options: Any) -> Any:
        looked_at.append(options["nprobe"])
        return made(**options)

    monkeypatch.setattr(faiss, "SearchParametersIVF", noted)
    for most in (4_000, 3_999):
        monkeypatch.setattr(vectors_module, "MANY", most)
        index.search(vectors[0], 5)
    assert looked_at == [12, 24]


@pytest.mark.usefixtures("few")
def test_of_many_a_narrow_filter_finds_as_many_as_there_are() -> None:
    index, ids, vectors = grown(5_000, 5_000)
    index = index.removed(ids[:10])
    among = np.array([*ids[:40].tolist(), 3], dtype=np.int64)
    question = clustered(1, 3)[0]
    assert set(index.search(question, 50, among)[0]) == set(ids[10:40])
    most = 5 if index.is_exact else min(30, 5 * vectors_module.SPARE)
    assert len(index.search(question, 5, among)[0]) == most
    nearest = ids[10:40][np.argmax(vectors[10:40] @ question)]
    assert nearest in index.search(question, 3, among)[0]


@pytest.mark.usefixtures("few")
def test_of_many_what_is_removed_is_gone() -> None:
    index, ids, vectors = grown(5_000, 700)
    question = vectors[0]
    assert index.search(question, 1)[0][0] == ids[0]
    nearest = ids[np.argsort(-(vectors @ question))[:30]]
    less = index.removed(nearest)
    assert len(less) == 4_970
    assert not set(less.search(question, 100)[0]) & set(nearest)
    assert len(less.search(question, 100)[0]) >= 100
    with pytest.raises(KeyError, match="not in the index"):
        less.fetch(nearest[:1])


@pytest.mark.usefixtures("few")
def test_of_many_stored_and_read_gives_equal_hits() -> None:
    index, ids, vectors = grown(5_000, 700)
    index = index.removed(ids[100:200])
    loaded = VectorIndex.from_bytes(index.to_bytes(), WIDE)
    assert sorted(loaded.ids) == sorted(index.ids)
    assert loaded.holds(ids[:100], vectors[:100]).all()
    assert not loaded.holds(ids[:100], vectors[1:101]).any()
    assert not loaded.holds(ids[100:200], vectors[100:200]).any()
    near = (loaded.fetch(ids[200:]) * vectors[200:]).sum(axis=1)
    assert near.mean() > 0.85
    question = clustered(1, 9)[0]
    mine, other = (
        index.search(question, 20)[0][:20],
        loaded.search(question, 20)[0][:20],
    )
    assert len(set(mine) & set(other)) > 16


def test_vectors_of_an_odd_length_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("citeback.index.vectors.PLAIN_MOST", 100)
    rows = np.random.default_rng(1).normal(size=(300, 9)).astype(np.float32)
    assert VectorIndex(9).added(np.arange(300), rows).is_exact
    assert VectorIndex(9).for_many(300, rows).added(np.arange(300), rows).is_exact
