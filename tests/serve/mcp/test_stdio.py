"""`citeback mcp` as a process: at once there, and quiet."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from assistants import SCRIPT, given, started
from mcp import Client, StdioServerParameters, stdio_client

KETTLE = "The blue kettle boils water in four minutes."


def test_the_tools_are_listed_before_the_model_is_there(folder: Path) -> None:
    async def look() -> None:
        async with Client(started(folder, "wait")) as client:
            assert (await client.list_tools()).tools
            asked = asyncio.create_task(
                client.call_tool("search", {"question": "How long does it boil?"})
            )
            await asyncio.sleep(0.5)
            assert not asked.done()
            (folder / "model").touch()
            assert not (await asked).is_error

    asyncio.run(look())


def test_a_client_that_goes_while_the_model_loads_is_not_waited_for(
    folder: Path,
) -> None:
    (folder / "model").unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), "wait"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin
    time.sleep(0.1)
    process.stdin.close()
    assert process.wait(15) == 0


def test_nothing_but_the_protocol_is_written(folder: Path) -> None:
    about = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    asked = {"name": "search", "arguments": {"question": "Where is tea kept?"}}
    messages = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": asked},
    ]
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # What is printed then waits in a buffer, until the protocol has ended.
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        for one in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **one}) + "\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [one["id"] for one in answers] == [1, 2]
        process.stdin.close()
        assert process.wait(15) == 0
        assert process.stdout.read() == ""
        assert "a library that talks" in process.stderr.read()


@pytest.mark.real
def test_the_real_model_answers(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "kettle.txt").write_text(f"{KETTLE}\n\nTea is in the cupboard.")
    source = Path(__file__).resolve().parents[3] / "src"

    async def look() -> None:
        way = StdioServerParameters(
            command=sys.executable,
            args=["-m", "citeback", "mcp"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(source)},
        )
        async with Client(stdio_client(way)) as client:
            found = await given(
                client, "search", question="How long does it take to heat water?"
            )
            assert found["verdict"] != "does not say"
            assert found["passages"][0]["quote"] == KETTLE

    asyncio.run(look())
