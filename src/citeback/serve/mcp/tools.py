"""The four tools: what they are put to and what comes of it. Knows no protocol."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from citeback.cite.records import Draft, QuotedPlace, Receipt
from citeback.cite.referencing.references import reference
from citeback.cite.selectors import fragment_link
from citeback.errors import QuestionError, UnknownDocumentError
from citeback.records import Block, Document, FileState, Hit, Selection, Span
from citeback.serve import citing
from citeback.serve.dossier_files import filled_in, receipt_at
from citeback.serve.links import permalink_query
from citeback.serve.mcp import arguments
from citeback.serve.mcp.arguments import ArgumentsError
from citeback.serve.mcp.results import (
    CheckedQuotation,
    CheckedReceipt,
    CiteResult,
    FoundPassage,
    Paragraph,
    ReadResult,
    SearchResult,
    VerifiedPlace,
    VerifyResult,
    whole,
)
from citeback.serve.places import place
from citeback.serve.reads import Reads
from citeback.serve.strings import words_of

ENGLISH = words_of("en")
PLACES_SHOWN = 5
EMPTY = (
    "The library is empty: there is no text to ask. Tell the person to put documents "
    "into its folder, or to add them in Citeback's page."
)
NO_DOCUMENT = "There is no document {!r} in the library. There is: {}."
# A wrong name is told together with the names that it may have meant.
NAMES_SHOWN = 10
MOST_COMPARED = 5_000
QUOTE_OR_SPAN = "Give either the quote, or where it starts and ends."
NO_STRETCH = (
    "There is nothing from {start} to {end}: the document has {letters} letters."
)
NO_PARAGRAPH = "There is no paragraph {number} in {path!r}; its last one is {last}."


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls: what they read, and where Citeback's page is for them.

    `keeps` gives what keeps the texts that they cite, None where nothing does; in
    `folders` lies what is filled in about documents, later ones above earlier ones.
    """

    reads: Reads
    keeps: Callable[[], Reads | None]
    folders: Callable[[], Sequence[Path]]
    address: str


def search(caller: Caller, asked: arguments.Search) -> SearchResult:
    """The passages that answer a question best, and whether they do."""
    library = caller.reads
    if not library.size().documents:
        raise QuestionError(EMPTY)
    for path in asked.documents:
        document_of(library, path)  # or else a wrong name would look like silence
    answer = library.ask(
        asked.question,
        limit=asked.limit,
        selection=Selection(paths=tuple(asked.documents)),
    )
    receipts = library.receipts(citing.of_answer(answer))
    return SearchResult(
        question=answer.question,
        verdict=answer.verdict,
        says=ENGLISH(f"verdict_{answer.verdict.name.lower()}"),
        probability=answer.probability,
        assurance=answer.assurance,
        unseen=answer.unseen,
        notice=answer.notice,
        passages=tuple(
            _found(caller, hit, receipt)
            for hit, receipt in zip(answer.hits, receipts, strict=True)
        ),
        build=answer.build,
    )


def _found(caller: Caller, hit: Hit, receipt: Receipt | None) -> FoundPassage:
    passage = hit.passage
    return FoundPassage(
        number=hit.number,
        document=hit.source.path,
        title=hit.source.title,
        headings=passage.headings,
        paragraph=passage.paragraph,
        place=place(passage, ENGLISH),
        locator=passage.locator,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        quote=hit.quote,
        quote_start=hit.best.start,
        quote_end=hit.best.end,
        receipt=whole(receipt) if receipt else None,
        link=f"{caller.address}{permalink_query(receipt)}" if receipt else "",
    )


def read(caller: Caller, asked: arguments.Read) -> ReadResult:
    """A window of a document."""
    document = document_of(caller.reads, asked.document)
    text = document.text
    start = asked.start
    if asked.paragraph is not None:
        start = _paragraph(document, asked.paragraph).start
    if start >= max(1, len(text)):
        raise QuestionError(
            NO_STRETCH.format(start=start, end=start + asked.length, letters=len(text))
        )
    end = _end(document, start, start + asked.length)
    within = (b for b in document.blocks if b.start < end and b.end > start)
    source = document.source
    return ReadResult(
        document=source.path,
        title=source.title,
        author=source.author,
        date=source.date,
        url=source.url,
        digest=source.digest,
        characters=len(text),
        start=start,
        end=end,
        text=text[start:end],
        paragraphs=tuple(_listed(document, block) for block in within),
        next_start=end if text[end:].strip() else None,
    )


def _end(document: Document, start: int, most: int) -> int:
    """Where a window ends: with a paragraph, or else a word, or where it must."""
    text = document.text
    if most >= len(text):
        return len(text)
    ends = [block.end for block in document.blocks if start < block.end <= most]
    return max(ends) if ends else max(text.rfind(" ", start + 1, most), 0) or most


def _paragraph(document: Document, number: int) -> Block:
    numbers = [block.paragraph for block in document.blocks]
    if number not in numbers:
        path, last = document.source.path, max(numbers, default=0)
        raise QuestionError(NO_PARAGRAPH.format(number=number, path=path, last=last))
    return document.blocks[numbers.index(number)]


def _listed(document: Document, block: Block) -> Paragraph:
    span = Span(block.start, block.end)
    where = QuotedPlace(
        document.source, block.paragraph, document.locator(span), (span,), ""
    )
    return Paragraph(
        number=block.paragraph,
        kind=block.kind,
        start=block.start,
        end=block.end,
        headings=block.headings,
        place=place(where, ENGLISH),
    )


def cite(caller: Caller, asked: arguments.Cite) -> CiteResult:
    """What a quote is cited by; the text that it stands in is kept."""
    library = caller.reads
    receipt = _cited(library, asked)
    keeping = caller.keeps()
    if keeping is not None:
        keeping.keep(receipt.path)
    written, missing = "", tuple[str, ...]()
    if asked.style is not None:
        source = library.document(receipt.path).source
        filled = filled_in(caller.folders(), receipt.path)
        made = reference(receipt, source, filled, asked.style)
        written, missing = made.copied, tuple(made.missing)
    return CiteResult(
        quote=receipt.quote,
        place=place(receipt, ENGLISH),
        receipt=whole(receipt),
        link=f"{caller.address}{permalink_query(receipt)}",
        web_link=fragment_link(receipt) or "",
        style=asked.style or "",
        reference=written,
        missing=missing,
    )


def _cited(library: Reads, asked: arguments.Cite) -> Receipt:
    document = document_of(library, asked.document)
    if asked.start is None and asked.end is None and asked.quote.strip():
        return library.quoted(asked.document, asked.quote)
    if asked.quote or asked.start is None or asked.end is None:
        raise ArgumentsError(QUOTE_OR_SPAN)
    letters = len(document.text)
    if not asked.start < asked.end <= letters:
        raise ArgumentsError(
            NO_STRETCH.format(start=asked.start, end=asked.end, letters=letters)
        )
    return receipt_at(library, asked.document, Span(asked.start, asked.end))


def verify(caller: Caller, asked: arguments.Verify) -> VerifyResult:
    """What became of each quotation and receipt of a text."""
    # Markdown's signs do no harm where there are none.
    report = caller.reads.verify(Draft("", asked.text, (), True))
    return VerifyResult(
        holds=report.holds,
        quotations=tuple(
            CheckedQuotation(
                text=one.quotation.text,
                start=one.quotation.start,
                end=one.quotation.end,
                finding=one.finding,
                allowances=one.allowances,
                places=tuple(_where(where) for where in one.places[:PLACES_SHOWN]),
            )
            for one in report.quotations
        ),
        receipts=tuple(
            CheckedReceipt(one.span.start, one.span.end, one.finding, one.quote)
            for one in report.receipts
        ),
        documents=report.documents,
        build=report.build,
    )


def _where(where: QuotedPlace) -> VerifiedPlace:
    source = where.source
    return VerifiedPlace(
        document=source.path,
        title=source.title,
        place=place(where, ENGLISH),
        start=where.start,
        end=where.end,
        quote=where.quote,
    )


def whole_text(caller: Caller, path: str, most: int) -> str:
    """A document's text. Raises QuestionError where it has more than `most` letters."""
    text = document_of(caller.reads, path).text
    if len(text) > most:
        raise QuestionError(
            f"{path!r} has {len(text):,} letters, too many to give at once. Read it "
            "piece by piece with the tool `read`."
        )
    return text


def document_of(library: Reads, path: str) -> Document:
    """A document. Raises UnknownDocumentError, which names those of a like name."""
    try:
        return library.document(path)
    except UnknownDocumentError:
        paths = [
            file.source.path
            for file in library.files()
            if file.state is not FileState.REFUSED
        ]
        raise UnknownDocumentError(
            NO_DOCUMENT.format(path, _named(path, paths))
        ) from None


def _named(path: str, paths: Sequence[str]) -> str:
    near = difflib.get_close_matches(path, paths[:MOST_COMPARED], NAMES_SHOWN, 0.5)
    named = near or paths[:NAMES_SHOWN]
    rest = len(paths) - len(named)
    return ", ".join(map(repr, named)) + (f" and {rest:,} more" if rest else "")
