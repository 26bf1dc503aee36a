"""What Word and PowerPoint files say of themselves.

Read from the archive itself: the libraries for them make a title and a day up where they
do not find any, and do not know the name that LibreOffice refers to them by.
"""

from __future__ import annotations

import datetime
import posixpath
import zipfile
from dataclasses import replace

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.safe_xml import attribute, children, found_text, parsed
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import spaced

_RELATIONS = "_rels/.rels"
_DAY = len("2015-03-02")


def described(reading: Reading, archive: zipfile.ZipFile) -> Reading:
    """The reading with title, author and day from a file's core properties."""
    try:
        about = parsed(archive.read(_place(archive)))
    except (KeyError, UnreadableFileError):  # it says nothing of itself
        return reading
    made = found_text(about, "created") or found_text(about, "modified")
    return replace(
        reading,
        title=spaced(found_text(about, "title")),
        author=spaced(found_text(about, "creator")),
        date=_day(made[:_DAY]),
    )


def _place(archive: zipfile.ZipFile) -> str:
    """Where the properties are. Raises KeyError where there are none."""
    for relation in children(parsed(archive.read(_RELATIONS))):
        if attribute(relation, "Type").endswith("/core-properties"):
            return posixpath.normpath(attribute(relation, "Target").lstrip("/"))
    raise KeyError


def _day(written: str) -> str:
    try:
        return datetime.date.fromisoformat(written).isoformat()
    except ValueError:
        return ""
