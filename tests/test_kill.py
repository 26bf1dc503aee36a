"""An update killed at random moments: the next start has the last complete state."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from doubles import WordHashEncoder

from citeback.library import Library

DOCUMENTS = 12
PARAGRAPHS = 40
KILLS = 10
# Far fewer than in use, so that there is much to interrupt in a second.
COMMIT_TEXTS = 40
# As long as a batch and a document take on an idle machine.
LONGEST_WAIT = 0.1

pytestmark = pytest.mark.real

# The encoder writes down what it embeds before it does, so that repeats are seen.
SCRIPT = """
import sys
from doubles import WordHashEncoder
from citeback.ingest import embed
from citeback.library import Library

content, index, log, texts = sys.argv[1:]
embed.COMMIT_TEXTS = int(texts)

class Logging(WordHashEncoder):
    def encode_passages(self, texts):
        rows = super().encode_passages(texts)
        with open(log, "a") as file:
            file.write("".join(f"{text}\\n" for text in texts))
        return rows

print("ready", flush=True)
with Library.open(content, index, encoder=Logging(seconds=0.001)) as library:
    library.update()
print("done", flush=True)
"""


def write_documents(content: Path, edition: str) -> None:
    content.mkdir(exist_ok=True)
    for number in range(DOCUMENTS):
        paragraphs = (
            f"Edition {edition}, document {number} says in paragraph {n} that "
            f"thing {(number + 1) * 1000 + n} is kept. It is {n} years old."
            for n in range(PARAGRAPHS)
        )
        (content / f"{number:02}.txt").write_text("\n\n".join(paragraphs))


def start(content: Path, index: Path, log: Path) -> subprocess.Popen[str]:
    here = Path(__file__).resolve().parent
    path = os.pathsep.join([str(here), str(here.parent / "src")])
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            SCRIPT,
            str(content),
            str(index),
            str(log),
            str(COMMIT_TEXTS),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def texts_of_a_whole_run(tmp_path: Path, content: Path) -> int:
    """How many texts an update embeds, so that the kills fall within one."""
    log = tmp_path / "other log"
    process = start(content, tmp_path / "other index", log)
    assert process.stdout is not None
    assert process.stdout.read() == "done\n"
    process.stdout.close()
    assert process.wait() == 0
    return lines_in(log)


def lines_in(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def kill_after(
    process: subprocess.Popen[str], log: Path, texts: int, seconds: float
) -> bool:
    """Kill it some seconds after it has embedded so many texts, however long that takes.

    Whether the update was still going on then.
    """
    enough = lines_in(log) + texts
    while lines_in(log) < enough and process.poll() is None:
        time.sleep(0.002)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read() if process.stdout else ""
    process.wait()
    if process.stdout:
        process.stdout.close()
    return "done" not in rest


def check_whole(library: Library, editions: set[str]) -> int:
    """Every document in the library is complete, of one edition; returns how many."""
    files = library.files()
    for file in files:
        assert file.passages == file.paragraphs == PARAGRAPHS
        text = library.document(file.source.path).text
        assert sum(text.startswith(f"Edition {e},") for e in editions) == 1
        number = int(file.source.path.removesuffix(".txt"))
        thing = (number + 1) * 1000 + PARAGRAPHS - 1
        hit = library.ask(f"Is thing {thing} kept?", limit=1).hits[0]
        assert hit.passage.path == file.source.path
        assert f"thing {thing} " in hit.passage.text
    return len(files)


@pytest.mark.parametrize("edition", ["first", "second"])
def test_killed_while_indexing(tmp_path: Path, edition: str) -> None:
    """Kills a first indexing, or one of documents that have all changed."""
    content, index, log = (tmp_path / name for name in ("content", "index", "log"))
    editions = {"first"}
    write_documents(content, "first")
    if edition == "second":
        with Library.open(content, index, encoder=WordHashEncoder()) as library:
            library.update()
        write_documents(content, "second")
        editions.add("second")
    moments = random.Random(edition)
    whole = texts_of_a_whole_run(tmp_path, content)
    killed = 0
    for _ in range(KILLS):
        process = start(content, index, log)
        # Each start goes on where the last was killed: together they take one run.
        texts = moments.randint(0, 2 * whole // KILLS)
        killed += kill_after(process, log, texts, moments.uniform(0.0, LONGEST_WAIT))
        with Library.open(content, index, encoder=WordHashEncoder()) as library:
            held = check_whole(library, editions)
            assert edition == "first" or held == DOCUMENTS
    assert killed >= KILLS // 2

    encoder = WordHashEncoder()
    with Library.open(content, index, encoder=encoder) as library:
        library.update()
        assert check_whole(library, {edition}) == DOCUMENTS
    written = log.read_text().splitlines()
    embedded = [*written, *encoder.seen]
    repeats = len(embedded) - len(set(embedded))
    # What was committed is never embedded again; a kill may cost one batch.
    assert repeats <= killed * COMMIT_TEXTS
    assert len(encoder.seen) < len(set(embedded))
