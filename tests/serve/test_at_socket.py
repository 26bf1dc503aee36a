"""A running Citeback answers the command line, in the command line's own words."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from browser.stage import ROOT, WORKSHOP, Server
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback import library as library_module
from citeback.library import Library
from citeback.serve import at_socket, by_socket, command_line, entry
from citeback.serve.at_socket import answering_the_command_line
from citeback.serve.by_socket import TAKEN, put
from citeback.serve.warm_up import Stage, State, WarmUp
from citeback.settings import Settings

pytestmark = pytest.mark.skipif(
    not by_socket.has_sockets(), reason="needs sockets that are files"
)

ASK = ["ask", "How long does the blue kettle boil water?"]
SOON = 10  # seconds
WHOLE = b'{"told": "", "printed": "Yes.", "failed": "", "status": 0}'
TIMES = re.compile(r"(?<=\"seconds\": )[\d.e-]+|(?<=T)\d\d:\d\d:\d\d")
HEAVY = {"torch", "sentence_transformers", "numpy", "faiss", "gradio", "fastapi"}

Open = Callable[[Library], ExitStack]


def ready(library: Library) -> WarmUp:
    """As behind a page that has been there for a while."""
    warm_up = WarmUp(library)
    warm_up._state = State(Stage.READY, 0, 0, -1, "")
    return warm_up


@pytest.fixture
def library(
    make_library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Library:
    monkeypatch.setenv("CITEBACK_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("CITEBACK_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("CITEBACK_CITATIONS", str(tmp_path / "citations"))
    made = make_library()
    made.update()
    return made


@pytest.fixture
def open_door() -> Iterator[Open]:
    """Has a library answer the command line until the test, or what comes out, ends."""
    with ExitStack() as all_of_them:

        def opened(library: Library, warm_up: WarmUp | None = None) -> ExitStack:
            stack = all_of_them.enter_context(ExitStack())
            stack.enter_context(
                answering_the_command_line(library, warm_up or ready(library))
            )
            return stack

        yield opened


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loads a model has not asked the one that runs."""

    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("the command line has answered by itself")

    monkeypatch.setattr(library_module, "load_encoder", loaded)


def sockets(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name.endswith(".sock"))


@pytest.mark.parametrize(
    "arguments",
    [
        ASK,
        [*ASK, "--limit", "1"],
        [*ASK, "--receipts"],
        [*ASK, "--every"],
        ["every", "apple tree", "--json"],
        ["every", "apple tree"],
        ["absent", "the blue kettle"],
        ["absent", "a green kettle", "--json"],
        [*ASK, "--json"],
        ["ask", "?"],
    ],
    ids=" ".join,
)
def test_it_prints_what_the_command_line_prints(
    library: Library,
    open_door: Open,
    arguments: list[str],
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            library_module, "load_encoder", lambda *_, **__: WordHashEncoder()
        )
        status = command_line.main(arguments)
    printed = timeless(capsys)
    assert len(printed) > 1

    open_door(library)
    asked = []
    monkeypatch.setattr(
        command_line, "main", lambda given: asked.append(given) or status
    )
    assert entry.main(arguments) == status
    assert timeless(capsys) == printed
    assert not asked


def timeless(capsys: pytest.CaptureFixture) -> str:
    """What was printed, but for when that was and how long it took."""
    printed = capsys.readouterr()
    return TIMES.sub("", f"{printed.out}\0{printed.err}")


def test_a_document_that_came_just_now_is_found_and_told_of(
    library: Library,
    content: Path,
    open_door: Open,
    no_model: None,
    capsys: pytest.CaptureFixture,
) -> None:
    open_door(library)
    (content / "zebra.txt").write_text("The zebra eats hay at noon.")
    assert entry.main(["ask", "What does the zebra eat?"]) == 0
    printed = capsys.readouterr()
    assert "“The zebra eats hay at noon.” [1]" in printed.out
    assert printed.err.startswith("Documents: 1 added")


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other"},
        {"passages_per_answer": 1},
        {"max_question_characters": 5},
        {"content": Path("elsewhere")},
        {"citations": Path("elsewhere")},
        {"ocr": True},
    ],
    ids=str,
)
def test_what_would_be_answered_otherwise_is_not_asked(
    library: Library, open_door: Open, changed: dict[str, object]
) -> None:
    open_door(library)
    assert put(library.settings, ASK)
    assert put(replace(library.settings, **changed), ASK) is None


def test_another_version_is_not_asked(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    monkeypatch.setattr(by_socket, "_version", lambda: "0.0.9")
    assert put(library.settings, ASK) is None


def test_where_the_page_listens_and_its_accounts_change_no_answer(
    library: Library, open_door: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    other = replace(
        library.settings, host="0.0.0.0", port=1, accounts=tmp_path, writer_url="x"
    )
    assert put(other, ASK)
    # The same folders by other names.
    monkeypatch.chdir(tmp_path)
    folders = {"content": Path("content"), "index": Path("index")}
    assert put(replace(library.settings, **folders), ASK)


def test_what_a_language_model_is_to_write_on_is_not_asked(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    assert put(library.settings, [*ASK, "--write"]) is None
    monkeypatch.setattr(command_line, "main", lambda _: 7)
    assert entry.main([*ASK, "--write"]) == 7


def test_other_commands_are_not_put(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    assert put(library.settings, ["index", "--rebuild"]) is None
    monkeypatch.setattr(command_line, "main", lambda _: 7)
    assert entry.main(["list"]) == 7


@pytest.mark.parametrize(
    "state",
    [State(Stage.LOADING, 0, 0, -1, ""), State(Stage.READY, 0, 0, -1, "It failed.")],
    ids=["loading", "failed"],
)
def test_one_that_cannot_answer_yet_leaves_it(
    library: Library, open_door: Open, state: State
) -> None:
    warm_up = ready(library)
    open_door(library, warm_up)
    assert put(library.settings, ASK)
    warm_up._state = state
    assert put(library.settings, ASK) is None


def test_one_that_is_indexing_something_long_leaves_it(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_module, "PATIENCE_SECONDS", 0.05)
    open_door(library)
    held, over = threading.Event(), threading.Event()

    def index() -> None:
        with library.at_once():
            held.set()
            over.wait(SOON)

    indexing = threading.Thread(target=index)
    indexing.start()
    assert held.wait(SOON)
    assert put(library.settings, ASK) is None
    over.set()
    indexing.join()
    assert put(library.settings, ASK)


def test_what_is_wrong_with_the_library_is_left_to_the_command_line(
    library: Library, content: Path, open_door: Open
) -> None:
    open_door(library)
    shutil.rmtree(content)
    assert put(library.settings, ASK) is None


def test_the_newest_that_is_there_answers(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered_by = []
    reply = at_socket._Door._reply

    def noted(door, options):  # type: ignore[no-untyped-def]
        answered_by.append(door._path.name)
        return reply(door, options)

    monkeypatch.setattr(at_socket._Door, "_reply", noted)
    index = library.settings.index
    doors, names = [], []
    for number in range(3):
        doors.append(open_door(library))
        (name,) = set(sockets(index)) - set(names)
        os.utime(index / name, (number, number))
        names.append(name)
    assert put(library.settings, ASK)
    doors.pop().close()
    assert put(library.settings, ASK)
    assert answered_by == [names[2], names[1]]


def test_it_is_for_its_user_alone_and_leaves_nothing_behind(
    library: Library, open_door: Open
) -> None:
    index = library.settings.index
    before = sorted(one.name for one in index.iterdir())
    door = open_door(library)
    (name,) = sockets(index)
    assert stat.S_IMODE((index / name).lstat().st_mode) == 0o600
    door.close()
    assert sorted(one.name for one in index.iterdir()) == before


@pytest.mark.parametrize("side", ["asks", "answers"])
def test_other_users_neither_ask_nor_answer(
    library: Library, open_door: Open, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    one = by_socket if side == "asks" else at_socket
    monkeypatch.setattr(one, "user_of", lambda _: os.geteuid() + 1)
    assert put(library.settings, ASK) is None


def test_who_asks_is_told_by_the_system() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert by_socket.user_of(one) == os.geteuid()


def test_a_socket_of_another_user_is_passed_over(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_door(library)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    assert by_socket.newest_first(library.settings.index) == []


def test_what_a_killed_one_has_left_is_passed_over_and_removed(
    library: Library, open_door: Open
) -> None:
    index = library.settings.index
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(index / "ask-0.sock"))
    assert put(library.settings, ASK) is None
    open_door(library)
    assert "ask-0.sock" not in sockets(index)
    assert len(sockets(index)) == 1
    assert put(library.settings, ASK)


@pytest.mark.parametrize(
    "said",
    [b"", TAKEN, TAKEN + b'{"told": "', TAKEN + b"{}", TAKEN + b"[1]", b"No\n" + WHOLE],
)
def test_one_that_breaks_off_or_talks_nonsense_is_passed_over(
    library: Library, said: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as odd:
        odd.bind(str(library.settings.index / "ask-0.sock"))
        odd.listen()

        def answer() -> None:
            with odd.accept()[0] as connection:
                connection.recv(100_000)
                connection.sendall(said)

        answering = threading.Thread(target=answer)
        answering.start()
        assert put(library.settings, ASK) is None
        answering.join()


def test_one_that_hangs_is_not_waited_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_socket, "SECONDS_TO_TAKE", 0.05)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(library.settings.index / "ask-0.sock"))
        hanging.listen()
        assert put(library.settings, ASK) is None


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_the_path_may_be_long(content: Path, tmp_path: Path, open_door: Open) -> None:
    index = tmp_path / ("long " * 30)
    settings = Settings(content=content, index=index)
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        with open_door(library):
            assert len(sockets(index)) == 1
            assert put(settings, ASK)
        assert sockets(index) == []


def test_a_folder_that_takes_no_socket_hinders_nothing(
    library: Library, open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with open_door(library):
        assert sockets(library.settings.index) == []


def run(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it where a server's own settings are those that hold without any."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CITEBACK_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


LIGHTLY = f"""
import sys
from citeback.serve.entry import main
status = main(sys.argv[1:])
heavy = {HEAVY} & sys.modules.keys()
sys.exit(f"imported: {{heavy}}" if heavy else status)
"""
WITHOUT_TORCH = LIGHTLY.replace(str(HEAVY), "{'torch', 'gradio', 'fastapi', 'ray'}")


def test_nothing_heavy_is_imported_before_it_is_asked(
    library: Library, open_door: Open, tmp_path: Path
) -> None:
    open_door(library)
    done = run(tmp_path, LIGHTLY, *ASK)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The blue kettle boils water" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list"], ["doctor"], ["ask", "--help"]], ids=" ".join
)
def test_what_needs_no_model_imports_none(
    library: Library, tmp_path: Path, arguments: list[str]
) -> None:
    done = run(
        tmp_path, WITHOUT_TORCH.replace("main(sys.argv[1:])", EXITING), *arguments
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


EXITING = "0\ntry:\n    status = main(sys.argv[1:])\nexcept SystemExit:\n    pass"


@pytest.mark.real
def test_a_real_one_answers_at_once_and_as_the_command_line_does(
    tmp_path: Path,
) -> None:
    (tmp_path / "content").mkdir()
    shutil.copy(ROOT / "content" / WORKSHOP, tmp_path / "content")
    question = ("ask", "Who organized the workshop?", "--receipts")
    server = Server(tmp_path)
    server.start()
    by_server = run(tmp_path, LIGHTLY, *question)
    assert (by_server.returncode, by_server.stderr) == (0, "")
    assert "The Global Center" in by_server.stdout
    server.kill()
    assert len(sockets(tmp_path / "index")) == 1
    by_itself = run(tmp_path, LIGHTLY.replace(str(HEAVY), "set()"), *question)
    assert by_itself.returncode == 0
    assert by_itself.stdout == by_server.stdout
    server.start()
    assert len(sockets(tmp_path / "index")) == 1
    server.stop()
    assert sockets(tmp_path / "index") == []
