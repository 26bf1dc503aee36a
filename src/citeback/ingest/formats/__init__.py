"""From the bytes of a file to its text and blocks: a reader for each family of formats.

A module is imported when a file of its family is read, since some take a while.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath
from typing import cast

from citeback.ingest.reading import Reader

# By ending of the file's name: the module here whose `read` is a Reader.
_MODULES = {
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".md": "markdown_text",
    ".markdown": "markdown_text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
    ".rtf": "rtf",
    ".odt": "odt",
    ".fodt": "odt",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pdf": "pdf",
    ".eml": "mail",
    ".mbox": "mail",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".srt": "subtitles",
    ".vtt": "subtitles",
    ".epub": "epub",
}
PLAIN = frozenset({"", ".txt", ".text", ".md", ".markdown"})
"""The endings of files that hold nothing but text."""
# These are mostly refused, with what to do; but some are something else inside.
_OLD = {".doc": "old_office", ".xls": "old_office", ".ppt": "old_office"}
ARCHIVE = ".zip"
"""The ending of archives, whose files are read one by one."""
SUFFIXES = (*_MODULES, ARCHIVE)
"""The endings of file names that are read, in lower case; "" is no ending."""
KINDS = (
    "text and Markdown (.txt, .md), PDF (.pdf), web pages (.html), Word (.docx), "
    "OpenDocument (.odt), RTF (.rtf), books (.epub), presentations (.pptx), "
    "spreadsheets and tables (.xlsx, .csv, .tsv), e-mail (.eml, .mbox), subtitles "
    "(.srt, .vtt), and archives of these (.zip)"
)
"""The same for people."""

_OFFICE = "open it in LibreOffice or Microsoft Office, save it as {}, and put that here"
_APPLE = "open it in the program that made it, export it as {}, and put that here"
_BOOK = "turn it into .epub (Calibre does that), and put that here"
_PAGE = "open it in a browser, save the page as .html, and put that here"
_PACKED = "unpack it, and put its files here, or a .zip of them"
_PICTURE = "make a PDF with text of it by OCR (ocrmypdf), and put that here"
_SPOKEN = "put its subtitles here (.srt, .vtt), or what is said in it as text"
REMEDIES = {
    **dict.fromkeys((".ods", ".xlsb", ".xlt", ".xltx"), _OFFICE.format(".xlsx")),
    **dict.fromkeys(
        (".odp", ".pps", ".ppsx", ".potx", ".pptm"), _OFFICE.format(".pptx")
    ),
    **dict.fromkeys(
        (".docm", ".dot", ".dotx", ".ott", ".wps"), _OFFICE.format(".docx")
    ),
    ".pages": _APPLE.format(".docx"),
    ".numbers": _APPLE.format(".xlsx"),
    ".key": _APPLE.format(".pptx"),
    ".msg": "open it in the mail program, save it as .eml, and put that here",
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".fb2"), _BOOK),
    **dict.fromkeys((".mht", ".mhtml", ".webarchive"), _PAGE),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), _PACKED),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".djvu"), _PICTURE),
    **dict.fromkeys((".mp3", ".m4a", ".wav", ".mp4", ".mkv", ".mov"), _SPOKEN),
}
"""By ending of files that are not read: what to do with them, if anything can be done."""


def reader_of(name: str) -> Reader | None:
    """The reader for a file of that name, None if there is none."""
    module = (_MODULES | _OLD).get(PurePosixPath(name).suffix.lower())
    if module is None:
        return None
    return cast(Reader, import_module(f"{__name__}.{module}").read)
