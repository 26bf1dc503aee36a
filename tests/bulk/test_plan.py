"""Which files make a shard: the same at every run, and few others after a change."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.bulk.plan import (
    MOST_TIMES,
    PlannedFile,
    Shard,
    from_json,
    is_unchanged,
    planned,
    shards,
)
from citeback.ingest.scan import FoundFile, scan

SIZE = 1_000


def files(count: int, size: int = 100) -> list[PlannedFile]:
    return [PlannedFile(f"{n:05}.txt", size, f"digest {n}") for n in range(count)]


def lots(files: list[PlannedFile], making: str = "so") -> list[Shard]:
    return list(shards(files, making, size=SIZE))


@given(st.lists(st.integers(0, 6 * SIZE), max_size=60))
def test_each_file_is_in_one_shard_and_none_is_too_large(sizes: list[int]) -> None:
    all_files = [PlannedFile(f"{n:03}", s, "") for n, s in enumerate(sizes)]
    made = lots(all_files)
    assert [file for shard in made for file in shard.files] == all_files
    for shard in made:
        assert shard.size <= MOST_TIMES * SIZE or len(shard.files) == 1
    assert len({shard.name for shard in made}) == len(made)


def test_shards_have_about_the_size_that_was_asked_for() -> None:
    made = lots(files(2_000))
    assert 0.6 * SIZE < 2_000 * 100 / len(made) < 1.4 * SIZE


@pytest.mark.parametrize("where", [0, 500, 999])
def test_a_file_more_or_less_changes_at_most_two_shards(where: int) -> None:
    before = files(1_000)
    after = before[:where] + before[where + 1 :]
    old, new = ({s.name for s in lots(some)} for some in (before, after))
    assert 1 <= len(old - new) <= 2
    assert len(new - old) <= 2
    assert len(old & new) > 50


def test_another_text_changes_one_shard() -> None:
    before = files(1_000)
    after = [*before]
    after[300] = PlannedFile("00300.txt", 100, "another digest")
    old, new = ({s.name for s in lots(some)} for some in (before, after))
    assert len(old - new) == len(new - old) == 1


def test_another_way_of_making_them_changes_all() -> None:
    old, new = ({s.name for s in lots(files(100), way)} for way in ("so", "otherwise"))
    assert not old & new


def test_a_shard_survives_being_sent() -> None:
    (shard,) = shards([PlannedFile("à/ख.txt", 3, "ab")], "so")
    assert shard.to_json().isascii()
    assert from_json(shard.to_json()) == shard


def test_files_are_planned_with_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(b"one")
    (tmp_path / "large.txt").write_bytes(b"12345")
    found = [
        *scan(tmp_path),
        FoundFile("link", tmp_path / "one.txt", "it is a link"),
        FoundFile("gone.txt", tmp_path / "gone.txt", ""),
    ]
    digest = hashlib.sha256(b"one").hexdigest()
    (one,) = planned(found, max_bytes=4)
    assert one == PlannedFile("one.txt", 3, digest)
    assert is_unchanged(one, tmp_path)
    (tmp_path / "one.txt").write_bytes(b"two")
    assert not is_unchanged(one, tmp_path)
    (tmp_path / "one.txt").unlink()
    assert not is_unchanged(one, tmp_path)
