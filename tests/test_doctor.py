"""Looking the whole index through: every kind of damage is found and mended."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary
from doubles import WordHashEncoder

from citeback.index import snapshot
from citeback.index.postings import Postings, Row, rows_of
from citeback.index.vectors import VectorIndex
from citeback.index.word_index import FILE as WORDS
from citeback.records import Remedy
from citeback.serve.command_line import main

KETTLE = "How long does the blue kettle take to boil water?"
ROOT = Path(__file__).resolve().parents[1]


def run(index: Path, *statements: str) -> None:
    connection = sqlite3.connect(index / "catalog.sqlite")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def sql(*statements: str) -> Callable[[Path], None]:
    return lambda index: run(index, *statements)


def flip(index: Path, name: str = "sentences.faiss") -> None:
    file = index / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.write_bytes(data)


def flip_words(index: Path) -> None:
    flip(index, WORDS)


def note(index: Path, name: str, content: bytes) -> None:
    """Write a file and note it as whole, whatever it holds."""
    (index / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    run(
        index,
        f"UPDATE meta SET value = '{digest}' WHERE key = '{name}'",
        f"UPDATE meta SET value = '{len(content)}' WHERE key = '{name} bytes'",
    )


def other_words(change: Callable[[list[Row]], list[Row]]) -> Callable[[Path], None]:
    """A file that is noted as whole, but holds other words than the passages."""

    def damage(index: Path) -> None:
        connection = sqlite3.connect(index / "catalog.sqlite")
        stored = connection.execute("SELECT id, context, stems FROM passages")
        rows = list(rows_of(stored))
        connection.close()
        note(index, WORDS, Postings.of(change(rows)).to_bytes())

    return damage


def swap_ids(index: Path) -> None:
    """A file that is noted as whole, but holds a vector under a wrong id."""
    file = index / "passages.faiss"
    old = VectorIndex.from_bytes(file.read_bytes(), WordHashEncoder().dimension)
    new = VectorIndex(WordHashEncoder().dimension)
    ids = old.ids
    note(index, "passages.faiss", new.added(ids, old.fetch(ids[::-1])).to_bytes())


DAMAGES: dict[str, tuple[Callable[[Path], None], Remedy]] = {
    "text": (
        sql("UPDATE files SET text = replace(text, 'four', 'nine')"),
        Remedy.INDEX,
    ),
    "layout": (sql("UPDATE files SET blocks = '[[1'"), Remedy.INDEX),
    "overlap": (
        sql(
            "UPDATE files SET blocks = replace(blocks, '[\"paragraph\",0,', "
            "'[\"paragraph\",3,') WHERE path = 'kettle.txt'",
            "UPDATE files SET blocks = replace(blocks, ',3,44,', ',3,9999,') "
            "WHERE path = 'kettle.txt'",
        ),
        Remedy.INDEX,
    ),
    "passage": (sql('UPDATE passages SET "end" = "end" - 1'), Remedy.INDEX),
    "paragraph": (sql("UPDATE passages SET paragraph = paragraph + 1"), Remedy.INDEX),
    "headings": (
        sql("UPDATE passages SET headings = '[\"Other\"]' WHERE path = 'garden.md'"),
        Remedy.INDEX,
    ),
    "context": (sql("UPDATE passages SET context = 'other'"), Remedy.INDEX),
    "sentence": (sql("UPDATE sentences SET start = start + 1"), Remedy.INDEX),
    "sentence text": (sql("UPDATE sentences SET digest = 'x'"), Remedy.INDEX),
    "bounds": (sql("UPDATE passages SET bounds = x'00'"), Remedy.INDEX),
    "stems": (sql("UPDATE passages SET stems = 'a' || stems"), Remedy.INDEX),
    "lead-in": (sql("UPDATE passages SET lead_in = '['"), Remedy.INDEX),
    "passage gone": (
        sql(
            "DELETE FROM sentences WHERE passage = (SELECT min(id) FROM passages)",
            "DELETE FROM passages WHERE id = (SELECT min(id) FROM passages)",
        ),
        Remedy.INDEX,
    ),
    "outside": (sql("DELETE FROM outside"), Remedy.INDEX),
    "note": (
        sql("UPDATE meta SET value = 'x' WHERE key = 'passages.faiss build'"),
        Remedy.FAISS,
    ),
    "words gone": (lambda index: (index / WORDS).unlink(), Remedy.WORDS),
    "words flipped": (flip_words, Remedy.WORDS),
    "word changed": (
        other_words(lambda rows: [(rows[0][0], "other"), *rows[1:]]),
        Remedy.WORDS,
    ),
    "word row": (other_words(lambda rows: rows[1:]), Remedy.WORDS),
    "word extra": (other_words(lambda rows: [*rows, (1, "ghost")]), Remedy.WORDS),
    "vector": (
        sql(
            "DELETE FROM vectors WHERE digest = (SELECT min(digest) FROM sentences)",
        ),
        Remedy.VECTORS,
    ),
    "zero": (
        sql("UPDATE vectors SET vector = zeroblob(length(vector))"),
        Remedy.VECTORS,
    ),
    "short": (
        sql("UPDATE vectors SET vector = substr(vector, 1, 8)"),
        Remedy.VECTORS,
    ),
    "long": (
        sql("UPDATE vectors SET vector = CAST(vector || zeroblob(8) AS BLOB)"),
        Remedy.VECTORS,
    ),
    "piece": (sql("DELETE FROM pieces"), Remedy.VECTORS),
    "cut piece": (
        sql("UPDATE pieces SET pieces = substr(pieces, 1, 5)"),
        Remedy.VECTORS,
    ),
    "projection": (sql("DELETE FROM projections"), Remedy.REBUILD),
    "odd projection": (
        sql("UPDATE projections SET mean = substr(mean, 1, 7)"),
        Remedy.REBUILD,
    ),
    "uneven projection": (
        sql("UPDATE projections SET basis = substr(basis, 1, 12)"),
        Remedy.REBUILD,
    ),
    "state": (sql("UPDATE files SET state = 'lost'"), Remedy.REBUILD),
    "left vector": (
        sql("INSERT INTO vectors SELECT encoder, 'gone', vector FROM vectors LIMIT 1"),
        Remedy.CLEAN,
    ),
    "left stamp": (
        sql("INSERT INTO stamps VALUES ('gone.txt', 1, 1, 1, '')"),
        Remedy.CLEAN,
    ),
    "faiss gone": (lambda index: (index / "passages.faiss").unlink(), Remedy.FAISS),
    "faiss flipped": (flip, Remedy.FAISS),
    "faiss swapped": (swap_ids, Remedy.FAISS),
}


def test_rows_of_tables_are_as_they_should_be(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "towns.csv").write_text("town,houses,since\nElba,16,1916\nRuhla,3,500\n")
    library = make_library()
    library.update()
    assert library.examine(mend=False).faults == ()


def test_an_index_in_order_has_no_faults(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    assert library.examine().faults == ()
    library.update()
    assert library.examine().faults == ()
    (content / "kettle.txt").write_text("The red kettle is cold. It stands still.")
    (content / "garden.md").unlink()
    library.update()
    found = library.examine()
    assert (found.faults, found.left) == ((), ())
    assert found.size.passages > 0


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_mended(
    make_library: MakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_large: bool,
) -> None:
    damage, remedy = DAMAGES[name]
    if is_large:  # whose files are not written at each change
        monkeypatch.setattr(snapshot, "WRITTEN_PASSAGES", 0)
    library = make_library()
    library.update()
    before = library.ask(KETTLE)
    library.close()
    damage(tmp_path / "index")
    library = make_library()
    seen = library.examine(mend=False)
    assert remedy in {fault.remedy for fault in seen.faults}, seen.faults
    assert seen.left == seen.faults
    found = library.examine()
    assert found.faults == seen.faults
    assert found.left == ()
    after = make_library().ask(KETTLE)
    assert (after.hits, after.verdict) == (before.hits, before.verdict)


def test_numbers_of_what_is_deleted_do_not_outlive_a_look_through(
    make_library: MakeLibrary,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot, "WRITTEN_PASSAGES", 0)
    monkeypatch.setattr(snapshot, "CHANGED_PERCENT", 100)
    (content / "secret.txt").write_text("The zither was sold in Zanzibar.")
    library = make_library()
    library.update()
    catalog = library._catalog
    ids = catalog.passages_in(["secret.txt"])
    vector = next(iter(catalog.vectors("passages", ids)))[1].astype("<f2").tobytes()

    def held() -> bool:
        files = [file for file in (tmp_path / "index").iterdir() if file.is_file()]
        return any(vector in file.read_bytes() for file in files)

    (content / "secret.txt").unlink()
    library.update()
    assert held()  # the files of a large library may be some changes behind
    found = library.examine()
    assert {fault.remedy for fault in found.faults} == {Remedy.FAISS, Remedy.WORDS}
    assert found.left == ()
    assert not held()


def test_a_file_that_cannot_be_read_is_made_anew(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    library.close()
    real = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.suffix == ".faiss" or path.name == WORDS:
            raise OSError("Input/output error")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", broken)
        assert make_library().ask(KETTLE).hits == before
        assert make_library().examine(mend=False).faults


def test_an_open_library_answers_from_the_mended_files(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    library.close()
    swap_ids(tmp_path / "index")
    library = make_library()
    assert library.ask(KETTLE).hits != before
    assert library.examine().left == ()
    assert library.ask(KETTLE).hits == before
    assert make_library().ask(KETTLE).hits == before


def test_what_is_derived_is_mended_without_the_model(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    make_library().update()
    flip(tmp_path / "index")
    flip_words(tmp_path / "index")

    class NoModel(WordHashEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            pytest.fail("nothing is to be embedded")

    found = make_library(NoModel()).examine()
    assert {fault.remedy for fault in found.faults} == {Remedy.FAISS, Remedy.WORDS}
    assert found.left == ()


def test_a_damaged_document_whose_file_is_gone_is_kept_and_told(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    library.close()
    sql('UPDATE passages SET "end" = "end" - 1 WHERE path = \'kettle.txt\'')(
        tmp_path / "index"
    )
    (content / "kettle.txt").rename(tmp_path / "kettle.txt")
    library = make_library()
    found = library.examine(mend=False)
    assert [fault.path for fault in found.left] == ["kettle.txt"]


def test_a_removed_text_is_nowhere_on_disk(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    secret = content / "secret.txt"
    secret.write_text("The zyzzyvapassword opens the quuxified door. It is blue.")
    library = make_library()
    library.update()
    index = tmp_path / "index"
    held = b"".join(file.read_bytes() for file in index.iterdir())
    assert b"zyzzyvapassword" in held
    vectors = sqlite3.connect(index / "catalog.sqlite").execute(
        "SELECT vector FROM vectors v JOIN sentences s USING (digest) "
        "JOIN passages p ON p.id = s.passage WHERE p.path = 'secret.txt'"
    )
    vector = vectors.fetchall()[0][0]
    vectors.connection.close()
    assert vector in held
    secret.unlink()
    library.update()
    held = b"".join(file.read_bytes() for file in index.iterdir())
    assert b"zyzzyva" not in held
    assert b"quuxif" not in held
    assert vector not in held
    assert library.examine().faults == ()


def test_the_command_tells_and_mends(
    make_library: MakeLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_library().update()
    folders = [
        "--content",
        str(tmp_path / "content"),
        "--index",
        str(tmp_path / "index"),
    ]
    assert main(["doctor", *folders]) == 0
    assert "Everything is as it should be." in capsys.readouterr().out
    flip(tmp_path / "index")
    assert main(["doctor", "--check-only", *folders]) == 2
    assert "sentences.faiss" in capsys.readouterr().out
    assert main(["doctor", "--json", *folders]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["faults"][0]["what"].startswith("sentences.faiss")
    assert told["left"] == []


def test_a_document_that_is_removed_leaves_no_vector_and_no_fault(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    held = (tmp_path / "index" / "sentences.faiss").stat().st_size
    library.remove("kettle.txt")
    assert library.examine(mend=False).faults == ()
    assert (tmp_path / "index" / "sentences.faiss").stat().st_size < held


@pytest.mark.real
def test_a_question_is_answered_with_no_network(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "kettle.txt").write_text(TEXTS["kettle.txt"])
    command = [sys.executable, "-m", "citeback", "doctor", "--offline"]
    folders = ["--content", str(content), "--index", str(tmp_path / "index")]
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    done = subprocess.run(
        [*command, *folders],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "got 2 passages" in done.stdout
    assert "No attempt to reach out was made." in done.stdout


def test_an_attempt_to_reach_out_is_refused_and_told() -> None:
    script = """
import socket
from citeback.serve.offline import isolate
isolation = isolate()
for reach in (
    lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    lambda: socket.getaddrinfo("example.org", 80),
):
    try:
        reach()
    except PermissionError as error:
        print(error)
print(len(isolation.attempts), isolation.attempts)
"""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    *refused, told = done.stdout.splitlines()
    assert refused == ["Citeback reaches out to nothing."] * 2
    assert "example.org" in told
