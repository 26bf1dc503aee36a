"""Citing over HTTP: receipts and links, where they lead by now, references."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Query, Request, Response

from citeback.cite.records import Anchored, Receipt
from citeback.cite.referencing.references import READ_BY_PEOPLE, Style, reference
from citeback.cite.referencing.references import Reference as MadeReference
from citeback.cite.written import read_receipts
from citeback.errors import CitationsError
from citeback.records import Span
from citeback.serve.api.door import Door
from citeback.serve.api.problems import Kind, ProblemError
from citeback.serve.api.wire import (
    MOST_OFFSET,
    ByLink,
    ByPlace,
    ByReceipt,
    ByWords,
    CitedByPlace,
    CitedByWords,
    GivenReceipt,
    ReferredByPlace,
    ReferredByWords,
    SentAnchored,
    SentCitation,
    SentStyles,
    reply,
)
from citeback.serve.citing import citation_json, receipt_json
from citeback.serve.dossier_files import filled_in
from citeback.serve.links import linked_receipt
from citeback.serve.reads import Reads
from citeback.serve.reopening import receipt_of_link

CHANGED = (
    "The document is not the one any more that the digest names. Find the quote again."
)
NO_RECEIPT = "There is no whole receipt in this. Copy it again from where it came from."
NOT_KEPT = (
    "The document is not as it was when this was cited, nor was it kept so, and the "
    "words of the quote are not told here."
)
NO_LINK = "This is no link to a quote: it lacks the document, or the quote's place."

# Of a document's SHA-256.
FULL_DIGITS = 64

Place = Annotated[int, Query(ge=0, le=MOST_OFFSET)]


def citation_routes(door: Door) -> APIRouter:
    """The routes about quotes."""
    routes = APIRouter(tags=["Citing"])

    @routes.post("/citations", response_model=SentCitation)
    def cite(request: Request, cited: CitedByWords | CitedByPlace) -> Response:
        """Give all that a quote is cited by: receipt, links, Web Annotation."""
        reads = door.reads(request)
        receipt = _receipt(reads, cited)
        if cited.keep and (keeping := door.cites(request)) is not None:
            keeping.keep(cited.path)
        return reply(citation_json(receipt, str(request.base_url)))

    @routes.get("/citations/anchor", response_model=SentAnchored)
    def follow(
        request: Request,
        doc: Annotated[str, Query(min_length=1)],
        start: Place,
        end: Place,
        state: str = "",
        quote: str = "",
        prefix: str = "",
        suffix: str = "",
        copies: str = "",
    ) -> Response:
        """Tell where a link leads by now; it takes the link's own parameters."""
        linked = linked_receipt(
            doc,
            Span(start, end),
            state,
            quote=quote,
            prefix=prefix,
            suffix=suffix,
            copies=copies,
        )
        return _anchored(request, door.reads(request), linked)

    @routes.post("/citations/anchor", response_model=SentAnchored)
    def anchor(request: Request, asked: ByLink | ByReceipt) -> Response:
        """Tell where a link or a receipt leads by now, and how the quote was edited."""
        reads = door.reads(request)
        if isinstance(asked, ByLink):
            return _anchored(request, reads, _of_link(asked.link))
        if isinstance(asked.receipt, GivenReceipt):
            return _anchored(request, reads, asked.receipt.whole())
        return _anchored(request, reads, _restored(reads, asked.receipt))

    @routes.get("/references/styles", response_model=SentStyles)
    def styles() -> Response:
        """List the styles of references."""
        data = [style for style in Style if style not in READ_BY_PEOPLE]
        return reply({"styles": list(READ_BY_PEOPLE), "data": data})

    @routes.post("/references", response_model=MadeReference)
    def refer(request: Request, cited: ReferredByWords | ReferredByPlace) -> Response:
        """Give a quote with its reference in a style, and what nobody has filled in."""
        reads = door.reads(request)
        receipt = _receipt(reads, cited)
        source = reads.document(cited.path).source
        filled = filled_in(door.citations(request), cited.path)
        return reply(asdict(reference(receipt, source, filled, cited.style)))

    return routes


def _receipt(reads: Reads, cited: ByWords | ByPlace) -> Receipt:
    if isinstance(cited, ByWords):
        return reads.quoted(cited.path, cited.quote)
    try:
        receipt = reads.receipt(cited.path, Span(cited.start, cited.end))
    except ValueError:
        raise ProblemError(Kind.NO_PASSAGE) from None
    if not receipt.document.startswith(cited.digest):
        raise CitationsError(CHANGED)
    return receipt


def _of_link(link: str) -> Receipt:
    """What a link tells of its quote. Raises ProblemError."""
    with contextlib.suppress(ValueError):  # no address at all
        told = parse_qs(urlsplit(link).query)
        named = {name: values[0] for name, values in told.items()}
        start, end = named.get("start", ""), named.get("end", "")
        if named.get("doc") and _is_offset(start) and _is_offset(end):
            return linked_receipt(
                named["doc"],
                Span(int(start), int(end)),
                named.get("state", ""),
                quote=named.get("quote", ""),
                prefix=named.get("prefix", ""),
                suffix=named.get("suffix", ""),
                copies=named.get("copies", ""),
            )
    raise ProblemError(Kind.NOT_CITED, NO_LINK)


def _is_offset(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST_OFFSET))


def _restored(reads: Reads, line: str) -> Receipt:
    """The whole receipt of one that is written out. Raises ProblemError."""
    written = next((one.receipt for one in read_receipts(line) if one.receipt), None)
    if written is None:
        raise ProblemError(Kind.NOT_CITED, NO_RECEIPT)
    receipt = reads.restored(written)
    if receipt is None:
        raise ProblemError(Kind.NO_QUOTE, NOT_KEPT)
    return receipt


def _anchored(request: Request, reads: Reads, linked: Receipt) -> Response:
    receipt = receipt_of_link(reads, linked)
    if receipt is None:
        raise ProblemError(Kind.NO_QUOTE, NOT_KEPT)
    now = reads.anchor(receipt)
    return reply(_anchored_json(reads, now, str(request.base_url)))


def _anchored_json(reads: Reads, now: Anchored, address: str) -> dict[str, Any]:
    current = None
    if now.span is not None:
        with contextlib.suppress(ValueError):  # edited once more, just now
            current = citation_json(reads.receipt(now.path, now.span), address)
    receipt: dict[str, Any] = {**asdict(now.receipt), "text": ""}
    if len(now.receipt.document) == FULL_DIGITS:  # a link has fewer, and proves nothing
        receipt = receipt_json(now.receipt) or receipt
    return {**asdict(now), "receipt": receipt, "current": current}
