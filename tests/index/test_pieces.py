"""Word pieces made small."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import CONTENT

from citeback.index.encoder import Encoder
from citeback.index.pieces import KEPT, Projection, fit, sample_lines


def rows(count: int, dimension: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype("f4")


def test_small_rows_are_unit_and_stored_to_within_half_a_step() -> None:
    projection = fit(rows(500, 200))
    small = projection.apply(rows(20, 200, seed=1))
    assert small.shape == (20, KEPT)
    np.testing.assert_allclose(np.linalg.norm(small, axis=1), 1, atol=1e-5)
    stored = projection.to_bytes(rows(20, 200, seed=1))
    assert len(stored) == 20 * KEPT
    kept = np.clip(small, -0.5, 0.5)
    np.testing.assert_allclose(projection.from_bytes(stored), kept, atol=0.5 / 254)


def test_a_hand_worked_projection() -> None:
    projection = Projection(
        mean=np.array([0, 0, 0.6], np.float32),
        basis=np.array([[1, 0], [0, 1], [0, 0]], np.float32),
    )
    # (0, 8, 6) is (0, .8, .6) as a unit row; less the mean (0, .8, 0); kept (0, .8).
    small = projection.apply(np.array([[0, 8, 6]], np.float32))
    np.testing.assert_allclose(small, [[0, 1]], atol=1e-6)


def test_the_strongest_directions_are_kept() -> None:
    strong = rows(2000, 160)
    strong[:, 150:] *= 0.01
    basis = fit(strong).basis
    assert np.abs(basis[150:]).max() < 0.05


def test_sample_lines_do_not_depend_on_the_order_of_the_vocabulary() -> None:
    vocabulary = ["kettle", "blue", "##ing", "7", "a", "garden"]
    lines = sample_lines(vocabulary)
    assert lines == sample_lines(vocabulary[::-1])
    assert set(" ".join(lines).replace(".", "").split()) == {"kettle", "blue", "garden"}


@pytest.mark.real
def test_small_pieces_of_the_real_model_keep_their_neighbours(
    real_encoder: Encoder,
) -> None:
    lines = sample_lines(real_encoder.vocabulary())
    fitted = fit(
        np.concatenate([e.pieces for e in real_encoder.encode_passages(lines)])
    )
    article = next(CONTENT.glob("*.txt")).read_text(encoding="utf-8")
    sentences = [one for one in re.split(r"(?<=\.)\s+", article) if one]
    questions = [
        "Who organized the meeting?",
        "Why is it hard for volunteers?",
        "Which treaties were named?",
        "What helps people who come home from prison?",
    ]
    held = [e.pieces for e in real_encoder.encode_passages(sentences)]
    asked = [real_encoder.encode_question(one).pieces for one in questions]

    def matches(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return (left @ right.T).max(axis=1)

    def unit(pieces: np.ndarray) -> np.ndarray:
        pieces = pieces / np.linalg.norm(pieces, axis=1, keepdims=True) - fitted.mean
        return pieces / np.linalg.norm(pieces, axis=1, keepdims=True)

    small, whole = [], []
    for one in asked:
        for other in held:
            stored = fitted.from_bytes(fitted.to_bytes(other))
            small.append(matches(fitted.apply(one), stored))
            whole.append(matches(unit(one), unit(other)))
    likeness = np.corrcoef(np.concatenate(small), np.concatenate(whole))[0, 1]
    assert likeness > 0.9
