"""Real files that lie about in installed packages are read, and every place is exact."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from ingest.formats.checking import packages, reading_of

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import SUFFIXES

# So many of each kind are read, those that come first by size and path.
EACH = 25
LARGEST = 200_000


def found() -> dict[str, list[Path]]:
    kinds: dict[str, list[Path]] = defaultdict(list)
    for file in packages().rglob("*"):
        kind = file.suffix.lower()
        # Without an ending, only licences are sure to be text.
        if kind in SUFFIXES and (kind or "LICEN" in file.name) and file.is_file():
            kinds[kind].append(file)
    return {
        kind: sorted(
            (file for file in files if 0 < file.stat().st_size <= LARGEST),
            key=lambda file: (file.stat().st_size, file),
        )[-EACH:]
        for kind, files in kinds.items()
    }


FOUND = found()


def test_there_are_files_of_several_kinds() -> None:
    assert {"", ".txt", ".md", ".html", ".docx", ".pptx", ".odt"} <= FOUND.keys()


@pytest.mark.parametrize("kind", sorted(FOUND))
def test_real_files_are_read(kind: str) -> None:
    refused = {}
    words = 0
    for file in FOUND[kind]:
        try:
            words += len(reading_of(file.read_bytes(), file.name).text.split())
        except UnreadableFileError as error:
            refused[str(file)] = str(error)
    assert not refused
    assert words or kind in (".docx", ".pptx", ".odt", ".html", ".csv")
