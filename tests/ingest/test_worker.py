"""Reading in a process of its own: what a bad file may do, and what others notice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from citeback.errors import FileAccessError
from citeback.index.packed import packed
from citeback.ingest import worker
from citeback.ingest.ending import Stopped
from citeback.ingest.read import Outcome, read
from citeback.ingest.worker import START, Worker

# A reader for files ending in .bad that does what the file says.
BAD = """
import os, sys, time, types
sys.path.insert(0, sys.argv[1])
from citeback.ingest import formats, worker
def read(data):
    print("noise on the way out")
    exec(data.decode())
bad = types.ModuleType("bad")
bad.read = read
sys.modules["citeback.ingest.formats.bad"] = bad
formats._MODULES[".bad"] = "bad"
worker.main()
"""
LIMITS = {"max_bytes": 10_000, "seconds": 20}


@pytest.fixture
def bad() -> Iterator[Worker]:
    worker = Worker(BAD)
    yield worker
    worker.stop()


def outcome(worker: Worker, path: Path, **limits: int) -> Outcome:
    (only,) = worker.read(path, path.name, **(LIMITS | limits))
    return only


def test_a_document_comes_through_as_it_is(tmp_path: Path, bad: Worker) -> None:
    path = tmp_path / "a.md"
    text = (
        "---\ntitle: Ünïcode 𝕏\n---\n# One\n\nFor all:\n\n- first\n- second\n\nEnd.\n"
    )
    path.write_text(text, encoding="utf-8", newline="")
    document = read(path, "a.md", max_bytes=10_000)
    assert outcome(bad, path) == Outcome("a.md", packed(document))


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("time.sleep(60)", "more than 1 s"),
        ("while True: pass", "more than 1 s"),
        ("bytearray(10**10)", "too much memory"),
        ("os.kill(os.getpid(), 11)", "stopped the program"),
        ("os._exit(0)", "stopped the program"),
        ("sys.exit()", "stopped the program"),
        ("[][0]", "stopped the program"),
        ("def f(): f()\nf()", "stopped the program"),
    ],
)
def test_a_bad_file_is_refused_and_the_next_is_read(
    tmp_path: Path, bad: Worker, deed: str, reason: str
) -> None:
    (tmp_path / "x.bad").write_text(deed)
    (tmp_path / "next.txt").write_text("Good words.")
    outcome(bad, tmp_path / "next.txt")
    refused = outcome(bad, tmp_path / "x.bad", seconds=1)
    assert refused.document is None
    assert reason in refused.refusal
    following = outcome(bad, tmp_path / "next.txt")
    assert following.document is not None
    assert following.document.text == "Good words."


def test_a_file_that_is_not_there_is_another_matter(
    tmp_path: Path, bad: Worker
) -> None:
    with pytest.raises(FileAccessError, match="still there"):
        outcome(bad, tmp_path / "gone.txt")


def test_one_process_reads_many_files_and_ends_when_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Words.")
    start = START.replace("worker.main()", "worker.IDLE_SECONDS = 0.3; worker.main()")
    worker = Worker(start)
    try:
        outcome(worker, path)
        first = worker._running()
        outcome(worker, path)
        assert worker._running() is first
        assert first.wait(10) == 0
        assert outcome(worker, path).document is not None
    finally:
        worker.stop()


def test_half_read_outcomes_do_not_reach_the_next_file(
    tmp_path: Path, bad: Worker
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"Words of {name}.")
    abandoned = bad.read(tmp_path / "a.txt", "a.txt", **LIMITS)
    next(abandoned)
    abandoned.close()  # type: ignore[attr-defined]
    document = outcome(bad, tmp_path / "b.txt").document
    assert document is not None
    assert document.text == "Words of b."


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_what_finds_no_room_does_not_reach_the_next_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: Worker
) -> None:
    """Such as on a full disk: what was read of the file is still on its way."""
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("The first.")
    second.write_text("The second.")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(worker.tempfile.SpooledTemporaryFile, "write", full)
        with pytest.raises(FileAccessError, match="No space left"):
            outcome(bad, first)
    for path in (second, first):
        document = outcome(bad, path).document
        assert document is not None
        assert document.source.path == path.name


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.")
    script = textwrap.dedent(
        f"""
        import sys, time; sys.path.insert(0, {str(Path(worker.__file__).parents[2])!r})
        from pathlib import Path
        from citeback.ingest.worker import SHARED
        list(SHARED.read(Path({str(tmp_path / "a.txt")!r}), "a.txt",
             max_bytes=100, seconds=20))
        print(SHARED._process.pid, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _wait_for_the_end_of(child)


# Starts a program, as OCR does, notes its number, and waits.
STARTING = """
import pathlib, subprocess
one = subprocess.Popen(["sleep", "60"])
pathlib.Path({scratch!r}).write_text(os.environ["TMPDIR"])
pathlib.Path({note!r} + ".new").write_text(str(one.pid))
os.rename({note!r} + ".new", {note!r})
one.wait()
"""


def starting(folder: Path) -> tuple[Path, Path, Path]:
    """A file that is read without end, what is noted of it, and of its scratch folder."""
    path, note, scratch = (folder / name for name in ("x.bad", "note", "scratch"))
    path.write_text(STARTING.format(note=str(note), scratch=str(scratch)))
    return path, note, scratch


def test_a_stop_reaches_the_file_that_is_being_read(
    tmp_path: Path, bad: Worker
) -> None:
    path, note, scratch = starting(tmp_path)
    with pytest.raises(Stopped):
        list(bad.read(path, path.name, **LIMITS, stop=note.exists))
    seconds = time.time() - note.stat().st_mtime
    print(f"{seconds:.2f} s")
    assert seconds < LIMITS["seconds"] / 2  # a tenth of a second where nothing else is
    (tmp_path / "next.txt").write_text("Good words.")
    assert outcome(bad, tmp_path / "next.txt").document is not None
    if os.name != "nt":
        _wait_for_the_end_of(int(note.read_text()))
        assert not Path(scratch.read_text()).exists()


def test_a_stop_is_heard_while_another_file_is_read(
    tmp_path: Path, bad: Worker
) -> None:
    path, note, _ = starting(tmp_path)
    over = threading.Event()

    def read_on() -> None:
        with contextlib.suppress(Stopped):
            list(bad.read(path, path.name, **LIMITS, stop=over.is_set))

    other = threading.Thread(target=read_on)
    other.start()
    try:
        with pytest.raises(Stopped):
            list(bad.read(path, path.name, **LIMITS, stop=note.exists))
        assert other.is_alive()
    finally:
        over.set()
        other.join()


@pytest.mark.skipif(os.name == "nt", reason="groups of processes are another matter")
def test_what_a_file_that_takes_too_long_has_started_ends_with_it(
    tmp_path: Path, bad: Worker
) -> None:
    path, note, scratch = starting(tmp_path)
    (tmp_path / "before.txt").write_text("It is running.")
    outcome(bad, tmp_path / "before.txt")
    assert "more than 3 s" in outcome(bad, path, seconds=3).refusal
    _wait_for_the_end_of(int(note.read_text()))
    assert not Path(scratch.read_text()).exists()


def _wait_for_the_end_of(process: int) -> None:
    for _ in range(200):
        if not _is_running(process):
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_what_it_started_ends_with_whoever_started_it(tmp_path: Path) -> None:
    path, note, scratch = starting(tmp_path)
    script = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(Path(worker.__file__).parents[2])!r})
        from pathlib import Path
        from citeback.ingest.worker import Worker
        Worker({BAD!r}).read(Path({str(path)!r}), "x.bad", max_bytes=10_000, seconds=20)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    for _ in range(400):
        if note.exists():
            break
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _wait_for_the_end_of(int(note.read_text()))
    assert not Path(scratch.read_text()).exists()


def test_a_program_may_go_to_another_folder_meanwhile(
    bad: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    for folder in (tmp_path, tmp_path / "here"):
        (folder / "note.txt").write_text(f"Words of {folder.name}.", encoding="utf-8")
        monkeypatch.chdir(folder)
        read_now = outcome(bad, Path("note.txt"))
        assert read_now.document is not None
        assert read_now.document.text == f"Words of {folder.name}."
