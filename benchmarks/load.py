"""Many askers at once, while documents come and go: errors, waiting times, memory.

    python benchmarks/load.py --files 10 --minutes 10
    python benchmarks/load.py --files 1000 --minutes 10 --stand-in
    python benchmarks/load.py --files 10 --minutes 1 --compare

Each file has 100 paragraphs. A real server is asked over HTTP by 64 askers, each of whom
asks again as soon as there is an answer, so the server is never idle. Beside them one
client adds a document and removes another all the time. The first minute, in which caches
fill, counts neither for the times nor for the memory. With `--compare` the server is asked
in turns with and without putting questions together in batches, two rounds of each.
Everything stays on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from volume import OBJECTS, SUBJECTS, VERBS, sentence, write_files

ASKERS = 64
WARM_UP_SECONDS = 60.0
LOOK_SECONDS = 2.0
# A document is added or removed so often.
CHANGE_SECONDS = 5.0
START_SECONDS = 3600.0
ROUNDS = 2  # of each way, where two are compared
# After so many a kind of error is only counted.
SHOWN_ERRORS = 5
BUSY = 409  # the folder's watcher is looking at what was just added


@dataclass
class Seen:
    """What happened: waits in seconds, by the moment that they ended."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    signs: list[tuple[float, float]] = field(default_factory=list)
    added: int = 0
    told_to_wait: int = 0
    removed: int = 0


def question(chance: random.Random) -> str:
    verb = chance.choice(VERBS).split()[0]
    return f"Who {verb} {chance.choice(OBJECTS)} with {chance.choice(SUBJECTS)}?"


async def ask(client: httpx.AsyncClient, seen: Seen, until: float, seed: int) -> None:
    chance = random.Random(seed)
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            reply = await client.post(
                "/api/v1/ask", json={"question": question(chance)}, timeout=60
            )
            ended = time.monotonic()
            if reply.status_code != 200 or not reply.json()["hits"]:
                seen.errors.append(f"ask: {reply.status_code} {reply.text[:200]}")
        except httpx.HTTPError as error:
            ended = time.monotonic()
            seen.errors.append(f"ask: {error!r}")
        seen.waits.append((ended, ended - began))


async def change(client: httpx.AsyncClient, seen: Seen, until: float) -> None:
    """Add a document, and remove the one before."""
    chance = random.Random(1)
    held: list[str] = []
    number = 0
    while time.monotonic() < until:
        number += 1
        text = "\n\n".join(sentence(chance) for _ in range(10))
        name = f"added-{number}.txt"
        try:
            reply = await client.post(
                "/api/v1/documents?wait=30",
                files={"file": (name, text.encode())},
                timeout=60,
            )
            job = reply.json()
            while reply.is_success and not job["done"]:
                await asyncio.sleep(LOOK_SECONDS)
                reply = await client.get(f"/api/v1/jobs/{job['key']}", timeout=60)
                job = reply.json()
            if not reply.is_success:
                seen.errors.append(f"add: {reply.status_code} {reply.text[:300]}")
            else:
                seen.added += 1
                held.append(name)
            if len(held) > 1:
                path = held.pop(0)
                reply = await client.delete(f"/api/v1/documents/{path}", timeout=60)
                while reply.status_code == BUSY and time.monotonic() < until:
                    seen.told_to_wait += 1
                    await asyncio.sleep(LOOK_SECONDS)
                    reply = await client.delete(f"/api/v1/documents/{path}", timeout=60)
                if reply.status_code == BUSY:
                    return
                if not reply.is_success:
                    seen.errors.append(f"remove: {reply.status_code} {reply.text}")
                else:
                    seen.removed += 1
        except httpx.HTTPError as error:
            seen.errors.append(f"change: {error!r}")
        await asyncio.sleep(CHANGE_SECONDS)


async def look(
    client: httpx.AsyncClient, process: int, seen: Seen, until: float
) -> None:
    """Note the server's memory, and how long it takes to give a sign of life."""
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            await client.get("/healthz", timeout=60)
        except httpx.HTTPError as error:
            seen.errors.append(f"healthz: {error!r}")
        seen.signs.append((began, time.monotonic() - began))
        seen.memory.append((time.monotonic(), memory_of(process)))
        await asyncio.sleep(LOOK_SECONDS)


def memory_of(process: int) -> float:
    """Megabytes that a process holds now."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1e3 if found else 0.0


async def load(url: str, process: int, minutes: float) -> tuple[Seen, float]:
    """Ask for so long; what was seen, and when the warming up had ended."""
    seen = Seen()
    began = time.monotonic()
    until = began + WARM_UP_SECONDS + 60 * minutes
    limits = httpx.Limits(max_connections=ASKERS + 8)
    async with httpx.AsyncClient(
        base_url=url, limits=limits, trust_env=False
    ) as client:
        await asyncio.gather(
            *(ask(client, seen, until, seed) for seed in range(ASKERS)),
            change(client, seen, until),
            look(client, process, seen, until),
        )
    return seen, began + WARM_UP_SECONDS


def tell(seen: Seen, warm: float) -> bool:
    """Print it; whether all is as it should be."""
    waits = sorted(wait for ended, wait in seen.waits if ended >= warm)
    p50, p95 = statistics.median(waits), waits[int(0.95 * len(waits))]
    memory = [size for at, size in seen.memory if at >= warm]
    part = max(1, len(memory) // 10)
    first, last = statistics.median(memory[:part]), statistics.median(memory[-part:])
    print(f"questions        {len(waits)}, {rate(seen, warm):.1f} a second")
    print(f"errors           {len(seen.errors)}")
    print(f"p50              {p50 * 1e3:.0f} ms")
    print(f"p95              {p95 * 1e3:.0f} ms, {p95 / p50:.2f} × p50")
    print(f"slowest          {waits[-1] * 1e3:.0f} ms")
    signs = sorted(wait for at, wait in seen.signs if at >= warm)
    print(
        f"a sign of life   {statistics.median(signs) * 1e3:.0f} ms, at most "
        f"{signs[-1] * 1e3:.0f} ms"
    )
    print(
        f"documents        {seen.added} added, {seen.removed} removed, "
        f"{seen.told_to_wait} times told to wait"
    )
    print(f"memory           {first:.0f} → {last:.0f} MB, {last / first - 1:+.1%}")
    for error in seen.errors[:SHOWN_ERRORS]:
        print(error)
    return not seen.errors and p95 <= 5 * p50 and last < 1.05 * first


def rate(seen: Seen, warm: float) -> float:
    """Questions answered in a second."""
    ends = sorted(ended for ended, _ in seen.waits if ended >= warm)
    return len(ends) / (ends[-1] - ends[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with status {process.returncode}")
        try:
            state = httpx.get(f"{url}/healthz", timeout=5, trust_env=False).json()
            if state["ready"]:
                print(f"passages         {state['passages']}", flush=True)
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    raise SystemExit("the server was not ready in time")


def run(root: Path, options: argparse.Namespace, *flags: str) -> tuple[Seen, float]:
    """Start a server over the library in `root`, load it, and stop it."""
    port = free_port()
    settings = {
        "CITEBACK_CONTENT": str(root / "content"),
        "CITEBACK_INDEX": str(root / "index"),
        "CITEBACK_CITATIONS": str(root / "citations"),
        "CITEBACK_PORT": str(port),
    }
    command = [sys.executable, str(Path(__file__).with_name("load_app.py")), *flags]
    command += ["--stand-in"] if options.stand_in else []
    with (root / "server.log").open("a") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdout=log, stderr=log, cwd=root
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        return asyncio.run(load(url, process.pid, options.minutes))
    finally:
        process.terminate()
        process.wait(timeout=30)


def compare(root: Path, options: argparse.Namespace) -> bool:
    """The same in batches and one by one, in turns; whether batches answer more."""
    rates: dict[str, list[float]] = {"in batches": [], "one by one": []}
    for _ in range(ROUNDS):
        for name, flags in (("in batches", ()), ("one by one", ("--one-by-one",))):
            print(f"--- {name}")
            seen, warm = run(root, options, *flags)
            tell(seen, warm)
            rates[name].append(rate(seen, warm))
    batches, singles = (statistics.median(one) for one in rates.values())
    print(f"--- in batches {batches / singles:.2f} times as many questions")
    return batches > singles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--stand-in", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder to keep the library in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        root = options.keep or Path(made)
        if not (root / "content").exists():
            write_files(root / "content", options.files)
        if options.compare:
            return 0 if compare(root, options) else 1
        return 0 if tell(*run(root, options)) else 1


if __name__ == "__main__":
    sys.exit(main())
