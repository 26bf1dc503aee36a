"""What a language model writes stands apart, when it is asked for, and what it invents does not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import CHALLENGES, Visit, ask, assert_no_overflow
from browser.stage import ROOT, WORKSHOP, Server
from browser.test_access import assert_accessible, axe  # noqa: F401
from playwright.sync_api import expect
from writing_server import FakeServer

pytestmark = pytest.mark.browser

# The model begins it with a small letter; it is shown as the document has it.
QUOTED = "Civil society actors"
MODEL = "mixed <img src=x onerror=window.__xss=1>"


@pytest.fixture
def model() -> Iterator[FakeServer]:
    with FakeServer() as made:
        yield made


@pytest.fixture
def server(chromium_path: str, tmp_path: Path, model: FakeServer) -> Iterator[Server]:
    """A server for which a model is set."""
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    set_to = {"CITEBACK_WRITER_URL": model.url, "CITEBACK_WRITER_MODEL": MODEL}
    started = Server(tmp_path, **set_to)
    started.start()
    yield started
    started.stop()


def test_the_models_words_stand_apart(
    server: Server,
    model: FakeServer,
    visit: Visit,
    axe: str,  # noqa: F811
) -> None:
    page = visit(server)
    ask(page, CHALLENGES)
    answer = page.locator("#chat .answer").first
    box = answer.locator(".writing")
    expect(box).to_contain_text(f"{model.url.removesuffix('/v1')}, on this machine.")
    assert not model.asked
    box.get_by_role("button", name="write an answer").click()
    expect(box.locator("h3")).to_have_text(f"Written by {MODEL}, not the text’s words")
    expect(box.locator("q")).to_have_text(QUOTED)
    expect(box).to_contain_text(
        "a quotation that is not in the passages was struck out"
    )
    expect(box).not_to_contain_text("magic")
    expect(box.locator("img, a")).to_have_count(0)
    assert_accessible(page, axe, "written")
    assert_no_overflow(page)
    assert page.evaluate("window.__xss") is None
    # It stays when the conversation is drawn anew, and is asked for each answer alone.
    ask(page, "What did the workshop focus on?")
    expect(page.locator("#chat .answer")).to_have_count(2)
    expect(box.locator("q")).to_have_text(QUOTED)
    assert len(model.asked) == 1


def test_without_a_model_there_is_nothing_of_it(served: Server, visit: Visit) -> None:
    page = visit(served)
    ask(page, CHALLENGES)
    expect(page.locator("#chat .answer .cards")).to_be_visible()
    expect(page.locator("#writing, .writing")).to_have_count(0)
