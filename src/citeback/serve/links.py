"""Links to a stretch of a document that find it again after edits. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from citeback.cite.receipt import digest_of
from citeback.cite.records import Receipt
from citeback.records import Source, Span

# Enough of a digest to tell two states of one document apart.
DIGEST_LETTERS = 12
# Addresses of more letters are cut off by some programs. A longer quote is found in
# the kept text of the document, or by its place.
QUOTE_LETTERS = 1500
NEIGHBOUR_LETTERS = 32
COPIES_LETTERS = 20


def link_query(source: Source, span: Span) -> str:
    """The part of an address that opens the reader at a stretch of a document.

    `state` tells whether the document is still the one that the link was made for.
    """
    return "?" + urlencode(_place(source.path, source.digest, span.start, span.end))


def permalink_query(receipt: Receipt) -> str:
    """The same with the quote and what stands around it, to find it after edits."""
    named = _place(receipt.path, receipt.document, receipt.start, receipt.end)
    if len(receipt.quote) <= QUOTE_LETTERS:
        named["quote"] = receipt.quote
        named["prefix"] = receipt.prefix[-NEIGHBOUR_LETTERS:]
        named["suffix"] = receipt.suffix[:NEIGHBOUR_LETTERS]
    if receipt.times != 1:
        named["copies"] = f"{receipt.times}.{receipt.twins}"
    return "?" + urlencode(
        {name: value for name, value in named.items() if value != ""}
    )


def linked_receipt(
    path: str,
    span: Span,
    state: str,
    *,
    quote: str,
    prefix: str,
    suffix: str,
    copies: str,
) -> Receipt:
    """The receipt that a link holds, as far as it does.

    A link from before quotes stood in links has none, and is good for its place only.
    """
    times, _, twins = copies.partition(".")
    is_told = times.isdecimal() and twins.isdecimal() and len(copies) <= COPIES_LETTERS
    counts = (times, twins) if is_told else ("1", "1")
    return Receipt(
        path=path,
        title="",
        url="",
        document=state,
        start=span.start,
        end=span.end,
        quote=quote,
        digest=digest_of(quote),
        prefix=prefix,
        suffix=suffix,
        paragraph=0,
        locator=None,
        build=0,
        times=int(counts[0]),
        twins=int(counts[1]),
    )


def _place(path: str, digest: str, start: int, end: int) -> dict[str, str | int]:
    return {"doc": path, "start": start, "end": end, "state": digest[:DIGEST_LETTERS]}
