"""Tells when something in the content folder changes. The only importer of watchfiles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from watchfiles import Change, watch

# A file that is being copied changes many times; it is told once it has been still.
STILL_MILLISECONDS = 300
LONGEST_MILLISECONDS = 2_000
# Changes under the system's watch are seen at once; how soon `stop` is.
STOP_MILLISECONDS = 500
# How often it is looked whether a folder that is gone is back.
ABSENT_SECONDS = 2.0


def changes(content: Path, stop: threading.Event) -> Iterator[None]:
    """Comes back after each change in the folder, or below it, until `stop` is set.

    Also once as soon as changes are seen, for what has changed before, and when the
    folder itself is gone or back. Hidden files and folders are left out. Ends without a
    word where the system cannot watch (too much is watched already).
    """
    while not stop.is_set():
        try:
            root = content.resolve()
            if root.is_dir():
                yield from _changes_below(root, stop)
            else:
                stop.wait(ABSENT_SECONDS)
        except (OSError, RuntimeError):
            return


def _changes_below(root: Path, stop: threading.Event) -> Iterator[None]:
    """The changes until `stop` is set or the folder is gone."""

    def counts(_: Change, path: str) -> bool:
        below = Path(path)
        if below.is_relative_to(root):
            below = below.relative_to(root)
        return not any(part.startswith(".") for part in below.parts)

    is_first = True
    for found in watch(
        root,
        watch_filter=counts,
        step=STILL_MILLISECONDS,
        debounce=LONGEST_MILLISECONDS,
        rust_timeout=STOP_MILLISECONDS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        if found or is_first:
            is_first = False
            yield
        if not root.is_dir():
            yield
            return
