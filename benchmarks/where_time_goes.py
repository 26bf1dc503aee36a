"""Where the time of one question and of one indexed document goes, file by file.

    PYTHONPATH=src python benchmarks/where_time_goes.py BEIR_FOLDER [--save PICTURE.svg]

Makes documents of PASSAGES passages each, indexes them with the model, asks QUESTIONS of the
set, and then adds documents, each in an update of its own, as a running server does. The
stack is looked at a thousand times a second (pyinstrument); a moment counts for the innermost
function of Citeback that was being run, with all that it had called elsewhere: torch counts
for `index/encoder.py`. Only the thread that asks is looked at: the process that reads files
is waited for in `ingest/worker.py`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from html import escape
from itertools import pairwise
from pathlib import Path

from pyinstrument import Profiler
from pyinstrument.frame import Frame

import citeback
from citeback.library import Library

QUESTIONS = 300
DOCUMENTS = 8
PASSAGES = 20
WARM_UP = 30
INTERVAL = 0.001
PACKAGE = str(Path(citeback.__file__).parent) + "/"
SHOWN = 0.02  # of the time; what takes less is "everything else"

WIDTH, BAR, ROW = 860, 34, 20
COLOURS = "#1f5fa8 #c2703d #4b8b57 #8a5aa8 #b8983c #3f8f9c #a84a5f #6b7887".split()

Spent = Counter[tuple[str, str]]  # seconds by file and function


def spent(work: Callable[[], None]) -> Spent:
    """How long each of Citeback's functions was the innermost of its own."""
    profiler = Profiler(interval=INTERVAL)
    with profiler:
        work()
    found: Spent = Counter()
    session = profiler.last_session
    root = session.root_frame() if session else None
    if root:
        _count(root, ("elsewhere", ""), found)
    return found


def _count(frame: Frame, owner: tuple[str, str], found: Spent) -> None:
    path = frame.file_path or ""
    if path.startswith(PACKAGE):
        owner = (path.removeprefix(PACKAGE), frame.function)
    found[owner] += frame.absorbed_time + sum(
        child.time for child in frame.children if child.is_synthetic
    )
    for child in frame.children:
        if not child.is_synthetic:
            _count(child, owner, found)


def texts(folder: Path) -> list[str]:
    """The set's passages, so many to a document."""
    lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    passages = [" ".join(json.loads(line)["text"].split()) for line in lines]
    return [
        "\n\n".join(passages[start : start + PASSAGES])
        for start in range(0, len(passages), PASSAGES)
    ]


def questions(folder: Path) -> list[str]:
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[: QUESTIONS + WARM_UP]]


def profile(folder: Path, root: Path) -> tuple[Spent, int, Spent, int]:
    """Of asking and of adding: seconds by function, and how often it was done."""
    content = root / "content"
    content.mkdir()
    documents = {content / f"{n:04}.txt": text for n, text in enumerate(texts(folder))}
    later = list(documents)[-DOCUMENTS:]
    for file in documents.keys() - set(later):
        file.write_text(documents[file], "utf-8")
    with Library.open(content, root / "index") as library:
        library.update()
        asked = questions(folder)
        for question in asked[:WARM_UP]:
            library.ask(question)

        def ask() -> None:
            for question in asked[WARM_UP:]:
                library.ask(question)

        def add() -> None:
            for file in later:
                file.write_text(documents[file], "utf-8")
                library.update()

        return spent(ask), len(asked) - WARM_UP, spent(add), len(later)


def by_file(found: Spent) -> list[tuple[str, float]]:
    """Shares by file, the greatest first, what is small together at the end."""
    whole = sum(found.values())
    files: Counter[str] = Counter()
    for (file, _), seconds in found.items():
        files[file] += seconds / whole
    shown = [(file, share) for file, share in files.most_common() if share >= SHOWN]
    return [*shown, ("everything else", 1 - sum(share for _, share in shown))]


def table(title: str, found: Spent, count: int) -> str:
    whole = sum(found.values())
    lines = [f"{title}: {1000 * whole / count:.1f} ms each, {count} of them", ""]
    for (file, function), seconds in found.most_common():
        if seconds / whole < SHOWN:
            break
        lines.append(f"{100 * seconds / whole:5.1f} %  {file}  {function}")
    return "\n".join(lines) + "\n"


def picture(panels: list[tuple[str, list[tuple[str, float]]]]) -> str:
    """A complete SVG file: a bar for each, with what its parts are below."""
    parts, y = [], 0
    for title, shares in panels:
        y += 26
        parts.append(_text(0, y, title, "title"))
        ends = [0.0]
        for _, share in shares:
            ends.append(ends[-1] + share * WIDTH)
        y += 12
        for number, (start, end) in enumerate(pairwise(ends)):
            parts.append(
                f'<rect x="{start:.1f}" y="{y}" width="{max(end - start - 1.5, 0.5):.1f}" '
                f'height="{BAR}" rx="2" fill="{_colour(number, len(shares))}"/>'
            )
        y += BAR + 8
        for number, (name, share) in enumerate(shares):
            x, line = (number % 3) * WIDTH / 3, y + ROW * (number // 3)
            parts += [
                (
                    f'<rect x="{x:.1f}" y="{line + 4}" width="11" height="11" rx="2" '
                    f'fill="{_colour(number, len(shares))}"/>'
                ),
                _text(x + 18, line + 14, f"{100 * share:.0f} % {name}", ""),
            ]
        y += ROW * -(-len(shares) // 3) + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" '
        f'width="{WIDTH}" height="{y}"><style>text {{ font: 14px system-ui, sans-serif; '
        "fill: #3b4654; } .title { font-weight: 600; } "
        "@media (prefers-color-scheme: dark) { text { fill: #c3ccd8; } }</style>"
        f"{''.join(parts)}</svg>\n"
    )


def _colour(number: int, count: int) -> str:
    last = COLOURS[-1]
    return last if number == count - 1 else COLOURS[number % (len(COLOURS) - 1)]


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(words)}</text>'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="of a set as BEIR has it")
    parser.add_argument("--save", type=Path, help="where the picture is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        asking, asked, adding, added = profile(options.folder, Path(made))
    print(table("a question", asking, asked))
    print(table("a document", adding, added))
    if options.save:
        panels = [
            (f"One question, {1000 * sum(asking.values()) / asked:.0f} ms", asking),
            (f"One document, {1000 * sum(adding.values()) / added:.0f} ms", adding),
        ]
        drawn = picture([(title, by_file(found)) for title, found in panels])
        options.save.write_text(drawn, "utf-8")


if __name__ == "__main__":
    main()
