"""What Word and PowerPoint files say of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import spaced


def described(reading: Reading, about: Any) -> Reading:
    """The reading with title, author and day from a file's core properties."""
    made = about.created or about.modified
    return replace(
        reading,
        title=spaced(about.title or ""),
        author=spaced(about.author or ""),
        date=made.date().isoformat() if made else "",
    )
