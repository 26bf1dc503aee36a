"""What front doors put together of a dossier: facts of its documents, files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from citeback.cite.dossier import Dossier
from citeback.cite.export.content import Content, Labels, content_of
from citeback.cite.export.docx import docx_bytes
from citeback.cite.export.html import as_html
from citeback.cite.export.markdown import as_markdown
from citeback.cite.export.pdf import pdf_bytes
from citeback.cite.kept import now
from citeback.cite.records import Receipt
from citeback.cite.referencing.facts import Facts, Field, facts_of
from citeback.cite.referencing.filled import FilledIn
from citeback.cite.referencing.references import Style
from citeback.errors import CitationsError, UnknownDocumentError
from citeback.records import Document, Source, Span
from citeback.serve.reads import Reads
from citeback.serve.strings import Words


class Format(StrEnum):
    """The kinds of files that a dossier is exported as, by their endings."""

    DOCX = "docx"
    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.DOCX: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
}


def receipt_at(library: Reads, path: str, span: Span) -> Receipt:
    """What proves a stretch of a document.

    Raises UnknownDocumentError, and CitationsError where there is no such stretch.
    """
    try:
        return library.receipt(path, span)
    except ValueError:
        raise CitationsError(
            f"{path!r} has no letters {span.start} to {span.end}: it has changed. Find "
            "the passage again."
        ) from None


def shown_receipt(
    library: Reads, path: str, span: Span, *, state: str, quote: str, changed: str
) -> tuple[Document, Receipt]:
    """What proves a stretch that was shown, and the document that it stands in.

    `state` is how the document's digest began then, and `quote` what stood there, ""
    where that is not said. Raises UnknownDocumentError, and CitationsError, saying
    `changed`, where either is another by now.
    """
    document = library.document(path)
    receipt = receipt_at(library, path, span)
    digest = document.source.digest
    same = receipt.document == digest and digest.startswith(state)
    if not same or (quote and quote != receipt.quote):
        raise CitationsError(changed)
    return document, receipt


def filled_in(folders: Sequence[Path], path: str) -> dict[str, str]:
    """What is filled in about a document; later folders stand above earlier ones."""
    filled: dict[str, str] = {}
    for folder in folders:
        filled |= FilledIn(folder).of(path)
    return filled


def facts_for(
    dossier: Dossier, library: Reads, folders: Sequence[Path]
) -> dict[str, Facts]:
    """The facts of each document pinned, as it is now, or was when it was pinned."""
    found: dict[str, Facts] = {}
    for pin in dossier.pins:
        path = pin.receipt.path
        if path not in found:
            source = _source(library, path) or pin.source
            found[path] = facts_of(source, filled_in(folders, path))
    return found


def _source(library: Reads, path: str) -> Source | None:
    try:
        return library.document(path).source
    except UnknownDocumentError:
        return None


def exported(
    dossier: Dossier,
    facts: Mapping[str, Facts],
    style: Style,
    kind: Format,
    words: Words,
) -> bytes:
    """The dossier as a file. Raises TypesettingError."""
    content = content_of(dossier, facts, style, made=now(), labels=labels_in(words))
    return _file(content, kind)


def _file(content: Content, kind: Format) -> bytes:
    if kind is Format.DOCX:
        return docx_bytes(content)
    if kind is Format.PDF:
        return pdf_bytes(content)
    text = as_html(content) if kind is Format.HTML else as_markdown(content)
    return text.encode("utf-8")


def file_name(dossier: Dossier, kind: Format) -> str:
    """A name for the exported file, of letters and digits in any script."""
    name = re.sub(r"[\W_]+", "-", dossier.title).strip("-")[:60]
    return f"{name or 'dossier'}.{kind}"


def labels_in(words: Words) -> Labels:
    """The words of an export in one language."""
    return Labels(
        untitled=words("dossier"),
        made=words.texts["dossier_made"],
        my_note=words("pin_note"),
        sources=words("dossier_sources"),
        missing=words.texts["dossier_missing"],
        log=words("dossier_log"),
        notes=words("dossier_footnotes"),
        found=words.texts["dossier_found"],
        while_reading=words("pinned_reading"),
        proof=words("dossier_proof"),
        lacking=words("dossier_lacking"),
        fields={field: words(f"field_{field}") for field in Field},
        language=words.language,
    )
