"""What `python app.py` does: serve the page, and bring the index up to date behind it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from citeback.errors import CitebackError
from citeback.library import Library
from citeback.records import Progress, UpdateReport
from citeback.serve import terminal
from citeback.serve.command_line import FAILED, add_listening, check_folders
from citeback.serve.options import listening, take_any_sign
from citeback.serve.warm_up import WarmUp
from citeback.settings import Settings, from_environment


def main(arguments: Sequence[str] = ()) -> int:
    """Run with the settings of the environment and of the command line."""
    parser = argparse.ArgumentParser(description="Serve the page of Citeback.")
    add_listening(parser)
    options = parser.parse_args(arguments)
    take_any_sign()
    try:
        settings = listening(from_environment(), options)
    except CitebackError as error:
        _complain(str(error))
        return FAILED
    return run(settings)


def run(settings: Settings) -> int:
    """Run until stopped; returns the exit status."""
    warm_up: WarmUp | None = None
    try:
        check_folders(settings)
        with Library.open(settings=settings) as library:
            told = _Terminal()
            warm_up = WarmUp(
                library, follow=told.follow, updated=told.updated, failed=told.failed
            )
            # Imported late: the page's package takes seconds, and an error in the
            # settings should be told at once.
            from citeback.serve.server import serve

            serve(
                library,
                settings,
                warm_up,
                announce=lambda url: print(f"Citeback is ready: {url}", flush=True),
            )
    except CitebackError as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        pass
    if warm_up is not None and warm_up.is_at_work:
        # A model that is being loaded can be neither stopped nor waited for, and the
        # interpreter may not be taken down under it. What is indexed is committed.
        sys.stdout.flush()
        os._exit(0)
    return 0


class _Terminal:
    """What the terminal is told: a bar while there is progress, and what came of it."""

    def __init__(self) -> None:
        self._bar: terminal.ProgressBar | None = None

    def follow(self, progress: Progress) -> None:
        if self._bar is None:
            self._bar = terminal.ProgressBar(hidden=not sys.stderr.isatty())
        self._bar(progress)

    def updated(self, report: UpdateReport) -> None:
        self._clear()
        print("\n".join(terminal.update_lines(report)), flush=True)

    def failed(self, sentence: str) -> None:
        self._clear()
        _complain(sentence)

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _complain(sentence: str) -> None:
    print(f"citeback: {sentence}", file=sys.stderr, flush=True)
