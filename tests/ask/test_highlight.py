"""Words that carried a match, with the real model for the near ones."""

from __future__ import annotations

import numpy as np
import pytest

from citeback.ask.highlight import matched_words
from citeback.ask.question import understood
from citeback.index.encoder import Encoder
from citeback.index.pieces import Projection, fit, sample_lines
from citeback.index.words import content_stems, stems

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def projection(real_encoder: Encoder) -> Projection:
    lines = sample_lines(real_encoder.vocabulary())
    return fit(np.concatenate([e.pieces for e in real_encoder.encode_passages(lines)]))


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "Who organized the workshop?",
            "The institute organised a workshop with support from Norway.",
            {"organised", "workshop"},
        ),
        (
            "What makes it hard for NGOs to run programs?",
            "Civil society actors face a number of challenges in their programs.",
            {"challenges", "programs"},
        ),
        ("Who won the World Cup?", "The institute held it in spring.", set()),
    ],
)
def test_same_and_near_words_are_marked(
    real_encoder: Encoder,
    projection: Projection,
    question: str,
    sentence: str,
    expected: set[str],
) -> None:
    query = understood(
        question,
        real_encoder.encode_question(question),
        piece_spans=real_encoder.piece_spans([question])[0],
        projection=projection,
        passages=10,
        holding=dict.fromkeys(content_stems(question), 1),
    )
    (encoded,) = real_encoder.encode_passages([sentence])
    found = matched_words(
        query,
        sentence,
        stems(sentence),
        projection.from_bytes(projection.to_bytes(encoded.pieces)),
        real_encoder.piece_spans([sentence])[0],
    )
    assert {sentence[span.start : span.end] for span in found} == expected
