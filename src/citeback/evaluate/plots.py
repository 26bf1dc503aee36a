"""Numbers → plots, as SVG for a page. Colours come from the page's style sheet.

Classes: `grid` lines, `line` and `mark` for what was measured, `soft` for areas and
intervals, `guide` for a line to compare with. Text takes the page's colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from citeback.evaluate.confidence import Bin, Point
from citeback.evaluate.measures import Estimate

# Units of the drawings; pages scale them to the width that there is.
WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 46
ROW = 34
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
HISTOGRAM_BINS = 30


def intervals(rows: dict[str, Estimate]) -> str:
    """A dot with its interval for each measure, all on one axis from 0 to 1."""
    height = TOP + ROW * len(rows) + 28
    left = 84

    def x(value: float) -> float:
        return left + value * (WIDTH - left - 58)

    parts = []
    for tick in TICKS:
        parts.append(_line(x(tick), TOP, x(tick), height - 28, "grid"))
        parts.append(_text(x(tick), height - 8, f"{tick:g}", "middle"))
    for number, (name, row) in enumerate(rows.items()):
        y = TOP + ROW * (number + 0.5)
        parts += [
            _text(left - 10, y + 4, name, "end"),
            _line(x(row.low), y, x(row.high), y, "interval"),
            _dot(x(row.value), y, 5, f"{name} {row.value:.3f}"),
            _text(WIDTH - 4, y + 4, f"{row.value:.3f}", "end"),
        ]
    return _svg(parts, height, "Each measure with its 95 % interval")


def calibration(bins: Sequence[Bin]) -> str:
    """The share that was right over the stated probability; larger dots hold more."""
    most = max(b.count for b in bins)
    parts = [*_axes("stated probability", "share right"), _diagonal()]
    points = [(_x(b.probability), _y(b.right)) for b in bins]
    parts.append(_path(points, "line"))
    for (x, y), b in zip(points, bins, strict=True):
        told = f"{b.count} questions: stated {b.probability:.2f}, right {b.right:.2f}"
        parts.append(_dot(x, y, 3 + 7 * math.sqrt(b.count / most), told))
    return _svg(parts, HEIGHT, "Calibration of the verdict")


def risk_coverage(curve: Sequence[Point]) -> str:
    """The share of wrong first passages among the surest so many questions."""
    top = max(point.risk for point in curve)
    scale = next(step for step in (0.04, 0.08, 0.2, 0.4, 1.0) if top <= step)
    points = [(_x(p.coverage), _y(p.risk / scale)) for p in curve]
    first, last = points[0][0], points[-1][0]
    floor = [(last, _y(0)), (first, _y(0))]
    parts = [
        *_axes("share of questions answered, surest first", "share wrong", scale),
        _path([*points, *floor], "soft"),
        _path(points, "line"),
    ]
    return _svg(parts, HEIGHT, "Risk over coverage")


def histogram(milliseconds: Sequence[float]) -> str:
    """How many questions took how long; the slowest hundredth is drawn at the end."""
    end = 4.0 * math.ceil(float(np.percentile(milliseconds, 99)) / 4) or 4.0
    counts, edges = np.histogram(
        np.minimum(milliseconds, end), bins=HISTOGRAM_BINS, range=(0, end)
    )
    most = 4 * math.ceil(int(counts.max()) / 4)  # for ticks that are whole numbers
    parts = _axes("milliseconds per question", "questions", most, end)
    for count, low, high in zip(counts, edges, edges[1:], strict=False):
        x, y = _x(low / end), _y(count / most)
        parts.append(
            f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" '
            f'width="{max(1.0, _x(high / end) - x - 1):.1f}" '
            f'height="{_y(0) - y:.1f}">{_title(f"{low:.0f}–{high:.0f} ms: {count}")}'
            "</rect>"
        )
    return _svg(parts, HEIGHT, "Time per question")


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes(below: str, beside: str, top: float = 1.0, end: float = 1.0) -> list[str]:
    parts = []
    for tick in TICKS:
        parts.append(_line(LEFT, _y(tick), WIDTH - RIGHT, _y(tick), "grid"))
        parts.append(_text(LEFT - 8, _y(tick) + 4, f"{tick * top:,.0f}", "end"))
        parts.append(_text(_x(tick), HEIGHT - BOTTOM + 18, f"{tick * end:,.0f}"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turned = f'transform="rotate(-90 12 {middle:.0f})"'
    parts.append(_text(_x(0.5), HEIGHT - 8, below))
    parts.append(_text(12, middle, beside, "middle", turned))
    return parts


def _diagonal() -> str:
    return _line(_x(0), _y(0), _x(1), _y(1), "guide")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return (
        f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" '
        f'y2="{y2:.1f}"/>'
    )


def _path(points: Sequence[tuple[float, float]], kind: str) -> str:
    return (
        f'<path class="{kind}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'
    )


def _dot(x: float, y: float, radius: float, told: str) -> str:
    return (
        f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
        f"{_title(told)}</circle>"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>'
        f"{escape(text)}</text>"
    )


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _svg(parts: Sequence[str], height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
