"""The framework's own parts in the colours of style.css."""

from __future__ import annotations

SANS = ("system-ui", "Segoe UI", "Noto Sans", "DejaVu Sans", "sans-serif")
MONO = ("ui-monospace", "DejaVu Sans Mono", "monospace")

_PAPER, _PAPER_DARK = "#fffefb", "#1d2025"
COLOURS = {
    "body_background_fill": "#f6f4ef",
    "body_background_fill_dark": "#15171b",
    "body_text_color": "#1f2329",
    "body_text_color_dark": "#e7e4de",
    "body_text_color_subdued": "#5b616b",
    "body_text_color_subdued_dark": "#a3a8b1",
    "background_fill_primary": _PAPER,
    "background_fill_primary_dark": _PAPER_DARK,
    "background_fill_secondary": "#efece5",
    "background_fill_secondary_dark": "#262a30",
    "block_background_fill": _PAPER,
    "block_background_fill_dark": _PAPER_DARK,
    "border_color_primary": "#dedad0",
    "border_color_primary_dark": "#343941",
    "input_background_fill": _PAPER,
    "input_background_fill_dark": _PAPER_DARK,
}
