"""Where in a long text a passage may stand that was edited: by short pieces of it. Pure.

A piece that stands in the text votes for the place where the whole would begin; rare
pieces count for more. Places with the most votes are looked at closely by others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from citeback.records import Span

# Pieces of so many letters, so many of them, spread over the passage.
LETTERS = 10
SHORT_LETTERS = 5
PIECES = 40
# One that stands in more places than this tells nothing.
MOST_PLACES = 300
WINDOWS = 6
# A part of the passage may stand as far from the rest, if it has a share of the votes.
PUT_IN_LETTERS = 1000
SHARE_OF_VOTES = 0.2


def windows(text: str, passage: str) -> list[Span]:
    """The stretches of a text in which the passage is likeliest to be, best first."""
    length = LETTERS if len(passage) > 6 * LETTERS else SHORT_LETTERS
    width = max(60, len(passage) // 3)
    votes: defaultdict[int, float] = defaultdict(float)
    for offset in range(0, max(1, len(passage) - length + 1), _step(passage, length)):
        piece = passage[offset : offset + length]
        places = _places(text, piece)
        for at in places:
            votes[(at - offset) // width] += 1 / len(places)
    ranked = sorted(votes, key=lambda n: -(votes[n] + votes.get(n + 1, 0.0)))
    chosen: list[int] = []
    for number in ranked:
        if all(abs(number - other) > 1 for other in chosen):
            chosen.append(number)
        if len(chosen) == WINDOWS:
            break
    slack = width + 60
    spans = [
        Span(low * width - slack, (high + 2) * width + len(passage) + slack)
        for number in chosen
        for low, high in ((number, number), _with_parts(number, votes, width))
    ]
    return [
        Span(max(0, span.start), min(len(text), span.end))
        for span in dict.fromkeys(spans)
    ]


def _with_parts(number: int, votes: Mapping[int, float], width: int) -> tuple[int, int]:
    """From where to where parts of the passage may stand, if something was put into it."""
    near = max(1, PUT_IN_LETTERS // width)
    enough = max(votes[number], votes.get(number + 1, 0.0)) * SHARE_OF_VOTES
    parts = [
        other
        for other in range(number - near, number + near + 1)
        if votes.get(other, 0.0) >= enough
    ]
    return min(parts, default=number), max(parts, default=number)


def _step(passage: str, length: int) -> int:
    return max(1, min(length // 2, (len(passage) - length) // PIECES + 1))


def _places(text: str, piece: str) -> list[int]:
    """Where a piece stands; nowhere if it stands in too many places."""
    places: list[int] = []
    at = text.find(piece)
    while at >= 0:
        places.append(at)
        if len(places) > MOST_PLACES:
            return []
        at = text.find(piece, at + 1)
    return places
