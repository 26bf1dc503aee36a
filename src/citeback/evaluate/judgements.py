"""A person's judgements of answers → lines of a question set for `evaluate`.

The file may hold lines of the person's own: they, and fields that are not known here,
stay as they are.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from citeback.errors import QuestionSetError
from citeback.evaluate.json_lines import lines
from citeback.evaluate.question_set import with_evidence

SECONDS_TO_WAIT = 10
KNOWN = {"question", "evidence", "rejected", "answerable"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a passage is right, by its `quote`, or with quote "" whether it is right
    that the texts do not say.
    """

    question: str
    quote: str
    good: bool


def note(path: Path, judgement: Judgement, *, taken_back: bool = False) -> None:
    """Write the judgement down, or take it back; the file is replaced as a whole.

    Raises QuestionSetError where the file is not a question set, which is then left
    alone, or cannot be written.
    """
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=SECONDS_TO_WAIT):
            _replace(path, "\n".join(_changed(path, judgement, taken_back)))
    except Timeout:
        raise QuestionSetError(
            f"{path} is being written by another program. Try again."
        ) from None
    except OSError as error:
        raise QuestionSetError(
            f"Nothing can be written to {path} ({error.strerror}). Set "
            "CITEBACK_JUDGEMENTS to a file in a folder you may write in."
        ) from error


def _changed(path: Path, judgement: Judgement, taken_back: bool) -> list[str]:
    """The lines of the file with the one of the judgement's question changed."""
    kept: list[str] = []
    if path.exists():
        list(with_evidence(path))  # raises for what is no question set
        kept = lines(path)
    while kept and not kept[-1].strip():
        kept.pop()
    at, fields = _line(kept, judgement.question)
    if taken_back:
        _take_back(fields, judgement)
    else:
        _apply(fields, judgement)
    fields.setdefault("evidence", [])
    if not fields.get("rejected", True):
        del fields["rejected"]
    told = bool(fields.keys() - KNOWN) or any(
        fields.get(name) not in (None, []) for name in KNOWN - {"question"}
    )
    kept[at : at + 1] = [json.dumps(fields, ensure_ascii=False)] if told else []
    return [*kept, ""]


def _line(kept: list[str], question: str) -> tuple[int, dict[str, Any]]:
    """Where the question's line stands, or is to stand, and its fields."""
    for at, line in enumerate(kept):
        fields = json.loads(line) if line.strip() else {}
        if fields.get("question", "").strip() == question.strip():
            return at, fields
    return len(kept), {"question": question}


def _apply(fields: dict[str, Any], judgement: Judgement) -> None:
    quote, good = judgement.quote, judgement.good
    if not quote:
        if good and fields.get("evidence"):
            raise QuestionSetError(
                "You marked a passage as right for this question before. Take that "
                "back first."
            )
        fields["answerable"] = not good
        return
    _without(fields, quote)
    kind = "evidence" if good else "rejected"
    fields[kind] = [*fields.get(kind, []), quote]
    if good:
        fields["answerable"] = True


def _take_back(fields: dict[str, Any], judgement: Judgement) -> None:
    if judgement.quote:
        _without(fields, judgement.quote)
    if not fields.get("evidence") and (judgement.good or not judgement.quote):
        fields.pop("answerable", None)


def _without(fields: dict[str, Any], quote: str) -> None:
    for kind in ("evidence", "rejected"):
        if kind in fields:
            fields[kind] = [text for text in fields[kind] if text != quote]


def _replace(path: Path, text: str) -> None:
    """Write beside the file and rename, so that a kill leaves the old one or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
