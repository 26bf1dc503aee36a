"""A real server per library, and a fresh Chromium context per visitor.

A request that leaves the machine, and an error in a script of the page, fail the
test in which they happen.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser.stage import (
    DESK,
    FILLER,
    HOSTILE_NAME,
    HOSTILE_TEXT,
    KEEPER,
    ROOT,
    WORKSHOP,
    Look,
    Served,
    serving,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MILLISECONDS_TO_WAIT = 20_000
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


Visit = Callable[..., "Page"]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is, or a skip that says how to get it."""
    pytest.importorskip(
        "playwright.sync_api",
        reason="needs playwright: pip install -r requirements-dev.txt",
    )
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    return path


# Not for the whole session: playwright keeps an event loop running while it is open,
# and other tests want one of their own.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium, started."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=chromium_path, args=list(CHROMIUM_ARGUMENTS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A library with the workshop, a hostile file, Markdown and a long document."""
    folder = tmp_path_factory.mktemp("library")
    content = folder / "content"
    content.mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, content)
    (content / HOSTILE_NAME).write_text(HOSTILE_TEXT, encoding="utf-8")
    (content / "garden.md").write_text(
        "# The <b>walled</b> garden\n\n## Trees\n\n"
        "The quince tree was planted in 1987 by the gardener’s aunt.\n\n"
        "The pear tree stands beside the well and was grafted twice.\n\n"
        "## Tools\n\nThe shed holds four spades and one rake.\n",
        encoding="utf-8",
    )
    days = [FILLER] * 1500
    (content / "lighthouse-diary.txt").write_text(
        "\n\n".join([*days, KEEPER, *days]) + "\n", encoding="utf-8"
    )
    with serving(folder) as server:
        yield server


@pytest.fixture
def empty(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library without a single file."""
    (tmp_path / "content").mkdir()
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a page in a browser of its own and watches what it does."""
    contexts, problems = [], []

    def open_page(
        server: Served,
        look: Look = DESK,
        query: str = "",
        ready: bool = True,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            **options,
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.scheme,
            has_touch=look.phone,
            is_mobile=look.phone,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        contexts.append(context)
        page = context.new_page()
        allowed = (server.url, "data:", "blob:")

        def check(url: str) -> None:
            if not url.startswith(allowed):
                problems.append(f"request to {url}")

        page.on("request", lambda request: check(request.url))
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.goto(f"{server.url}{query}")
        if not ready:
            return page
        page.locator("#question textarea").wait_for()
        # The reader draws itself last of all that a visitor can use.
        page.locator(".reader[data-ready]").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def shipped(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The library as it is shipped, the workshop alone, started as a person would."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, folder / "content")
    with serving(folder, by_hand=True) as server:
        yield server
