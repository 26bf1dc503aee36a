"""Thumbs write a question set, once a person allows it, and it can be evaluated."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, CHALLENGES_QUOTE, ELSEWHERE, Visit, ask
from browser.stage import ROOT, WORKSHOP, Server
from browser.test_access import assert_accessible, axe  # noqa: F401
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def server(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    """A server whose working folder is a test's own."""
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    started = Server(tmp_path)
    started.start()
    yield started
    started.stop()


def thumb(answer: Locator, name: str) -> Locator:
    return answer.get_by_role("button", name=name)


def test_thumbs_grow_a_question_set(
    server: Server,
    visit: Visit,
    axe: str,  # noqa: F811
) -> None:
    file = server.folder / "questions.jsonl"

    def held() -> list[dict[str, Any]]:
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    page = visit(server)
    ask(page, CHALLENGES)
    answer = page.locator("#chat .answer").first
    up = thumb(answer, "Passage 1 answers the question")
    up.click()
    box = answer.get_by_role("group", name="Keep my judgements")
    expect(box).to_contain_text("nothing leaves it")
    assert_accessible(page, axe, "consent")
    box.get_by_role("button", name="No").click()
    expect(box).to_have_count(0)
    expect(up).to_have_attribute("aria-pressed", "false")
    assert not file.exists()

    up.click()
    box.get_by_role("button", name="Yes").click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(answer.locator(".judging")).to_contain_text("Noted in questions.jsonl")
    assert held()[0]["question"] == CHALLENGES
    assert CHALLENGES_QUOTE in held()[0]["evidence"][0]
    thumb(answer, "Passage 2 does not answer the question").click()
    expect(answer.locator(".judging")).to_have_count(1)
    expect(thumb(answer, "Passage 2 does not")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert len(held()[0]["rejected"]) == 1

    ask(page, ELSEWHERE)
    silent = page.locator("#chat .answer").nth(1)
    # What was judged is still marked, though the conversation was drawn anew.
    expect(up).to_have_attribute("aria-pressed", "true")
    thumb(silent, "Right: the text does not say").click()
    expect(silent.locator(".judging")).to_contain_text("Noted")
    assert held()[1]["answerable"] is False
    wrong = thumb(silent, "Wrong: the text does say")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    assert held()[1] == {"question": ELSEWHERE, "answerable": True, "evidence": []}
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "false")
    assert len(held()) == 1
    thumb(silent, "Right: the text does not say").click()
    expect(silent.locator(".judging")).to_contain_text("Noted")

    done = subprocess.run(
        [sys.executable, "-m", "citeback", "evaluate", "questions.jsonl"],
        cwd=server.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 questions (1 answerable)" in done.stdout
    assert "rejected passages put first: 0 of 1" in done.stdout

    # Revoked in the same place; the next one asks again.
    silent.get_by_role("button", name="Stop keeping").click()
    before = file.read_text("utf-8")
    thumb(silent, "Passage 1 answers the question").click()
    expect(silent.get_by_role("group", name="Keep my judgements")).to_be_visible()
    assert file.read_text("utf-8") == before

    silent.get_by_role("button", name="Yes").click()
    expect(silent.locator(".judging")).to_contain_text("Noted")
    # Two at once are told apart.
    first, second = (thumb(silent, f"Passage {n} does not") for n in (2, 3))
    silent.evaluate(
        """(answer) => {
            for (const n of [2, 3]) answer.querySelector(
                `.card[data-n="${n}"] .thumb.down`).click();
        }"""
    )
    for one in (first, second):
        expect(one).to_have_attribute("aria-pressed", "true")
    file.write_text("{spoilt")
    up.click()
    expect(answer.locator(".judging .wrong")).to_contain_text("line 1")
    expect(up).to_have_attribute("aria-pressed", "true")
    assert file.read_text("utf-8") == "{spoilt"
