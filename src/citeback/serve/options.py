"""What the commands that only ask can be told, and which settings that makes.

Nothing heavy is imported here: a running server may have answered before that is done.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from citeback.settings import Settings, from_environment

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

NAME = "citeback"
ABOUT = "Ask a folder of texts; get their own words, or that they do not say."


def shared_options() -> argparse.ArgumentParser:
    """What every command on a library understands."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--content", type=folder, help="folder of documents (CITEBACK_CONTENT)"
    )
    shared.add_argument(
        "--index", type=folder, help="folder of the index (CITEBACK_INDEX)"
    )
    shared.add_argument("--json", action="store_true", help="print JSON")
    return shared


def add_asking(
    commands: Commands, shared: argparse.ArgumentParser
) -> dict[str, argparse.ArgumentParser]:
    """The commands that only ask, by their names."""
    asking = commands.add_parser("ask", parents=[shared], help="answer a question")
    asking.add_argument("question")
    asking.add_argument("--limit", type=positive, help="passages to show")
    asking.add_argument(
        "--every",
        action="store_true",
        help="every passage that holds the words, instead of the best",
    )
    asking.add_argument(
        "--receipts",
        action="store_true",
        help="show each quote's receipt, a line that proves it and can stand in a text",
    )
    asking.add_argument(
        "--write",
        action="store_true",
        help="have the language model of CITEBACK_WRITER_URL write on the passages, which "
        "sends them there",
    )
    listing_all = commands.add_parser(
        "every", parents=[shared], help="show every passage that holds the words"
    )
    listing_all.add_argument("question")
    missing = commands.add_parser(
        "absent",
        parents=[shared],
        help="show where a phrase stands, or that it is absent",
    )
    missing.add_argument("phrase")
    return {"ask": asking, "every": listing_all, "absent": missing}


def asking_parser() -> argparse.ArgumentParser:
    """Understands the commands that only ask, and leaves their name in `command`."""
    parser = argparse.ArgumentParser(prog=NAME, description=ABOUT)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    add_asking(commands, shared_options())
    return parser


def positive(text: str) -> int:
    """A whole number from 1 up."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return number


def folder(text: str) -> Path:
    """The name of a folder, which need not be there."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; name a folder")
    return Path(text)


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of the environment, those of the command line above them."""
    settings = from_environment()
    if options.content is not None:
        settings = replace(settings, content=options.content)
    if options.index is not None:
        settings = replace(settings, index=options.index)
    return listening(settings, options)


def listening(settings: Settings, options: argparse.Namespace) -> Settings:
    """The settings with what `--host` and `--port` say, where they say something."""
    if getattr(options, "host", None) is not None:
        settings = replace(settings, host=options.host)
    if getattr(options, "port", None) is not None:
        settings = replace(settings, port=options.port)
    return settings


def take_any_sign() -> None:
    """Let an output that lacks a sign show "?" for it, rather than stop there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
