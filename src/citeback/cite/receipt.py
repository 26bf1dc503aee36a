"""A stretch of a document → its receipt, and the receipt as a line of text. Pure."""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_right
from urllib.parse import quote as percent_encoded

from citeback.cite.anchoring.anchor import copies
from citeback.cite.anchoring.nearby import CONTEXT_LETTERS
from citeback.cite.records import Receipt
from citeback.records import Document, Locator, Span

# What a receipt begins with in a text.
SCHEME = "citeback:"

# So many hexadecimal digits of each SHA-256 are written out: 128 bits, what RFC 6920
# calls sha-256-128. Nobody can make a second text with the same ones.
WRITTEN_DIGITS = 32


def receipt_of(
    document: Document, span: Span, build: int, *, count: bool = True
) -> Receipt:
    """The receipt of a stretch of a document.

    Without `count` it does not say how often the quote stands there, which takes a
    moment in a long text. Raises ValueError where the stretch is empty or not within the text.
    """
    text = document.text
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError(f"{span} is no stretch of {len(text)} letters.")
    quote = text[span.start : span.end]
    source = document.source
    times, twins = copies(text, span) if count else (0, 0)
    return Receipt(
        path=source.path,
        title=source.title,
        url=source.url,
        document=source.digest,
        start=span.start,
        end=span.end,
        quote=quote,
        digest=digest_of(quote),
        prefix=text[max(0, span.start - CONTEXT_LETTERS) : span.start],
        suffix=text[span.end : span.end + CONTEXT_LETTERS],
        paragraph=paragraph_at(document, span.start),
        locator=document.locator(span),
        times=times,
        twins=twins,
        build=build,
    )


def digest_of(text: str) -> str:
    """The SHA-256 of a text as UTF-8, in hex."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def paragraph_at(document: Document, offset: int) -> int:
    """The number of the paragraph in which an offset lies, or 0."""
    at = bisect_right(document.blocks, offset, key=lambda block: block.start) - 1
    if at < 0 or offset >= document.blocks[at].end:
        return 0
    return document.blocks[at].paragraph


def receipt_text(receipt: Receipt) -> str:
    """The receipt as a line that can stand in any text, and be read from it again.

    An address with a fragment as in RFC 5147 (`#char=start,end`), then the digests,
    the place, the build, and a check sum (CRC-32) of all before. It holds letters,
    digits and `:/.%#=,;` alone, which Markdown, HTML and word processors leave as they
    are: no space at which its meaning would change, no hyphen, no underscore, no quote.
    """
    parts = [
        f"{SCHEME}{_plain(receipt.path)}#char={receipt.start},{receipt.end}",
        f"doc={receipt.document[:WRITTEN_DIGITS]}",
        f"quote={receipt.digest[:WRITTEN_DIGITS]}",
    ]
    if receipt.paragraph:
        parts.append(f"par={receipt.paragraph}")
    if receipt.locator:
        parts.append(_located(receipt.locator))
    parts.append(f"build={receipt.build}")
    line = ";".join(parts)
    return f"{line};check={check_sum(line)}"


def check_sum(line: str) -> str:
    """The CRC-32 of a receipt's line up to its check sum, in 8 hexadecimal digits."""
    return f"{zlib.crc32(line.encode('ascii')):08x}"


def _located(locator: Locator) -> str:
    labels = [locator.first]
    if locator.last != locator.first:
        labels.append(locator.last)
    return f"{locator.kind}={','.join(map(_plain, labels))}"


def _plain(text: str) -> str:
    """The text percent-encoded, but for ASCII letters and digits, "/", and single dots.

    Two dots in a row may be made one sign by a word processor, hyphens and underscores
    mean something in Markdown and where lines are broken.
    """
    encoded = percent_encoded(text, safe="/", errors="surrogatepass")
    for sign in "-_~":
        encoded = encoded.replace(sign, f"%{ord(sign):02X}")
    return encoded.replace("..", "%2E%2E")
