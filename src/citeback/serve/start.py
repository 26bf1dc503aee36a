"""What `python app.py` does: bring the index up to date, then serve the page."""

from __future__ import annotations

import sys

from citeback.errors import CitebackError, ContentError, IndexBusyError
from citeback.library import Library
from citeback.serve import terminal
from citeback.serve.command_line import (
    FAILED,
    check_folders,
    take_any_sign,
    update,
)
from citeback.settings import from_environment


def main() -> int:
    """Run until stopped; returns the exit status."""
    take_any_sign()
    try:
        settings = from_environment()
        check_folders(settings)
        with Library.open(settings=settings) as library:
            _refresh(library)
            # Imported late: the page's package takes seconds, and an error in the
            # settings or documents should be told at once.
            from citeback.serve.server import serve

            serve(
                library,
                settings,
                announce=lambda url: print(f"Citeback is ready: {url}", flush=True),
            )
    except CitebackError as error:
        print(f"citeback: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        pass
    return 0


def _refresh(library: Library) -> None:
    """Update the index; a library that cannot be updated is served as it stands."""
    try:
        report = update(library, quiet=False)
    except (IndexBusyError, ContentError) as error:
        if not library.size().documents and isinstance(error, ContentError):
            raise
        print(f"citeback: {error}", file=sys.stderr)
        return
    print("\n".join(terminal.update_lines(report)), flush=True)
