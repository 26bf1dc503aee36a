"""Numbers as lists show them: in Roman figures, in letters."""

from __future__ import annotations

_LETTERS = 26
# No list goes on so far; higher numbers come from damaged files.
_MOST = 3_000
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


def roman(number: int) -> str:
    """The number in small Roman figures; as it is where nobody writes it so."""
    if not 0 < number <= _MOST:
        return str(number)
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters


def letters(number: int) -> str:
    """a to z, then aa, bb, as Word counts."""
    if not 0 < number <= _MOST:
        return str(number)
    return chr(ord("a") + (number - 1) % _LETTERS) * (1 + (number - 1) // _LETTERS)
