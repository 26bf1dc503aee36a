"""Memos with known errors, as benchmarks/verifying.py makes them, on a small scale."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_no_alteration_passes_and_most_are_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import verifying

    texts = [
        paragraph
        for file in sorted((ROOT / "tests" / "data" / "texts").glob("*.txt"))
        for paragraph in file.read_text(encoding="utf-8").split("\n\n")
        if paragraph.strip()
    ]
    others = (ROOT / "content").glob("*.txt")
    far = [p for file in others for p in file.read_text("utf-8").split("\n\n") if p]
    counts, wrong, _ = verifying.measure(tmp_path, texts, far, 5, 20261123)
    assert counts.keys() == {*verifying.FAITHFUL, *verifying.SINGLE, *verifying.OTHER}
    total: Counter[str] = sum(counts.values(), Counter())
    assert not total["PASSED"], wrong
    assert not total["unseen"], wrong
    assert all(counts[kind].keys() == {"exact"} for kind in verifying.FAITHFUL), wrong
    singly: Counter[str] = sum((counts[k] for k in verifying.SINGLE), Counter())
    assert singly["right"] >= 0.98 * singly.total(), wrong
