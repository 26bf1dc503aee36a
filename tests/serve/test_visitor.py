"""What visitors may read and change, and that none of it is another one's."""

from __future__ import annotations

import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Draft
from citeback.cite.written import read_receipts
from citeback.errors import IndexStateError, UnknownDocumentError
from citeback.library import Library
from citeback.private import PRIVATE
from citeback.records import UpdateReport
from citeback.serve.visitor import (
    JOBS_KEPT,
    BusyError,
    NotYoursError,
    UnknownJobError,
    Visitor,
    Visitors,
    listed,
    new_key,
)
from citeback.serve.warm_up import Stage, WarmUp
from citeback.settings import Settings

KETTLE = "How long does the red kettle take to boil water?"
MINE = "The red kettle boils water in nine minutes."
SECONDS = 20


@pytest.fixture
def library(content: Path, tmp_path: Path) -> Iterator[Library]:
    settings = Settings(content=content, index=tmp_path / "index", shared=True)
    with Library.open(settings=settings, encoder=WordHashEncoder()) as opened:
        opened.update()
        yield opened


@pytest.fixture
def visitors(library: Library) -> Iterator[Visitors]:
    made = Visitors(library)
    yield made
    made.close()


def sent(visitor: Visitor, name: str, text: str) -> str:
    file = visitor.arriving()
    file.write_text(text, encoding="utf-8")
    return visitor.arrived(file, name)


def added(visitor: Visitor, name: str, text: str) -> list[dict[str, object]]:
    job = visitor.add([sent(visitor, name, text)])
    assert job.wait(SECONDS)
    assert job.view()["problem"] == ""
    return job.view()["files"]  # type: ignore[no-any-return]


def test_what_one_adds_only_they_can_find(visitors: Visitors, content: Path) -> None:
    one, other = new_key(), new_key()
    mine = added(visitors.welcome(one), "mine.txt", MINE)
    assert mine[0]["path"] == "mine.txt"
    added(visitors.welcome(other), "theirs.txt", "The green kettle leaks.")
    assert visitors.reads(one).ask(KETTLE).hits[0].source.path == "mine.txt"
    assert visitors.reads(one).document("mine.txt").text == MINE
    assert visitors.reads(one).every("red kettle").count == 1
    for key in (other, new_key(), None, ""):
        reads = visitors.reads(key)
        assert "mine.txt" not in {hit.source.path for hit in reads.ask(KETTLE).hits}
        assert "mine.txt" not in {file.source.path for file in reads.files()}
        assert reads.every("red kettle").count == 0
        with pytest.raises(UnknownDocumentError):
            reads.document("mine.txt")
    assert {path.name for path in content.iterdir()} == {"kettle.txt", "garden.md"}
    # The shared documents are everybody's.
    assert visitors.reads(one).document("kettle.txt")


def test_a_file_that_another_has_sent_cannot_be_added(visitors: Visitors) -> None:
    one, other = visitors.welcome(new_key()), visitors.welcome(new_key())
    token = sent(one, "mine.txt", MINE)
    job = other.add([token])
    assert job.wait(SECONDS)
    assert job.view()["files"] == []


def test_nobody_can_change_what_is_shared(visitors: Visitors, content: Path) -> None:
    visitor = visitors.welcome(new_key())
    with pytest.raises(UnknownDocumentError, match="added no document"):
        visitor.remove("kettle.txt")
    added(visitor, "mine.txt", MINE)
    with pytest.raises(UnknownDocumentError):
        visitor.remove("kettle.txt")
    with pytest.raises(NotYoursError, match="Only the owner"):
        visitor.update()
    assert (content / "kettle.txt").exists()


def test_ones_own_file_of_a_name_that_is_taken_gets_a_number(
    visitors: Visitors,
) -> None:
    visitor = visitors.welcome(new_key())
    assert added(visitor, "kettle.txt", MINE)[0]["path"] == "kettle (2).txt"
    removed = visitor.remove("kettle (2).txt")
    assert visitor.removed() == (removed,)
    assert visitor.restore(removed.key).path == "kettle (2).txt"


def test_a_visitor_without_a_key_is_told_to_allow_cookies(visitors: Visitors) -> None:
    for key in (None, "", "../../../etc", "a" * 42):
        with pytest.raises(NotYoursError, match="Allow cookies"):
            visitors.welcome(key)


def test_what_belongs_to_idle_visitors_is_deleted(
    visitors: Visitors, library: Library
) -> None:
    key = new_key()
    added(visitors.welcome(key), "mine.txt", MINE)
    private = library.settings.index / PRIVATE
    assert list(private.rglob("mine.txt"))
    visitors.forget_idle(3600)
    assert visitors.of(key)
    visitors.forget_idle(0)
    assert visitors.of(key) is None
    assert not list(private.rglob("*.txt"))
    assert "mine.txt" not in {f.source.path for f in visitors.reads(key).files()}


def test_the_next_start_deletes_what_a_kill_left(library: Library) -> None:
    left = library.settings.index / PRIVATE / "0123456789abcdef" / "x"
    left.mkdir(parents=True)
    (left / "mine.txt").write_text(MINE)
    running = Visitors(library)
    assert not left.exists()
    added(running.welcome(new_key()), "mine.txt", MINE)
    # Another process that runs at the same time keeps its own.
    Visitors(library).close()
    assert list((library.settings.index / PRIVATE).rglob("mine.txt"))
    running.close()
    assert not list((library.settings.index / PRIVATE).rglob("mine.txt"))


def test_a_visitors_library_holds_so_much_and_no_more(library: Library) -> None:
    library.settings = replace(library.settings, max_file_megabytes=1)
    visitors = Visitors(library)
    visitor = visitors.welcome(new_key())
    assert visitor.room() == 8_000_000
    added(visitor, "mine.txt", "A long line of words.\n" * 40_000)
    assert visitor.room() < 7_200_000
    visitors.close()


def test_the_owner_changes_the_content_folder(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    visitors = Visitors(library)
    assert not visitors.shared
    owner = visitors.welcome(None)
    assert visitors.reads(None) is library
    added(owner, "mine.txt", MINE)
    assert (content / "mine.txt").read_text() == MINE
    owner.remove("kettle.txt")
    job = owner.update()
    assert job.wait(SECONDS)
    assert job.view()["counts"]["added"] == 0
    assert not (content / "kettle.txt").exists()
    visitors.close()
    assert (content / "mine.txt").exists()


def test_one_change_at_a_time_and_a_waiting_one_can_be_stopped(
    visitors: Visitors,
) -> None:
    visitor = visitors.welcome(new_key())
    with visitors._gate:
        job = visitor.add([sent(visitor, "mine.txt", MINE)])
        with pytest.raises(BusyError, match="just now"):
            visitor.add([sent(visitor, "other.txt", MINE)])
        assert not job.done
        visitor.discard()
        assert job.wait(SECONDS)
    assert job.view()["stopped"]
    assert job.view()["files"] == []


def test_an_index_that_cannot_be_written_is_read_all_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    visitors = Visitors(library)
    assert visitors.reads(new_key()) is library
    with pytest.raises(IndexStateError, match="CITEBACK_INDEX"):
        visitors.welcome(new_key()).arriving()
    visitors.close()


def test_what_waits_for_the_first_indexing_says_so_and_can_be_stopped(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    go = threading.Event()
    update = library.update

    def held(**options: Any) -> UpdateReport:
        assert go.wait(SECONDS)
        return update(**options)

    with monkeypatch.context() as patch:
        patch.setattr(library, "update", held)
        warm_up = WarmUp(library)
        warm_up.start()
        visitors = Visitors(library, warm_up)
        owner = visitors.welcome(None)
        until(lambda: warm_up.state.stage is Stage.INDEXING)
        job = owner.add([sent(owner, "mine.txt", MINE)])
        until(lambda: job.view()["waits_for"] == "add_waits_for_index")
        job.stop()
        assert job.wait(SECONDS)
        assert job.view()["stopped"]
        assert not (content / "mine.txt").exists()
        assert not list(library.settings.index.rglob("arriving-*"))
        job = owner.add([sent(owner, "mine.txt", MINE)])
        go.set()
        assert job.wait(SECONDS)
    assert [file["path"] for file in job.view()["files"]] == ["mine.txt"]
    visitors.close()


def test_a_refresh_that_succeeds_ends_the_complaint_about_the_first_one(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    away = content.rename(content.with_name("away"))
    warm_up = WarmUp(library)
    warm_up.start()
    until(lambda: warm_up.state.stage is Stage.READY)
    assert str(content) in warm_up.state.problem
    visitors = Visitors(library, warm_up)
    owner = visitors.welcome(None)
    assert owner.update().wait(SECONDS)
    assert str(content) in warm_up.state.problem
    away.rename(content)
    assert owner.update().wait(SECONDS)
    assert warm_up.state.problem == ""
    assert library.size().documents == 2
    visitors.close()


def test_an_archive_is_told_with_each_document_in_it(
    make_library: MakeLibrary, content: Path
) -> None:
    with zipfile.ZipFile(content / "box.zip", "w") as box:
        box.writestr("inner.txt", "A pot stands in the box.")
        box.writestr("deep/other.txt", "A pan lies in the box.")
    library = make_library()
    library.update()
    archives = {
        one.file.source.path: one.archive for one in listed(library, yours=True)
    }
    assert archives == {
        "box.zip/deep/other.txt": "box.zip",
        "box.zip/inner.txt": "box.zip",
        "garden.md": "",
        "kettle.txt": "",
    }


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_quotations_are_looked_for_in_both_libraries(visitors: Visitors) -> None:
    visitor = visitors.welcome(new_key())
    assert added(visitor, "mine.txt", MINE)[0]["reason"] == ""
    memo = (
        "“red kettle boils water in nine minutes”, “blue kettle boils water in four”."
    )
    report = visitor.reads.verify(Draft("memo.txt", memo))
    assert report.holds
    assert [one.places[0].source.path for one in report.quotations] == [
        "mine.txt",
        "kettle.txt",
    ]
    assert not visitors.reads(None).verify(Draft("memo.txt", memo)).holds
    (claim,) = visitor.reads.claims(Draft("memo.txt", MINE)).claims
    assert claim.place is not None
    assert claim.place.source.path == "mine.txt"


def test_phrases_quotes_and_receipts_are_looked_for_in_both_libraries(
    visitors: Visitors,
) -> None:
    visitor = visitors.welcome(new_key())
    added(visitor, "mine.txt", MINE)
    reads = visitor.reads
    assert [place.source.path for place in reads.absent("kettle").places] == [
        "mine.txt",
        "kettle.txt",
    ]
    assert len(reads.ask("Which kettle boils water?", limit=1).hits) == 1
    for path, quote in (("mine.txt", "in nine minutes"), ("kettle.txt", "in four")):
        receipt = reads.quoted(path, quote)
        (read,) = read_receipts(receipt_text(receipt))
        assert read.receipt is not None
        restored = reads.restored(read.receipt)
        assert restored is not None
        assert (restored.path, restored.quote) == (path, quote)
        known = visitors.reads(None).restored(read.receipt)
        assert (known is None) == (path == "mine.txt")


def test_a_job_is_found_by_its_key_by_whoever_began_it(visitors: Visitors) -> None:
    one, other = visitors.welcome(new_key()), visitors.welcome(new_key())
    job = one.add([sent(one, "mine.txt", MINE)])
    assert one.job_of(job.key) is job
    with pytest.raises(UnknownJobError, match="no such job"):
        other.job_of(job.key)
    assert job.wait(SECONDS)
    for _ in range(JOBS_KEPT):
        assert one.add([]).wait(SECONDS)
    with pytest.raises(UnknownJobError, match="no such job"):
        one.job_of(job.key)
