"""The command line: ask, every, absent, cite, verify, claims, index and the others.

Exit status 0, 1 where a measure is below its threshold or a quotation does not hold, 2
where something failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from citeback import __version__
from citeback.errors import (
    BelowThresholdError,
    CitebackError,
    ContentError,
    IndexBusyError,
    StorageFullError,
)
from citeback.evaluate.report import report_json, report_lines
from citeback.library import Library
from citeback.records import Answer, FileReport, UpdateReport
from citeback.serve import (
    accounts_command,
    answering,
    bulk_command,
    checking_files,
    citing,
    compiling,
    evaluating,
    examining,
    terminal,
)
from citeback.serve.as_json import (
    answer_json,
    as_text,
    claims_json,
    examination_json,
    file_json,
    update_json,
    verify_json,
)
from citeback.serve.offline import isolate
from citeback.serve.options import (
    ABOUT,
    NAME,
    add_asking,
    folder,
    positive,
    settings_of,
    shared_options,
    take_any_sign,
)
from citeback.serve.terminal import counted
from citeback.serve.written_view import written_json, written_lines
from citeback.settings import Settings
from citeback.write.records import Written

BELOW = 1
FAILED = 2
Command = Callable[[Library, argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    take_any_sign()
    try:
        settings = settings_of(options)
        if getattr(options, "without_library", False):
            status: int = options.command(settings, options)
            return status
        if options.command is list_files and not settings.index.is_dir():
            _list([], options)
            return 0
        if options.command is not evaluate or options.path.is_file():
            check_folders(settings)
        if getattr(options, "offline", False):
            options.isolation = isolate()  # before any thread starts
        with Library.open(settings=settings) as library:
            command: Command = options.command
            try:
                command(library, options)
            finally:
                _tell(library.notices)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough, as `head` does. What is still to be written at
        # the end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except BelowThresholdError as error:
        print(f"citeback: {error}", file=sys.stderr)
        return BELOW
    except CitebackError as error:
        print(f"citeback: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("citeback: stopped; what was complete is kept.", file=sys.stderr)
        return FAILED
    return 0


def check_folders(settings: Settings) -> None:
    """Raise ContentError where there is neither a document nor an index to ask.

    Otherwise a command given in the wrong place would leave an index folder there.
    """
    is_elsewhere = settings.engine != ""
    if not (is_elsewhere or settings.content.is_dir() or settings.index.is_dir()):
        raise ContentError(
            f"There is no folder {settings.content}. Make it and put documents into it, "
            "or set CITEBACK_CONTENT to the folder that holds them."
        )


def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Serve the page, as `python app.py` does."""
    from citeback.serve.start import run  # which imports this file

    return run(settings)


def accounts(settings: Settings, options: argparse.Namespace) -> int:
    """Show or change who may sign in."""
    if accounts_command.is_list(options) and options.json:
        _print_json(accounts_command.accounts_json(settings))
    else:
        print("\n".join(accounts_command.run(settings, options)))
    return 0


def ask(library: Library, options: argparse.Namespace) -> None:
    """Answer one question, the index brought up to date first."""
    if options.every:
        every(library, options)
        return
    _refresh(library, options)
    answer, receipts = answering.asked(library, options)
    if options.json and options.write:
        plain = answer_json(answer, receipts)
        plain["written"] = written_json(_written(answer, library.settings))
        _print_json(plain)
        return
    print(answering.answer_text(answer, receipts, options), flush=True)
    if options.write:
        told = _written(answer, library.settings)
        print("\n".join(("", *written_lines(told))))


def _written(answer: Answer, settings: Settings) -> Written:
    """What a language model writes on the answer's passages. Raises WriterError."""
    # Imported late: nobody else needs the client.
    from citeback.write.writing import write

    return write(answer, settings)


def every(library: Library, options: argparse.Namespace) -> None:
    """Show every passage that holds the question's words and fits its filter."""
    _refresh(library, options)
    print(answering.every_text(library, options))


def absent(library: Library, options: argparse.Namespace) -> None:
    """Report where a phrase stands, or that it stands nowhere."""
    _refresh(library, options)
    print(answering.absent_text(library, options))


def cite(library: Library, options: argparse.Namespace) -> None:
    """Print what a quote of a document is cited by, and keep the text it stands in."""
    _refresh(library, options)
    receipt = library.quoted(options.path, options.quote)
    library.keep(options.path)
    address = f"http://127.0.0.1:{library.settings.port}/"
    if options.style:
        made = compiling.referred(library, receipt, options.style)
        if options.json:
            _print_json(asdict(made))
        else:
            print(made.copied)
            _tell(compiling.missing_lines(made))
        return
    if options.json:
        _print_json(citing.citation_json(receipt, address))
    else:
        print("\n".join(citing.citation_lines(receipt, address)))


def dossier(library: Library, options: argparse.Namespace) -> None:
    """Show what is pinned, or write it into a file."""
    held = compiling.pinned(library)
    if options.export is not None:
        compiling.write(library, held, options.export, options.style)
    if options.json:
        _print_json(asdict(held))
    elif options.export is not None:
        quotations = counted(len(held.pins), "quotation")
        print(f"Wrote {quotations} into {options.export}.")
    else:
        print("\n".join(compiling.dossier_lines(held)))


def verify(library: Library, options: argparse.Namespace) -> None:
    """Check a file's quotations against the documents."""
    draft = library.draft(options.file)  # before indexing, which may take a while
    _refresh(library, options)
    report = library.verify(draft)
    if options.json:
        _print_json(verify_json(report))
    else:
        print("\n".join(checking_files.verify_lines(report)))
    checking_files.check(report)


def claims(library: Library, options: argparse.Namespace) -> None:
    """Show what is related to each sentence of a file."""
    draft = library.draft(options.file)
    _refresh(library, options)
    report = library.claims(draft)
    if options.json:
        _print_json(claims_json(report))
    else:
        print("\n".join(checking_files.claims_lines(report)))


def index(library: Library, options: argparse.Namespace) -> None:
    """Bring the index up to date."""
    report = update(library, quiet=options.json, rebuild=options.rebuild)
    if options.json:
        _print_json(update_json(report))
    else:
        print("\n".join(terminal.update_lines(report)))


def bulk(library: Library, options: argparse.Namespace) -> None:
    """Embed the documents in shards, on many machines, and bring them into the index."""
    hidden = options.json or not sys.stderr.isatty()
    made, report = bulk_command.run(library, options, hidden=hidden)
    if options.json:
        plain = None if report is None else update_json(report)
        _print_json(bulk_command.as_json(made, plain))
    else:
        print("\n".join(bulk_command.lines(made, report)))


def list_files(library: Library, options: argparse.Namespace) -> None:
    """List the files as of the last update."""
    _list(library.files(), options)


def _list(files: Sequence[FileReport], options: argparse.Namespace) -> None:
    if options.json:
        _print_json([file_json(report) for report in files])
    else:
        nothing = ["Nothing is indexed yet. Run: python -m citeback index"]
        print("\n".join(terminal.file_lines(files) if files else nothing))


def evaluate(library: Library, options: argparse.Namespace) -> None:
    """Measure how well a set of questions is answered; print, save, compare."""
    if options.path.is_file():  # about the user's own library
        _refresh(library, options)
    hidden = options.json or not sys.stderr.isatty()
    report = evaluating.evaluated(library, options, hidden=hidden)
    saved = evaluating.save(report, options.output)
    if options.json:
        _print_json(report_json(report))
    else:
        print("\n".join((*report_lines(report), f"  saved    {saved}")))
    evaluating.check(report, options)


def doctor(library: Library, options: argparse.Namespace) -> None:
    """Look the index through and mend it; or ask with no network there."""
    if options.offline:
        _refresh(library, options)
        answer = library.ask(examining.question_for(library))
        if options.json:
            attempts = options.isolation.attempts
            receipts = library.receipts(citing.of_answer(answer))
            plain = answer_json(answer, receipts)
            _print_json({"answer": plain, "attempts": attempts})
        else:
            print("\n".join(examining.offline_lines(options.isolation, answer)))
        return
    found = library.examine(mend=not options.check_only)
    if options.json:
        _print_json(examination_json(found))
    else:
        print("\n".join(examining.examination_lines(found)))
    examining.check(found)


def mcp(library: Library, options: argparse.Namespace) -> None:
    """Answer an assistant over standard input and output, until that ends."""
    del options
    # Imported late: the other commands do not need the protocol's package.
    from citeback.serve.mcp.stdio import run

    run(library)


def backup(library: Library, options: argparse.Namespace) -> None:
    """Copy the index into a new folder."""
    library.back_up(options.folder)
    size = library.size()
    if options.json:
        _print_json({"folder": str(options.folder), "documents": size.documents})
        return
    print(
        f"Copied {counted(size.documents, 'document')} and what is found in them to "
        f"{options.folder}. Use it with --index {options.folder}, or copy it to where "
        "the index was. Files of the documents themselves are copied like any others."
    )


def _refresh(library: Library, options: argparse.Namespace) -> None:
    """Update before asking; what cannot be updated now is asked as it stands.

    So is a library on a cluster.

    That is so while another process indexes, where nothing can be written, and where
    the documents are not there.
    """
    if library.is_elsewhere:
        return
    try:
        report = update(library, quiet=options.json)
        if report.notices or report.added or report.changed or report.removed:
            _tell(terminal.update_lines(report))
    except (ContentError, IndexBusyError, StorageFullError) as error:
        if not library.can_answer(model=False):
            raise
        _tell([str(error)])


def update(library: Library, *, quiet: bool, rebuild: bool = False) -> UpdateReport:
    """Update with a bar on standard error, where that is a terminal."""
    hidden = quiet or not sys.stderr.isatty()
    with terminal.ProgressBar(hidden=hidden) as bar:
        return library.update(progress=bar, rebuild=rebuild, publishing=bar.publishing)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME, description=ABOUT)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    shared = shared_options()
    asking = add_asking(commands, shared)
    asking["ask"].set_defaults(command=ask)
    asking["every"].set_defaults(command=every)
    asking["absent"].set_defaults(command=absent)

    quoting = commands.add_parser(
        "cite",
        parents=[shared],
        help="print a quote's receipt and links, and keep the text that it stands in",
    )
    quoting.add_argument("path", help="the document, as `list` names it")
    quoting.add_argument("quote", help="words of the document")
    compiling.add_style(quoting)
    quoting.set_defaults(command=cite)

    pinning = commands.add_parser(
        "dossier", parents=[shared], help="show what is pinned, or export it"
    )
    compiling.add_arguments(pinning)
    pinning.set_defaults(command=dossier)

    drafted = argparse.ArgumentParser(add_help=False)
    drafted.add_argument("file", type=Path, help="text, Markdown, Word or HTML")
    verifying = commands.add_parser(
        "verify",
        parents=[shared, drafted],
        help="check whether a file's quotations stand in the documents",
    )
    verifying.set_defaults(command=verify)

    relating = commands.add_parser(
        "claims",
        parents=[shared, drafted],
        help="show the passage most related to each sentence of a file",
    )
    relating.set_defaults(command=claims)

    indexing = commands.add_parser(
        "index", parents=[shared], help="bring the index up to date with the documents"
    )
    indexing.add_argument(
        "--rebuild", action="store_true", help="make the index anew from the documents"
    )
    indexing.set_defaults(command=index)

    many = commands.add_parser(
        "bulk",
        parents=[shared],
        help="index very many documents, on several machines, in lots that are kept",
    )
    bulk_command.add_arguments(many, folder, positive)
    many.set_defaults(command=bulk)

    listing = commands.add_parser(
        "list", parents=[shared], help="list the documents and what was left out"
    )
    listing.set_defaults(command=list_files)

    examining_index = commands.add_parser(
        "doctor", parents=[shared], help="check the whole index, and mend it"
    )
    examining.add_arguments(examining_index)
    examining_index.set_defaults(command=doctor)

    backing_up = commands.add_parser(
        "backup",
        parents=[shared],
        help="copy the index into a new folder, also while documents are indexed",
    )
    backing_up.add_argument("folder", type=folder)
    backing_up.set_defaults(command=backup)

    assisting = commands.add_parser(
        "mcp",
        parents=[shared],
        help="serve an assistant over standard input and output (MCP)",
    )
    assisting.set_defaults(command=mcp)

    serving = commands.add_parser(
        "serve", parents=[shared], help="serve the page, as `python app.py` does"
    )
    add_listening(serving)
    serving.set_defaults(command=serve, without_library=True)

    signing_in = commands.add_parser(
        "accounts", help="who may sign in where the page is shared"
    )
    accounts_command.add_arguments(signing_in)
    signing_in.set_defaults(
        command=accounts, without_library=True, content=None, index=None
    )

    judging = commands.add_parser(
        "evaluate", parents=[shared], help="measure how well questions are answered"
    )
    evaluating.add_arguments(judging)
    judging.set_defaults(command=evaluate)
    return parser


def add_listening(parser: argparse.ArgumentParser) -> None:
    """Where the page listens."""
    parser.add_argument(
        "--host", help="address to listen on, 127.0.0.1 unless told (CITEBACK_HOST)"
    )
    parser.add_argument("--port", type=positive, help="port (CITEBACK_PORT)")


def _print_json(value: object) -> None:
    print(as_text(value))


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
