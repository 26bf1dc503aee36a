"""What `citeback` and `python -m citeback` run.

A Citeback that runs already is asked first, before anything heavy is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from citeback.errors import SettingsError
from citeback.serve.by_socket import Reply, put
from citeback.serve.options import asking_parser, settings_of, take_any_sign

ASKING = ("ask", "every", "absent")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    reply = _asked(given)
    if reply is not None:
        return _told(reply)
    # Imported late: it takes longer than asking one that runs.
    from citeback.serve.command_line import main as by_itself

    return by_itself(given)


def _asked(given: Sequence[str]) -> Reply | None:
    """What a Citeback that runs says; None where the command has to be carried out."""
    if not given or given[0] not in ASKING:
        return None
    options = asking_parser().parse_args(given)
    try:
        return put(settings_of(options), given)
    except SettingsError:
        return None  # told by the command line
    except KeyboardInterrupt:
        return Reply("", "", "citeback: stopped; what was complete is kept.\n", 2)


def _told(reply: Reply) -> int:
    take_any_sign()
    try:
        sys.stderr.write(reply.told)
        sys.stdout.write(reply.printed)
        sys.stdout.flush()
        sys.stderr.write(reply.failed)
    except BrokenPipeError:
        # As in the command line itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return reply.status
