"""Files of office programs before 2007 (.doc, .xls, .ppt): what to do with them.

Many files with these endings are something newer inside, and are read as that.
"""

from __future__ import annotations

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import docx, html, pptx, rtf, xlsx
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.unzipping import OLD_OFFICE, is_sealed, opened, protected
from citeback.ingest.reading import Reading

# By the stream that each kind of file has: its name, and the ending to save it with.
_KINDS = {
    "WordDocument": ("a Word document", ".docx"),
    "Workbook": ("an Excel file", ".xlsx"),
    "Book": ("an Excel file", ".xlsx"),
    "PowerPoint Document": ("a PowerPoint presentation", ".pptx"),
}
_UNKNOWN = ("an office document", ".docx, .xlsx or .pptx")
_NEWER = {"word/": docx.read, "xl/": xlsx.read, "ppt/": pptx.read}
_PAGES = (b"<html", b"<!doctype html", b"<?xml", b"<!--")


@guarded
def read(data: bytes) -> Reading:
    """The reading of a file that is newer inside. Raises UnreadableFileError."""
    begin = data[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begin.startswith(b"{\\rtf"):
        return rtf.read(data)
    if begin.startswith(_PAGES):
        return html.read(data)
    if data.startswith(b"PK"):
        with opened(data, "an office document") as archive:
            names = archive.namelist()
        for folder, reader in _NEWER.items():
            if any(name.startswith(folder) for name in names):
                return reader(data)
    raise UnreadableFileError(_reason(data))


def _reason(data: bytes) -> str:
    if not data.startswith(OLD_OFFICE):
        return (
            "it is no office document, or damaged: open it in the program that made "
            "it and save it anew."
        )
    if is_sealed(data):
        return protected()
    streams = (one for one in _KINDS if one.encode("utf-16-le") in data)
    kind, ending = _KINDS.get(next(streams, ""), _UNKNOWN)
    return (
        f"it is {kind} in the form used before 2007: open it in LibreOffice or "
        f"Microsoft Office, save it as {ending}, and put that here."
    )
