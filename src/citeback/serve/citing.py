"""What a quote is cited by: its receipt, links to it, a Web Annotation.

The same for the page and for the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Receipt
from citeback.cite.selectors import annotation, fragment_link
from citeback.records import AbsenceReport, Answer, EveryAnswer, Source, Span
from citeback.serve.links import permalink_query

Cited = tuple[Source, Span]


def of_answer(answer: Answer) -> list[Cited]:
    """The best sentence of each passage, in order."""
    return [(hit.source, hit.best) for hit in answer.hits]


def of_every(found: EveryAnswer) -> list[Cited]:
    """Each passage found, in order."""
    return [
        (document.source, Span(one.passage.start, one.passage.end))
        for document in found.documents
        for one in document.passages
    ]


def of_absence(report: AbsenceReport) -> list[Cited]:
    """Each occurrence, then the best sentence of each of the nearest passages."""
    places = [(one.source, Span(one.start, one.end)) for one in report.places]
    return [*places, *((hit.source, hit.best) for hit in report.nearest)]


def receipt_json(receipt: Receipt | None) -> dict[str, Any] | None:
    """A receipt as plain values, and as the `text` that can stand in a memo."""
    if receipt is None:
        return None
    return {**asdict(receipt), "text": receipt_text(receipt)}


def citation_json(receipt: Receipt, address: str) -> dict[str, Any]:
    """All that a quote is cited by; `address` is where the page is served."""
    return {
        "receipt": receipt_json(receipt),
        "link": f"{address}{permalink_query(receipt)}",
        "web_link": fragment_link(receipt),
        "annotation": annotation(receipt),
    }


def citation_lines(receipt: Receipt, address: str) -> Iterator[str]:
    """The same as lines, none of them wrapped, so that each can be copied."""
    yield receipt_text(receipt)
    yield f"{address}{permalink_query(receipt)}"
    if receipt.url:
        yield fragment_link(receipt) or receipt.url
