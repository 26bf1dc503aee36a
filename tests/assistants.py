"""The ways in to the tools, for tests: a process of its own, and a server with the door."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from doubles import WordHashEncoder
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent
from starlette.applications import Starlette
from starlette.routing import Route

from citeback.library import Library
from citeback.serve.mcp.http import PATH, HttpDoor
from citeback.serve.visitor import Visitors
from citeback.serve.warm_up import WarmUp
from citeback.settings import Settings

SCRIPT = Path(__file__).resolve().parent / "serve" / "mcp" / "served.py"


def started(folder: Path, *arguments: str) -> Any:
    """The way to `citeback mcp` in that folder, without the model."""
    return stdio_client(
        StdioServerParameters(
            command=sys.executable, args=[str(SCRIPT), *arguments], cwd=folder
        )
    )


class Served:
    """The door on a port of its own, with nothing in front of it."""

    def __init__(self, settings: Settings) -> None:
        self.library = Library.open(settings=settings, encoder=WordHashEncoder())
        self.warm_up = WarmUp(self.library)
        self.visitors = Visitors(self.library, self.warm_up)
        door = HttpDoor(self.visitors, self.warm_up, ["127.0.0.1", "localhost"])
        app = Starlette(routes=[Route(PATH, door)], lifespan=door.lifespan)
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.page = f"http://127.0.0.1:{port}/"
        self.url = f"{self.page}mcp"

    def close(self) -> None:
        self.warm_up.stop()
        self._server.should_exit = True
        self._thread.join(10)
        self.visitors.close()
        self.library.close()


def text_of(result: CallToolResult) -> str:
    (said,) = result.content
    assert isinstance(said, TextContent)
    return said.text


async def given(client: Client, tool: str, **taken: object) -> dict[str, Any]:
    """What a tool gives."""
    result = await client.call_tool(tool, taken)
    assert not result.is_error, text_of(result)
    held: dict[str, Any] = result.structured_content
    return held


async def refused(client: Client, tool: str, **taken: object) -> str:
    """What a tool says where it gives nothing."""
    result = await client.call_tool(tool, taken)
    assert result.is_error
    return text_of(result)
