"""What a language model wrote, for the terminal and as plain values. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from citeback.serve.terminal import flat, shown, wrapped
from citeback.write.records import Piece, PieceKind, Sentence, Written

BY = "Written by {}, not the text's words:"
NOTE = (
    "Only what stands between quotation marks here was held against the passages, letter "
    "by letter. Whether the other words are true to them was not."
)
NOTHING = "Nothing of what {} wrote could be shown."


def written_lines(told: Written) -> Iterator[str]:
    """The paragraphs below who wrote them, each line marked as not the text's."""
    model = shown(told.writer.model)
    yield BY.format(model)
    if told.is_empty:
        yield from wrapped(NOTHING.format(model), indent="  | ")
    for paragraph in told.paragraphs:
        words = " ".join(_sentence(one) for one in paragraph)
        yield from wrapped(flat(words), indent="  | ")
    yield from wrapped(NOTE)


def _sentence(sentence: Sentence) -> str:
    return "".join(map(_piece, sentence)).strip()


def _piece(piece: Piece) -> str:
    if piece.kind is PieceKind.QUOTE:
        return f"“{piece.text}”"
    if piece.kind is PieceKind.CITED:
        return f"[{piece.number}]"
    return f"[{piece.struck}]" if piece.struck else piece.text


def written_json(told: Written) -> dict[str, Any]:
    """Who wrote, and the paragraphs' sentences in pieces of what each one is."""
    return {
        "model": told.writer.model,
        "address": told.writer.address,
        "note": NOTE,
        "empty": told.is_empty,
        "paragraphs": [
            [[_piece_json(piece) for piece in sentence] for sentence in paragraph]
            for paragraph in told.paragraphs
        ],
        "seconds": told.seconds,
    }


def _piece_json(piece: Piece) -> dict[str, Any]:
    span = asdict(piece.span) if piece.span else None
    return {
        "kind": piece.kind.value,
        "text": piece.text,
        "number": piece.number,
        "span": span,
        "struck": piece.struck.value if piece.struck else "",
        "why": piece.struck.name.lower() if piece.struck else "",
    }
