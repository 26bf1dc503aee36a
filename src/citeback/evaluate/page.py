"""A report → one HTML file that needs nothing else: numbers, plots, misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from html import escape
from importlib import resources
from string import Template

from citeback.evaluate import plots
from citeback.evaluate.measures import Estimate
from citeback.evaluate.records import Found, Outcome, Target
from citeback.evaluate.report import Report
from citeback.records import Parts, Verdict

# More would make the page slow; the JSON has all.
SHOWN = 200
TILES = ("R@1", "R@5", "MRR@10", "nDCG@10")


def html(report: Report) -> str:
    """The whole page."""
    template = resources.files("citeback.evaluate").joinpath("page.html").read_text()
    body = "\n".join(
        (
            *_head(report),
            *_tiles(report),
            *_plots(report),
            *_verdicts(report),
            *_misses("Right passage not first", report.misses),
            *_misses("Answered although the texts do not", report.false_answers),
        )
    )
    return Template(template).substitute(title=escape(report.name), body=body)


def _head(report: Report) -> Iterator[str]:
    size = report.size
    yield f"<h1>{escape(report.name)}, {escape(report.method)}</h1>"
    yield (
        f'<p class="quiet">{len(report.outcomes):,} questions, {report.answerable:,} of '
        f"them answerable, about {size.documents:,} documents with {size.passages:,} "
        f"passages. Below a measure stands its 95 % interval (bootstrap). "
        f"{escape(report.made[:10])}, {escape(report.machine)}.</p>"
    )
    if report.left_out:
        yield (
            f'<p class="quiet">{report.left_out:,} questions of another split were '
            "left out.</p>"
        )
    if report.unfindable:
        names = ", ".join(report.unfindable[:SHOWN])
        yield (
            f"<details><summary>No passage was indexed of {len(report.unfindable):,} "
            f"documents, so nothing can find them.</summary><p>{escape(names)}</p>"
            "</details>"
        )


def _tiles(report: Report) -> Iterator[str]:
    yield '<div class="tiles">'
    for name in TILES:
        if name in report.ranking:
            yield _tile(name, report.ranking[name])
    auroc = report.confidence.auroc
    yield _card("–" if auroc is None else f"{auroc:.3f}", "AUROC", "of the verdict")
    error = f"{report.confidence.calibration_error:.3f}"
    yield _card(error, "calibration error", "of the verdict")
    yield _card(
        f"{report.times.p50:.0f} ms", "per question", f"p95: {report.times.p95:.0f} ms"
    )
    yield "</div>"


def _tile(name: str, estimate: Estimate) -> str:
    return _card(
        f"{estimate.value:.3f}", name, f"{estimate.low:.3f} – {estimate.high:.3f}"
    )


def _card(value: str, name: str, note: str) -> str:
    return (
        f'<div class="card"><b>{escape(value)}</b>{escape(name)}'
        f'<div class="quiet">{escape(note)}</div></div>'
    )


def _plots(report: Report) -> Iterator[str]:
    yield '<div class="plots">'
    if report.ranking:
        note = "R@k: share of questions with a right passage among the first k."
        yield _plot("Ranking", note, plots.intervals(report.ranking))
    note = "On the dashed line the stated probability is the true one."
    yield _plot("Calibration", note, plots.calibration(report.confidence.bins))
    note = "Answering only the surest questions: how many first passages are wrong."
    yield _plot(
        "Risk over coverage", note, plots.risk_coverage(report.confidence.curve)
    )
    milliseconds = [1000 * o.seconds for o in report.outcomes if not o.refusal]
    if milliseconds:
        note = "The slowest hundredth stands in the last column."
        yield _plot("Time", note, plots.histogram(milliseconds))
    yield "</div>"


def _plot(title: str, note: str, drawing: str) -> str:
    return (
        f'<div class="card"><h3>{title}</h3><p class="quiet">{note}</p>{drawing}</div>'
    )


def _verdicts(report: Report) -> Iterator[str]:
    yield (
        '<h2>What it said</h2><div class="card"><table><thead><tr><th>verdict</th>'
        "<th>questions</th><th>answerable</th><th>first passage right</th></tr></thead>"
        "<tbody>"
    )
    for verdict in Verdict:
        row = report.confidence.verdicts[verdict]
        share = f" ({row.right / row.count:.0%})" if row.count else ""
        yield (
            f"<tr><td>{verdict}</td><td>{row.count:,}</td><td>{row.answerable:,}</td>"
            f"<td>{row.right:,}{share}</td></tr>"
        )
    yield "</tbody></table></div>"


def _misses(title: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    yield f"<h2>{title}: {len(outcomes):,}</h2>"
    if len(outcomes) > SHOWN:
        yield f'<p class="quiet">The first {SHOWN}; the JSON file has all.</p>'
    for outcome in outcomes[:SHOWN]:
        yield from _miss(outcome)


def _miss(outcome: Outcome) -> Iterator[str]:
    question = outcome.question
    yield f'<article class="card miss"><h3>{escape(question.text)}</h3>'
    if outcome.refusal:
        yield f'<p class="quiet">Not asked: {escape(outcome.refusal)}</p></article>'
        return
    chance = f"{outcome.probability:.2f}"
    yield (
        f'<p class="quiet">Question {escape(question.id)}; verdict: {outcome.verdict}, '
        f'probability {chance}</p><div class="pair">'
    )
    if outcome.found:
        yield _found("Put first", "wrong", outcome.found[0])
    if outcome.rank:
        right = outcome.found[outcome.rank - 1]
        yield _found(f"Right, on rank {outcome.rank}", "", right)
    elif outcome.wanted:
        yield _wanted(outcome.wanted[0])
    yield "</div></article>"


def _found(label: str, kind: str, found: Found) -> str:
    hit = found.hit
    start = hit.best.start - hit.passage.start
    end = hit.best.end - hit.passage.start
    text = hit.passage.text
    marked = (
        f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>"
        f"{escape(text[end:])}"
    )
    return (
        f'<div><p class="label {kind}">{label}: {escape(found.name)} '
        f"(score {hit.score:.3f})</p>{_parts(hit.parts)}<details open>"
        f'<summary>Passage</summary><p class="passage">{marked}</p></details></div>'
    )


def _wanted(target: Target) -> str:
    return (
        f'<div><p class="label">Right, not among the first ten: {escape(target.name)}'
        f'</p><p class="passage">{escape(target.text)}</p></div>'
    )


def _parts(parts: Parts) -> str:
    rows = []
    for field in fields(parts):
        value = getattr(parts, field.name)
        share = min(max(value, 0.0), 1.0)
        name = field.name.replace("_", " ")
        rows.append(
            f'<dt>{name}</dt><i style="--share: {share:.0%}"></i><dd>{value:.2f}</dd>'
        )
    return f'<dl class="parts">{"".join(rows)}</dl>'
