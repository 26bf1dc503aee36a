"""The HTTP door over a small library, without a running server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from doubles import WordHashEncoder
from fastapi import FastAPI
from fastapi.testclient import TestClient

from citeback.library import Library
from citeback.serve.api.app import PREFIX, mount_api
from citeback.serve.guard.front import stand_before
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import Stage, WarmUp
from citeback.settings import Settings

SECONDS = 20
OpenDoor = Callable[..., "OpenedDoor"]


@dataclass(frozen=True)
class OpenedDoor:
    """The application, and what stands behind it."""

    library: Library
    visitors: Visitors
    warm_up: WarmUp
    app: FastAPI

    def client(self) -> TestClient:
        """A caller of their own."""
        address = f"http://127.0.0.1{PREFIX}"
        return TestClient(self.app, base_url=address, raise_server_exceptions=False)


@pytest.fixture
def open_door(tmp_path: Path, content: Path) -> Iterator[OpenDoor]:
    """Opens the door to the library of `content`, everything ready if not told else."""
    with ExitStack() as stack:

        def made(*, ready: bool = True, **settings: Any) -> OpenedDoor:
            chosen = Settings(
                content=content,
                index=tmp_path / "index",
                citations=tmp_path / "citations",
                **settings,
            )
            library = stack.enter_context(
                Library.open(settings=chosen, encoder=WordHashEncoder())
            )
            warm_up = WarmUp(library)
            visitors = stack.enter_context(closing(Visitors(library, warm_up)))
            stack.callback(warm_up.stop)
            if ready:
                warm_up._bring_up_to_date()
                assert warm_up.state.stage is Stage.READY
            app = FastAPI(openapi_url=None)
            stand_before(app, chosen, guarded=False)
            mount_api(app, visitors, warm_up)
            return OpenedDoor(library, visitors, warm_up, app)

        yield made


@pytest.fixture
def door(open_door: OpenDoor) -> OpenedDoor:
    """The owner's own."""
    return open_door()


@pytest.fixture
def client(door: OpenedDoor) -> TestClient:
    """The owner's script."""
    return door.client()


def sent(client: TestClient, name: str, text: str | bytes) -> dict[str, Any]:
    """What became of a file that is added."""
    content = text.encode() if isinstance(text, str) else text
    reply = client.post(
        "/documents", params={"wait": SECONDS}, files={"file": (name, content)}
    )
    assert reply.status_code == 200, reply.text
    job: dict[str, Any] = reply.json()
    assert job["done"]
    return job


def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
