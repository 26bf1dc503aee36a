"""ZIP archives in the content folder: their files are documents like others."""

from __future__ import annotations

import zipfile
from pathlib import Path

from conftest import MakeLibrary

from citeback.ingest import read

KETTLE = "How long does the green kettle take to boil water?"
MEMBERS = {
    "in/kettle.txt": "The green kettle boils water in nine minutes.",
    "notes.md": "# Notes\n\nThe cellar is locked at night.",
    "picture.png": "\x89PNG",
    "empty.txt": " ",
}


def pack(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)


def test_each_file_in_an_archive_is_found_and_quoted(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    report = library.update()
    assert {"box.zip/in/kettle.txt", "box.zip/notes.md"} <= set(report.added)
    hit = library.ask(KETTLE).hits[0]
    assert hit.source.path == "box.zip/in/kettle.txt"
    document = library.document(hit.source.path)
    assert document.text[hit.best.start : hit.best.end] == hit.quote
    refused = {f.source.path: f.reason for f in report.refused}
    assert refused.keys() == {"box.zip/picture.png", "box.zip/empty.txt"}
    assert "not read" in refused["box.zip/picture.png"]
    assert make_library().update().added == ()


def test_a_changed_archive_changes_only_what_is_new_in_it(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    changed = dict(MEMBERS, **{"in/kettle.txt": "The red kettle is cold."})
    del changed["notes.md"]
    pack(content / "box.zip", changed | {"new.txt": "A new letter came."})
    report = library.update()
    assert report.changed == ("box.zip/in/kettle.txt",)
    assert report.added == ("box.zip/new.txt",)
    assert report.removed == ("box.zip/notes.md",)
    paths = {file.source.path for file in library.files()}
    assert "box.zip/notes.md" not in paths


def test_a_removed_archive_takes_its_documents_along(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    (content / "box.zip").unlink()
    report = library.update()
    assert set(report.removed) == {"box.zip/in/kettle.txt", "box.zip/notes.md"}
    assert not any("box.zip" in f.source.path for f in library.files())


def test_an_archive_that_is_broken_is_told(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "box.zip").write_bytes(b"PK\x03\x04 nothing more")
    pack(content / "none.zip", {})
    library = make_library()
    library.update()
    reasons = {f.source.path: f.reason for f in library.files()}
    assert "damaged" in reasons["box.zip"]
    assert "no files" in reasons["none.zip"]


def test_removing_puts_the_whole_archive_aside(
    make_library: MakeLibrary, content: Path
) -> None:
    pack(content / "box.zip", MEMBERS)
    library = make_library()
    library.update()
    library.remove("box.zip")
    assert not (content / "box.zip").exists()
    assert not any("box.zip" in f.source.path for f in library.files())
    (removed,) = library.removed()
    library.restore(removed.key)
    assert "box.zip/notes.md" in {f.source.path for f in library.files()}


def test_a_fault_in_one_file_stops_no_other(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    pack(tmp_path / "box.zip", MEMBERS)
    real = read._reader

    def faulty(name: str):  # type: ignore[no-untyped-def]
        if name.endswith("kettle.txt"):
            raise ValueError("a fault")
        return real(name)

    monkeypatch.setattr(read, "_reader", faulty)
    outcomes = {
        one.name: one
        for one in read.read_all(tmp_path / "box.zip", "box.zip", max_bytes=10**6)
    }
    assert outcomes["box.zip/in/kettle.txt"].refusal == read.BROKEN
    assert outcomes["box.zip/notes.md"].document is not None
