"""Plain text: the file's own text, unchanged but for a byte order mark."""

from __future__ import annotations

from collections.abc import Callable

from citeback.ingest.formats import plain
from citeback.ingest.formats.decoding import decoded
from citeback.ingest.formats.front_matter import front_matter
from citeback.ingest.layout import draft
from citeback.ingest.reading import Reading
from citeback.records import Block, BlockKind

# From a text and where its words begin to its blocks, without numbers.
Blocks = Callable[[str, int], tuple[Block, ...]]


def read(data: bytes) -> Reading:
    """The reading of a text file. Raises UnreadableFileError."""
    found = decoded(data)
    return read_text(found.text, plain.blocks, remark=found.remark)


def read_text(text: str, blocks: Blocks, *, remark: str = "") -> Reading:
    """The reading of a text, with what its first lines say of it."""
    about = front_matter(text)
    drafts = blocks(text, about.end)
    if about.end:
        note = "the lines about the document itself"
        first = draft(BlockKind.FURNITURE, 0, about.end, note=note)
        drafts = (first, *drafts)
    return Reading(
        text=text,
        drafts=drafts,
        title=about.title,
        author=about.author,
        date=about.date,
        url=about.url,
        tags=about.tags,
        remark=remark,
    )
