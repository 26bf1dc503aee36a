"""What every reader gives: a file's text, its blocks and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from citeback.records import Block, Mark, Span


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read, before its paragraphs are numbered.

    `drafts` are blocks made by `layout.draft`, in reading order, apart from each other.
    Title, author, date, url and tags are as the file itself states them, empty where it
    does not.
    `remark` is a sentence on how it was read that its owner should know, or "".
    `quoted` are the stretches that its layout sets apart as quotations.
    """

    text: str
    drafts: tuple[Block, ...]
    title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    remark: str = ""
    quoted: tuple[Span, ...] = ()


# From a file's bytes to its reading. Raises UnreadableFileError with the reason.
Reader = Callable[[bytes], Reading]
