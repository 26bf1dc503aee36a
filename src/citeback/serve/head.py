"""What stands in the page's head: styles, words and scripts, in the order they need."""

from __future__ import annotations

from pathlib import Path

from citeback.serve.strings import for_scripts

ASSETS = Path(__file__).parent / "assets"
STYLES = (
    "style.css",
    "answer.css",
    "cards.css",
    "asking.css",
    "reader.css",
    "change.css",
    "map.css",
    "pages.css",
    "tools.css",
    "drawers.css",
    "state.css",
    "judging.css",
    "writing.css",
    "library.css",
    "check.css",
    "citing.css",
    "dossier.css",
)
# The later ones use what the first one makes.
SCRIPTS = (
    "base.js",
    "scope.js",
    "state.js",
    "unfinished.js",
    "uploads.js",
    "citing.js",
    "permalinks.js",
    "reference.js",
    "conversation.js",
    "revisit.js",
    "export.js",
    "drawers.js",
    "shortcuts.js",
    "account.js",
    "reader_draw.js",
    "reader_head.js",
    "reader_change.js",
    "reader_map.js",
    "reader_outline.js",
    "reader_find.js",
    "reader_selection.js",
    "reader_page.js",
)


def head_html() -> str:
    """The elements for the head of the page."""
    styles = "\n".join(asset(name) for name in STYLES)
    scripts = "\n".join(f"<script>{asset(name)}</script>" for name in SCRIPTS)
    return (
        '<meta name="color-scheme" content="light dark">'
        '<meta name="robots" content="noindex">'
        f"<style>{styles}</style>"
        f'<script type="application/json" id="words">{for_scripts()}</script>{scripts}'
    )


def asset(name: str) -> str:
    """The text of a file of `assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")
