"""Files made to do harm beside good ones: each gets a sentence, and harms no other."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from doubles import WordHashEncoder
from hostile_files import NAMES, write_hostile

from citeback.index.encoder import Encoded
from citeback.ingest import worker
from citeback.ingest.read import Outcome
from citeback.library import Library
from citeback.records import FileReport, FileState, Selection, UpdateReport
from citeback.serve import terminal
from citeback.serve.as_json import as_text, file_json
from citeback.serve.render import answer_html
from citeback.serve.strings import words_of
from citeback.settings import Settings

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt", reason="made of pipes and links"),
]

GOOD = {
    "kettle.txt": "The blue kettle boils water in four minutes.\n\nTea is kept apart.",
    "zebra.md": "# Animals\n\nThe zebra was born in the spring of 1987.\n",
}
SECRET = "The secret of the house is kept outside."
DAMAGED = "damaged, or made in a way that is not understood"
# Why each of the others is refused, in some of the words.
REFUSED = {
    "tight.zip/zeros.txt": "packed far tighter",
    "nested.zip/0.zip/0.zip/0.zip": "too deep within others",
    "overlapping.zip/0001.txt": "it is damaged: pack it anew",
    "overlapping.zip/0599.txt": "would unpack to more than 500 MB",
    "leading-out.zip/tmp/citeback-escaped.txt": "leads out of the archive",
    "leading-out.zip/escaped.txt": "leads out of the archive",
    "leading-out.zip/link.txt": "a link to another file",
    "laughs.docx": DAMAGED,
    "large-entity.docx": DAMAGED,
    "nested.docx": DAMAGED,
    "laughs.odt": "is damaged",
    "laughs.xlsx": DAMAGED,
    "nested.html": "nested too deep",
    "nested.eml": "nested too deep",
    "gpj.\u202etxt": "files of this kind are not read",
    "cut-off.pdf": "a damaged PDF",
    "swelling.pdf": "it stopped the program that reads it",
    "nuls.txt": "binary data",
    "binary.txt": "binary data",
    "empty.txt": "it is empty",
    "sparse.txt": "too large (2000.0 MB",
    r"latin-\xe9.txt": "its name is not valid text",
    r"\xff\xfe.pdf": "its name is not valid text",
    "pipe.txt": "no ordinary file",
    "socket.txt": "no ordinary file",
    "device.txt": "a link to a place outside",
    "round.txt": "a link that leads nowhere",
    "round": "a link to a folder",
    "outside.txt": "a link to a place outside",
    "nowhere.txt": "a link that leads nowhere",
}
# Words that are found in each of those that can be read.
READ = {
    "kettle.txt": "boils water in four minutes",
    "zebra.md": "born in the spring of 1987",
    "overlapping.zip/0000.txt": "stand in every one of these files",
    "leading-out.zip/honest.txt": "The honest member is quoted",
    "file-entity.docx": "Told:",
    "net-entity.docx": "Told:",
    "claims.xlsx": "2",
    "looping.epub": "comes round and round",
    "nested.rtf": "Inmost",
    "nested.md": "The inmost quotation",
    "pages.pdf": "The same line stands on every page",
    "objects.pdf": "The same line stands on every page",
    "drawn.pdf": "The same line stands on every page",
    "looping.pdf": "The same line stands on every page",
    "one-cell.csv": "long",
    "wide.csv": "c99999",
    "times.srt": "The bells ring at the usual time",
    "no-end.txt": "never ending words",
    "no-space.txt": "abcdefghijabcdefghij",
    "marks.txt": "The accents",
    "lines.txt": "The only words",
    "surrogates.txt": "a pair",
    "bidi.txt": "turns the text around",
    "a-folder.txt/within.txt": "The folder has one file",
    **NAMES,
}
# Seconds of work, however busy the machine is with other things: of one file, to read
# it, and of all of it. A tenth of these is usual.
FILE_SECONDS = 10
SECONDS = 120
# Nothing waits so long.
HANGING_SECONDS = 100
PARENT_BYTES = 300_000_000
# Signs that move to another line, colour a terminal or turn the text around.
REWRITING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Light(WordHashEncoder):
    """Gives each text one direction only: millions of words cost no time here."""

    def word_pieces(self, text: str) -> int:
        return len(text.split())

    def _encoded(self, text: str) -> Encoded:
        whole = super()._encoded(text[:200])
        return Encoded(whole.vector, whole.pieces[:4])


@dataclass(frozen=True)
class Hostile:
    """The folder, what the update said and what it cost, in memory and work.

    `reading` is the work of reading each file, in seconds.
    """

    library: Library
    content: Path
    report: UpdateReport
    seconds: float
    reading: dict[str, float]
    grown: int
    files: dict[str, FileReport]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """All files at once, indexed once for all tests."""
    root = tmp_path_factory.mktemp("hostile")
    content = root / "content"
    content.mkdir()
    for name, words in GOOD.items():
        (content / name).write_text(words)
    outside = root / "outside.txt"
    outside.write_text(SECRET)
    sockets = write_hostile(content, outside)
    settings = replace(
        Settings(),
        content=content,
        index=root / "index",
        max_seconds_per_file=HANGING_SECONDS,
    )
    with Library.open(settings=settings, encoder=Light()) as library:
        before, started = _memory(), time.process_time()
        with _memory_watched() as most, pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket.socket, "connect", _no_network)
            reading = _reading_watched(patch)
            report = library.update()
        seconds = time.process_time() - started + sum(reading.values())
        files = {file.source.path: file for file in library.files()}
        grown = most[0] - before
        yield Hostile(library, content, report, seconds, reading, grown, files)
    for one in sockets:
        one.close()
    worker.SHARED.stop()


def _no_network(*_: object) -> None:
    raise AssertionError("something was looked for in the network")


def _reading_watched(patch: pytest.MonkeyPatch) -> dict[str, float]:
    """A dictionary that is given the work of reading each file, in seconds."""
    took: dict[str, float] = {}
    read = worker.SHARED.read

    def watched(path: Path, name: str, **limits: Any) -> Iterator[Outcome]:
        before = _work_of_reading()
        outcomes = read(path, name, **limits)
        took[name] = max(0.0, _work_of_reading() - before)
        return outcomes

    patch.setattr(worker.SHARED, "read", watched)
    return took


def _work_of_reading() -> float:
    """The seconds that the process that reads has worked; 0 without one."""
    process = worker.SHARED._process
    state = Path(f"/proc/{process.pid}/stat") if process else Path()
    if not state.is_file():
        return 0.0
    fields = state.read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _memory() -> int:
    """The memory that this process holds now, in bytes; 0 where it cannot be told."""
    held = Path("/proc/self/statm")
    if not held.exists():
        return 0
    return int(held.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def _memory_watched() -> Iterator[list[int]]:
    """A list whose one entry is the most memory that was held inside."""
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            most[0] = max(most[0], _memory())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


def test_the_update_ends_in_bounded_time_and_memory(hostile: Hostile) -> None:
    print(f"{hostile.seconds:.1f} s, {hostile.grown / 1e6:.0f} MB")
    assert hostile.seconds < SECONDS
    slowest = max(hostile.reading, key=lambda name: hostile.reading[name])
    print(f"{slowest}: {hostile.reading[slowest]:.1f} s")
    assert 0 < hostile.reading[slowest] < FILE_SECONDS, slowest
    assert hostile.grown < PARENT_BYTES


def test_every_file_is_listed(hostile: Hostile) -> None:
    expected = {*REFUSED, *READ, "unreadable.txt"}
    assert expected <= hostile.files.keys()
    others = hostile.files.keys() - expected
    assert {path.partition("/")[0] for path in others} <= {
        "nested.zip",
        "overlapping.zip",
        "leading-out.zip",
    }
    on_disk = {os.fsencode(name) for name in os.listdir(hostile.content)}
    listed = {path.partition("/")[0] for path in hostile.files}
    assert len(on_disk) == len(listed)


@pytest.mark.parametrize("path", REFUSED)
def test_a_bad_file_is_refused_with_a_sentence(hostile: Hostile, path: str) -> None:
    file = hostile.files[path]
    assert file.state is FileState.REFUSED
    assert REFUSED[path] in file.reason
    assert file in hostile.report.refused


@pytest.mark.parametrize("path", READ)
def test_what_can_be_read_is_found_and_quoted(hostile: Hostile, path: str) -> None:
    assert hostile.files[path].state is FileState.INDEXED
    document = hostile.library.document(path)
    assert READ[path] in document.text
    if path == "no-space.txt":
        return  # its one word is cut, and no part of it is a word
    found = hostile.library.every(READ[path], selection=Selection(paths=(path,)))
    assert found.count
    for one in found.documents[0].passages:
        quote = one.passage
        assert document.text[quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    ("path", "remark"),
    [
        ("looping.pdf", "pages 2–3 cannot be read and are left out"),
        ("one-cell.csv", "row 2 is too long to be one of a table (2 cells"),
        ("wide.csv", "row 1 is too long to be one of a table (100,000 cells"),
    ],
)
def test_what_was_read_in_part_is_told(
    hostile: Hostile, path: str, remark: str
) -> None:
    assert remark in hostile.files[path].reason


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("kettle.txt", "How long does the blue kettle take to boil water?"),
        ("zebra.md", "When was the zebra born?"),
    ],
)
def test_the_good_files_answer(hostile: Hostile, path: str, question: str) -> None:
    hit = hostile.library.ask(question).hits[0]
    assert hit.source.path == path
    assert hit.quote in GOOD[path]


def test_a_file_that_nobody_may_read_is_told(hostile: Hostile) -> None:
    file = hostile.files["unreadable.txt"]
    if os.access(hostile.content / "unreadable.txt", os.R_OK):
        pytest.skip("this user may read everything")
    assert "permissions" in file.reason


def test_nothing_comes_from_outside_and_nothing_goes_there(hostile: Hostile) -> None:
    assert not hostile.library.every('"secret of the house"').count
    assert not hostile.library.every('"root:x:0"').count
    root = hostile.content.parent
    assert {one.name for one in root.iterdir()} == {"content", "index", "outside.txt"}
    for place in (root, root.parent, Path.cwd(), Path("/tmp"), Path("/")):
        assert not (place / "escaped.txt").exists()
    assert not Path("/tmp/citeback-escaped.txt").exists()


def test_nothing_that_is_shown_breaks_a_line_or_turns_it_around(
    hostile: Hostile,
) -> None:
    files = list(hostile.files.values())
    for line in terminal.file_lines(files):
        assert not REWRITING.search(line), line
    for line in terminal.update_lines(hostile.report):
        assert not REWRITING.search(line), line
    for words in NAMES.values():
        answer = hostile.library.ask(words)
        assert words in {hit.quote for hit in answer.hits}
        for line in terminal.answer_lines(answer):
            assert not REWRITING.search(line), line


def test_json_holds_the_names_as_they_are_and_shows_none_of_their_signs(
    hostile: Hostile,
) -> None:
    printed = as_text([file_json(file) for file in hostile.files.values()])
    assert not any(REWRITING.search(line) for line in printed.split("\n"))
    paths = {file["source"]["path"] for file in json.loads(printed)}
    assert paths == hostile.files.keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_name_becomes_a_tag_or_turns_the_page_around(
    hostile: Hostile, name: str
) -> None:
    answer = hostile.library.ask(NAMES[name])
    assert name in {hit.source.path for hit in answer.hits}
    page = Tags()
    page.feed(answer_html(answer, 0, words_of("en")))
    assert "img" not in page.tags
    assert not [key for key in page.attributes if key.startswith("on")]
    assert not page.loose


class Tags(HTMLParser):
    """The tags and attributes of a page; `loose` is text that can turn others around.

    What stands in `bdi`, or has a direction of its own, cannot.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.loose: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [key for key, _ in attrs]
        self._open.append(tag == "bdi" or "dir" in dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if re.search("[\u202a-\u202e\u2066-\u2069]", data) and not any(self._open):
            self.loose.append(data)
