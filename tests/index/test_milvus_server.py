"""A library on a real cluster: kills, lost parts, and several processes that answer."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cluster_process import opened
from milvus_server import MilvusServer

from citeback.ask.answer import PARTIAL
from citeback.cite.records import Draft
from citeback.errors import IndexStateError
from citeback.index import whole
from citeback.index.engine import WholeDocument
from citeback.index.milvus import filters, tables
from citeback.index.milvus.address import parse
from citeback.index.milvus.client import Client, Collection, Kind, Level
from citeback.index.milvus.reader import Milvus
from citeback.index.milvus.writer import MilvusWriter, read_mark
from citeback.library import Library

PROGRAM = Path(__file__).parents[1] / "cluster_process.py"
SOURCE = PROGRAM.parents[1] / "src"
QUESTIONS = [
    "Where is the lamp of house 7?",
    "Who painted the door?",
    'The "red door" of house 3 file:3.txt',
    "What does the unicorn eat?",
]
# All the calls that write into the cluster when the houses are first indexed.
CALLS = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten documents of three paragraphs."""
    (tmp_path / "content").mkdir()
    for number in range(10):
        (tmp_path / "content" / f"{number}.txt").write_text(house(number))
    return tmp_path


def house(number: int, colour: str = "red") -> str:
    return (
        f"# House {number}\n\nThe lamp of house {number} hangs in room {number + 1}. "
        f"It is lit at dusk.\n\nAnna painted the {colour} door of house {number}.\n\n"
        f"Nobody has lived here since {1900 + number}."
    )


@pytest.fixture
def engine(milvus_server: MilvusServer, request: pytest.FixtureRequest) -> str:
    """An address for a library of the test's own."""
    name = "".join(sign for sign in request.node.name if sign.isalnum())[-40:]
    return f"milvus://{milvus_server.address}/t_{name}"


def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *words],
        capture_output=True,
        text=True,
        check=check,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(SOURCE)},
        timeout=100,
    )


def asked(folder: Path, engine: str) -> str:
    return run("ask", str(folder), engine, json.dumps(QUESTIONS)).stdout


def index(folder: Path, engine: str, *, die_at: int = 0) -> int:
    """The exit status of a process that indexes; it dies at that call that writes."""
    done = run("index", str(folder), engine, str(die_at), check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def check_exact(engine: str, library: Library) -> None:
    """In the cluster stands what is to stand there, once, and nothing else."""
    address = parse(engine)
    client = Client(address)
    mark = read_mark(client, client.alias(address.name), Level.STRONG)
    assert mark
    names = mark.names
    size = library.size()
    assert client.count(names.passages, level=Level.STRONG) == size.passages
    assert client.count(names.sentences, level=Level.STRONG) == size.sentences
    rows = client.query(names.rows, 'key != ""', ("kind",), level=Level.STRONG)
    kinds = [row["kind"] for row in rows]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    documents = size.documents
    assert counts.pop("word") > 20
    assert counts == {
        "detail": size.passages,
        "pieces": size.passages,
        "file": documents,
        "text": documents,
        "skipped": documents,
        "outside": documents,
        "mark": 1,
        "projection": 1,
    }
    client.close()


def test_a_killed_process_loses_and_doubles_nothing(
    folder: Path, tmp_path: Path, engine: str
) -> None:
    """Killed while it writes, and repeated, after changes too; then two processes ask."""
    chance = random.Random(os.environ.get("CITEBACK_TEST_FUZZ_CHANCE", "1"))
    killed = [
        index(folder, engine, die_at=chance.randrange(2, CALLS // 2)),
        index(folder, engine, die_at=chance.randrange(CALLS // 2, CALLS)),
    ]
    (folder / "content" / "3.txt").write_text(house(3, "green"))
    (folder / "content" / "4.txt").unlink()
    killed.append(index(folder, engine, die_at=chance.randrange(2, 9)))
    assert killed == [-signal.SIGKILL] * 3
    assert index(folder, engine) == 0
    with opened(folder, "") as library:
        assert library.size().documents == 9
        check_exact(engine, library)
    # Two have neither documents nor an index.
    wheres = [(folder, ""), (tmp_path / "one", engine), (tmp_path / "two", engine)]
    with ThreadPoolExecutor() as each:
        embedded, one, other = each.map(lambda where: asked(*where), wheres)
    assert embedded.count("citeback:") > 8
    assert one == other == embedded


@pytest.fixture
def both(folder: Path, engine: str) -> Iterator[tuple[Library, Library]]:
    """The same library, asked in its folder and on the cluster."""
    with opened(folder, engine) as cluster, opened(folder, "") as embedded:
        cluster.update()
        yield cluster, embedded


def test_what_is_missing_is_said_until_the_library_is_made_anew(
    both: tuple[Library, Library], engine: str
) -> None:
    cluster, embedded = both
    assert PARTIAL not in cluster.ask(QUESTIONS[0]).notice
    listing = cluster._engine._latest()  # type: ignore[attr-defined]
    client = Client(parse(engine))
    client.delete(
        listing.mark.names.sentences, filters.one_of("path", ["7.txt", "8.txt"])
    )
    client.count(listing.mark.names.sentences, level=Level.STRONG)
    assert PARTIAL in cluster.ask(QUESTIONS[0]).notice
    assert PARTIAL in cluster.ask('"no such words at all"').notice
    assert PARTIAL in cluster.every("lamp").notice
    with pytest.raises(IndexStateError, match="cannot be reached"):
        cluster.verify(Draft("memo", "“The lamp of house 7 hangs”", (), False))
    assert PARTIAL not in embedded.ask(QUESTIONS[0]).notice
    address = parse(engine)
    before = client.alias(address.name)
    cluster.update(rebuild=True)
    after = client.alias(address.name)
    assert after != before
    left = {name for name in client.names() if tables.is_of(address.name, name)}
    assert len(left) == 3
    assert after in left
    client.close()
    wait_until(lambda: PARTIAL not in cluster.ask(QUESTIONS[0]).notice)
    assert cluster.ask(QUESTIONS[0]).hits


def edited(document: WholeDocument) -> WholeDocument:
    """The same with other passages."""
    entries = []
    for one in document.entries:
        passage = replace(one.entry.passage, id=one.entry.passage.id + 1)
        sentences = tuple(replace(s, id=s.id + 1) for s in one.entry.sentences)
        entry = replace(one.entry, passage=passage, sentences=sentences)
        entries.append(replace(one, entry=entry))
    return replace(document, entries=entries)


def test_what_is_half_written_is_not_found(
    both: tuple[Library, Library], engine: str
) -> None:
    cluster, embedded = both
    catalog = cluster._catalog
    projection = catalog.projection(catalog.meta("encoder"))
    assert projection

    def writer() -> MilvusWriter:
        address = parse(engine)
        return MilvusWriter(
            Client(address), address.name, catalog=catalog.name, projection=projection
        )

    with catalog.database.reading():
        halfway = writer()
        halfway._write(edited(whole.whole(catalog, "7.txt", "half")))
        halfway._send()
        names = halfway._names
        assert halfway._client.count(names.passages, level=Level.STRONG) == 33
    for question in QUESTIONS:
        assert cluster.ask(question).hits == embedded.ask(question).hits
        assert cluster.every(question).count == embedded.every(question).count
    writer().close()
    check_exact(engine, embedded)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_library_that_is_not_there_yet_says_so(folder: Path, engine: str) -> None:
    with opened(folder, engine) as library:
        assert not library.can_answer(model=False)
        assert "no library" in " ".join(library.notices)
        assert library.ask(QUESTIONS[0]).hits == ()
        assert library.files() == ()


HOSTILE = [
    *('"', "'", "\\", '\\"', "\n\t\r", "\x00\x01\x7f", "%s {0} {{x}}", "\u2028\ufeff"),
    'a"] or path != "',
    "' or 1 == 1 --",
    "\\x41\\n\\u0041",
    "",
]


def test_the_server_takes_hostile_values_for_what_they_are(
    milvus_server: MilvusServer,
) -> None:
    chance = random.Random(1)
    signs = "\"'\\\n\tax41u{}[]$%\x00\x1fé😀 "
    values = HOSTILE + ["".join(chance.choices(signs, k=12)) for _ in range(40)]
    client = Client(parse(f"milvus://{milvus_server.address}/x"))
    columns = {
        "key": Kind.NUMBER,
        "text": Kind.TEXT,
        "texts": Kind.TEXTS,
        "vector": Kind.VECTOR,
    }
    client.make(Collection("hostile", columns, 2, is_searched=False))
    client.upsert(
        "hostile",
        (
            {"key": n, "text": v, "texts": [v], "vector": tables.NO_VECTOR}
            for n, v in enumerate(values)
        ),
    )
    for number, value in enumerate(values):
        for expression in (
            filters.one_of("text", [value]),
            filters.holds_all("texts", [value]),
        ):
            rows = client.query("hostile", expression, ["key"], level=Level.SESSION)
            assert [row["key"] for row in rows] == [number], expression
    client.close()


def test_nothing_is_lost_when_the_server_is_killed(
    both: tuple[Library, Library], milvus_server: MilvusServer, engine: str
) -> None:
    """Last: for some time after it, all is slower."""
    cluster, embedded = both
    milvus_server.kill()
    milvus_server.start()
    asked = Milvus(Client(parse(engine)), parse(engine).name)
    cluster._engine = asked

    def answers() -> bool:
        try:
            return bool(cluster.ask(QUESTIONS[0]).hits)
        except IndexStateError:
            return False

    wait_until(answers, 90)
    wait_until(lambda: PARTIAL not in cluster.ask(QUESTIONS[0]).notice, 90)
    hits = [hit.quote for hit in cluster.ask(QUESTIONS[0]).hits]
    assert hits == [hit.quote for hit in embedded.ask(QUESTIONS[0]).hits]
    check_exact(engine, embedded)
