"""What `ask`, `every` and `absent` print, whoever has the library open."""

from __future__ import annotations

import argparse

from citeback.cite.receipt import receipt_text
from citeback.cite.records import Receipt
from citeback.library import Library
from citeback.records import Answer
from citeback.serve import citing, terminal
from citeback.serve.as_json import absence_json, answer_json, as_text, every_json

Receipts = tuple[Receipt | None, ...]


def asked(library: Library, options: argparse.Namespace) -> tuple[Answer, Receipts]:
    """The answer to a question, and the receipts of its passages."""
    answer = library.ask(options.question, limit=options.limit)
    return answer, library.receipts(citing.of_answer(answer))


def answer_text(answer: Answer, receipts: Receipts, options: argparse.Namespace) -> str:
    """An answer as it is printed."""
    if options.json:
        return as_text(answer_json(answer, receipts))
    lines = [*terminal.answer_lines(answer)]
    if options.receipts:
        for hit, receipt in zip(answer.hits, receipts, strict=True):
            if receipt is not None:
                lines += ("", f"[{hit.number}] {receipt_text(receipt)}")
    return "\n".join(lines)


def ask_text(library: Library, options: argparse.Namespace) -> str:
    """What `ask` prints, where nothing is to be written on the answer."""
    if options.every:
        return every_text(library, options)
    return answer_text(*asked(library, options), options)


def every_text(library: Library, options: argparse.Namespace) -> str:
    """What `every` prints."""
    found = library.every(options.question)
    if options.json:
        receipts = library.receipts(citing.of_every(found))
        return as_text(every_json(found, receipts))
    return "\n".join(terminal.every_lines(found))


def absent_text(library: Library, options: argparse.Namespace) -> str:
    """What `absent` prints."""
    report = library.absent(options.phrase)
    if options.json:
        receipts = library.receipts(citing.of_absence(report))
        return as_text(absence_json(report, receipts))
    return "\n".join(terminal.absence_lines(report))
