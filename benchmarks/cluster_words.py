"""What is lost where a cluster looks for no words, or for the rarest ones only?

    PYTHONPATH=src:tests python benchmarks/cluster_words.py FOLDER [FOLDER ...]

Each FOLDER is a BEIR folder. Its questions are asked of one library with passages for words
from four places: the folder's own index (exact BM25); the BM25 of a Milvus of today, for
which milvus-lite stands in; rows with the rarest words, as from an older one; and none.
Nothing else differs. A library that is so many times as large, with passages as near to
each question as these are, is stood for by so many times fewer that come from each source.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from milvus_server import WordsServer

from citeback.ask import search
from citeback.evaluate import beir, run, targets
from citeback.index.catalog import Catalog
from citeback.index.embedded import Embedded, EmbeddedView
from citeback.index.engine import Candidate, Within
from citeback.index.milvus.address import parse
from citeback.index.milvus.client import Client
from citeback.index.milvus.reader import Milvus
from citeback.index.milvus.writer import MilvusWriter
from citeback.index.publish import publish
from citeback.library import Library

QUESTIONS = 400
TIMES = (1, 4, 12)
# As many as asking takes from each source.
SOURCES = {
    name: getattr(search, name) for name in ("PASSAGES", "SENTENCES", "BY_WORDS")
}
# Stems, how many, a filter → ids of passages, best first.
ByWords = Callable[[Sequence[str], int, Within], list[int]]


@dataclass
class Asked:
    """The folder's index, but for where passages with words come from.

    So many times `wider` are taken by meaning.
    """

    embedded: Embedded
    by_words: ByWords | None
    wider: int = 1
    words: list[int] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    notices: tuple[str, ...] = ()

    @contextmanager
    def reading(self) -> Iterator[EmbeddedView]:
        with self.embedded.reading() as view:
            own, candidates = view.with_words, view.candidates
            self.candidates = []

            def with_words(
                stems: Sequence[str], count: int, within: Within
            ) -> list[int]:
                self.words = (self.by_words or own)(stems, count, within)
                return self.words

            def taken(ids: Sequence[int]) -> list[Candidate]:
                found = candidates(ids)
                self.candidates = self.candidates or found
                return found

            view.with_words, view.candidates = with_words, taken  # type: ignore
            yield view

    def close(self) -> None:
        pass


def none(stems: Sequence[str], count: int, within: Within) -> list[int]:
    return []


def published(catalog: Catalog, engine: str, *, ranks_words: bool) -> ByWords:
    """A library made on a cluster from a catalog: its passages by words."""
    address = parse(engine)
    projection = catalog.projection(catalog.meta("encoder"))
    assert projection
    with mock.patch.object(Client, "ranks_words", ranks_words):
        writer = MilvusWriter(
            Client(address),
            address.name,
            catalog=catalog.name,
            projection=projection,
            grace_seconds=0,
        )
        with closing(writer):
            publish(catalog, writer)
    there = Milvus(Client(address), address.name)
    with there.reading() as view:  # for all: each looks first whether all is there
        pass
    known: dict[tuple[str, ...], list[int]] = {}

    def by_words(stems: Sequence[str], count: int, within: Within) -> list[int]:
        key = tuple(stems)
        if key not in known:
            known[key] = view.with_words(stems, SOURCES["BY_WORDS"], within)
        return known[key][:count]

    return by_words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, help="keep the indexes there")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as temporary,
        closing(WordsServer(Path(temporary))) as server,
        Library.open() as own,
    ):
        for folder in options.folders:
            keep = options.keep and options.keep / folder.name
            compare(own, folder, keep, server.address)


def compare(own: Library, folder: Path, keep: Path | None, server: str) -> None:
    """Print how often the first passage is right, and the right one was looked at."""
    name = folder.name
    questions = beir.load(folder, name)
    with run.library_of(questions, own, keep, lambda _: None) as (library, ids):
        wanted = targets.of_entries(questions, ids)
        answerable = [one for one in questions.questions if one.grades]
        step = max(1, len(answerable) // QUESTIONS)
        asked = answerable[::step][:QUESTIONS]
        embedded = library._embedded
        places = name.replace("-", "_")
        catalog = library._catalog
        engines = {
            "own": Asked(embedded, None),
            "Milvus' BM25": Asked(
                embedded, published(catalog, f"{server}/{places}_a", ranks_words=True)
            ),
            "rows": Asked(
                embedded, published(catalog, f"{server}/{places}_b", ranks_words=False)
            ),
            "none": Asked(embedded, none),
            "none, 4 wider": Asked(embedded, none, wider=4),
            "none, 8 wider": Asked(embedded, none, wider=8),
        }
        passages = library.size().passages
        print(f"{name}: {passages} passages, {len(asked)} questions", flush=True)
        for times in TIMES:
            right = dict.fromkeys(engines, 0)
            looked_at, alike = dict(right), dict.fromkeys(engines, 0.0)
            for question in asked:
                first: set[int] = set()
                for which, engine in engines.items():
                    library._engine = engine
                    few = {
                        key: max(1, round(count * engine.wider / times))
                        for key, count in SOURCES.items()
                    }
                    with mock.patch.multiple(search, **few):
                        hits = library.ask(question.text, limit=run.DEPTH).hits
                    found = run.ranked(hits, wanted[question.id], ids)
                    right[which] += bool(found and found[0].targets)
                    paths = {ids.get(one.path) for one in engine.candidates}
                    looked_at[which] += not paths.isdisjoint(question.grades)
                    first = first or set(engine.words)
                    both = first & set(engine.words)
                    alike[which] += len(both) / max(len(first), 1)
            for which in engines:
                print(
                    f"  {times:2} times  {which:13} right first "
                    f"{right[which] / len(asked):7.2%}   right one looked at "
                    f"{looked_at[which] / len(asked):7.2%}   same words' passages "
                    f"{alike[which] / len(asked):6.1%}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
