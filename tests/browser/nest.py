"""Starts servers within a second: a process that has imported all they need is copied.

python nest.py: for each line on its input, what to run and where, it makes a copy of
itself that runs that script as `python SCRIPT` would, and answers with the copy's number.
Only where processes can be copied and watched (Linux).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
# What `python app.py` imports, with its page, and what the model is run by.
PAGE = (
    "citeback.serve.start",
    "citeback.serve.server",
    "citeback.serve.page",
    "citeback.serve.api.app",
    "citeback.serve.mcp.http",
)
MODEL = ("torch", "sentence_transformers")


class Hatched:
    """A server made by the nest; what is used of Popen."""

    def __init__(self, pid: int, args: list[str]) -> None:
        self.pid = pid
        self.args = args
        self._handle = os.pidfd_open(pid)

    def __del__(self) -> None:
        os.close(self._handle)

    def _ended(self, seconds: float) -> bool:
        return bool(select.select([self._handle], [], [], seconds)[0])

    def poll(self) -> int | None:
        """0 when it has ended; its exit status is not known."""
        return 0 if self._ended(0) else None

    def wait(self, timeout: float) -> None:
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout)

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Nest:
    """The process that is copied; started when the first server is wanted."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def hatch(
        self, script: Path, where: Path, log: Path, env: dict[str, str], *, model: bool
    ) -> Hatched:
        """A copy that runs the script; `model` tells whether it will load the model."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            atexit.register(self._process.communicate)
        wanted = Wanted(str(script), str(where), str(log), env, model)
        self._say(json.dumps(asdict(wanted)))
        assert self._process.stdout is not None
        hatched = Hatched(int(self._process.stdout.readline()), [str(script)])
        self._say("It is watched from now on, and may go on.")
        return hatched

    def _say(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@dataclass(frozen=True)
class Wanted:
    """A server to be: see `Nest.hatch`."""

    script: str
    where: str
    log: str
    env: dict[str, str]
    model: bool


def main() -> None:
    """Copy whenever that is told."""
    sys.path.insert(0, str(SRC))
    take(PAGE)
    while line := sys.stdin.readline():
        wanted = Wanted(**json.loads(line))
        take(MODEL if wanted.model else ())
        gc.freeze()
        wait, go_on = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go_on)
            os.read(wait, 1)
            os.close(wait)
            become(wanted)
            return
        print(pid, flush=True)
        sys.stdin.readline()
        os.close(wait)
        os.close(go_on)
        let_go()


def take(modules: tuple[str, ...]) -> None:
    for name in modules:
        importlib.import_module(name)


def become(wanted: Wanted) -> None:
    """Be as a process that has just been started so; ends as that would."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(wanted.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for opened, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(opened, number)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(wanted.env)
    os.chdir(wanted.where)
    sys.argv = [wanted.script]
    runpy.run_path(wanted.script, run_name="__main__")


def let_go() -> None:
    """Nobody else asks the system what became of the copies that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
