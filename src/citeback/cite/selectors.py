"""A receipt as others read it: a Web Annotation, a link to a web page's text. Pure."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote as percent_encoded

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Receipt

# A quote of more words is named by its first and last ones.
WHOLE_WORDS = 10
END_WORDS = 5
NEIGHBOURS = 3


def annotation(receipt: Receipt) -> dict[str, Any]:
    """The quote as a Web Annotation (W3C 2017), plain values for JSON-LD.

    Its two selectors name the same stretch: by its words with what stands around them,
    and by its place. Places count Unicode code points from 0, as the model asks.
    """
    digest = base64.urlsafe_b64encode(bytes.fromhex(receipt.document)).rstrip(b"=")
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "motivation": "highlighting",
        "body": {
            "type": "TextualBody",
            "purpose": "identifying",
            "format": "text/plain",
            "value": receipt_text(receipt),
        },
        "target": {
            "source": {
                "id": receipt.url
                or percent_encoded(receipt.path, errors="surrogatepass"),
                "type": "Text",
                "dcterms:title": receipt.title,
                # RFC 6920: the name of a text by its digest
                "dcterms:identifier": f"ni:///sha-256;{digest.decode('ascii')}",
            },
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": receipt.quote,
                    "prefix": receipt.prefix,
                    "suffix": receipt.suffix,
                },
                {
                    "type": "TextPositionSelector",
                    "start": receipt.start,
                    "end": receipt.end,
                },
            ],
        },
    }


def fragment_link(receipt: Receipt) -> str:
    """The address of a web page at the quote, "" for a document that has no address.

    A text fragment (WICG Scroll To Text Fragment): browsers open the page there.
    """
    if not re.match("https?://", receipt.url):
        return ""
    directive = text_directive(receipt)
    if not directive:
        return receipt.url
    between = "" if "#" in receipt.url else "#"
    return f"{receipt.url}{between}:~:text={directive}"


def text_directive(receipt: Receipt) -> str:
    """`[prefix-,]start[,end][,-suffix]`, all but letters and digits percent-encoded.

    In whole words; a browser passes over how they are spaced. "" for a quote without
    words. The two ends of a quote may stand in different paragraphs, one end may not.
    """
    words = receipt.quote.split()
    paragraphs = [part.split() for part in re.split(r"\n\s*\n", receipt.quote)]
    paragraphs = [part for part in paragraphs if part]
    if not any(map(str.isalnum, receipt.quote)):
        return ""
    parts = [_encoded(words)]
    if len(words) > WHOLE_WORDS or len(paragraphs) > 1:
        first, last = paragraphs[0], paragraphs[-1]
        if len(paragraphs) == 1:
            last = first[max(END_WORDS, len(first) - END_WORDS) :]
        parts = [_encoded(first[:END_WORDS]), _encoded(last[-END_WORDS:])]
    before = _whole_words(receipt.prefix, at_end=True)[-NEIGHBOURS:]
    after = _whole_words(receipt.suffix, at_end=False)[:NEIGHBOURS]
    if before:
        parts.insert(0, f"{_encoded(before)}-")
    if after:
        parts.append(f"-{_encoded(after)}")
    return ",".join(parts)


def _whole_words(text: str, *, at_end: bool) -> list[str]:
    """The words of the paragraph at that end; none if the quote cuts a word there.

    The outermost one may be cut off, and is left out.
    """
    if not text or text[-1 if at_end else 0].isalnum():
        return []
    parts = re.split(r"\n\s*\n", text.strip())
    words = parts[-1 if at_end else 0].split()
    if len(parts) > 1:
        return words
    return words[1:] if at_end else words[:-1]


def _encoded(words: list[str]) -> str:
    text = percent_encoded(" ".join(words), safe="", errors="replace")
    return text.replace("-", "%2D")
