"""The libraries that the browser tests visit, and how their servers are started."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 120

WORKSHOP = "civil-society-rehabilitation-workshop.txt"
HOSTILE_NAME = "<img src=x onerror=window.__xss=1>.txt"
HOSTILE_TEXT = """\
The zeppelin hangar <script>window.__xss=1</script> is guarded by <img src=x \
onerror=window.__xss=2> four geese. Its roof ${window.__xss=3} {{value}} is \
![made](http://example.invalid/a.png) of copper "><svg onload=window.__xss=4>.

The geese eat [barley](javascript:window.__xss=5) at noon </section></script>.
"""
# Repeated text is embedded once, so a long document costs little.
FILLER = "Nothing of note happened on this quiet day, and nobody wrote about it."
KEEPER = "The keeper of the lighthouse at Vinga burned rapeseed oil until 1890."


@dataclass(frozen=True)
class Served:
    """A running server and the folder that it serves."""

    url: str
    content: Path


@dataclass(frozen=True)
class Look:
    """A size of the window and a colour scheme."""

    name: str
    width: int
    height: int
    phone: bool
    scheme: str


LOOKS = tuple(
    Look(f"{name}-{scheme}", width, height, name == "phone", scheme)
    for name, width, height in (("desk", 1440, 900), ("phone", 390, 844))
    for scheme in ("light", "dark")
)
DESK, PHONE = LOOKS[0], LOOKS[2]


@contextmanager
def serving(folder: Path, *, model: bool = True, **settings: str) -> Iterator[Served]:
    """The page of `folder/content`, started as a person would start it.

    Without its `model` it is up seconds sooner, and goes by words alone.
    """
    if not model:
        (folder / "model").touch()
        (folder / "embed").touch()
    server = Server(folder, held=not model, **settings)
    server.start()
    try:
        yield Served(server.url, folder / "content")
    finally:
        server.stop()


class Server:
    """A server of `folder/content` that can be killed and started again.

    `held` starts it with the encoder of held_app.py.
    """

    def __init__(self, folder: Path, *, held: bool = False, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}/"
        self.log = folder / "server.log"
        self._script = (
            Path(__file__).with_name("held_app.py") if held else ROOT / "app.py"
        )
        self._settings = {
            "CITEBACK_CONTENT": str(folder / "content"),
            "CITEBACK_INDEX": str(folder / "index"),
            "CITEBACK_CITATIONS": str(folder / "citations"),
            "CITEBACK_PORT": str(port),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True) -> None:
        """Start, and wait until the page is there or, as usual, all behind it as well."""
        # Settings of whoever runs the tests are not ours.
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith("CITEBACK_")
        }
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(self._script)],
                env=inherited | self._settings,
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until_up(f"{self.url}healthz", self.process, self.log, ready=ready)

    def kill(self) -> None:
        """As the system would, without a warning."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=15)

    def stop(self) -> float:
        """Ask it to stop; how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=15)
        return time.monotonic() - began


def wait_until_up(
    url: str, process: subprocess.Popen[bytes], log: Path, *, ready: bool
) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as reply:
                if not ready or json.load(reply)["ready"]:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()[-2000:]}")
