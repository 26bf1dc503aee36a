"""Sets documents in type: the only file with typst.

What is set is always written by us, every text of others inside a string: nothing that
a document holds is read as Typst's own language.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from citeback.errors import CitebackError

MAIN = "main.typ"
ARCHIVABLE: Literal["a-2u"] = "a-2u"


class TypesettingError(CitebackError):
    """A reference or a document could not be set."""


class GlyphsMissingError(TypesettingError):
    """No font on this system has some letter of a document."""


def as_html(main: str, files: Mapping[str, str]) -> str:
    """What the source says, as HTML. Raises TypesettingError."""
    return _compiled(main, files, "html", None, []).decode("utf-8")


def as_pdf(main: str, made: datetime, *, boxes: bool = False) -> bytes:
    """What the source says, as PDF with the fonts of this system and typst's own.

    It is PDF/A-2u, which holds every letter; with `boxes` it is not, and boxes stand
    for letters that no font has. Raises GlyphsMissingError and TypesettingError.
    """
    return _compiled(main, {}, "pdf", made, [] if boxes else [ARCHIVABLE])


def string(text: str) -> str:
    """The text as a string of Typst's language."""
    written = ['"']
    for sign in text:
        if sign in '"\\':
            written.append(f"\\{sign}")
        elif sign < " " or sign == "\x7f":
            written.append(f"\\u{{{ord(sign):x}}}")
        else:
            written.append(sign)
    return "".join((*written, '"'))


def _compiled(
    main: str,
    files: Mapping[str, str],
    kind: Literal["html", "pdf"],
    made: datetime | None,
    standards: list[Literal["a-2u"]],
) -> bytes:
    import typst  # here, since most commands set nothing, and it takes a moment

    every = {MAIN: main, **files}
    # The type stubs of typst leave out that files may be given by name.
    given: Any = {name: text.encode() for name, text in every.items()}
    try:
        compiler = typst.Compiler(input=given, ignore_system_fonts=kind == "html")
        with warnings.catch_warnings():
            # Of letters that no font has; they are shown as boxes.
            warnings.simplefilter("ignore", typst.TypstWarning)
            compiled = compiler.compile(
                format=kind, timestamp=made, pdf_standards=[*standards]
            )
    except typst.TypstError as error:
        if standards and "could not be displayed" in str(error):
            raise GlyphsMissingError("No font has some letter of it.") from error
        raise TypesettingError(
            f"This could not be set in type ({error}). Choose another style or format, "
            "and please report it with the document's name and title."
        ) from error
    if not isinstance(compiled, bytes):
        raise TypesettingError("Nothing was set in type. Choose another format.")
    return compiled
