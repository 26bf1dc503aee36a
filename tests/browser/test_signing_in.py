"""The page to sign in, and what a browser keeps of whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from axe_playwright_python.sync_playwright import Axe
from browser.acts import Visit
from browser.stage import LOOKS, PHONE, Look, Server
from playwright.sync_api import Page, expect

from citeback.serve.guard import passwords
from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.callers import Role

pytestmark = pytest.mark.browser
PASSWORD = "four words that sing"


@pytest.fixture(scope="module")
def guarded(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A library with two accounts."""
    tmp_path = tmp_path_factory.mktemp("guarded")
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.txt").write_text("The kettle boils.", encoding="utf-8")
    (tmp_path / "model").touch()
    (tmp_path / "embed").touch()
    accounts = Accounts(tmp_path / "accounts")
    for name, role in (("ana", Role.CURATOR), ("ben", Role.READER)):
        accounts.add(name, role, passwords.hashed(PASSWORD))
    server = Server(tmp_path, held=True, CITEBACK_ACCOUNTS=str(tmp_path / "accounts"))
    server.start(ready=False)
    yield server
    server.stop()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_in_and_out_and_in_as_somebody_else(guarded: Server, visit: Visit) -> None:
    page = visit(guarded, PHONE, query="?q=kettle", ready=False)  # type: ignore[arg-type]
    sign_in(page, "ana", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    expect(page.get_by_label("Name")).to_have_value("ana")
    expect(page.get_by_label("Password")).to_be_focused()
    sign_in(page, "ana")
    # On to what was asked for.
    expect(page.locator("#chat .answer .card").first).to_be_visible()
    out = page.get_by_role("button", name="Sign out")
    expect(out).to_have_attribute("title", "You are signed in as ana (curator).")
    box = out.bounding_box()
    assert box
    assert box["x"] + box["width"] <= PHONE.width
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('citeback.'))"
    assert "citeback.account" in page.evaluate(kept)
    out.click()
    expect(page.get_by_role("heading", name="Citeback")).to_be_visible()
    page.wait_for_url("**/sign-in")
    assert page.evaluate(kept) == []
    # Left without a way out: the next one finds nothing of it either.
    page.evaluate("localStorage.setItem('citeback.account', '\"ana\"')")
    page.evaluate("localStorage.setItem('citeback.secret', '1')")
    sign_in(page, "ben")
    expect(page.locator("[data-account=ben]")).to_be_visible()
    page.wait_for_function("!localStorage.getItem('citeback.secret')")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_everybody_can_sign_in(guarded: Server, visit: Visit, look: Look) -> None:
    """Without scripts, and as axe would have it."""
    page = visit(guarded, look, ready=False)  # type: ignore[arg-type]
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found] == []
