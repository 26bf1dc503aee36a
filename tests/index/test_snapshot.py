"""What is held in memory is kept in step by what has changed alone."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MakeLibrary

from citeback.errors import IndexStateError
from citeback.index import derived, snapshot
from citeback.index.catalog import Catalog
from citeback.index.vector_file import VectorFile, VectorFileError
from citeback.library import Library
from citeback.records import Remedy


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every library counts as large."""
    monkeypatch.setattr(snapshot, "WRITTEN_PASSAGES", 0)
    monkeypatch.setattr(snapshot, "CHANGED_PERCENT", 50)


def write(content: Path, chance: random.Random) -> None:
    """Change, add and take out some documents."""
    for number in chance.sample(range(12), 3):
        file = content / f"{number}.txt"
        if file.exists() and chance.random() < 0.4:
            file.unlink()
            continue
        said = [
            f"Shelf {chance.randrange(9)} holds jars."
            for _ in range(chance.randrange(1, 9))
        ]
        file.write_text("\n\n".join([*said, "The same everywhere."]))


def fill(content: Path) -> None:
    """Put in so many documents that their vectors are too many, in the tests that say so."""
    for seed in range(9):
        write(content, random.Random(seed))


def check(library: Library, index: Path) -> None:
    """What is held is what a library opened afresh makes without any file."""
    library.ask("Which shelf holds jars?")
    held = library._engine._snapshot
    assert held is not None
    catalog = Catalog(index / "catalog.sqlite")
    assert held.build == catalog.build
    fresh = snapshot.load(catalog, index / "nowhere")
    for table in snapshot.TABLES:
        ids = catalog.ids(table)
        assert np.array_equal(np.sort(getattr(held, table).ids), ids)
        np.testing.assert_array_equal(
            held.exactly(catalog, table, ids), fresh.exactly(catalog, table, ids)
        )
    assert library._catalog.words.current().equals(catalog.words.from_scratch())
    catalog.database.close()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("large")
def test_by_what_has_changed_it_is_what_is_made_from_scratch(
    make_library: MakeLibrary,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    chance = random.Random(seed)
    library = make_library()
    library.update()
    check(library, tmp_path / "index")
    ids = Catalog.ids
    monkeypatch.setattr(
        Catalog, "ids", lambda *_: pytest.fail("all of the catalog is listed")
    )
    reader = make_library()
    for _ in range(6):
        write(content, chance)
        library.update()
        reader.ask("Which shelf holds jars?")
    make_library().ask("Which shelf holds jars?")
    monkeypatch.setattr(Catalog, "ids", ids)
    for one in (library, reader, make_library()):
        check(one, tmp_path / "index")
    # Some changes behind, the files may hold what has gone since; and that alone.
    for fault in library.examine(mend=False).faults:
        assert "still holds numbers of texts that are gone" in fault.what


@pytest.mark.usefixtures("large")
def test_files_of_a_large_library_are_written_when_much_has_changed(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    catalog = Catalog(tmp_path / "index" / "catalog.sqlite")
    files = [tmp_path / "index" / name for name in snapshot.FILES]
    first = catalog.build
    (content / "new.txt").write_text("A gate is green.")
    library.update()
    assert catalog.build > first
    assert {derived.build_of(catalog, file) for file in files} == {first}
    assert make_library().ask("Which gate is green?").hits[0].passage.path == "new.txt"
    (content / "many.txt").write_text("\n\n".join(f"Jar {n}." for n in range(40)))
    library.update()
    assert {derived.build_of(catalog, file) for file in files} == {catalog.build}
    files[0].unlink()
    library.update()
    assert files[0].exists()
    catalog.database.close()


@pytest.mark.usefixtures("large")
def test_a_reader_that_is_behind_what_is_kept_of_changes_looks_at_everything(
    make_library: MakeLibrary,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot, "KEPT_BUILDS", 0)
    library, reader = make_library(), make_library()
    library.update()
    check(reader, tmp_path / "index")
    (content / "many.txt").write_text("\n\n".join(f"Jar {n}." for n in range(40)))
    library.update()
    rows = library._catalog.database.rows("SELECT * FROM changes")
    assert rows == []
    check(reader, tmp_path / "index")


@pytest.mark.usefixtures("large")
def test_the_name_of_what_was_removed_is_not_kept(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    (content / "zyzzyva.txt").write_text("A gate is green.")
    library.update()
    library.remove("zyzzyva.txt")
    held = (tmp_path / "index" / "catalog.sqlite").read_bytes()
    assert b"zyzzyva" not in held
    check(library, tmp_path / "index")


def test_of_many_the_nearest_are_found_exactly(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    subjects = "gate jar shelf kettle pond bench".split()
    for number in range(30):
        said = [
            f"{chance.choice(subjects).title()} {chance.randrange(99)} stands by the "
            f"{chance.choice(subjects)} since {chance.randrange(1800, 2000)}."
            for _ in range(20)
        ]
        (content / f"{number}.txt").write_text("\n\n".join(said))
    library = make_library()
    library.update()
    questions = [f"Since when does {one} 7 stand by the pond?" for one in subjects]
    plain = [library.ask(question).hits for question in questions]
    library.close()
    monkeypatch.setattr("citeback.index.vectors.PLAIN_MOST", 100)
    monkeypatch.setattr("citeback.index.vectors.HELD_MOST", 100)
    monkeypatch.setattr("citeback.index.snapshot.PLAIN_MOST", 100)
    (content / "one more.txt").write_text("Nothing.")
    library = make_library()
    library._engine.save = lambda: None  # type: ignore[method-assign]
    (library.settings.index / "sentences.faiss").unlink()
    library.update()
    for question, hits in zip(questions, plain, strict=True):
        found = library.ask(question).hits
        assert [h.passage.id for h in found] == [h.passage.id for h in hits]
        np.testing.assert_allclose(
            [h.parts.sentence_meaning for h in found],
            [h.parts.sentence_meaning for h in hits],
            atol=1e-6,
        )
    held = library._engine._snapshot
    assert held is not None
    assert not held.sentences.is_exact


@pytest.fixture
def huge(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few vectors as these are more than memory should hold."""
    monkeypatch.setattr("citeback.index.vectors.PLAIN_MOST", 20)
    monkeypatch.setattr("citeback.index.vectors.HELD_MOST", 20)
    monkeypatch.setattr("citeback.index.snapshot.PLAIN_MOST", 20)


def vectors_read(library: Library) -> tuple[int, list[str]]:
    """How many vectors a question reads from the catalog, and the files they lie in."""
    read = 0
    vectors = Catalog.vectors

    def counted(catalog: Catalog, table: str, ids: Sequence[int]) -> Any:
        nonlocal read
        read += len(ids)
        return vectors(catalog, table, ids)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalog, "vectors", counted)
        assert library.ask("Which shelf holds jars?").hits
    return read, sorted(f.name for f in library.settings.index.glob("*.vectors"))


@pytest.mark.usefixtures("huge", "large")
def test_vectors_that_memory_should_not_hold_are_read_from_their_own_files(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    chance = random.Random(3)
    for _ in range(9):
        write(content, chance)
    library = make_library()
    library.update()
    check(library, tmp_path / "index")
    assert library.examine(mend=False).faults == ()
    read, files = vectors_read(library)
    assert read == 0
    assert [name.split(".")[0] for name in files] == ["passages", "sentences"]
    assert vectors_read(make_library()) == (0, files)
    # A change is read from the catalog; much of it makes the files anew.
    (content / "new.txt").write_text("A gate is green.")
    library.update()
    check(library, tmp_path / "index")
    assert vectors_read(library) == (0, files)
    for _ in range(9):
        write(content, chance)
    library.update()
    check(library, tmp_path / "index")
    read, others = vectors_read(library)
    assert read == 0
    assert len(others) == 2
    assert not set(others) & set(files)


@pytest.mark.usefixtures("huge", "large")
@pytest.mark.parametrize("harm", ["gone", "shorter", "other numbers"])
def test_a_file_of_vectors_with_a_fault_is_made_anew(
    make_library: MakeLibrary, content: Path, tmp_path: Path, harm: str
) -> None:
    fill(content)
    make_library().update()
    (file,) = (tmp_path / "index").glob("sentences.*.vectors")
    rows = file.read_bytes()
    if harm == "gone":
        file.unlink()
    elif harm == "shorter":
        file.write_bytes(rows[:-1])
    else:
        file.write_bytes(bytes([rows[0] ^ 255]) + rows[1:])
    library = make_library()
    if harm != "other numbers":  # they are looked up in the catalog meanwhile
        check(library, tmp_path / "index")
    assert library.examine(mend=harm == "other numbers").faults
    library = make_library()
    library.update()
    assert file.read_bytes() == rows
    check(library, tmp_path / "index")


@pytest.mark.usefixtures("huge", "large")
def test_without_room_for_a_file_of_vectors_questions_are_answered(
    make_library: MakeLibrary,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(content)
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=9))
        library = make_library()
        notices = library.update().notices
        assert any("Make room on the disk" in notice for notice in notices)
        read, files = vectors_read(library)
    assert read
    assert files == []
    assert all((tmp_path / "index" / name).exists() for name in snapshot.FILES)
    library.update()
    assert vectors_read(library)[0] == 0
    check(library, tmp_path / "index")


@pytest.mark.usefixtures("huge")
def test_a_missing_file_of_vectors_is_made_anew_of_few_passages_too(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    fill(content)
    make_library().update()
    (file,) = (tmp_path / "index").glob("sentences.*.vectors")
    file.unlink()
    make_library().update()
    assert file.exists()


@pytest.mark.usefixtures("huge", "large")
def test_broken_off_between_codes_and_vectors_the_vectors_are_written_next(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_library().update()
    fill(content)
    note = Catalog.set_meta

    def killed(catalog: Catalog, key: str, value: str) -> None:
        if key.endswith(" apart"):
            raise KeyboardInterrupt
        note(catalog, key, value)

    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "set_meta", killed)
        with pytest.raises(KeyboardInterrupt):
            make_library().update()
    make_library().update()
    read, files = vectors_read(make_library())
    assert read == 0
    assert len(files) == 2


@pytest.mark.usefixtures("huge", "large")
def test_files_of_vectors_that_a_kill_left_are_deleted(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    fill(content)
    library = make_library()
    library.update()
    held = sorted((tmp_path / "index").glob("*.vectors*"))
    (tmp_path / "index" / "passages.0123456789abcdef.vectors.new").write_bytes(b"?")
    (tmp_path / "index" / "sentences.0123456789abcdef.vectors").write_bytes(b"?")
    library.update()
    assert sorted((tmp_path / "index").glob("*.vectors*")) == held
    assert vectors_read(make_library())[0] == 0


@pytest.mark.usefixtures("huge", "large")
def test_a_file_of_vectors_that_cannot_be_read_is_a_fault(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(content)
    library = make_library()
    library.update()

    def read(*_: object) -> None:
        raise VectorFileError("A sector is bad.")

    with monkeypatch.context() as patch:
        patch.setattr(VectorFile, "_read", read)
        faults = library.examine(mend=False).faults
    assert [(f.what, f.remedy) for f in faults] == [
        ("A sector is bad.", Remedy.FAISS)
    ] * 2


@pytest.mark.usefixtures("huge", "large")
def test_a_closed_library_holds_no_file_of_vectors(
    make_library: MakeLibrary, content: Path
) -> None:
    fill(content)
    library = make_library()
    library.update()
    files = [
        getattr(library._engine._snapshot, table).segments[0].held._file
        for table in snapshot.TABLES
    ]
    assert not any(file.closed for file in files)
    library.close()
    assert all(file.closed for file in files)


@pytest.mark.usefixtures("huge", "large")
def test_who_asks_meanwhile_reads_from_the_files_that_another_wrote(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library, reader = make_library(), make_library()
    library.update()
    reader.ask("Which shelf holds jars?")
    fill(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library._engine, "save", lambda: None)  # not yet
        library.update()
    assert vectors_read(reader)[0]
    library.update()
    assert vectors_read(reader)[0] == 0
    check(reader, tmp_path / "index")


@pytest.mark.usefixtures("huge", "large")
def test_a_file_of_vectors_that_breaks_in_use_costs_one_question(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    fill(content)
    library = make_library()
    library.update()
    assert library.ask("Which shelf holds jars?").hits
    for file in (tmp_path / "index").glob("*.vectors"):
        os.truncate(file, 100)
    with pytest.raises(IndexStateError, match="Ask again"):
        library.ask("Which shelf holds jars?")
    check(library, tmp_path / "index")
    library.update()
    assert vectors_read(library)[0] == 0


def test_texts_at_hand_go_with_the_next_change(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "secret.txt").write_text("The kettle is red.")
    library, reader = make_library(), make_library()
    library.update()
    for one in (library, reader):
        assert one.ask("What is red?").hits[0].passage.path == "secret.txt"
        assert one._catalog.texts._texts
    library.remove("secret.txt")
    for one in (library, reader):
        one.ask("What is red?")
        assert "The kettle is red." not in one._catalog.texts._texts.values()
