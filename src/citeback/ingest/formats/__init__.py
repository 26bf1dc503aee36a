"""From the bytes of a file to its text and blocks: a reader for each family of formats.

A module is imported when a file of its family is read, since some take a while.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath

from citeback.errors import UnreadableFileError
from citeback.ingest.reading import Reader, Reading

# By ending of the file's name: the module here whose `read` is a Reader.
_MODULES = {
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".md": "markdown_text",
    ".markdown": "markdown_text",
    ".docx": "docx",
}
SUFFIXES = tuple(_MODULES)
"""The endings of file names that are read, in lower case; "" is no ending."""


def reader_of(name: str) -> Reader | None:
    """The reader for a file of that name, None if there is none.

    It raises UnreadableFileError whatever else a library runs into.
    """
    module = _MODULES.get(PurePosixPath(name).suffix.lower())
    if module is None:
        return None
    read: Reader = import_module(f"{__name__}.{module}").read

    def guarded(data: bytes) -> Reading:
        try:
            return read(data)
        except UnreadableFileError:
            raise
        except (RecursionError, MemoryError) as error:
            raise UnreadableFileError(
                "what it holds is nested too deep or far too large: save its text "
                "as a simpler file."
            ) from error
        except Exception as error:
            # Damaged files make each library fail in ways of its own.
            raise UnreadableFileError(
                "it is damaged, or made in a way that is not understood: open it in "
                "the program that made it and save it anew."
            ) from error

    return guarded
