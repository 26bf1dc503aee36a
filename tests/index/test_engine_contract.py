"""What an index promises, held by the one in a folder and by a cluster.

Each is written into from the same catalog; what it must answer is worked out beside it,
in plain Python and numpy.
"""

from __future__ import annotations

import ast
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from doubles import WordHashEncoder
from milvus_server import MilvusServer, remove

from citeback.errors import UnfitDocumentError
from citeback.index import whole, words
from citeback.index.catalog import Catalog
from citeback.index.embedded import Embedded
from citeback.index.embedded_writer import EmbeddedWriter
from citeback.index.engine import (
    EVERYWHERE,
    Contents,
    Engine,
    Finding,
    Reading,
    State,
    View,
    WholeDocument,
    WholeEntry,
    Within,
    Wording,
    WordSearch,
    Writer,
)
from citeback.index.milvus.address import parse
from citeback.index.milvus.client import Client
from citeback.index.milvus.reader import Milvus
from citeback.index.milvus.writer import MilvusWriter
from citeback.index.pieces import Projection
from citeback.library import Library
from citeback.settings import Settings

HOSTILE = 'it\'s "quoted" \\ back\\slash %s {0} or 1 == 1) -- \u00e9\u4e2d\U0001f600.md'
TEXTS = {
    "kettle.txt": "The blue kettle boils water in four minutes.\n\n"
    "Tea is kept in the third cupboard. Sugar stands beside it.",
    "garden.md": "---\ntags: [plants, 'o\"dd\\ ''tag']\ndate: 18 March 2021\n---\n"
    "# The garden\n\n## Trees\n\nThe apple tree was planted in 1987.\n\n"
    "## Tools\n\nThe shed holds:\n\n- a spade\n- a rake\n",
    HOSTILE: "---\ndate: 2019-05-04\n---\n# Mayors'\n\nThe mayor opened the café. "
    "The mayor's tree is an apple tree.\n\nNobody closed the mill.",
    "empty.txt": "",
    "signs.txt": f"It cost 2,178.5 with {'x' * 300}.\n\n"
    "The 2,178 others stayed.\n\n***\n\n!!!",
}
QUESTION = "Which apple tree was planted?"


@dataclass(frozen=True)
class Source:
    """The catalog that all is written from, and the encoder that made it."""

    catalog: Catalog
    encoder: WordHashEncoder

    @property
    def projection(self) -> Projection:
        found = self.catalog.projection(self.encoder.fingerprint)
        assert found
        return found

    @property
    def state(self) -> State:
        catalog = self.catalog
        return State(catalog.build, catalog.meta("built"), catalog.meta("encoder"))

    def documents(self) -> Iterator[WholeDocument]:
        with self.catalog.database.reading():
            for path, version in sorted(whole.versions(self.catalog).items()):
                yield whole.whole(self.catalog, path, version)

    def entries(self) -> list[WholeEntry]:
        return [entry for document in self.documents() for entry in document.entries]


@dataclass(frozen=True)
class Store:
    """An index to be held to the contract."""

    engine: Engine
    writer: Callable[[], Writer]
    settled: Callable[[], None]
    words: Collection[WordSearch]
    changed: list[bool] = field(default_factory=lambda: [True])

    def fill(self, source: Source) -> None:
        """Write all of the source, and nothing else, and let it be found."""
        if not self.changed.pop():
            self.changed.append(False)
            return
        self.changed.append(False)
        with closing(self.writer()) as writer:
            wanted = {d.packed.source.path for d in source.documents()}
            for path in writer.versions().keys() - wanted:
                writer.delete_document(path)
            for document in source.documents():
                writer.upsert(document)
            writer.commit(source.state, whole.holding(source.catalog), is_whole=True)
        self.settled()

    def change(
        self, source: Source, act: Callable[[Writer], None], *, is_whole: bool = True
    ) -> None:
        self.changed[:] = [True]
        with closing(self.writer()) as writer:
            act(writer)
            holding = whole.holding(source.catalog)
            writer.commit(source.state, holding, is_whole=is_whole)
        self.settled()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    folder = tmp_path_factory.mktemp("source")
    content = folder / "content"
    content.mkdir()
    for name, text in TEXTS.items():
        (content / name).write_text(text, encoding="utf-8")
    encoder = WordHashEncoder()
    settings = Settings(citations=folder / "citations")
    with Library.open(
        content, folder / "index", settings=settings, encoder=encoder
    ) as library:
        library.update()
        yield Source(library._catalog, encoder)


@pytest.fixture(
    params=[
        "embedded",
        *(
            pytest.param(name, marks=pytest.mark.real)
            for name in ("milvus", "milvus_with_words", "named")
        ),
    ]
)
def store(request: pytest.FixtureRequest) -> Store:
    made: Store = request.getfixturevalue(f"{request.param}_store")
    made.fill(request.getfixturevalue("source"))
    return made


@pytest.fixture
def embedded_store(tmp_path: Path, source: Source) -> Iterator[Store]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    catalog.set_meta("recipe", source.catalog.meta("recipe"))

    def writer() -> Writer:
        return EmbeddedWriter(
            catalog, encoder=source.encoder.fingerprint, projection=source.projection
        )

    engine = Embedded(lambda: catalog, tmp_path)
    yield Store(engine, writer, lambda: None, [WordSearch.INDEX])
    catalog.database.close()


@pytest.fixture(scope="module")
def milvus_store(milvus_server: MilvusServer, source: Source) -> Iterator[Store]:
    """A real server of a version that has no words."""
    library = f"milvus://{milvus_server.address}/contract"
    yield from on_cluster(library, source, [WordSearch.ROWS])


@pytest.fixture(scope="module")
def milvus_with_words_store(words_server: str, source: Source) -> Iterator[Store]:
    """The stand-in for one that has."""
    yield from on_cluster(f"{words_server}/contract", source, [WordSearch.INDEX])


@pytest.fixture(scope="module")
def named_store(named_server: str, source: Source) -> Iterator[Store]:
    """Whatever server MILVUS_URI names."""
    library = f"{named_server}/contract_{uuid.uuid4().hex}"
    yield from on_cluster(library, source, [WordSearch.INDEX, WordSearch.ROWS])
    remove(library)


def on_cluster(
    engine_address: str, source: Source, found_by: Collection[WordSearch]
) -> Iterator[Store]:
    address = parse(engine_address)
    engine = Milvus(Client(address), address.name)
    serials: list[int] = []

    def writer() -> Writer:
        made = MilvusWriter(
            Client(address),
            address.name,
            catalog="contract",
            projection=source.projection,
            grace_seconds=0,
        )
        writers.append(made)
        return made

    writers: list[MilvusWriter] = []

    def settled() -> None:
        """What is read may be some seconds old; wait until it is not."""
        until = time.monotonic() + 20
        while engine._latest().mark.serial < writers[-1]._serial:
            assert time.monotonic() < until, serials
            time.sleep(0.05)

    yield Store(engine, writer, settled, found_by)
    engine.close()


def vector_of(source: Source, text: str) -> np.ndarray:
    return source.encoder.encode_question(text).vector


def best(entries: Sequence[WholeEntry], vector: np.ndarray) -> list[int]:
    """Ids of the passages by their cosine, by brute force."""
    order = sorted(entries, key=lambda one: -float(one.vector @ vector))
    return [one.entry.passage.id for one in order]


def best_said(entries: Sequence[WholeEntry], vector: np.ndarray) -> list[int]:
    """The same by their best sentence's."""
    order = sorted(entries, key=lambda one: -float((one.sentences @ vector).max()))
    return [one.entry.passage.id for one in order]


def ids_where(source: Source, holds: Callable[[WholeEntry], bool]) -> list[int]:
    return sorted(one.entry.passage.id for one in source.entries() if holds(one))


def stems_of(one: WholeEntry) -> list[str]:
    """The stems of a passage in order, its headings' first."""
    lines = [one.entry.context, *(s.stems for s in one.entry.sentences)]
    return " ".join(lines).split()


def of_paths(view: View, ids: Sequence[int]) -> set[str]:
    return {passage.path for passage, _ in view.passages(ids).values()}


class TestContract:
    def test_the_nearest_are_found(self, store: Store, source: Source) -> None:
        vector = vector_of(source, QUESTION)
        with store.engine.reading() as view:
            near = view.passages_near(vector, 3, EVERYWHERE)
            assert near == best(source.entries(), vector)[:3]
            said = view.sentences_near(vector, 100, EVERYWHERE)
            assert said == best_said(source.entries(), vector)
            assert view.passages_near(vector, 0, EVERYWHERE) == []

    def test_passages_come_as_they_were_written(
        self, store: Store, source: Source
    ) -> None:
        entries = {one.entry.passage.id: one for one in source.entries()}
        with store.engine.reading() as view:
            candidates = view.candidates([*entries, 12345])
            assert [one.id for one in candidates] == sorted(entries)
            wholes = [entries[one.id] for one in candidates]
            for one, whole_entry in zip(candidates, wholes, strict=True):
                entry = whole_entry.entry
                assert (one.path, one.context) == (entry.passage.path, entry.context)
                assert [s.span for s in one.sentences] == [
                    s.span for s in entry.sentences
                ]
                assert [s.stored_stems for s in one.sentences] == [
                    s.stems for s in entry.sentences
                ]
            vectors = np.stack([one.vector for one in wholes])
            assert (view.passage_vectors(candidates) == vectors).all()
            spoken = np.concatenate([one.sentences for one in wholes])
            assert (view.sentence_vectors(candidates) == spoken).all()
            assert view.pieces(candidates) == [p for one in wholes for p in one.pieces]
            found = view.passages(entries)
            assert {i: passage for i, (passage, _) in found.items()} == {
                i: one.entry.passage for i, one in entries.items()
            }
            texts = {i: one.entry.passage.text for i, one in entries.items()}
            assert view.texts(entries) == texts
            for identity, (path, span) in view.places(entries).items():
                document = view.document(path)
                assert document
                assert document.text[span.start : span.end] == texts[identity]

    def test_documents_and_counts_are_those_of_the_source(
        self, store: Store, source: Source
    ) -> None:
        catalog = source.catalog
        with store.engine.reading() as view:
            assert view.files() == catalog.files()
            assert list(view.held()) == catalog.held()
            assert view.size() == catalog.size()
            assert view.state.encoder == source.encoder.fingerprint
            assert view.state.built == source.state.built
            assert view.projection.equals(source.projection)
            assert not view.may_be_partial
            for path in TEXTS:
                assert view.document(path) == catalog.document(path)
            assert view.document("nowhere.txt") is None

    @pytest.mark.parametrize(
        ("within", "paths"),
        [
            (Within(paths=frozenset([HOSTILE])), {HOSTILE}),
            (Within(paths=frozenset()), set()),
            (Within(paths=frozenset(['" or path != "', "kettle.txt"])), {"kettle.txt"}),
            (Within(tags=(frozenset(["plants"]),)), {"garden.md"}),
            (Within(tags=(frozenset(["o\"dd\\ 'tag", "none"]),)), {"garden.md"}),
            (Within(tags=(frozenset(["plants"]), frozenset(["none"]))), set()),
            (Within(days=(("2019-05-04", "2021-03-18"),)), {HOSTILE}),
            (Within(days=(("", "2030"),)), {HOSTILE, "garden.md"}),
            (Within(days=(("2020", ""), ("", "2021-03-18"))), set()),
        ],
    )
    def test_only_what_a_filter_lets_through_is_found(
        self, store: Store, source: Source, within: Within, paths: set[str]
    ) -> None:
        vector = vector_of(source, QUESTION)
        let = [one for one in source.entries() if one.entry.passage.path in paths]
        with store.engine.reading() as view:
            assert view.passages_near(vector, 100, within) == best(let, vector)
            assert view.sentences_near(vector, 100, within) == best_said(let, vector)
            in_order = [one.entry.passage.id for one in let]
            assert view.count(within) == len(let)
            assert view.first(within, 2) == in_order[:2]
            assert view.with_all_words([], within) == sorted(in_order)
            by_words = view.with_words(["tree", "mill"], 10, within)
            assert of_paths(view, by_words) <= paths

    def test_passages_can_be_chosen_and_barred(
        self, store: Store, source: Source
    ) -> None:
        vector = vector_of(source, QUESTION)
        order = best(source.entries(), vector)
        some = frozenset(order[1:4])
        with store.engine.reading() as view:
            chosen = Within(ids=some | {999})
            assert view.passages_near(vector, 9, chosen) == order[1:4]
            assert view.count(chosen) == 3
            assert set(view.first(chosen, 9)) == some
            barred = Within(barred=frozenset(order[:2]))
            assert view.passages_near(vector, 2, barred) == order[2:4]
            assert view.count(barred) == len(order) - 2
            assert not set(view.sentences_near(vector, 99, barred)) & set(order[:2])
            both = Within(ids=some, barred=frozenset(order[:2]))
            assert view.with_all_words([], both) == sorted(order[2:4])

    def test_words_are_found_where_they_stand(
        self, store: Store, source: Source
    ) -> None:
        stems = stems_of
        tree, apple = words.stem("tree"), words.stem("apple")
        with store.engine.reading() as view:
            assert view.with_all_words([tree, apple], EVERYWHERE) == ids_where(
                source, lambda one: {tree, apple} <= set(stems(one))
            )
            phrase = words.stems("apple tree was planted")
            assert view.with_phrase(phrase, EVERYWHERE) == ids_where(
                source, lambda one: " ".join(phrase) in " ".join(stems(one))
            )
            assert view.with_phrase(phrase[::-1], EVERYWHERE) == []
            entries = source.entries()
            assert view.holding([tree, "nowhere", 'od"d']) == {
                tree: sum(tree in stems(one) for one in entries),
                "nowhere": 0,
                'od"d': 0,
            }
            assert view.outside(["garden", "nowher", "spade"]) == {"garden"}
            assert view.holding_outside(["garden"]) == ["garden.md"]
            assert view.holding_outside(["garden", "nowher"]) == []
            assert view.holding_outside(["garden", "nowher"], 1) == ["garden.md"]
            rare = view.with_words([words.stem("planted"), tree], 9, EVERYWHERE)
            assert "1987" in view.texts(rare)[rare[0]]

    @pytest.mark.parametrize(
        ("sought", "within"),
        [
            (["tree", "mill", "nowhere"], EVERYWHERE),
            (["2178.5"], EVERYWHERE),
            (["x" * 300, 'od"d', "or"], EVERYWHERE),
            (["tree"], Within(paths=frozenset(["garden.md"]))),
            (["nowhere"], EVERYWHERE),
            ([], EVERYWHERE),
        ],
    )
    def test_passages_with_any_of_the_words_are_found(
        self, store: Store, source: Source, sought: list[str], within: Within
    ) -> None:
        def holds(one: WholeEntry) -> bool:
            path = one.entry.passage.path
            let = within.paths is None or path in within.paths
            return let and not wanted.isdisjoint(stems_of(one))

        wanted = set(map(words.stem, sought))
        with store.engine.reading() as view:
            assert view.capabilities.words in store.words
            found = view.with_words(sorted(wanted), 99, within)
            assert sorted(found) == ids_where(source, holds)
            assert view.with_words(sorted(wanted), 1, within) == found[:1]

    def test_what_is_there_and_whole_is_known(
        self, store: Store, source: Source
    ) -> None:
        assert store.engine.notices == ()
        with closing(store.writer()) as writer:
            assert writer.versions() == whole.versions(source.catalog)

    def test_what_was_abandoned_is_gone_on_with(
        self, store: Store, source: Source
    ) -> None:
        store.changed[:] = [True]
        writer = store.writer()
        writer.delete_document("garden.md")
        for document in source.documents():
            if document.packed.source.path == "kettle.txt":
                writer.upsert(replace(document, version="other"))
        writer.versions()  # all is sent by then
        writer.abandon()
        store.fill(source)
        vector = vector_of(source, QUESTION)
        with store.engine.reading() as view:
            assert view.size() == source.catalog.size()
            assert view.document("garden.md") == source.catalog.document("garden.md")
            assert view.passages_near(vector, 99, EVERYWHERE) == best(
                source.entries(), vector
            )
        with closing(store.writer()) as writer:
            assert writer.versions() == whole.versions(source.catalog)

    def test_what_is_committed_is_found_before_all_is_whole(
        self, store: Store, source: Source
    ) -> None:
        store.change(
            source, lambda writer: writer.delete_document("garden.md"), is_whole=False
        )
        with store.engine.reading() as view:
            assert view.document("garden.md") is None
            assert view.state.built == source.state.built

    def test_writing_twice_is_writing_once(self, store: Store, source: Source) -> None:
        with store.engine.reading() as view:
            size = view.size()
        store.change(
            source,
            lambda writer: [writer.upsert(d) for d in source.documents()] and None,
        )
        vector = vector_of(source, QUESTION)
        with store.engine.reading() as view:
            assert view.size() == size
            assert view.passages_near(vector, 99, EVERYWHERE) == best(
                source.entries(), vector
            )

    def test_a_document_takes_the_place_of_what_its_path_held(
        self, store: Store, source: Source
    ) -> None:
        documents = {d.packed.source.path: d for d in source.documents()}
        garden = documents["garden.md"]
        moved = replace(
            garden,
            packed=replace(
                garden.packed,
                source=replace(garden.packed.source, path="kettle.txt", tags=("t",)),
            ),
            file="kettle.txt",
            version="another",
            entries=[
                replace(
                    one,
                    entry=replace(
                        one.entry,
                        passage=replace(
                            one.entry.passage,
                            path="kettle.txt",
                            id=one.entry.passage.id + 1,
                        ),
                        sentences=tuple(
                            replace(s, id=s.id + 1) for s in one.entry.sentences
                        ),
                    ),
                )
                for one in source.entries()
                if one.entry.passage.path == "garden.md"
            ],
        )
        store.change(source, lambda writer: writer.upsert(moved))
        with store.engine.reading() as view:
            document = view.document("kettle.txt")
            assert document
            assert document.text == garden.packed.text
            found = view.with_all_words([], Within(paths=frozenset(["kettle.txt"])))
            texts = view.texts(found).values()
            assert not any("kettle" in text for text in texts)
            assert any("apple tree" in text for text in texts)
            assert view.count(Within(tags=(frozenset("t"),))) == len(found)

    def test_what_is_taken_out_is_gone(self, store: Store, source: Source) -> None:
        def take_out(writer: Writer) -> None:
            writer.delete_document("garden.md")
            writer.delete_document("nowhere.txt")
            assert "garden.md" not in writer.versions()

        store.change(source, take_out)
        vector = vector_of(source, QUESTION)
        left = [
            one for one in source.entries() if one.entry.passage.path != "garden.md"
        ]
        with store.engine.reading() as view:
            assert view.document("garden.md") is None
            assert view.passages_near(vector, 99, EVERYWHERE) == best(left, vector)
            assert view.sentences_near(vector, 99, EVERYWHERE) == best_said(
                left, vector
            )
            assert view.outside(["garden"]) == set()
            assert view.size().documents == 3

    def test_a_vector_with_nan_is_refused_and_the_old_document_stays(
        self, store: Store, source: Source
    ) -> None:
        broken = next(
            replace(
                d,
                version="broken",
                entries=[
                    replace(e, vector=np.full_like(e.vector, np.nan)) for e in d.entries
                ],
            )
            for d in source.documents()
            if d.packed.source.path == "garden.md"
        )

        def write(writer: Writer) -> None:
            with pytest.raises(UnfitDocumentError, match="NaN"):
                writer.upsert(broken)

        store.change(source, write)
        vector = vector_of(source, QUESTION)
        with store.engine.reading() as view:
            assert view.document("garden.md") == source.catalog.document("garden.md")
            assert view.passages_near(vector, 99, EVERYWHERE) == best(
                source.entries(), vector
            )


def test_the_contract_uses_every_method() -> None:
    """So that none is promised and held for neither."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    promised = {
        name
        for protocol in (View, Engine, Writer, Finding, Wording, Reading, Contents)
        for name in vars(protocol)
        if not name.startswith("_")
    }
    assert len(promised) > 30
    assert promised - used - {"close"} == set()  # by `closing`
