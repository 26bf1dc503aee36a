"""The library as its front doors use it: updating, asking, and surviving."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CONTENT, TEXTS, MakeLibrary
from doubles import WordHashEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citeback.errors import (
    ContentError,
    EncoderError,
    FileAccessError,
    IndexBusyError,
    IndexStateError,
    QuestionError,
    StorageFullError,
    UnknownDocumentError,
)
from citeback.index.catalog import Catalog
from citeback.ingest.origin import Folder
from citeback.ingest.read import Outcome
from citeback.ingest.scan import FoundFile
from citeback.library import Library
from citeback.records import Arrival, FileState, Progress, Selection, Turn, Verdict

KETTLE = "How long does the blue kettle take to boil water?"


def paths(library: Library, question: str) -> list[str]:
    return [hit.source.path for hit in library.ask(question).hits]


def test_a_question_finds_its_passage_and_quotes_it_exactly(
    make_library: MakeLibrary,
) -> None:
    library = make_library()
    library.update()
    answer = library.ask(KETTLE)
    hit = answer.hits[0]
    assert answer.verdict is Verdict.ANSWERS
    assert hit.quote == "The blue kettle boils water in four minutes."
    document = library.document(hit.source.path)
    assert document.text[hit.best.start : hit.best.end] == hit.quote
    assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert [h.number for h in answer.hits] == list(range(1, len(answer.hits) + 1))


def test_every_passage_finds_itself(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    for path in TEXTS:
        document = library.document(path)
        for block in document.blocks:
            if block.paragraph:
                text = document.text[block.start : block.end]
                best = library.ask(text).hits[0].passage
                assert (best.path, best.paragraph) == (path, block.paragraph)


def test_headings_and_lead_ins_help_to_find(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    hit = library.ask("What tools does the shed of the garden hold?").hits[0]
    assert hit.passage.headings == ("The garden", "Tools")
    assert "spade" in hit.passage.text


def test_nothing_unchanged_is_embedded_again(
    make_library: MakeLibrary, content: Path
) -> None:
    first = WordHashEncoder()
    make_library(first).update()
    assert len(first.seen) == len(set(first.seen)) > 0
    (content / "kettle.txt").write_text(TEXTS["kettle.txt"] + "\n\nMilk is cold.")
    second = WordHashEncoder()
    report = make_library(second).update()
    assert report.changed == ("kettle.txt",)
    assert report.unchanged == ("garden.md",)
    assert set(second.seen) == {"Milk is cold."}


def test_a_renamed_heading_is_found_by_its_new_name(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    file = content / "garden.md"
    file.write_text(TEXTS["garden.md"].replace("# Tools", "# Implements"))
    library.update()
    hit = library.ask("Which implements are there?").hits[0]
    assert hit.passage.headings == ("The garden", "Implements")
    assert hit.parts.passage_meaning > 0.2


def test_a_removed_file_leaves_the_results(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    assert "kettle.txt" in paths(library, KETTLE)
    (content / "kettle.txt").unlink()
    assert library.update().removed == ("kettle.txt",)
    assert "kettle.txt" not in paths(library, KETTLE)
    with pytest.raises(UnknownDocumentError, match=r"kettle\.txt"):
        library.document("kettle.txt")


def test_half_a_surrogate_pair_names_no_document(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    with pytest.raises(UnknownDocumentError, match="no document"):
        library.document("\ud800")


def test_another_open_library_sees_the_update(
    make_library: MakeLibrary, content: Path
) -> None:
    one, other = make_library(), make_library()
    one.update()
    assert paths(other, KETTLE)[0] == "kettle.txt"
    (content / "kettle.txt").unlink()
    one.update()
    assert "kettle.txt" not in paths(other, KETTLE)


def test_saved_and_opened_again_gives_equal_hits(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE)
    after = make_library().ask(KETTLE)
    assert (after.hits, after.verdict) == (before.hits, before.verdict)


@pytest.mark.parametrize("name", ["passages.faiss", "sentences.faiss"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "flipped", "empty"])
def test_a_damaged_faiss_file_is_made_again_without_embedding(
    make_library: MakeLibrary, tmp_path: Path, name: str, damage: str
) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    file = tmp_path / "index" / name
    data = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    else:
        data[len(data) // 2] ^= 0xFF
        size = {"truncated": len(data) // 2, "flipped": len(data), "empty": 0}[damage]
        file.write_bytes(data[:size])
    encoder = WordHashEncoder()
    again = make_library(encoder)
    assert again.ask(KETTLE).hits == before
    again.update()
    assert encoder.seen == []
    assert file.stat().st_size == len(data)


@pytest.mark.parametrize("damage", ["garbage", "truncated", "another format"])
def test_a_damaged_catalog_is_put_aside_and_made_anew(
    make_library: MakeLibrary, tmp_path: Path, damage: str
) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    if damage == "another format":
        library._catalog.set_meta("format", "0")
    library.close()
    file = tmp_path / "index" / "catalog.sqlite"
    if damage == "garbage":
        file.write_bytes(b"no database" * 1000)
    elif damage == "truncated":
        os.truncate(file, file.stat().st_size // 2)
    again = make_library()
    assert again.notices
    report = again.update()
    assert any("made anew" in notice for notice in report.notices)
    assert again.ask(KETTLE).hits == before
    kept = list(file.parent.glob("damaged-*-catalog.sqlite"))
    assert len(kept) == (damage != "another format")


def test_another_model_rebuilds_the_whole(make_library: MakeLibrary) -> None:
    make_library().update()
    other = make_library(WordHashEncoder(fingerprint="word-hash-2", dimension=32))
    with pytest.raises(IndexStateError, match="another model"):
        other.ask(KETTLE)
    report = other.update()
    assert any("indexed anew" in notice for notice in report.notices)
    assert paths(other, KETTLE)[0] == "kettle.txt"
    with pytest.raises(IndexStateError, match="another model"):
        make_library().ask(KETTLE)


def test_a_failure_while_changing_the_model_leaves_the_old_index(
    make_library: MakeLibrary,
) -> None:
    old = make_library()
    old.update()

    class Failing(WordHashEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            raise EncoderError("broken")

    with pytest.raises(EncoderError, match="broken"):
        make_library(Failing(fingerprint="word-hash-2")).update()
    assert paths(old, KETTLE)[0] == "kettle.txt"


def test_vectors_with_nan_are_refused(make_library: MakeLibrary) -> None:
    class Broken(WordHashEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            return [
                replace(encoded, vector=encoded.vector * np.nan)
                for encoded in super().encode_passages(texts)
            ]

    with pytest.raises(EncoderError, match="NaN"):
        make_library(Broken()).update()


def test_two_processes_cannot_index_at_the_same_time(
    make_library: MakeLibrary,
) -> None:
    library, other = make_library(), make_library()
    library.update()
    with library._folder.locked():
        with pytest.raises(IndexBusyError, match="Another process"):
            other.update()
        assert paths(other, KETTLE)[0] == "kettle.txt"


def test_a_library_that_was_emptied_is_opened_again_and_filled(
    make_library: MakeLibrary, content: Path
) -> None:
    make_library().update()
    kept = {file: file.read_text() for file in content.iterdir()}
    for file in kept:
        file.unlink()
    make_library().update()
    empty = make_library()
    assert empty.ask("What does the kettle do?").hits == ()
    for file, text in kept.items():
        file.write_text(text)
    empty.update()
    assert make_library().ask("What does the blue kettle do?").hits


def test_a_full_disk_keeps_the_last_complete_state(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    (content / "long.txt").write_text(
        "\n\n".join(f"Paragraph number {n} tells of thing {n}." for n in range(2000))
    )
    database = library._catalog.database
    pages = database.rows("PRAGMA page_count")[0][0]
    database.run(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StorageFullError, match="Make room"):
        library.update()
    assert paths(library, KETTLE)[0] == "kettle.txt"
    database.run("PRAGMA max_page_count = 1073741823")
    library.update()
    assert paths(library, "What does paragraph number 1234 tell?")[0] == "long.txt"


def test_no_room_for_the_faiss_files_is_a_notice(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("citeback.index.disk.flush", full)
    library = make_library()
    assert any("Make room" in notice for notice in library.update().notices)
    assert paths(library, KETTLE)[0] == "kettle.txt"


def test_bad_files_are_refused_with_a_reason_and_the_rest_is_indexed(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "empty.txt").write_bytes(b"")
    (content / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (content / "latin.txt").write_bytes("Köln".encode("latin-1"))
    (content / "picture.png").write_bytes(b"\x89PNG")
    with (content / "big.txt").open("wb") as file:
        file.truncate(50_000_000)
    library = make_library()
    report = library.update()
    refused = {file.source.path: file.reason for file in report.refused}
    assert refused.keys() == {
        "empty.txt",
        "binary.txt",
        "picture.png",
        "big.txt",
    }
    assert all(len(reason) > 10 for reason in refused.values())
    assert report.added == ("garden.md", "kettle.txt", "latin.txt")
    assert paths(library, KETTLE)[0] == "kettle.txt"


def test_a_file_that_is_refused_once_more_changes_nothing(
    content: Path, make_library: MakeLibrary
) -> None:
    """It is read again while it is so new that it may have changed meanwhile."""
    (content / "empty.txt").write_bytes(b"")
    library = make_library()
    library.update()
    before = library.ask("What boils water?").build
    assert library.update().refused
    assert library.ask("What boils water?").build == before
    (content / "empty.txt").write_bytes(b"\x00\x01\x02" * 100)
    assert library.update().refused
    assert library.ask("What boils water?").build == before + 1


def test_an_unreadable_file_keeps_its_last_text(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    library.update()
    # Root reads everything, so the refusal itself is played.
    real = Folder.outcomes

    def locked(folder: Folder, file: FoundFile) -> Iterable[Outcome]:
        if file.name == "kettle.txt":
            raise FileAccessError("its permissions do not let it be opened.")
        return real(folder, file)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "outcomes", locked)
        library.update()
    states = {f.source.path: (f.state, f.reason) for f in library.files()}
    assert states["kettle.txt"][0] is FileState.KEPT
    assert "kept" in states["kettle.txt"][1]
    assert paths(library, KETTLE)[0] == "kettle.txt"
    library.update()
    assert {f.state for f in library.files()} == {FileState.INDEXED}


def test_a_missing_content_folder_removes_nothing(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    shutil.move(content, content.with_name("elsewhere"))
    with pytest.raises(ContentError, match="There is no folder"):
        library.update()
    assert paths(library, KETTLE)[0] == "kettle.txt"


def test_an_empty_content_folder_is_said(
    make_library: MakeLibrary, content: Path
) -> None:
    for file in content.iterdir():
        file.unlink()
    library = make_library()
    library.update()
    answer = library.ask(KETTLE)
    assert (answer.verdict, answer.hits) == (Verdict.SILENT, ())
    assert "holds no text yet" in answer.notice


def test_hidden_files_notes_and_links_outside_are_not_read(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("The password is swordfish.")
    (content / "link.txt").symlink_to(tmp_path / "secret.txt")
    (content / ".hidden.txt").write_text("Hidden words.")
    shutil.copy(CONTENT / "README.md", content)
    library = make_library()
    report = library.update()
    assert report.added == ("garden.md", "kettle.txt")
    assert ["link" in file.reason for file in report.refused] == [True]


def test_a_readme_of_the_users_is_a_document(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "README.md").write_text("Zebras live in my own folder.")
    library = make_library()
    assert "README.md" in library.update().added
    assert paths(library, "Where do zebras live?")[0] == "README.md"


def test_linked_folders_and_broken_links_are_reported_with_what_to_do(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "far.txt").write_text("Far words.")
    (content / "linked").symlink_to(tmp_path / "outside")
    (content / "broken.txt").symlink_to("nowhere.txt")
    report = make_library().update()
    refused = {file.source.path: file.reason for file in report.refused}
    assert refused.keys() == {"broken.txt", "linked"}
    assert "copy the folder itself" in refused["linked"]
    assert "remove it" in refused["broken.txt"]


def test_a_question_with_half_a_surrogate_pair_is_searched_for(
    make_library: MakeLibrary,
) -> None:
    library = make_library()
    library.update()
    answer = library.ask("kettle \udcff water")
    assert answer.hits[0].source.path == "kettle.txt"
    assert answer.question == "kettle ? water"
    assert library.absent("kettle \ud800").phrase == "kettle ?"
    assert library.every("kettle \ud800").question == "kettle ?"


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(make_library: MakeLibrary, limit: int) -> None:
    library = make_library()
    library.update()
    with pytest.raises(QuestionError, match="at least one"):
        library.ask(KETTLE, limit=limit)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "Type a question"),
        (" \n\t", "Type a question"),
        ("🤔🎉", "no words"),
        ("?!…", "no words"),
        ("why " * 25_000, "100,000 characters|99,999 characters"),
    ],
)
def test_questions_that_cannot_be_searched_for(
    make_library: MakeLibrary, question: str, message: str
) -> None:
    library = make_library()
    library.update()
    with pytest.raises(QuestionError, match=message):
        library.ask(question)


def test_a_question_in_another_language_gets_a_notice(
    make_library: MakeLibrary,
) -> None:
    library = make_library()
    library.update()
    answer = library.ask("नेपालको राजधानी कहाँ छ?")
    assert answer.verdict is not Verdict.ANSWERS
    assert "another language" in answer.notice


def test_a_follow_up_is_searched_for_as_completed(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    first = library.ask(KETTLE)
    turns = [Turn(KETTLE, KETTLE, first.hits[0].quote, first.hits[0].source.title)]
    answer = library.ask("And the apple tree?", turns=turns)
    assert answer.question == "And the apple tree?"
    assert answer.searched == f"The apple tree? {KETTLE}"
    again = library.ask(answer.searched)
    assert (again.hits, again.searched) == (answer.hits, "")
    complete = library.ask("When was the apple tree planted?", turns=turns)
    assert (complete.searched, complete.new_topic) == ("", True)
    assert complete.hits[0].source.path == "garden.md"


def test_near_duplicates_are_folded_and_figures_are_not(
    make_library: MakeLibrary, content: Path
) -> None:
    kettle = TEXTS["kettle.txt"].split("\n\n")[0]
    (content / "copy.txt").write_text(kettle.replace("water", "water,"))
    (content / "other.txt").write_text("The red kettle 7 boils water in 5 minutes.")
    (content / "third.txt").write_text("The red kettle 8 boils water in 5 minutes.")
    library = make_library()
    library.update()
    hits = library.ask(KETTLE).hits
    together = {hits[0].source.path, *(p.source.path for p in hits[0].also_in)}
    assert together == {"kettle.txt", "copy.txt"}
    assert {"other.txt", "third.txt"} <= {hit.source.path for hit in hits}


def test_progress_rises_to_the_whole(make_library: MakeLibrary) -> None:
    seen: list[Progress] = []
    library = make_library()
    library.update(progress=seen.append)
    done = [progress.done for progress in seen]
    assert done == sorted(done)
    assert seen[-1].done == seen[-1].total > 0
    files = [progress.files for progress in seen]
    assert (files[0], files[-1], seen[-1].files_total) == (0, 2, 2)
    assert seen[-1].passages == library.size().passages
    assert seen[-1].seconds_left == 0


def many(name: str, count: int) -> str:
    lines = (
        f"Paragraph {n} of {name} is here. Line {n} ends it." for n in range(count)
    )
    return "\n\n".join(lines)


def test_an_update_can_be_stopped_and_goes_on_later(
    make_library: MakeLibrary, content: Path
) -> None:
    for name in ("a.txt", "b.txt"):  # each fills a chunk of its own
        (content / name).write_text(many(name, 1100), encoding="utf-8")
    encoder = WordHashEncoder()
    library = make_library(encoder)
    seen: list[Progress] = []
    report = library.update(
        progress=seen.append, stop=lambda: bool(seen) and seen[-1].files > 0
    )
    assert report.added == ("a.txt",)
    assert report.unfinished == ("b.txt", "garden.md", "kettle.txt")
    assert [file.source.path for file in library.files()] == ["a.txt"]
    before = len(encoder.seen)
    report = library.update()
    assert (report.added, report.unfinished) == (
        ("b.txt", "garden.md", "kettle.txt"),
        (),
    )
    assert report.embedded == len(encoder.seen) - before


def test_vectors_of_an_update_that_was_stopped_are_not_made_twice(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "a.txt").write_text(many("a.txt", 600), encoding="utf-8")
    library = make_library()
    seen: list[Progress] = []
    stopped = library.update(progress=seen.append, stop=lambda: len(seen) > 2)
    assert stopped.unfinished[0] == "a.txt"
    assert stopped.embedded > 0
    assert library.update().reused >= stopped.embedded


def test_vectors_of_an_update_that_was_stopped_go_with_their_file(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    before = vectors_in(tmp_path)
    (content / "a.txt").write_text(many("a.txt", 600), encoding="utf-8")
    seen: list[Progress] = []
    library.update(progress=seen.append, stop=lambda: len(seen) > 2)
    assert vectors_in(tmp_path) > before
    (content / "a.txt").unlink()
    library.update()
    assert vectors_in(tmp_path) == before


def test_an_update_does_not_look_through_the_vectors_for_what_it_takes_away(
    make_library: MakeLibrary,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = make_library()
    library.update()
    before = vectors_in(tmp_path)
    monkeypatch.setattr(
        Catalog, "drop_unused_vectors", lambda *_: pytest.fail("all are looked at")
    )
    (content / "new.txt").write_text("The gate is green.", encoding="utf-8")
    library.update()
    assert vectors_in(tmp_path) == before + 1
    library.add([(content / "garden.md", "another.md")])
    (content / "garden.md").unlink()
    library.update()
    assert vectors_in(tmp_path) == before + 1, "the other document has the same texts"
    (content / "new.txt").write_text("The gate is blue.", encoding="utf-8")
    library.update()
    assert vectors_in(tmp_path) == before + 1
    (content / "new.txt").write_bytes(b"%PDF-1.7 \x00\x01")
    library.update()
    assert vectors_in(tmp_path) == before
    library.remove("another.md")
    assert vectors_in(tmp_path) < before
    assert library.examine(mend=False).faults == ()


def vectors_in(tmp_path: Path) -> int:
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as connection:
        (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
    connection.close()
    return int(count)


def test_an_update_of_some_files_leaves_the_others_as_they_are(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    (content / "kettle.txt").unlink()
    (content / "garden.md").write_text("The pond is new.", encoding="utf-8")
    (content / "new.txt").write_text("The gate is green.", encoding="utf-8")
    report = library.update(only=["new.txt"])
    assert (report.added, report.changed, report.removed) == (("new.txt",), (), ())
    assert paths(library, KETTLE)[0] == "kettle.txt"
    assert library.update(only=["kettle.txt"]).removed == ("kettle.txt",)


def test_only_the_selected_documents_are_asked(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "tea").mkdir()
    (content / "tea" / "old.md").write_text(
        "---\ndate: 2019-05-04\ntags: [Water, Kitchen]\n---\nThe blue kettle leaks."
    )
    library = make_library()
    library.update()

    def found(**fields: Any) -> set[str]:
        chosen = Selection(**fields)
        hits = library.ask(KETTLE, selection=chosen).hits
        held = library.every("blue kettle", selection=chosen).documents
        assert {one.source.path for one in held} <= {h.source.path for h in hits}
        return {hit.source.path for hit in hits}

    assert found(paths=("garden.md",)) == {"garden.md"}
    assert found(tags=("kitchen",)) == {"tea/old.md"}
    assert found(tags=("TEA",)) == {"tea/old.md"}
    assert found(after="2019-01-01", before="2019-05-05") == {"tea/old.md"}
    assert found(before="2019-05-04") == set()
    assert found(paths=("kettle.txt",), tags=("tea",)) == set()
    assert len(library.every("blue kettle").documents) == 2
    assert len(library.every("blue kettle tag:water").documents) == 1
    assert library.document("tea/old.md").source.tags == ("Water", "Kitchen", "tea")


def test_examples_come_from_the_texts(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    examples = library.example_questions()
    assert examples
    whole = " ".join(TEXTS.values())
    for example in examples:
        topic = example.removeprefix("What does the text say about ").strip("?“”")
        assert topic.removeprefix("the ") in whole


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(min_size=1, max_size=400), question=st.text(max_size=60))
def test_quotes_are_exact_slices_whatever_the_text(
    make_library: MakeLibrary, content: Path, text: str, question: str
) -> None:
    (content / "any.txt").write_text(text, encoding="utf-8", newline="")
    library = make_library()
    library.update()
    try:
        answer = library.ask(question)
    except QuestionError:
        return
    finally:
        library.close()
    for hit in answer.hits:
        raw = (content / hit.source.path).read_bytes().decode("utf-8-sig")
        assert raw[hit.passage.start : hit.passage.end] == hit.passage.text
        assert raw[hit.best.start : hit.best.end] == hit.quote


def test_a_rebuild_gives_the_same_answers(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    before = library.ask(KETTLE).hits
    other = make_library()
    assert other.ask(KETTLE).hits == before
    report = library.update(rebuild=True)
    assert len(report.changed) == len(TEXTS)
    assert report.embedded == len(set(library.encoder.seen))  # type: ignore[attr-defined]
    assert other.ask(KETTLE).hits == before
    assert library.ask(KETTLE).hits == before


def test_an_absent_phrase_is_reported_with_what_was_searched(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "empty.txt").touch()
    library = make_library()
    library.update()
    report = library.absent("recidivism rate")
    assert report.places == ()
    assert (report.documents, report.paragraphs, report.unread) == (2, 4, 1)
    assert report.nearest
    assert report.built


@pytest.mark.parametrize("phrase", ["third cupboard", "The Third  cupboards", "THIRD"])
def test_a_phrase_is_found_in_any_inflection(
    make_library: MakeLibrary, phrase: str
) -> None:
    library = make_library()
    library.update()
    (place,) = library.absent(phrase).places
    text = library.document(place.source.path).text[place.start : place.end]
    assert text.lower() in ("third cupboard", "the third cupboard", "third")


def test_a_phrase_with_its_words_apart_is_absent(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    assert library.absent("cupboard third").places == ()
    assert library.absent("third kettle").places == ()


def test_the_words_that_matched_are_marked_exactly(make_library: MakeLibrary) -> None:
    library = make_library()
    library.update()
    hit = library.ask("Boiling water in the blue kettle").hits[0]
    text = library.document(hit.source.path).text
    assert [text[word.start : word.end] for word in hit.words] == [
        "blue",
        "kettle",
        "boils",
        "water",
    ]
    assert all(hit.best.start <= w.start < w.end <= hit.best.end for w in hit.words)


def test_an_update_without_changes_leaves_the_faiss_files(
    make_library: MakeLibrary, tmp_path: Path
) -> None:
    make_library().update()
    files = sorted((tmp_path / "index").glob("*.faiss"))
    assert len(files) == 2
    before = [file.stat().st_ino for file in files]
    make_library().update()
    assert [file.stat().st_ino for file in files] == before


def sent(tmp_path: Path, name: str, text: str) -> tuple[Path, str]:
    file = tmp_path / f"sent-{name}"
    file.write_text(text, encoding="utf-8")
    return file, name


def test_added_files_are_found_and_refused_ones_do_not_stay(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    report = library.add(
        [
            sent(tmp_path, "gate.txt", "The gate is green.\n\nIt creaks."),
            sent(tmp_path, "tool.exe", "MZ"),
            sent(tmp_path, "empty.txt", " "),
            sent(tmp_path, "kettle.txt", TEXTS["kettle.txt"]),
            sent(tmp_path, "garden.md", "Another garden."),
        ]
    )
    assert [(one.name, one.path, one.state) for one in report.files] == [
        ("gate.txt", "gate.txt", Arrival.ADDED),
        ("tool.exe", "", Arrival.REFUSED),
        ("empty.txt", "", Arrival.REFUSED),
        ("kettle.txt", "kettle.txt", Arrival.THERE),
        ("garden.md", "garden (2).md", Arrival.ADDED),
    ]
    assert report.files[0].paragraphs == 2
    assert "ending in .exe" in report.files[1].reason
    assert "it is empty" in report.files[2].reason
    held = {"garden (2).md", "garden.md", "gate.txt", "kettle.txt"}
    assert {path.name for path in content.iterdir()} == held
    assert {file.source.path for file in library.files()} == held
    assert paths(library, "What colour is the gate?")[0] == "gate.txt"


def test_stopping_takes_out_what_is_not_indexed_yet(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    library = make_library()
    library.update()
    seen: list[Progress] = []
    report = library.add(
        [sent(tmp_path, name, many(name, 1100)) for name in ("a.txt", "b.txt")],
        progress=seen.append,
        stop=lambda: bool(seen) and seen[-1].files > 0,
    )
    assert [one.state for one in report.files] == [Arrival.ADDED, Arrival.STOPPED]
    names = {path.name for path in content.iterdir()}
    assert names == {"a.txt", "garden.md", "kettle.txt"}
    assert library.update().added == ()


def test_a_failure_while_adding_takes_the_files_out_again(
    make_library: MakeLibrary, content: Path, tmp_path: Path
) -> None:
    make_library().update()

    class Failing(WordHashEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            raise EncoderError("The model has broken.")

    before = {path.name for path in content.iterdir()}
    library = make_library(Failing())
    with pytest.raises(EncoderError, match="broken"):
        library.add([sent(tmp_path, "gate.txt", "The gate is green.")])
    assert {path.name for path in content.iterdir()} == before


def test_what_is_removed_is_not_found_until_it_is_restored(
    make_library: MakeLibrary, content: Path
) -> None:
    library = make_library()
    library.update()
    removed = library.remove("kettle.txt")
    assert "kettle.txt" not in paths(library, KETTLE)
    assert not (content / "kettle.txt").exists()
    again = make_library()
    assert again.removed() == (removed,)
    with pytest.raises(UnknownDocumentError, match="no file"):
        again.remove("kettle.txt")
    back = again.restore(removed.key)
    assert (back.path, back.state) == ("kettle.txt", Arrival.ADDED)
    assert paths(library, KETTLE)[0] == "kettle.txt"
    assert again.removed() == ()
    assert again.update().unchanged == ("garden.md", "kettle.txt")


def test_nothing_is_removed_while_the_library_is_being_indexed(
    make_library: MakeLibrary, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citeback.library.PATIENCE_SECONDS", 0.1)
    library = make_library()
    tried: list[str] = []

    def remove(_: Progress) -> None:
        def try_it() -> None:
            try:
                library.remove("kettle.txt")
            except IndexBusyError as error:
                tried.append(str(error))

        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()

    library.update(progress=remove)
    assert "being indexed just now" in tried[0]
    assert (content / "kettle.txt").exists()
