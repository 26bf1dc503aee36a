"""The libraries that the browser tests visit, and how their servers are started."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from browser.nest import Hatched, Nest

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 120
APP = ROOT / "app.py"
NEST = Nest()

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
def serving(
    folder: Path, *, model: bool = True, by_hand: bool = False, **settings: str
) -> Iterator[Served]:
    """The page of `folder/content`; without its `model` it goes by words alone."""
    if not model:
        (folder / "model").touch()
        (folder / "embed").touch()
    server = Server(folder, held=not model, by_hand=by_hand, **settings)
    server.start()
    try:
        yield Served(server.url, folder / "content")
    finally:
        server.stop()


class Server:
    """A server of `folder/content` that can be killed and started again.

    `held` starts it with the encoder of held_app.py. `by_hand` starts it as a person
    would; without it that is quicker: see nest.py and `seed_index`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        held: bool = False,
        by_hand: bool = False,
        **settings: str,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}/"
        self.log = folder / "server.log"
        self._script = Path(__file__).with_name("held_app.py") if held else APP
        self._settings = {
            "CITEBACK_CONTENT": str(folder / "content"),
            "CITEBACK_INDEX": str(folder / "index"),
            "CITEBACK_CITATIONS": str(folder / "citations"),
            "CITEBACK_PORT": str(port),
            **settings,
        }
        self._in_nest = not by_hand and hasattr(os, "pidfd_open")
        self.process: subprocess.Popen[bytes] | Hatched | None = None

    def start(self, *, ready: bool = True) -> None:
        """Start, and wait until the page is there or, as usual, all behind it as well."""
        # Settings of whoever runs the tests are not ours.
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith("CITEBACK_")
        }
        env = inherited | self._settings
        if self._in_nest:
            model = self._script == APP
            index = self.folder / "index"
            if model and not index.exists():
                shutil.copytree(seed_index(), index)
            self.process = NEST.hatch(
                self._script, self.folder, self.log, env, model=model
            )
        else:
            with self.log.open("a") as output:
                self.process = subprocess.Popen(
                    [sys.executable, str(self._script)],
                    env=env,
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


@cache
def seed_index() -> Path:
    """The index that those begin with which have the model and are not started by hand.

    What each index of a model needs first takes seconds, and is made once for them all.
    """
    folder = Path(mkdtemp(prefix="citeback-seed-"))
    atexit.register(shutil.rmtree, folder)
    log = folder / "log"
    script = Path(__file__).with_name("seed_index.py")
    made = NEST.hatch(script, folder, log, dict(os.environ), model=True)
    made.wait(timeout=SECONDS_TO_START)
    assert log.read_text() == ""
    return folder / "index"


def wait_until_up(
    url: str, process: subprocess.Popen[bytes] | Hatched, log: Path, *, ready: bool
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
