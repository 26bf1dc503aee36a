"""What a process does with a library until it is killed, by a plan that can be repeated.

Nothing in the product knows of this: the points at which it is killed are put around
the functions that it calls.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from doubles import WordHashEncoder

from citeback.index import disk, snapshot, vectors
from citeback.index.database import Database
from citeback.ingest import build, embed, worker
from citeback.ingest.read import Outcome, read_all
from citeback.ingest.stage import digest_of
from citeback.library import Library

# Far fewer than in use, so that much can be interrupted in a short time.
COMMIT_TEXTS = 20
CHUNK_TEXTS = 100
MAX_BYTES = 32_000_000
FEW_VECTORS = 20
FAISS_FILES = (".faiss", ".vectors")

# Where a process may be killed, and how often a plan passes there at most.
POINTS = {
    "before a commit": 40,
    "after a commit": 40,
    "before a checkpoint": 4,
    "after a checkpoint": 4,
    "half of a FAISS file written": 4,
    "before a FAISS file is renamed": 4,
    "after a FAISS file was renamed": 4,
    "before a file is moved": 3,
    "after a file was moved": 3,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What vectors and passages are made with; another one makes all of them anew."""

    fingerprint: str = "word-hash-1"
    splitter: str = "splitter-1"
    limit: int = 254

    def encoder(self, log: Path | None = None) -> WordHashEncoder:
        """The encoder, which notes what it embeds before it gives it out."""
        build.SPLITTER = self.splitter
        embed.COMMIT_TEXTS = COMMIT_TEXTS
        build.CHUNK_TEXTS = CHUNK_TEXTS
        plain = WordHashEncoder(self.fingerprint, word_piece_limit=self.limit)
        return plain if log is None else _Noting(plain, log)


class _Noting(WordHashEncoder):
    def __init__(self, like: WordHashEncoder, log: Path) -> None:
        super().__init__(like.fingerprint, word_piece_limit=like.word_piece_limit)
        self.log = log

    def encode_passages(self, texts: Sequence[str]) -> Any:
        with self.log.open("a") as file:
            file.write("".join(f"{digest_of(text)}\n" for text in texts))
        time.sleep(0.0005 * len(texts))
        return super().encode_passages(texts)


@dataclass(frozen=True, slots=True)
class Death:
    """When: at the `count`th passing of a point, or `seconds` after it; "" the start."""

    point: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Deed:
    """One call of the library; `recipe` is what it is made with."""

    name: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """What the process does, and when it is killed."""

    deeds: tuple[Deed, ...]
    death: Death
    own_reader: bool  # files are read in a process of their own, as in use
    huge: bool = False  # as if there were more vectors than memory should hold


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one test."""

    root: Path

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def log(self) -> Path:
        """What was embedded since the present deed began."""
        return self.root / "log"

    @property
    def taken(self) -> Path:
        """The file that was taken out last; brought back, it waits for the next update."""
        return self.root / "taken"

    @property
    def deed(self) -> Path:
        """The number of the present deed."""
        return self.root / "deed"


def live(place: Place, plan: Plan) -> None:
    """Carry out the plan, as far as it comes."""
    _set(plan.death)
    if not plan.own_reader:
        read_here()
    if plan.huge:
        vectors.PLAIN_MOST = vectors.HELD_MOST = snapshot.PLAIN_MOST = FEW_VECTORS
        snapshot.WRITTEN_PASSAGES = 0
    for number, deed in enumerate(plan.deeds):
        place.log.write_text("")
        place.deed.write_text(str(number))
        with Library.open(
            place.content, place.index, encoder=deed.recipe.encoder(place.log)
        ) as library:
            do(library, deed.name, place.uploads, place.taken)
    place.log.write_text("")


def do(library: Library, name: str, uploads: Path, taken: Path | None = None) -> None:
    """Carry out one deed; those that lack a file to do it to only update."""
    files = [report.source.path for report in library.files()]
    whole = [path for path in files if "/" not in path]
    removed = library.removed()
    new = sorted(uploads.iterdir()) if uploads.is_dir() else []
    if name == "rebuild":
        library.update(rebuild=True)
    elif name == "add" and new:
        library.add([(file, file.name) for file in new])
    elif name == "remove" and whole and (library.settings.content / whole[0]).exists():
        if taken is not None:
            taken.write_text(whole[0])
        library.remove(whole[0])
    elif name == "restore" and removed:
        library.restore(removed[0].key)
    else:
        library.update()


def read_here() -> None:
    """Read files in this very process, which spares the start of another one."""

    def read(
        path: Path, name: str, *, max_bytes: int, **_: object
    ) -> Iterator[Outcome]:
        try:
            yield from read_all(path, name, max_bytes=max_bytes)
        except build.FileAccessError:
            raise
        except worker.UnreadableFileError as error:
            yield Outcome(name, refusal=str(error))

    worker.SHARED.read = read  # type: ignore[method-assign, assignment]


def _set(death: Death) -> None:
    """Put the points around what the library calls."""
    left = {point: death.count if point == death.point else 0 for point in POINTS}

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def die_later() -> None:
        if death.seconds:
            timer = threading.Timer(death.seconds, die)
            timer.daemon = True
            timer.start()
        else:
            die()

    def passing(point: str) -> None:
        left[point] -= 1
        if left[point] == 0:
            die_later()

    run, checkpoint = Database.run, Database.checkpoint

    def noted_run(self: Database, sql: str, values: Sequence[Any] = ()) -> int:
        if sql != "COMMIT":
            return run(self, sql, values)
        passing("before a commit")
        count = run(self, sql, values)
        passing("after a commit")
        return count

    def noted_checkpoint(self: Database) -> None:
        passing("before a checkpoint")
        checkpoint(self)
        passing("after a checkpoint")

    write = disk.write

    def noted_write(path: Path, parts: Iterable[Any], **options: Any) -> None:
        def halves() -> Iterator[Any]:
            for part in parts:
                yield part[: len(part) // 2]
                if path.name.endswith(FAISS_FILES):
                    passing("half of a FAISS file written")
                yield part[len(part) // 2 :]

        write(path, halves(), **options)

    def noted_move(move: Any) -> Any:
        def moved(source: Any, target: Any, **options: Any) -> None:
            is_faiss = str(target).endswith(FAISS_FILES)
            what = "FAISS file is" if is_faiss else "file is"
            passing(f"before a {what} {'renamed' if 'FAISS' in what else 'moved'}")
            move(source, target, **options)
            what = what.replace(" is", " was")
            passing(f"after a {what} {'renamed' if 'FAISS' in what else 'moved'}")

        return moved

    Database.run = noted_run  # type: ignore[method-assign]
    Database.checkpoint = noted_checkpoint  # type: ignore[method-assign]
    disk.write = noted_write
    os.replace, os.rename, os.link = map(noted_move, (os.replace, os.rename, os.link))
    if not death.point:
        die_later()


def after(recipe: Recipe, deed: str, number: int) -> Recipe:
    """The recipe that a deed is done with."""
    if deed == "model":
        return replace(recipe, fingerprint=f"word-hash-{number}")
    if deed == "splitter":
        limit = 40 if recipe.limit > 40 else 254
        name = f"splitter-{number}-{limit}"
        return replace(recipe, splitter=name, limit=limit)
    return recipe
