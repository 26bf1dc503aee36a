"""A real Milvus server for tests, alone in a network namespace of its own.

Most of the server's ports are open to every address, so nothing of it may stand in the
machine's own network. It is reached by a socket file, which namespaces share:

    test → a port of the loopback → socket file → [namespace: its loopback → server]

Run as a program it is the part inside: it takes "start" and "kill" by its input, and ends
the server when that ends.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path

READY_SECONDS = 120
PORT = 19530
HEALTH = "http://127.0.0.1:9091/healthz"


def why_not() -> str:
    """Why no server can be had here, "" where it can."""
    try:
        import milvus  # noqa: F401
        import pymilvus  # noqa: F401
    except ImportError as error:
        return f"{error.name} is not installed"
    try:
        made = subprocess.run(
            [*_unshare(), "true"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no network namespaces here: {error}"
    return "" if not made.returncode else f"no network namespaces: {made.stderr!r}"


def _unshare() -> list[str]:
    return ["unshare", "-n" if os.geteuid() == 0 else "-rn", "--"]


class MilvusServer:
    """A server over a folder; `address` is where to reach it."""

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it answers."""
        self._folder = folder
        self._inside = subprocess.Popen(
            [*_unshare(), sys.executable, __file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said("listening")
        port = _relay(("127.0.0.1", 0), str(folder / "socket"))
        self.address = f"127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        """Start, again perhaps, and wait until it answers."""
        self._tell("start")
        self._said("ready")

    def kill(self) -> None:
        """End it by SIGKILL, as it is."""
        self._tell("kill")
        self._said("killed")

    def close(self) -> None:
        """End all of it."""
        assert self._inside.stdin
        self._inside.stdin.close()
        self._inside.wait(timeout=30)
        if self._inside.stdout:
            self._inside.stdout.close()

    def _tell(self, what: str) -> None:
        assert self._inside.stdin
        self._inside.stdin.write(f"{what}\n")
        self._inside.stdin.flush()

    def _said(self, what: str) -> None:
        assert self._inside.stdout
        said = self._inside.stdout.readline().strip()
        if said != what:
            log = self._folder / "server.log"
            end = log.read_text(errors="replace")[-3000:] if log.exists() else ""
            raise RuntimeError(f"the server said {said!r}, not {what!r}: {end}")


def named() -> str:
    """Where MILVUS_URI leads, as a setting has it but without a name; "" if nowhere."""
    scheme, _, rest = os.environ.get("MILVUS_URI", "").rstrip("/").partition("://")
    return f"milvus{'+tls' * (scheme == 'https')}://{rest}" if rest else ""


def remove(engine: str) -> None:
    """Take a library off a server that goes on."""
    from citeback.index.milvus import tables
    from citeback.index.milvus.address import parse
    from citeback.index.milvus.client import Client

    address = parse(engine)
    client = Client(address)
    if client.alias(address.name):
        client._client.drop_alias(address.name)
    for name in client.names():
        if tables.is_of(address.name, name):
            client.drop(name)
    client.close()


class WordsServer:
    """The stand-in of `words_server.py` over a folder; `address` has no library's name."""

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it answers."""
        self._folder = folder
        self._port = "0"
        self.start()

    def start(self) -> None:
        """Start, again perhaps, at the same port."""
        program = str(Path(__file__).with_name("words_server.py"))
        self._process = subprocess.Popen(
            [sys.executable, program, str(self._folder), self._port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self._port = self._process.stdout.readline().strip()
        assert self._port, "the stand-in did not start"
        self.address = f"milvus://127.0.0.1:{self._port}"

    def kill(self) -> None:
        """End it by SIGKILL, as it is."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _relay(at: tuple[str, int] | str, to: tuple[str, int] | str) -> int:
    """Pass on what comes to one place to another, in threads; the port, 0 for a file."""
    family = socket.AF_UNIX if isinstance(at, str) else socket.AF_INET
    listening = socket.socket(family)
    listening.bind(at)
    listening.listen(64)

    def accept() -> None:
        while True:
            one, _ = listening.accept()
            other = socket.socket(
                socket.AF_UNIX if isinstance(to, str) else socket.AF_INET
            )
            try:
                other.connect(to)
            except OSError:
                one.close()
                other.close()
                continue
            _thread(lambda one=one, other=other: _join(one, other))

    _thread(accept)
    return 0 if isinstance(at, str) else int(listening.getsockname()[1])


def _join(one: socket.socket, other: socket.socket) -> None:
    """Pass on both ways until one side ends."""
    for side in (one, other):
        if side.family == socket.AF_INET:  # else each answer waits for 40 ms
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with one, other:
        back = threading.Thread(target=_pass_on, args=(other, one), daemon=True)
        back.start()
        _pass_on(one, other)
        back.join()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while some := one.recv(1 << 16):
            other.sendall(some)
    except OSError:
        pass
    for side in (one, other):
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def _thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


# Inside the namespace.


def _main(folder: Path) -> None:
    _loopback_up()
    _relay(str(folder / "socket"), ("127.0.0.1", PORT))
    server: subprocess.Popen[bytes] | None = None
    print("listening", flush=True)
    try:
        for line in sys.stdin:
            if line == "start\n":
                server = _start(folder)
                print("ready" if _is_ready(server) else "not ready", flush=True)
            elif line == "kill\n" and server:
                server.kill()
                server.wait()
                print("killed", flush=True)
    finally:
        if server:
            server.kill()
            server.wait()


def _loopback_up() -> None:
    with socket.socket() as one:
        request = struct.pack("16sh", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        ioctl(one, 0x8914, request)  # SIOCSIFFLAGS


def _start(folder: Path) -> subprocess.Popen[bytes]:
    from milvus import MilvusServerConfig, _initialize_data_files

    if not (folder / "bin").exists():
        MilvusServerConfig(data_dir=str(folder)).resolve()
        _initialize_data_files(str(folder))
    environment = {
        **os.environ,
        "DEPLOY_MODE": "STANDALONE",
        "METRICS_PORT": "9091",
        # What a killed server had in hand is given to the next one after so many seconds.
        "COMMON_SESSION_TTL": "10",
        "LD_LIBRARY_PATH": str(folder / "bin"),
        "MILVUSCONF": str(folder / "configs"),
    }
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            [folder / "bin" / "milvus", "run", "standalone"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _is_ready(server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(HEALTH, timeout=1) as answer:
                if b"OK" in answer.read():
                    return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
