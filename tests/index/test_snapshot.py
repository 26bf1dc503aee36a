"""What is held in memory is kept in step by what has changed alone."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback.index import derived, snapshot
from citeback.index.catalog import Catalog
from citeback.library import Library

DIMENSION = WordHashEncoder().dimension


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


def check(library: Library, index: Path) -> None:
    """What is held is what a library opened afresh makes without any file."""
    library.ask("Which shelf holds jars?")
    held = library._engine._snapshot
    assert held is not None
    catalog = Catalog(index / "catalog.sqlite")
    assert held.build == catalog.build
    fresh = snapshot.load(catalog, index / "nowhere", DIMENSION)
    for table in snapshot.TABLES:
        ids = catalog.ids(table)
        mine = getattr(held, table)
        assert np.array_equal(np.sort(mine.ids), ids)
        np.testing.assert_array_equal(
            mine.fetch(ids), fresh.exactly(catalog, table, ids)
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
