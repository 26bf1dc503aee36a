"""Draws what `peers.py` measured: R@1 with its interval, and time per question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from citeback.evaluate.measures import Estimate

Row = tuple[str, Estimate, float, float]

WIDTH, ROW, TOP, BOTTOM = 860, 44, 40, 34
NAMES, RIGHT = 170, 20
MIDDLE = 520  # where the first panel ends
STYLE = """
text { font: 15px system-ui, sans-serif; fill: #3b4654; }
.grid { stroke: #d5dbe2; }
.first { fill: #1f5fa8; } .other { fill: #6b7887; }
.span { stroke-width: 10; stroke-linecap: round; opacity: .3; }
.first.span { stroke: #1f5fa8; } .other.span { stroke: #6b7887; }
@media (prefers-color-scheme: dark) {
  text { fill: #c3ccd8; }
  .grid { stroke: #39434f; }
  .first { fill: #7db4f0; } .other { fill: #95a2b2; }
  .first.span { stroke: #7db4f0; } .other.span { stroke: #95a2b2; }
}
"""


def plot(rows: Sequence[Row]) -> str:
    """A complete SVG file; the first row is drawn in another colour."""
    height = TOP + ROW * len(rows) + BOTTOM
    low = math.floor(10 * min(row[1].low for row in rows)) / 10
    least = math.floor(math.log10(min(row[2] for row in rows)))
    most = math.ceil(math.log10(max(row[3] for row in rows)))

    def share(value: float) -> float:
        return NAMES + (value - low) / (1 - low) * (MIDDLE - NAMES - 60)

    def time(milliseconds: float) -> float:
        place = (math.log10(milliseconds) - least) / (most - least)
        return MIDDLE + place * (WIDTH - MIDDLE - RIGHT)

    parts = [
        _text(NAMES, 20, "R@1, 95 % interval", "start"),
        _text(MIDDLE, 20, "ms per question, p50 to p95", "start"),
    ]
    for tick in range(round(10 * low), 11):
        parts += _tick(share(tick / 10), height, f"{tick / 10:g}")
    for tick in range(least, most + 1):
        parts += _tick(time(10**tick), height, f"{10**tick:g}")
    for number, (name, first, p50, p95) in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        kind = "other" if number else "first"
        parts += [
            _text(NAMES - 16, y + 5, name, "end"),
            _span(share(first.low), share(first.high), y, kind),
            _dot(share(first.value), y, kind),
            _text(share(1) + 14, y + 5, f"{first.value:.3f}", "start"),
            _span(time(p50), time(p95), y, kind),
            _dot(time(p50), y, kind),
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def _tick(x: float, height: float, label: str) -> list[str]:
    end = height - BOTTOM
    return [
        f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{end}"/>',
        _text(x, end + 22, label, "middle"),
    ]


def _span(start: float, end: float, y: float, kind: str) -> str:
    return (
        f'<line class="{kind} span" x1="{start:.1f}" y1="{y}" x2="{end:.1f}" y2="{y}"/>'
    )


def _dot(x: float, y: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="6"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
