"""Markdown: the file's own text, as it was typed."""

from __future__ import annotations

from citeback.ingest.formats import markdown
from citeback.ingest.formats.decoding import decoded
from citeback.ingest.formats.text import read_text
from citeback.ingest.reading import Reading


def read(data: bytes) -> Reading:
    """The reading of a Markdown file. Raises UnreadableFileError."""
    found = decoded(data)
    return read_text(found.text, markdown.blocks, remark=found.remark)
