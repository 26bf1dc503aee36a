"""The texts that were quoted from last, kept in memory once they have been checked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

# To read and check a book's text takes longer than all else that shows a passage of it.
MOST_CHARACTERS = 8_000_000


class CheckedTexts:
    """Texts by the SHA-256 that they were checked against. Safe to use from threads."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def clear(self) -> None:
        """Hold nothing any more."""
        with self._lock:
            self._texts.clear()
            self._characters = 0

    def text(self, digest: str, read: Callable[[], str]) -> str:
        """The text of that digest; `read` reads and checks it if it is not at hand."""
        with self._lock:
            if digest in self._texts:
                self._texts.move_to_end(digest)
                return self._texts[digest]
        text = read()
        with self._lock:
            if digest not in self._texts and len(text) <= MOST_CHARACTERS:
                self._texts[digest] = text
                self._characters += len(text)
            while self._characters > MOST_CHARACTERS:
                _, oldest = self._texts.popitem(last=False)
                self._characters -= len(oldest)
        return text
