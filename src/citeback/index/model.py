"""A sentence-transformers model run on texts. The only file that imports it and torch.

It is run by the two steps that its `encode` is made of, both public. What `encode` does
around them took a fifth of a short question's time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from citeback.index.batches import filled
from citeback.index.packing import pack, shorten

Floats = npt.NDArray[np.float32]
Features = dict[str, Any]
Task = Literal["query", "document"]

# The names under which a model may have what is put before a text, the first one first.
PROMPTS: dict[Task, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}


@dataclass(frozen=True, slots=True)
class Tokenized:
    """Texts as the model reads them: tensors (texts, longest length) among `features`.

    `lengths` count each text's word pieces, with the special ones around it.
    """

    task: Task
    features: Features
    lengths: list[int]


class Model:
    """A loaded model, ready to be run by one thread at a time."""

    def __init__(self, loaded: SentenceTransformer) -> None:
        """Take the model; it is changed by nobody else from now on."""
        loaded.eval()
        self.tokenizer = loaded.tokenizer
        self.dimension = loaded.get_embedding_dimension()
        self.longest = loaded.get_max_seq_length()
        self._loaded = loaded
        self._prompts: dict[Task, str | None] = {
            task: _prompt(loaded, names) for task, names in PROMPTS.items()
        }
        # Not the sign for unknown words, which stands for a piece of the text.
        around = {self.tokenizer.cls_token_id, self.tokenizer.sep_token_id} - {None}
        self._around = torch.tensor(sorted(around), dtype=torch.long)

    @contextmanager
    def threads(self, count: int) -> Iterator[None]:
        """Computes with so many threads inside, as everything of torch does."""
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def tokenized(self, texts: Sequence[str], task: Task) -> Tokenized:
        """One or more texts as word pieces, with what the model wants before them."""
        prompt = self._prompts[task]
        features = self._loaded.preprocess(list(texts), prompt=prompt, task=task)
        lengths: list[int] = features["attention_mask"].sum(dim=1).tolist()
        return Tokenized(task, features, lengths)

    @torch.inference_mode()
    def run(
        self, texts: Tokenized, numbers: Sequence[int]
    ) -> tuple[Floats, list[Floats]]:
        """A unit vector for each of the texts, and a row for each of its word pieces.

        These texts go through the model together, filled up to the longest of them.
        """
        features = self._cut(texts, numbers)
        outputs = self._loaded(features, task=texts.task)
        vectors = outputs["sentence_embedding"][:, : self._loaded.truncate_dim]
        # Nor what fills short texts up to the longest.
        there = outputs["attention_mask"].bool()
        there &= ~torch.isin(outputs["input_ids"], self._around)
        pieces = outputs["token_embeddings"][there].float().numpy()
        ends = np.cumsum(there.sum(dim=1).numpy())[:-1]
        rows = vectors.float().numpy()
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return rows, np.split(pieces, ends)

    def _cut(self, texts: Tokenized, numbers: Sequence[int]) -> Features:
        """What stands for some of the texts, as long as the longest of these wants it."""
        there = texts.features["attention_mask"]
        shape = there.shape
        if numbers == range(shape[0]):  # all of them, as with a question
            return dict(texts.features)
        length = min(shape[1], filled(max(texts.lengths[n] for n in numbers)))
        left = not there[:, 0].all()  # filled up before the text, as some models want
        columns = slice(shape[1] - length, None) if left else slice(length)
        rows = torch.tensor(numbers)
        return {
            name: value[rows, columns]
            if isinstance(value, torch.Tensor) and value.shape[:2] == shape
            else value
            for name, value in texts.features.items()
        }


def load(folder: Path) -> tuple[Model, bool]:
    """The folder's model, and whether it computes in bfloat16."""
    disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a second; a bar only unsettles
    loaded = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    if not loaded.tokenizer.is_fast:
        raise TypeError("its tokenizer cannot tell where a word piece stands")
    half = is_fast_in_bfloat16()
    if half:
        loaded = loaded.bfloat16()
    model = Model(loaded)
    few = model.tokenized(
        ["A few words.", "More of them, so that one is filled up."], "query"
    )

    def everything() -> Floats:
        vectors, pieces = model.run(few, [0, 1])
        return np.concatenate([rows.ravel() for rows in (vectors, *pieces)])

    if half:
        pack(loaded, everything)
    shorten(loaded, everything)
    return model, half


def is_fast_in_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself, which is about twice as fast.

    Vectors then differ from those in float32 by a cosine of less than 0.0001.
    """
    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))


def _prompt(loaded: SentenceTransformer, names: Sequence[str]) -> str | None:
    """What the model wants before a text, by the first of the names that it knows."""
    for name in (*names, loaded.default_prompt_name):
        if name is not None and name in loaded.prompts:
            return loaded.prompts[name]
    return None
