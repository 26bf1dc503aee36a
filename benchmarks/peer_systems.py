"""One system, asked in a process of its own. Started by `peers.py`.

    python peer_systems.py SYSTEM job.json result.json

The job holds passages (id and text), questions, the model's folder and a folder to
work in; the result holds, for each question, ids of passages, best first, and what it
cost. Each system is used as its own introduction shows, on the passages as they are.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

DEPTH = 10
# ru_maxrss counts bytes on macOS, kibibytes elsewhere.
RSS_BYTES = 1 if sys.platform == "darwin" else 1024

Ask = Callable[[str], list[str]]


@dataclass(frozen=True)
class Job:
    ids: Sequence[str]
    texts: Sequence[str]
    titles: Sequence[str]
    model: str
    folder: Path

    @property
    def whole(self) -> list[str]:
        """Title and text together, for systems that know no titles."""
        pairs = zip(self.titles, self.texts, strict=True)
        return [f"{title}\n{text}" if title else text for title, text in pairs]


# Each loads what it needs and returns a function that indexes the job's passages; that
# one returns the function that answers a question.


def citeback(job: Job) -> Callable[[], Ask]:
    from citeback.evaluate import beir
    from citeback.evaluate.records import Entry
    from citeback.library import Library

    entries = map(Entry, job.ids, job.titles, job.texts)
    ids = beir.write(tuple(entries), job.folder / "content")
    library = Library.open(job.folder / "content", job.folder / "index")
    assert library.encoder  # loaded now, as the peers' models are

    def index() -> Ask:
        library.update()
        return ask

    def ask(question: str) -> list[str]:
        # Passages that are shown as one are taken apart, as other systems show them.
        return [
            ids[path]
            for hit in library.ask(question, limit=DEPTH).hits
            for path in (hit.passage.path, *(p.source.path for p in hit.also_in))
        ]

    return index


def txtai(job: Job, *, hybrid: bool = False) -> Callable[[], Ask]:
    from txtai import Embeddings

    embeddings = Embeddings(path=job.model, hybrid=hybrid, gpu=False)

    def index() -> Ask:
        embeddings.index(zip(job.ids, job.whole, strict=True))
        return lambda question: [i for i, _ in embeddings.search(question, DEPTH)]

    return index


def txtai_hybrid(job: Job) -> Callable[[], Ask]:
    return txtai(job, hybrid=True)


def langchain(job: Job) -> Callable[[], Ask]:
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(
        model_name=job.model,
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True},
    )

    def index() -> Ask:
        marks = [{"id": identity} for identity in job.ids]
        store = FAISS.from_texts(job.whole, embeddings, metadatas=marks)
        return lambda question: [
            found.metadata["id"] for found in store.similarity_search(question, k=DEPTH)
        ]

    return index


def bm25(job: Job) -> Callable[[], Ask]:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: str | list[str]) -> Any:
        return bm25s.tokenize(
            texts, stopwords="en", stemmer=stemmer, show_progress=False
        )

    def index() -> Ask:
        retriever = bm25s.BM25()
        retriever.index(tokens(job.whole), show_progress=False)
        count = min(DEPTH, len(job.ids))

        def ask(question: str) -> list[str]:
            found, scores = retriever.retrieve(
                tokens(question), k=count, show_progress=False
            )
            # Passages that share no word fill up the list with a score of 0.
            pairs = zip(found[0], scores[0], strict=True)
            return [job.ids[row] for row, score in pairs if score > 0]

        return ask

    return index


# The name that is shown, the distributions whose versions are told, how it is asked.
SYSTEMS: dict[str, tuple[str, tuple[str, ...], Callable[[Job], Callable[[], Ask]]]] = {
    "citeback": ("Citeback", (), citeback),
    "txtai-hybrid": ("txtai, hybrid", ("txtai",), txtai_hybrid),
    "txtai": ("txtai, dense", ("txtai",), txtai),
    "langchain": (
        "LangChain, FAISS",
        ("langchain-community", "langchain-huggingface", "faiss-cpu"),
        langchain,
    ),
    "bm25s": ("BM25 (bm25s)", ("bm25s",), bm25),
}


def main(system: str, job_file: str, result_file: str) -> None:
    plain = json.loads(Path(job_file).read_text(encoding="utf-8"))
    passages = plain["passages"]
    job = Job(
        ids=[passage["id"] for passage in passages],
        texts=[passage["text"] for passage in passages],
        titles=[passage["title"] for passage in passages],
        model=plain["model"],
        folder=Path(plain["folder"]),
    )
    _, distributions, load = SYSTEMS[system]
    index = load(job)
    started, computed = time.perf_counter(), time.process_time()
    ask = index()
    indexing = time.perf_counter() - started
    indexing_processor = time.process_time() - computed
    ask(plain["questions"][0])  # what is loaded at the first question is not its cost
    orders, seconds = [], []
    for question in plain["questions"]:
        started = time.perf_counter()
        found = ask(question)
        seconds.append(time.perf_counter() - started)
        orders.append(list(dict.fromkeys(found))[:DEPTH])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_BYTES
    result = {
        "orders": orders,
        "seconds": seconds,
        "indexing": indexing,
        "indexing_processor": indexing_processor,
        "peak_bytes": peak,
        "versions": {name: version(name) for name in distributions},
    }
    Path(result_file).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
