"""`citeback mcp`: the tools over standard input and output, for one person's assistant."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from functools import partial

from mcp.server.stdio import stdio_server

from citeback.library import Library
from citeback.serve.mcp.protocol import Door
from citeback.serve.mcp.tools import Caller
from citeback.serve.warm_up import WarmUp


def run(library: Library) -> None:
    """Answer until the input ends; the model and the index are made ready meanwhile.

    Nothing but the protocol is written to standard output.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    warm_up = WarmUp(library, failed=_complain)
    caller = Caller(
        reads=library,
        keeps=lambda: library,
        folders=lambda: [library.settings.citations],
        address=f"http://127.0.0.1:{library.settings.port}/",
    )
    door = Door(lambda _: caller, partial(warm_up.why_wait, model=True))
    try:
        asyncio.run(_serve(door, warm_up))
    finally:
        warm_up.stop()
    if warm_up.is_at_work:
        # As when the page is stopped: a model that is being loaded cannot be waited for.
        os._exit(0)


async def _serve(door: Door, warm_up: WarmUp) -> None:
    async with stdio_server() as (reading, writing):
        # Whatever else is printed, and whenever: the client reads on to the end.
        sys.stdout = sys.stderr
        warm_up.start()
        options = door.server.create_initialization_options()
        await door.server.run(reading, writing, options)


def _complain(sentence: str) -> None:
    sys.stderr.write(f"citeback: {sentence}\n")
