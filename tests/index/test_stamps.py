"""Files that look as they did are not read again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TEXTS, MakeLibrary

from citeback.index import stamps
from citeback.ingest import worker
from citeback.ingest.read import Outcome
from citeback.records import FileState


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that are read from now on."""
    names: list[str] = []
    real = worker.SHARED.read

    def noted(path: Path, name: str, **limits: int) -> Iterator[Outcome]:
        names.append(name)
        return real(path, name, **limits)

    monkeypatch.setattr(worker.SHARED, "read", noted)
    return names


@pytest.fixture
def fine_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may have been changed a moment ago and still be known by its times."""
    monkeypatch.setattr(stamps, "COARSEST_CLOCK", 0)


@pytest.mark.usefixtures("fine_clock")
def test_only_what_looks_different_is_read(
    make_library: MakeLibrary, content: Path, read: list[str]
) -> None:
    make_library().update()
    assert sorted(read) == sorted(TEXTS)
    read.clear()
    report = make_library().update()
    assert read == []
    assert report.unchanged == tuple(sorted(TEXTS))
    (content / "kettle.txt").write_text("The kettle is green.")
    report = make_library().update()
    assert read == ["kettle.txt"]
    assert (report.changed, report.unchanged) == (("kettle.txt",), ("garden.md",))


@pytest.mark.usefixtures("fine_clock")
def test_a_change_that_keeps_size_and_time_is_seen(
    make_library: MakeLibrary, content: Path, read: list[str]
) -> None:
    make_library().update()
    file = content / "kettle.txt"
    before = file.stat()
    file.write_text(TEXTS["kettle.txt"].replace("four", "nine"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert make_library().update().changed == ("kettle.txt",)


def test_a_file_changed_just_now_is_read_again(
    make_library: MakeLibrary, read: list[str]
) -> None:
    make_library().update()
    read.clear()
    report = make_library().update()
    assert sorted(read) == sorted(TEXTS)
    assert report.unchanged == tuple(sorted(TEXTS))


@pytest.mark.usefixtures("fine_clock")
def test_a_file_from_the_future_is_read_again(
    make_library: MakeLibrary, content: Path, read: list[str]
) -> None:
    later = (content / "kettle.txt").stat().st_mtime_ns + 10**15
    os.utime(content / "kettle.txt", ns=(later, later))
    make_library().update()
    read.clear()
    make_library().update()
    assert read == ["kettle.txt"]


@pytest.mark.usefixtures("fine_clock")
def test_a_refused_file_is_tried_again_under_other_limits(
    make_library: MakeLibrary, content: Path, read: list[str]
) -> None:
    (content / "big.txt").write_text("word " * 250_000)
    library = make_library()
    library.settings = replace(library.settings, max_file_megabytes=1)
    library.update()
    states = {f.source.path: f.state for f in library.files()}
    assert states["big.txt"] is FileState.REFUSED
    read.clear()
    library.update()
    assert read == []
    library.settings = replace(library.settings, max_file_megabytes=2)
    assert library.update().added == ("big.txt",)


@pytest.mark.usefixtures("fine_clock")
def test_a_removed_file_that_comes_back_is_read(
    make_library: MakeLibrary, content: Path, read: list[str]
) -> None:
    library = make_library()
    library.update()
    aside = content.parent / "kettle.txt"
    (content / "kettle.txt").rename(aside)
    library.update()
    aside.rename(content / "kettle.txt")
    assert library.update().added == ("kettle.txt",)
