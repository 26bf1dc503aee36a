"""The FAISS wrapper against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.errors import IndexStateError
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
    index = VectorIndex(DIMENSION)
    index.add(ids, vectors)
    return index, ids, vectors


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
    index.remove(ids[:4])
    assert sorted(index.ids) == sorted(ids[4:])
    np.testing.assert_array_equal(index.fetch(ids[4:]), vectors[4:])
    with pytest.raises(KeyError, match="not in the index"):
        index.fetch(ids[:1])


def test_a_copy_is_independent() -> None:
    index, ids, _ = filled(5)
    twin = index.copy()
    twin.remove(ids)
    assert (len(index), len(twin)) == (5, 0)


def test_stored_and_read_gives_equal_hits() -> None:
    index, _, vectors = filled(20)
    loaded = VectorIndex.from_bytes(index.to_bytes(), DIMENSION)
    for mine, other in zip(
        index.search(vectors[3], 7), loaded.search(vectors[3], 7), strict=True
    ):
        np.testing.assert_array_equal(mine, other)


def test_nan_and_infinity_are_refused() -> None:
    for value in (np.nan, np.inf):
        with pytest.raises(IndexStateError, match="NaN or infinity"):
            VectorIndex(2).add(np.array([1]), np.array([[value, 0]], np.float32))


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="is not"):
        VectorIndex(3).add(np.array([1]), np.zeros((1, 2), np.float32))


def test_bytes_of_another_dimension_or_kind_are_refused() -> None:
    stored = filled(3)[0].to_bytes()
    with pytest.raises(IndexStateError, match="another kind or dimension"):
        VectorIndex.from_bytes(stored, DIMENSION + 1)
    with pytest.raises(IndexStateError, match="no vector index"):
        VectorIndex.from_bytes(b"something else", DIMENSION)


def test_searching_nothing_finds_nothing() -> None:
    found, scores = VectorIndex(2).search(np.ones(2, np.float32), 5)
    assert (len(found), len(scores)) == (0, 0)
