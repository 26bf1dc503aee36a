"""The whole web application with accounts, without a running server."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from doubles import WordHashEncoder
from fastapi import FastAPI
from fastapi.testclient import TestClient

from citeback.library import Library
from citeback.serve.guard import passwords
from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.callers import Role
from citeback.serve.guard.front import guarded
from citeback.serve.server import build_app
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import Stage, WarmUp
from citeback.settings import Settings

PASSWORDS = {"ana": "four words that sing", "ben": "five words that do sing"}
TEXTS = {
    "kettle.txt": "The blue kettle boils water in four minutes.",
    "garden.md": "# The garden\n\nThe apple tree was planted in 1987.\n",
}


@dataclass(frozen=True)
class Opened:
    """The application with its accounts: ana is a curator, ben a reader."""

    app: FastAPI
    accounts: Accounts
    visitors: Visitors
    settings: Settings
    token: dict[str, str]
    at: str = ""

    def client(
        self, who: str = "", *, address: str = "192.0.2.7", **headers: str
    ) -> TestClient:
        """Somebody's script, with their token; nobody's without a name.

        It says that it is no page from elsewhere, which is another test's matter.
        """
        headers.setdefault("x-citeback", "page")
        if who:
            headers["authorization"] = f"Bearer {self.token[who]}"
        return TestClient(
            self.app,
            base_url=f"http://localhost{self.at}",
            headers=headers,
            client=(address, 5000),
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    def browser(self, who: str = "", **options: Any) -> TestClient:
        """Somebody's browser, signed in by the form."""
        client = self.client(**options, **{"sec-fetch-site": "same-origin"})
        if who:
            reply = sign_in(client, who, PASSWORDS[who])
            assert reply.status_code == 303, reply.text
        return client

    def noted(self) -> list[dict[str, str]]:
        """The lines of the audit log."""
        file = self.accounts.folder / "audit.jsonl"
        if not file.exists():
            return []
        lines = file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


OpenApp = Callable[..., Opened]


def sign_in(client: TestClient, name: str, password: str, **fields: str) -> Any:
    """What the form answers."""
    form = {"name": name, "password": password, **fields}
    return client.post("/sign-in", data=form)


def secret_in(reply: Any) -> str:
    """The session's secret in a Set-Cookie header."""
    found = re.search(r"citeback-session-\d+=([^;]+)", reply.headers["set-cookie"])
    assert found
    return found.group(1)


def opening(stack: ExitStack, folder: Path, **settings: Any) -> Opened:
    """An application over a new small library in a folder."""
    content = folder / "content"
    content.mkdir(parents=True)
    for name, text in TEXTS.items():
        (content / name).write_text(text, encoding="utf-8")
    chosen = replace(
        Settings(
            content=content,
            index=folder / "index",
            citations=folder / "citations",
            accounts=folder / "accounts",
        ),
        **settings,
    )
    accounts = Accounts(chosen.accounts)
    token = {}
    for name, role in (("ana", Role.CURATOR), ("ben", Role.READER)):
        accounts.add(name, role, passwords.hashed(PASSWORDS[name]))
        token[name] = accounts.add_token(name, None, "test")
    library = stack.enter_context(
        Library.open(settings=chosen, encoder=WordHashEncoder())
    )
    warm_up = WarmUp(library)
    visitors = Visitors(library, warm_up, guarded=guarded(chosen))
    stack.enter_context(closing(visitors))
    stack.callback(warm_up.stop)
    warm_up._bring_up_to_date()
    assert warm_up.state.stage is Stage.READY

    async def built() -> FastAPI:
        """Outside of a loop, gradio makes some that nobody closes."""
        return build_app(visitors, warm_up)

    app = asyncio.run(built())
    return Opened(app, accounts, visitors, chosen, token)
