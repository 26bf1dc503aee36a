"""What libraries raise on damaged files → the one error that a reader raises."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from citeback.errors import UnreadableFileError
from citeback.ingest.reading import Reading


def guarded(read: Callable[[bytes], Reading]) -> Callable[[bytes], Reading]:
    """The same reader, which raises UnreadableFileError whatever its library meets.

    Only MemoryError goes through: who reads knows how much memory there was.
    """

    @wraps(read)
    def reader(data: bytes) -> Reading:
        try:
            return read(data)
        except (UnreadableFileError, MemoryError):
            raise
        except RecursionError as error:
            raise UnreadableFileError(
                "what it holds is nested too deep: save its text as a simpler file."
            ) from error
        except Exception as error:
            # Each library fails on damaged files in ways of its own.
            raise UnreadableFileError(
                "it is damaged, or made in a way that is not understood: open it in "
                "the program that made it and save it anew."
            ) from error

    return reader
