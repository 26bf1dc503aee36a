"""Shards made and taken over: what `citeback index` would make, and nothing twice."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from catalog_rows import rows
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback.bulk import make as making
from citeback.bulk.make import ARRIVING, Job, make, read_projection, scratch
from citeback.bulk.plan import Shard
from citeback.bulk.run import LOST, Made, Plan, ThisProcess, attempt, embed, plan, take
from citeback.errors import BulkError, EncoderError, StorageFullError
from citeback.index import stamps
from citeback.index.encoder import Encoded
from citeback.ingest import stage
from citeback.ingest.origin import Folder
from citeback.ingest.scan import FoundFile
from citeback.library import Library
from citeback.records import FileState, UpdateReport
from citeback.settings import Settings

# Small enough for some shards of the few documents here.
SIZE = 300


@pytest.fixture
def documents(content: Path) -> Path:
    """Documents of many kinds: long, in archives, with pages, refused, with one text."""
    (content / "letters").mkdir()
    for number in range(12):
        (content / "letters" / f"{number}.txt").write_text(
            f"Letter {number}\n\nThe mill stands by river {number}. It was built in "
            f"{1800 + number}.\n\nYours truly, the miller."
        )
    (content / "empty.txt").write_text("")
    (content / "odd.xyz").write_text("not read")
    (content / "table.csv").write_text("year,grain\n1801,rye\n1802,oats\n")
    (content / "subtitles.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nThe mill turns.\n"
    )
    (content / "link.txt").symlink_to("/etc/hostname")
    with zipfile.ZipFile(content / "box.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.txt", f"Slip {number} is blue.\n\nIt is thin.")
        archive.writestr("broken.pdf", "no PDF")
    return content


def bulk(library: Library, folder: Path) -> tuple[Plan, UpdateReport]:
    made = plan(library, folder, shard_bytes=SIZE)
    assert embed(made, ThisProcess(library.encoder)) == {}
    return made, take(library, made)


def indexed(content: Path, folder: Path) -> Library:
    """What indexing makes of the same documents."""
    settings = Settings(citations=folder / "citations")
    library = Library.open(
        content, folder / "index", settings=settings, encoder=WordHashEncoder()
    )
    library.update()
    return library


def test_shards_give_what_indexing_gives(
    documents: Path,
    make_library: MakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stage, "PART_TEXTS", 7)  # so that documents have some parts
    library = make_library()
    made, report = bulk(library, tmp_path / "shards")
    assert len(made.shards) > 5
    assert (report.embedded, report.unfinished) == (0, ())
    with indexed(documents, tmp_path / "other") as other:
        assert rows(tmp_path / "index") == rows(tmp_path / "other" / "index")
        assert library.files() == other.files()
        assert {file.state for file in library.files()} == {*FileState} - {
            FileState.KEPT
        }
        for question in ("Where is mill 7?", "Which slip is blue?", "What is rye?"):
            hits = [
                [(hit.passage, hit.score) for hit in one.ask(question).hits]
                for one in (library, other)
            ]
            assert hits[0] == hits[1] != []
    assert library.examine(mend=False).faults == ()


def test_nothing_is_left_to_index_after_it(
    documents: Path,
    make_library: MakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", 0)
    library = make_library()
    bulk(library, tmp_path / "shards")
    monkeypatch.setattr(Folder, "outcomes", unread)
    report = library.update()
    assert len(report.unchanged) > 40
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert (report.embedded, report.reused) == (0, 0)


def unread(_: Folder, file: FoundFile) -> None:
    raise AssertionError(f"{file.name} was read again")


@pytest.mark.parametrize("clock", [0, stamps.COARSEST_CLOCK])
def test_a_second_run_makes_and_takes_nothing(
    documents: Path,
    make_library: MakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: int,
) -> None:
    """Also while files are too new to be told apart by their looks."""
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", clock)
    library = make_library()
    bulk(library, tmp_path / "shards")
    before, encoder = library.ask("Where is mill 7?").build, library.encoder
    assert isinstance(encoder, WordHashEncoder)
    encoder.seen.clear()
    _, report = bulk(library, tmp_path / "shards")
    assert report.added == report.changed == ()
    assert library.ask("Where is mill 7?").build == before
    assert encoder.seen == []


def test_only_what_changed_is_made_anew(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    bulk(library, tmp_path / "shards")
    (documents / "letters" / "3.txt").write_text("The mill burned down.")
    (documents / "letters" / "4.txt").unlink()
    second = plan(library, tmp_path / "shards", shard_bytes=SIZE)
    assert 1 <= len(second.missing()) <= 4 < len(second.shards)
    _, report = bulk(library, tmp_path / "shards")
    assert report.changed == ("letters/3.txt",)
    assert report.removed == ("letters/4.txt",)
    with indexed(documents, tmp_path / "other"):
        assert rows(tmp_path / "index") == rows(tmp_path / "other" / "index")


def test_another_model_takes_the_place_of_the_first_in_one_commit(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    bulk(make_library(), tmp_path / "shards")
    other = make_library(WordHashEncoder(fingerprint="word-hash-2", dimension=32))
    _, report = bulk(other, tmp_path / "shards")
    assert report.embedded == 0
    assert len(report.added) + len(report.changed) > 12
    assert other.examine(mend=False).faults == ()


def test_an_index_that_was_there_keeps_its_way_of_making_pieces_small(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    made = plan(library, tmp_path / "shards")
    held = library.projection()
    assert held is not None
    assert read_projection(made.job.projection).equals(held)
    # Another index has another:
    library.close()
    shutil.rmtree(tmp_path / "index")
    other = make_library(Otherwise())
    other.update()
    second = plan(other, tmp_path / "shards")
    held = other.projection()
    assert held is not None
    assert read_projection(second.job.projection).equals(held)
    assert not {s.name for s in second.shards} & {s.name for s in made.shards}


def test_the_shards_keep_theirs_until_there_is_an_index(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    """A model may give other last digits when it is asked again."""
    library = make_library()
    first = plan(library, tmp_path / "shards", shard_bytes=SIZE)
    second = plan(make_library(Otherwise()), tmp_path / "shards", shard_bytes=SIZE)
    assert second == first


class Otherwise(WordHashEncoder):
    """Says that it is the same model, and gives other numbers."""

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return super().encode_passages([text[::-1] for text in texts])


class Dying:
    """Loses the first shards it is given, as processes that are killed do."""

    def __init__(self, encoder: WordHashEncoder, losing: int) -> None:
        self.encoder = encoder
        self.losing = losing
        self.given: list[int] = []

    def make(self, job: Job, wanted: Sequence[Shard]) -> Iterator[Made]:
        self.given.append(len(wanted))
        lost, rest = wanted[: self.losing], wanted[self.losing :]
        self.losing //= 2
        for shard in lost:
            (job.folder / f"{ARRIVING}{shard.name}").write_bytes(b"half")
        for shard in rest:
            yield attempt(job, shard, self.encoder)


def test_what_is_lost_is_made_again(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library, encoder = make_library(), WordHashEncoder()
    made = plan(library, tmp_path / "shards", shard_bytes=SIZE)
    count = len(made.shards)
    machines = Dying(encoder, 3)
    assert embed(made, machines) == {}
    assert machines.given == [count, 3, 1]
    take(library, made)
    with indexed(documents, tmp_path / "other"):
        assert rows(tmp_path / "index") == rows(tmp_path / "other" / "index")
    # Each shard has been made once: what stands in one document alone was seen once.
    assert encoder.seen.count("The mill stands by river 5.") == 1


def test_a_shard_that_no_process_survives_stops_no_other(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    made = plan(library, tmp_path / "shards", shard_bytes=SIZE)
    lost = made.shards[0]

    class Fatal(Dying):
        def make(self, job: Job, wanted: Sequence[Shard]) -> Iterator[Made]:
            self.losing = int(lost in wanted)
            return super().make(job, wanted)

    assert embed(made, Fatal(WordHashEncoder(), 1)) == {lost.name: LOST}
    report = take(library, made, without=[lost.name])
    names = {file.name for file in lost.files}
    held = {file.source.path for file in library.files()}
    assert report.added
    assert not held & names
    with pytest.raises(BulkError, match="not whole"):
        take(library, made)


def test_a_file_that_changes_meanwhile_is_not_taken_for_what_it_was(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    made = plan(library, tmp_path / "shards")
    (documents / "kettle.txt").write_text("The kettle is red now.")
    failures = embed(made, ThisProcess(library.encoder))
    assert "kettle.txt has changed" in next(iter(failures.values()))
    assert bulk(library, tmp_path / "shards")[1].added


def test_machines_of_another_kind_are_told_apart(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    made = plan(make_library(), tmp_path / "shards")
    with pytest.raises(EncoderError, match="do not mix"):
        make(made.job, made.shards[0], WordHashEncoder(fingerprint="other"))


def test_a_damaged_shard_is_told_and_leaves_the_index_alone(
    documents: Path, make_library: MakeLibrary, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    before = rows(tmp_path / "index")
    (documents / "new.txt").write_text("Something new.")
    made = plan(library, tmp_path / "shards")
    embed(made, ThisProcess(library.encoder))
    for shard in made.shards:
        file = made.job.file(shard)
        file.write_bytes(file.read_bytes()[:-5_000])
    with pytest.raises(BulkError, match=r"is damaged\. Delete it and run again"):
        take(library, made)
    assert rows(tmp_path / "index") == before


def test_a_full_disk_leaves_no_half_shard(
    documents: Path,
    make_library: MakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = make_library()
    made = plan(library, tmp_path / "shards")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "flush", full)
    with pytest.raises(StorageFullError, match="No space left"):
        make(made.job, made.shards[0], library.encoder)
    assert not list((tmp_path / "shards").glob("*.sqlite"))
    assert not list((tmp_path / "shards").glob(f"{ARRIVING}*"))


def test_scratch_is_for_nobody_else_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as folder:
        assert folder.is_dir()
        assert folder.parent.stat().st_mode & 0o077 == 0
        left = folder.parent / "left behind"
        left.mkdir()
    assert not folder.exists()
    with scratch():
        assert not left.exists()
