"""A cluster that ranks passages by words itself, and libraries made before it could."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_process import opened
from milvus_server import remove

from citeback.ask import search
from citeback.index import words
from citeback.index.engine import EVERYWHERE, View, WordSearch
from citeback.index.milvus import tables, view
from citeback.index.milvus.address import parse
from citeback.index.milvus.client import TEXT_BYTES, Client, ranks_words
from citeback.library import Library

QUESTIONS = [
    "Where is the lamp of house 7?",
    "Who painted the door?",
    "Is the door of house 3 blue?",
    "What does the unicorn eat?",
]


@pytest.fixture(params=["stand_in", "named"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address for a library of the test's own, where words are ranked."""
    if request.param == "stand_in":
        yield f"{request.getfixturevalue('words_server')}/w_{uuid.uuid4().hex}"
        return
    address = f"{request.getfixturevalue('named_server')}/w_{uuid.uuid4().hex}"
    client = Client(parse(address))
    client.close()
    if not client.ranks_words:
        pytest.skip(f"Milvus {client.version} does not rank by words")
    yield address
    remove(address)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten documents of three paragraphs, of which some hold a word several times."""
    (tmp_path / "content").mkdir()
    for number in range(10):
        (tmp_path / "content" / f"{number}.txt").write_text(
            f"# House {number}\n\nThe lamp of house {number} hangs in room 4.\n\n"
            f"Anna painted {'the door, ' * number} and nothing else that year.\n\n"
            f"Nobody has lived here since {1900 + number}.",
            encoding="utf-8",
        )
    return tmp_path


@pytest.fixture
def both(folder: Path, engine: str) -> Iterator[tuple[Library, Library]]:
    """The same library, asked in its folder and on the cluster, which is empty yet."""
    with opened(folder, engine) as cluster, opened(folder, "") as embedded:
        yield cluster, embedded


def bm25(view: View, sought: list[str]) -> dict[int, float]:
    """The scores of all passages by id, worked out from their stems."""
    ids = view.with_all_words([], EVERYWHERE)
    rows = [f"{c.context} {c.stems}".split() for c in view.candidates(ids)]
    average = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        score = 0.0
        for stem in sought:
            holding = sum(stem in other for other in rows)
            idf = math.log(1 + (len(rows) - holding + 0.5) / (holding + 0.5))
            count = Counter(row)[stem]
            lengths = 1.2 * (1 - 0.75 + 0.75 * len(row) / average)
            score += idf * count * (1.2 + 1) / (count + lengths)
        scores.append(score)
    return dict(zip(ids, scores, strict=True))


def test_passages_come_in_the_order_of_bm25(both: tuple[Library, Library]) -> None:
    cluster, _ = both
    cluster.update()
    sought = words.stems("painted the door of house 7")
    with cluster._engine.reading() as shown:
        scores = bm25(shown, sought)
        found = shown.with_words(sought, 6, EVERYWHERE)
    best = sorted(scores.values(), reverse=True)[:6]
    assert [scores[one] for one in found] == pytest.approx(best)
    assert len({round(score, 6) for score in best}) > 4


def found_by(library: Library) -> WordSearch:
    with library._engine.reading() as shown:
        return shown.capabilities.words


def same_answers(one: Library, other: Library) -> bool:
    return all(one.ask(q).hits == other.ask(q).hits for q in QUESTIONS)


def test_a_library_of_before_is_read_and_then_made_anew_once(
    both: tuple[Library, Library], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster learns to rank by words between two times that one indexes."""
    cluster, embedded = both
    address = parse(engine)
    with monkeypatch.context() as before:
        before.setattr(Client, "ranks_words", False)
        cluster.update()
    client = Client(address)
    old = client.alias(address.name)
    assert not client.has(old.replace("_rows", "_passages"), "words")
    assert found_by(cluster) is WordSearch.ROWS
    assert same_answers(cluster, embedded)
    cluster.update()
    new = client.alias(address.name)
    assert new != old
    assert found_by(cluster) is WordSearch.INDEX
    assert same_answers(cluster, embedded)
    assert len([n for n in client.names() if tables.is_of(address.name, n)]) == 3
    with monkeypatch.context() as again:
        again.setattr("citeback.index.milvus.writer.MilvusWriter.upsert", None)
        cluster.update()  # nothing is written any more
    assert client.alias(address.name) == new
    client.close()


def test_in_a_very_large_library_rows_are_not_looked_through(
    both: tuple[Library, Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, embedded = both
    monkeypatch.setattr(Client, "ranks_words", False)
    cluster.update()
    assert found_by(cluster) is WordSearch.ROWS
    monkeypatch.setattr(view, "LOOKED_THROUGH", 29)
    assert found_by(cluster) is WordSearch.NONE
    with cluster._engine.reading() as shown:
        assert shown.with_words(["door"], 9, EVERYWHERE) == []
    # More that meaning finds is ranked by words: all of them, with so few.
    monkeypatch.setattr(search, "PASSAGES", 30)
    wanted = [embedded.ask(question).hits for question in QUESTIONS]
    monkeypatch.setattr(search, "PASSAGES", 4)
    monkeypatch.setattr(search, "SENTENCES", 5)
    near, asked = view.MilvusView._near, []

    def counted(self, name, column, vector, count, within):  # type: ignore[no-untyped-def]
        asked.append(count)
        return near(self, name, column, vector, count, within)

    monkeypatch.setattr(view.MilvusView, "_near", counted)
    assert [cluster.ask(question).hits for question in QUESTIONS] == wanted
    assert asked == [4 * search.WIDER, 5 * search.WIDER] * len(QUESTIONS)


@pytest.mark.parametrize(
    ("version", "can"),
    [
        ("v2.5.0", True),
        ("2.6.11", True),
        ("v3.0.2-dev", True),
        ("v10.1.0", True),
        ("v2.4.23", False),
        ("2.3.5-lite", False),
        ("milvus_lite-3.2.2", False),
        ("master-20260101-1234567", False),
        ("", False),
    ],
)
def test_from_which_version_on(version: str, can: bool) -> None:
    assert ranks_words(version) is can


def test_more_words_than_a_row_takes_are_cut_between_two() -> None:
    stems = ["é" * 40] * 1000
    line = tables.words_of(stems)
    assert set(line.split(" ")) == {stems[0]}
    assert TEXT_BYTES - 90 < len(line.encode()) <= TEXT_BYTES
    assert tables.words_of(stems[:10]) == " ".join(stems[:10])
