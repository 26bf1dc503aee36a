"""Hand-made outcomes and sets for the tests of evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from citeback.evaluate.records import Found, Outcome, Question, Target
from citeback.records import Hit, Parts, Passage, Place, Source, Span, Verdict

CORPUS = {
    "kettle": ("", "The blue kettle boils water in four minutes."),
    "apple": ("Trees", "The apple tree was planted in 1987."),
    "lamp": ("", "---\nauthor: nobody\n---\nThe red lamp hangs in the cellar."),
    "rules": (
        "",
        "Rules of the house:\n\n- no smoking\n- no whistling\n\nGuests sleep upstairs.",
    ),
}
QUERIES = {
    "q1": "How long does the blue kettle take to boil water?",
    "q2": "When was the apple tree planted?",
    "q3": "Where does the red lamp hang?",
    "q4": "Where do guests sleep?",
}
QRELS = {"q1": "kettle", "q2": "apple", "q3": "lamp", "q4": "rules"}
SILENT = {"q5": "Who won the football championship?"}


def beir_folder(folder: Path, qrels: Mapping[str, str] = QRELS) -> Path:
    """A BEIR folder of four entries, four questions, and one that has no answer."""
    (folder / "qrels").mkdir(parents=True)
    write_lines(
        folder / "corpus.jsonl",
        [{"_id": i, "title": t, "text": x} for i, (t, x) in CORPUS.items()],
    )
    write_lines(
        folder / "queries.jsonl",
        [
            *({"_id": i, "text": text} for i, text in QUERIES.items()),
            *(
                {"_id": i, "text": text, "metadata": {"answerable": False}}
                for i, text in SILENT.items()
            ),
        ],
    )
    rows = [f"{question}\t{entry}\t1\n" for question, entry in qrels.items()]
    header = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(header + "".join(rows))
    return folder


def write_lines(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def source(path: str) -> Source:
    return Source(path=path, digest="", title=path, author="", date="", url="")


def hit(
    path: str = "a.txt", start: int = 0, text: str = "Tea.", also: Sequence[str] = ()
) -> Hit:
    span = Span(start, start + len(text))
    return Hit(
        number=1,
        passage=Passage(
            id=1,
            path=path,
            start=span.start,
            end=span.end,
            text=text,
            paragraph=1,
            part=1,
            parts=1,
            headings=(),
            lead_in=None,
            sentences=(span,),
        ),
        source=source(path),
        score=1.0,
        parts=Parts(0.9, 0.8, 0.7, 0.6, 0.5, 0.4),
        best=span,
        words=(),
        also_in=tuple(Place(source(name), 1, span.start, span.end) for name in also),
    )


def target(name: str, grade: int = 1) -> Target:
    return Target(name, f"{name}.txt", (), grade, f"Text of {name}.")


def outcome(
    ranks: Sequence[Sequence[Target]] = (),
    wanted: Sequence[Target] = (),
    *,
    probability: float = 0.5,
    verdict: Verdict = Verdict.TOUCHES,
    text: str = "Why?",
) -> Outcome:
    """An outcome whose n-th rank is right for the n-th targets; none is wrong."""
    return Outcome(
        question=Question("q", text, bool(wanted), {}, (), line=1),
        wanted=tuple(wanted),
        found=tuple(Found("name", hit(), tuple(targets)) for targets in ranks),
        verdict=verdict,
        probability=probability,
        seconds=0.02,
        refusal="",
    )
