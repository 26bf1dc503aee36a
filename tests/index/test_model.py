"""A model run by its parts gives what sentence-transformers' own `encode` gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Router, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from citeback.index import model as module
from citeback.index import packing
from citeback.index.bert import Layer
from citeback.index.model import Model, Task

pytestmark = pytest.mark.real

WORDS = (
    "the water was warm and nobody asked who paid for a bridge . query: text:".split()
)
TEXTS = [
    "The water was warm.",
    "nobody asked who paid for the bridge and who asked for warm water . " * 3,
    "",
    "unheard",
    "who paid?",
]
SIGNS = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model's folder, of numbers that nobody has trained."""
    folder = tmp_path_factory.mktemp("bert")
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    numbers = {word: number for number, word in enumerate(known)}
    plain = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    plain.normalizer = normalizers.BertNormalizer()
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    plain.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="[UNK]", model_max_length=20, **SIGNS
    ).save_pretrained(folder)
    torch.manual_seed(4)
    shape = BertConfig(
        vocab_size=len(known),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=40,
        initializer_range=0.5,
    )
    BertModel(shape).save_pretrained(folder)
    return folder


def mean(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(modules=[Transformer(str(folder)), Pooling(32, "mean")])


def first_and_dense(folder: Path) -> SentenceTransformer:
    torch.manual_seed(5)
    parts = [Transformer(str(folder)), Pooling(32, "cls"), Dense(32, 12), Normalize()]
    return SentenceTransformer(modules=parts)


def shortened(folder: Path) -> SentenceTransformer:
    parts = [Transformer(str(folder)), Pooling(32, "max")]
    return SentenceTransformer(modules=parts, truncate_dim=9)


def with_prompts(folder: Path) -> SentenceTransformer:
    model = SentenceTransformer(
        modules=[Transformer(str(folder)), Pooling(32, "mean", include_prompt=False)],
        prompts={"query": "query: ", "passage": "text: "},
    )
    del model.prompts["document"]
    return model


def with_a_prompt_for_all(folder: Path) -> SentenceTransformer:
    model = SentenceTransformer(
        modules=[Transformer(str(folder)), Pooling(32, "weightedmean")],
        prompts={"any": "text: "},
        default_prompt_name="any",
    )
    del model.prompts["query"], model.prompts["document"]
    return model


def two_ways(folder: Path) -> SentenceTransformer:
    torch.manual_seed(6)
    kinds: list[list[torch.nn.Module]] = [
        [Transformer(str(folder)), Pooling(32, "mean"), Dense(32, 8)] for _ in range(2)
    ]
    router = Router.for_query_document(
        query_modules=kinds[0], document_modules=kinds[1]
    )
    return SentenceTransformer(modules=[router])


def run(
    model: Model, texts: list[str], task: Task
) -> tuple[np.ndarray, list[np.ndarray]]:
    return model.run(model.tokenized(texts, task), range(len(texts)))


class Turned(torch.nn.Module):
    """Turns the vectors of questions round."""

    forward_kwargs = frozenset({"task"})

    def forward(
        self, features: dict[str, torch.Tensor], task: str
    ) -> dict[str, torch.Tensor]:
        vectors = features["sentence_embedding"]
        turned = vectors.flip(1) if task == "query" else vectors
        return features | {"sentence_embedding": turned}


def asked_for_its_task(folder: Path) -> SentenceTransformer:
    parts = [Transformer(str(folder)), Pooling(32, "mean"), Turned()]
    return SentenceTransformer(modules=parts)


LAYOUTS = [
    asked_for_its_task,
    mean,
    first_and_dense,
    shortened,
    with_prompts,
    with_a_prompt_for_all,
    two_ways,
]


@pytest.mark.parametrize("task", ["query", "document"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_comes_out_is_what_encode_gives(
    bert: Path, layout: Callable[[Path], SentenceTransformer], task: Task
) -> None:
    loaded = layout(bert)
    encode = {"query": loaded.encode_query, "document": loaded.encode_document}[task]
    wanted = encode(TEXTS, normalize_embeddings=True)
    each = encode(TEXTS, output_value=None)
    vectors, pieces = run(Model(loaded), TEXTS, task)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, wanted, atol=1e-5)
    for rows, one in zip(pieces, each, strict=True):
        plain = one["attention_mask"].bool() & (one["input_ids"] > 3)
        plain |= one["input_ids"] == 1  # an unknown word is one of the text
        np.testing.assert_allclose(rows, one["token_embeddings"][plain], atol=1e-5)
    assert len(pieces[2]) == len(pieces[3]) - 1


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("layout", [mean, two_ways, with_prompts])
def test_some_of_many_texts_give_what_they_give_by_themselves(
    bert: Path, layout: Callable[[Path], SentenceTransformer], side: str
) -> None:
    loaded = layout(bert)
    loaded.tokenizer.padding_side = side
    model = Model(loaded)
    texts = model.tokenized(TEXTS, "document")
    assert texts.features["attention_mask"].shape == (5, max(texts.lengths))
    for numbers in ([2, 0], [3, 1, 4]):
        vectors, pieces = model.run(texts, numbers)
        by_themselves = run(model, [TEXTS[n] for n in numbers], "document")
        np.testing.assert_allclose(vectors, by_themselves[0], atol=1e-5)
        for rows, own in zip(pieces, by_themselves[1], strict=True):
            np.testing.assert_allclose(rows, own, atol=1e-5)


def test_no_more_goes_through_the_model_than_its_batch_wants(
    bert: Path,
) -> None:
    loaded = mean(bert)
    model = Model(loaded)
    shapes = []
    loaded[0].register_forward_pre_hook(
        lambda _, given: shapes.append(tuple(given[0]["input_ids"].shape))
    )
    model.run(model.tokenized(TEXTS, "document"), [2, 3])
    model.run(model.tokenized(TEXTS, "document"), [0, 4])
    assert shapes == [(2, 3), (2, 6)]


def test_a_packed_model_gives_the_same(bert: Path) -> None:
    if not module.is_fast_in_bfloat16():
        pytest.skip("this processor does not multiply bfloat16")
    loaded = first_and_dense(bert).bfloat16()
    model = Model(loaded)
    before = run(model, TEXTS, "document")
    assert packing.pack(loaded, lambda: run(model, TEXTS, "query")[0])
    packed = [m for m in loaded.modules() if isinstance(m, packing.Packed)]
    assert len(packed) == 2 * 6 + 1 + 1  # of each layer, of Bert's pooler, of Dense
    after = run(model, TEXTS, "document")
    np.testing.assert_array_equal(before[0], after[0])
    for one, other in zip(before[1], after[1], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("half", [False, True])
def test_a_shortened_model_gives_the_same(bert: Path, half: bool) -> None:
    loaded = mean(bert).bfloat16() if half else mean(bert)
    model = Model(loaded)
    before = run(model, TEXTS, "document")
    assert packing.shorten(loaded, lambda: run(model, TEXTS, "query")[0])
    assert sum(isinstance(m, Layer) for m in loaded.modules()) == 2
    after = run(model, TEXTS, "document")
    np.testing.assert_array_equal(before[0], after[0])
    for one, other in zip(before[1], after[1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_that_attends_in_another_way_stays(bert: Path) -> None:
    parts = [
        Transformer(str(bert), model_kwargs={"attn_implementation": "eager"}),
        Pooling(32, "mean"),
    ]
    model = Model(SentenceTransformer(modules=parts))
    assert packing.shorten(model._loaded, lambda: run(model, TEXTS, "query")[0])
    assert not any(isinstance(m, Layer) for m in model._loaded.modules())


@pytest.mark.parametrize("fault", ["others", "raises"])
def test_a_model_that_cannot_be_packed_stays_as_it_was(
    bert: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    loaded = mean(bert).bfloat16()
    model = Model(loaded)
    before, kinds = run(model, TEXTS, "query")[0], [type(m) for m in loaded.modules()]

    def make(plain: torch.nn.Linear) -> torch.nn.Module:
        if fault == "raises":
            raise ValueError("another version wants something else")
        return torch.nn.Identity() if plain.in_features == plain.out_features else plain

    monkeypatch.setattr(packing, "Packed", make)
    assert not packing.pack(loaded, lambda: run(model, TEXTS, "query")[0])
    assert [type(m) for m in loaded.modules()] == kinds
    np.testing.assert_array_equal(run(model, TEXTS, "query")[0], before)
