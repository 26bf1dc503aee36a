"""A heading with nothing under it can be found; one that leads to text is no passage."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.ingest.layout import draft, lay_out
from citeback.records import BlockKind


def numbers(*drafts: tuple[BlockKind, int]) -> list[int]:
    made = [
        draft(kind, at, at + 1, level=level, title="T" if level else "")
        for at, (kind, level) in enumerate(drafts)
    ]
    return [block.paragraph for block in lay_out(made)]


H, P, F = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.FURNITURE


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ([(H, 1), (P, 0)], [0, 1]),
        ([(H, 1), (H, 2), (P, 0)], [0, 0, 1]),
        ([(H, 1), (H, 1), (P, 0)], [1, 0, 2]),
        ([(H, 1), (H, 2)], [1, 2]),
        ([(P, 0), (H, 1), (F, 0)], [1, 2, 0]),
        ([(H, 1), (H, 2), (H, 1), (H, 2), (P, 0)], [1, 2, 0, 0, 3]),
    ],
)
def test_headings_without_text_below_are_counted(
    drafts: list[tuple[BlockKind, int]], expected: list[int]
) -> None:
    assert numbers(*drafts) == expected


def test_a_heading_without_words_is_not_counted() -> None:
    assert lay_out([draft(H, 0, 3, level=1, title="***")])[0].paragraph == 0


def test_a_document_of_headings_alone_is_found(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "heads.md").write_text(
        "# Founded in 1999 by Marie Lorentz\n\n## Seat: Geneva\n"
    )
    library = make_library()
    library.update()
    report = next(f for f in library.files() if f.source.path == "heads.md")
    assert (report.paragraphs, report.passages) == (2, 2)
    founded = library.ask("Who founded it in 1999?")
    assert founded.hits[0].quote == "Founded in 1999 by Marie Lorentz"
    assert "founded" not in founded.unseen
    seat = library.ask("Which seat in Geneva?").hits[0].passage
    assert (seat.text, seat.paragraph) == ("Seat: Geneva", 2)
    assert seat.headings == ("Founded in 1999 by Marie Lorentz",)
