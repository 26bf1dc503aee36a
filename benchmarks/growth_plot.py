"""Draws what `growth.py` measured: four panels over the number of passages."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

Row = Mapping[str, float]

WIDTH, HEIGHT = 880, 590
LEFT, TOP, PANEL, ROW = 66, 56, 440, 300
INNER_WIDTH, INNER_HEIGHT = 330, 186
SIGN = 7.2  # about the width of a letter
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #3b4654; }
.title { font-weight: 600; }
.grid { stroke: #d5dbe2; }
.line { fill: none; stroke-width: 2.5; }
.a { stroke: #1f5fa8; } .b { stroke: #a8521f; } .c { stroke: #6b7887; }
text.a { fill: #1f5fa8; stroke: none; } text.b { fill: #a8521f; stroke: none; }
text.c { fill: #56626f; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #c3ccd8; }
  .grid { stroke: #39434f; }
  .a { stroke: #7db4f0; } .b { stroke: #f0a878; } .c { stroke: #95a2b2; }
  text.a { fill: #7db4f0; } text.b { fill: #f0a878; } text.c { fill: #aab5c3; }
}
"""
# Title, and for each line its name and how to get its values.
Lines = Sequence[tuple[str, Callable[[Row], float]]]
PANELS: Sequence[tuple[str, Lines]] = (
    (
        "ms per question",
        (
            ("asking, p95", lambda row: row["p95_ms"]),
            ("asking, p50", lambda row: row["asking_ms"]),
            ("encoding alone", lambda row: row["encoding_ms"]),
        ),
    ),
    (
        "seconds",
        (
            ("files made anew", lambda row: row["derive_seconds"]),
            ("document added", lambda row: row["add_seconds"]),
            ("1,000 indexed", lambda row: row["index_ms"]),
        ),
    ),
    (
        "MB of memory, at most",
        (
            ("files made anew", lambda row: row["derive_mb"]),
            ("asking", lambda row: row["asking_mb"]),
        ),
    ),
    (
        "MB of disk",
        (
            ("catalog", lambda row: row["catalog_mb"]),
            ("vectors' files", lambda row: row["vectors_mb"]),
            ("words' file", lambda row: row["words_mb"]),
        ),
    ),
)


def plot(rows: Sequence[Row]) -> str:
    """A complete SVG file; both axes of each panel are logarithmic."""
    parts = []
    for number, (title, lines) in enumerate(PANELS):
        x, y = LEFT + PANEL * (number % 2), TOP + ROW * (number // 2)
        parts += _panel(rows, title, lines, x, y)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def _panel(
    rows: Sequence[Row], title: str, lines: Lines, left: float, top: float
) -> list[str]:
    sizes = [math.log10(row["passages"]) for row in rows]
    values = [math.log10(max(get(row), 1e-3)) for _, get in lines for row in rows]
    low, high = math.floor(min(values)), math.ceil(max(values))
    first, last = math.floor(min(sizes) + 0.05), math.ceil(max(sizes) - 0.05)

    def across(size: float) -> float:
        return left + (size - first) / max(last - first, 1) * INNER_WIDTH

    def up(value: float) -> float:
        return top + INNER_HEIGHT - (value - low) / max(high - low, 1) * INNER_HEIGHT

    parts = [_text(left, top - 32, f"{title}, by passages", "start", "title")]
    for power in range(low, high + 1):
        y = up(power)
        parts.append(_line(left, y, left + INNER_WIDTH, y))
        parts.append(_text(left - 8, y + 5, f"{10.0**power:,g}", "end"))
    for power in range(first, last + 1):
        x = across(power)
        parts.append(_line(x, top, x, top + INNER_HEIGHT))
        parts.append(_text(x, top + INNER_HEIGHT + 20, f"{10**power:,}", "middle"))
    said = left
    for kind, (name, get) in zip("abc", lines, strict=False):
        places = [
            (across(size), up(math.log10(max(get(row), 1e-3))))
            for size, row in zip(sizes, rows, strict=True)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line {kind}" points="{path}"/>')
        # Named above the panel: beside the lines, names of near ones would overlap.
        parts.append(_text(said, top - 12, name, "start", kind))
        said += SIGN * len(name) + 22
    return parts


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
