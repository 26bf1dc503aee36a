"""`citeback dossier` and `citeback cite --style`: the dossier and references in a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from citeback.cite.dossier import Dossier, DossierFile
from citeback.cite.kept import write_whole
from citeback.cite.records import Receipt
from citeback.cite.referencing.facts import Field
from citeback.cite.referencing.pinpoint import pinpoint_of
from citeback.cite.referencing.references import (
    READ_BY_PEOPLE,
    Reference,
    Style,
    reference,
)
from citeback.errors import CitationsError
from citeback.library import Library
from citeback.serve.dossier_files import Format, exported, facts_for, filled_in
from citeback.serve.strings import words_of
from citeback.serve.terminal import flat, wrapped

NOTHING = (
    "Nothing is pinned yet. Pin passages in the page: python app.py, then “Pin” at a "
    "passage."
)


def add_style(parser: argparse.ArgumentParser) -> None:
    """Let a command print a quote with its reference instead."""
    parser.add_argument(
        "--style",
        choices=list(Style),
        help="print the quote with its reference in this style",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `citeback dossier` understands."""
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write it into a file: .docx, .md, .html or .pdf",
    )
    parser.add_argument(
        "--style",
        choices=list(READ_BY_PEOPLE),
        default=Style.CHICAGO_NOTES,
        help="the style of its references (chicago-notes)",
    )


def referred(library: Library, receipt: Receipt, style: str) -> Reference:
    """The reference to a quote. Raises TypesettingError and UnknownDocumentError."""
    source = library.document(receipt.path).source
    filled = filled_in([library.settings.citations], receipt.path)
    return reference(receipt, source, filled, Style(style))


def missing_lines(made: Reference) -> Iterator[str]:
    """What nobody has said of the document, and what should be looked at."""
    for fields, said in (
        (
            made.missing,
            "Not known of this document: {}. Fill it in in the page (“Cite”).",
        ),
        (made.doubtful, "Taken as it stands in the document, please check: {}."),
    ):
        if fields:
            yield said.format(_named(fields))


def _named(fields: tuple[Field, ...]) -> str:
    words = words_of("en")
    return ", ".join(words(f"field_{field}") for field in fields)


def pinned(library: Library) -> Dossier:
    """The dossier of the citations folder. Raises CitationsError."""
    return DossierFile(library.settings.citations).read()


def dossier_lines(dossier: Dossier) -> Iterator[str]:
    """Each pin with its place and its note."""
    if not dossier.pins:
        yield from wrapped(NOTHING)
        return
    yield flat(dossier.title or "Dossier")
    for number, pin in enumerate(dossier.pins, start=1):
        where = pinpoint_of(pin.receipt)
        place = f", {where.written()}" if where else ""
        yield ""
        yield from wrapped(
            f"{number}. {flat(pin.receipt.title or pin.receipt.path)}{place}"
        )
        yield from wrapped(f"“{flat(pin.receipt.quote)}”")
        if pin.question:
            yield from wrapped(f"Found by: {flat(pin.question)}")
        if pin.note:
            yield from wrapped(f"Note: {flat(pin.note)}")


def write(library: Library, dossier: Dossier, file: Path, style: str) -> None:
    """Write the dossier into a file, all of it or nothing.

    Raises CitationsError for another ending, or where nothing can be written.
    """
    kind = file.suffix.lower().removeprefix(".")
    if kind not in set(Format):
        raise CitationsError(
            f"{str(file)!r} ends in no format that a dossier is exported as. End its "
            "name in .docx, .md, .html or .pdf."
        )
    facts = facts_for(dossier, library, [library.settings.citations])
    made = exported(dossier, facts, Style(style), Format(kind), words_of("en"))
    try:
        write_whole(file, made)
    except OSError as error:
        raise CitationsError(
            f"{file} cannot be written ({error.strerror}). Choose another place."
        ) from error
