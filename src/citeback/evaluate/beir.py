"""A BEIR folder → entries, questions, judgements; and its entries as documents.

The format: https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset, with
`metadata.answerable` added for questions that no entry answers.
"""

from __future__ import annotations

from pathlib import Path

from citeback.errors import QuestionSetError
from citeback.evaluate.json_lines import Row, lines, rows
from citeback.evaluate.records import Entry, Question, QuestionSet

# The split that is used, the first that is there.
SPLITS = ("test.tsv", "dev.tsv")
# A file of this name marks a folder whose documents may be replaced.
MARK = "made-by-citeback-evaluate.txt"

# Longer lines are read as text even when they are underlined.
LONGEST_TITLE = 80

# For each question's id the grades of its right entries.
Judgements = dict[str, dict[str, int]]


def load(folder: Path, name: str) -> QuestionSet:
    """The folder's questions of one split and all its entries.

    Raises QuestionSetError with file and line for what is wrong.
    """
    entries = {}
    for row in rows(folder / "corpus.jsonl"):
        entry = _entry(row)
        if entry.id in entries:
            raise row.error(f"the id {entry.id!r} is there twice.")
        entries[entry.id] = entry
    split, others = _splits(folder / "qrels")
    judged = _judgements(split)
    elsewhere = {question for file in others for question in _judgements(file)}
    found = {}
    for row in rows(folder / "queries.jsonl"):
        question = _question(row, judged, split.name)
        if question.id in found:
            raise row.error(f"the id {question.id!r} is there twice.")
        found[question.id] = question
        judged_here = bool(question.grades)
        if question.answerable and not judged_here and question.id not in elsewhere:
            raise row.error(
                f"no file in qrels has a right entry for {question.id!r}. Add one, or "
                '"metadata": {"answerable": false}.'
            )
    _check_ids(split, judged, known=set(found), entries=set(entries))
    questions = tuple(q for q in found.values() if q.grades or not q.answerable)
    left_out = len(found) - len(questions)
    return QuestionSet(name, questions, tuple(entries.values()), left_out)


def write(entries: tuple[Entry, ...], folder: Path) -> dict[str, str]:
    """Write each entry as a document of its own; returns the entries' ids by path.

    Documents of an earlier set in the folder are removed. Raises QuestionSetError
    for a folder that holds anything else.
    """
    if (
        folder.exists()
        and any(folder.iterdir())
        and not (folder.parent / MARK).exists()
    ):
        raise QuestionSetError(
            f"{folder} holds files that are not from an evaluation. Name another "
            "folder to keep the index in."
        )
    folder.mkdir(parents=True, exist_ok=True)
    note = "Documents and index of an evaluation; safe to delete.\n"
    (folder.parent / MARK).write_text(note, encoding="utf-8")
    # Numbers, because ids may hold what no file name can.
    paths = {f"{n:07}.txt": entry for n, entry in enumerate(entries, start=1)}
    for old in folder.iterdir():
        if old.name not in paths:
            old.unlink()
    for path, entry in paths.items():
        (folder / path).write_text(_document(entry), encoding="utf-8", newline="")
    return {path: entry.id for path, entry in paths.items()}


def _document(entry: Entry) -> str:
    """An underlined title and the text, which is never taken for lines about itself."""
    title = " ".join(entry.title.split())
    line = "\n=====" if len(title) <= LONGEST_TITLE else ""
    text = f"{title}{line}\n\n{entry.text}" if title else entry.text
    return f"\n{text}" if text.startswith("---") else text


def _entry(row: Row) -> Entry:
    title = row.text("title") if row.fields.get("title") else ""
    # An entry may be empty in BEIR's own sets: it is there and cannot be found.
    text = row.text("text") if row.fields.get("text") else ""
    return Entry(row.text("_id"), title, text)


def _question(row: Row, judged: Judgements, split: str) -> Question:
    identity = row.text("_id")
    metadata = row.fields.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise row.error('"metadata" must be a JSON object: {...}.')
    answerable = row.answerable(metadata)
    grades = judged.get(identity, {})
    if grades and not answerable:
        raise row.error(f'"answerable" is false, but {split} has a right entry.')
    return Question(identity, row.text("text"), answerable, grades, (), row.number)


def _splits(folder: Path) -> tuple[Path, list[Path]]:
    """The file of judgements that is used, and the others."""
    files = sorted(folder.glob("*.tsv"))
    known = [file for name in SPLITS for file in files if file.name == name]
    if not files:
        raise QuestionSetError(f"{folder / SPLITS[0]} is missing.")
    if not known and len(files) > 1:
        raise QuestionSetError(
            f"{folder} holds {len(files)} files, none of them {' or '.join(SPLITS)}. "
            "Rename the one to use."
        )
    chosen = (known or files)[0]
    return chosen, [file for file in files if file != chosen]


def _judgements(file: Path) -> Judgements:
    judged: Judgements = {}
    for number, line in enumerate(lines(file), start=1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and cells[0] == "query-id"):
            continue
        if len(cells) != 3 or not cells[2].strip().lstrip("-").isdecimal():
            raise QuestionSetError(
                f"{file}, line {number}: three columns are wanted, parted by tabs: "
                "query-id, corpus-id, score (a whole number)."
            )
        question, entry, grade = cells
        if int(grade) > 0:
            judged.setdefault(question, {})[entry] = int(grade)
    return judged


def _check_ids(
    file: Path, judged: Judgements, *, known: set[str], entries: set[str]
) -> None:
    for question, grades in judged.items():
        if question not in known:
            raise QuestionSetError(f"{file}: queries.jsonl has no {question!r}.")
        for entry in grades.keys() - entries:
            raise QuestionSetError(f"{file}: corpus.jsonl has no {entry!r}.")
