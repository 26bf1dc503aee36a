"""The command `evaluate`: its options, its way from a set to saved results."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from citeback.errors import BelowThresholdError, QuestionSetError
from citeback.evaluate import measures, page, question_set, run
from citeback.evaluate.report import Report, report_json, report_of
from citeback.library import Library
from citeback.records import Baseline
from citeback.serve import terminal

FULL = "citeback"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `evaluate` can be told."""
    parser.add_argument("path", type=Path, help="BEIR folder, or file of questions")
    parser.add_argument(
        "--baseline", type=Baseline, choices=list(Baseline), help="rank more simply"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep a BEIR folder's index here"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("evaluation"), help="folder for the results"
    )
    for depth in measures.RECALL_DEPTHS:
        parser.add_argument(
            f"--min-recall-at-{depth}",
            type=float,
            metavar="SHARE",
            help=f"exit with status 1 if R@{depth} is lower",
        )


def evaluated(library: Library, options: argparse.Namespace, *, hidden: bool) -> Report:
    """The report on the options' set, with bars on standard error unless hidden."""
    measures.check_installed()
    questions = question_set.load(options.path)
    with (
        terminal.ProgressBar(hidden=hidden) as progress,
        run.library_of(questions, library, options.keep, progress) as (asked, ids),
    ):
        outcomes = tqdm(
            run.outcomes(asked, questions, ids, options.baseline),
            desc="Asking",
            total=len(questions.questions),
            disable=hidden,
            leave=False,
        )
        method = options.baseline or FULL
        return report_of(tuple(outcomes), questions, asked, ids, method)


def save(report: Report, folder: Path) -> Path:
    """Write the JSON and the page into the folder; returns the page's path."""
    name = f"{report.name}-{report.method}"
    path = folder / f"{name}.html"
    plain = json.dumps(report_json(report), ensure_ascii=False, indent=2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(plain + "\n", encoding="utf-8")
        path.write_text(page.html(report), encoding="utf-8")
    except OSError as error:
        raise QuestionSetError(
            f"The results cannot be saved in {folder} ({error.strerror}). Name another "
            "folder with --output."
        ) from error
    return path


def check(report: Report, options: argparse.Namespace) -> None:
    """Raise BelowThresholdError if a measure is lower than the options want."""
    for depth in measures.RECALL_DEPTHS:
        wanted = vars(options)[f"min_recall_at_{depth}"]
        found = report.ranking.get(f"R@{depth}")
        if wanted is not None and (found is None or found.value < wanted):
            shown = "undefined" if found is None else f"{found.value:.3f}"
            raise BelowThresholdError(f"R@{depth} is {shown}, below {wanted:g}.")
