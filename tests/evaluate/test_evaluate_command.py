"""`citeback evaluate` as a person or their CI runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles import WordHashEncoder
from outcome_doubles import QRELS, beir_folder, write_lines

from citeback import library as library_module
from citeback.evaluate import measures
from citeback.serve.command_line import main

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, content: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def fake(*_: object, **__: object) -> WordHashEncoder:
        return WordHashEncoder()

    monkeypatch.setattr(library_module, "load_encoder", fake)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> int:
        folders = ("--content", str(content), "--index", str(tmp_path / "index"))
        return main(["evaluate", *folders, *arguments])

    return call


def test_a_beir_folder_is_measured_and_saved(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = beir_folder(tmp_path / "set")
    assert run(str(folder), "--min-recall-at-1", "1") == 0
    out = capsys.readouterr().out
    assert "set, citeback: 5 questions (4 answerable), documents: 4" in out
    assert "R@1      1.000 (95 %: 1.000–1.000)" in out
    saved = json.loads((tmp_path / "evaluation" / "set-citeback.json").read_text())
    assert saved["ranking"]["MRR@10"]["value"] == 1
    assert (tmp_path / "evaluation" / "set-citeback.html").read_text().count("<svg")


def test_a_measure_below_its_threshold_is_status_1(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = beir_folder(tmp_path / "set", {**QRELS, "q1": "apple"})
    assert run(str(folder), "--min-recall-at-1", "0.75") == 0
    assert run(str(folder), "--min-recall-at-1", "0.76") == 1
    assert "R@1 is 0.750, below 0.76." in capsys.readouterr().err
    assert run(str(folder), "--min-recall-at-10", "1") == 0
    assert (tmp_path / "evaluation" / "set-citeback.json").exists()


def test_json_is_one_object_and_names_the_baseline(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = beir_folder(tmp_path / "set")
    assert run(str(folder), "--json", "--baseline", "bm25", "--output", "out") == 0
    assert json.loads(capsys.readouterr().out)["method"] == "bm25"
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "set-bm25.html",
        "set-bm25.json",
    }


def test_questions_about_the_users_own_text(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"question": "When was the apple tree planted?", "evidence": ["1987"]}
    path = write_lines(tmp_path / "mine.jsonl", [row])
    assert run(str(path), "--min-recall-at-1", "1") == 0
    assert "mine, citeback: 1 questions" in capsys.readouterr().out


def test_a_set_that_does_not_fit_is_status_2(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.jsonl").write_text("{\n")
    assert run("mine.jsonl") == 2
    assert "mine.jsonl, line 1: this is not JSON" in capsys.readouterr().err
    assert run("nothing") == 2
    assert "There is no nothing." in capsys.readouterr().err


def test_a_missing_package_is_status_2_before_any_work(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(measures, "PACKAGES", ("no_such_package",))
    assert run(str(beir_folder(tmp_path / "set"))) == 2
    assert "pip install ir-measures" in capsys.readouterr().err


def test_results_that_cannot_be_saved_are_status_2(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert run(str(beir_folder(tmp_path / "set")), "--output", "file") == 2
    assert "--output" in capsys.readouterr().err
