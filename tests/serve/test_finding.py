"""Letters are found in the whole of a document, whatever part of it is shown."""

from __future__ import annotations

from pathlib import Path

from citeback.ingest.read import read
from citeback.records import Document
from citeback.serve.finding import found_in


def document(folder: Path, text: str) -> Document:
    path = folder / "a.txt"
    path.write_text(text, encoding="utf-8")
    return read(path, "a.txt", max_bytes=10_000)


def test_matches_before_in_and_after_the_part_are_told_apart(tmp_path: Path) -> None:
    text = "\n\n".join(f"Line {n} has a Pear in it." for n in range(10))
    pears = [n for n in range(len(text)) if text.startswith("Pear", n)]
    made = document(tmp_path, text)
    start, end = pears[3] - 2, pears[6] - 2
    assert found_in(made, "pear", start=start, end=end, at=pears[4]) == {
        "total": 10,
        "before": 3,
        "place": 4,
        "previous": pears[2],
        "next": pears[6],
    }
    # Where there is none that way it goes on from the other end.
    whole = found_in(made, "PEAR", start=0, end=len(text), at=0)
    assert (whole["previous"], whole["next"]) == (pears[-1], pears[0])


def test_white_space_and_signs(tmp_path: Path) -> None:
    made = document(tmp_path, "One line\nends (here). One\n\nline more.\n")
    at = {"start": 0, "end": 50, "at": 0}
    assert found_in(made, "one  LINE ends", **at)["total"] == 1
    # A match lies in one block.
    assert found_in(made, "one line more", **at)["total"] == 0
    assert found_in(made, "(here).", **at)["total"] == 1
    for nothing in ("", "  "):
        found = found_in(made, nothing, **at)
        assert (found["total"], found["previous"], found["next"]) == (0, -1, -1)
