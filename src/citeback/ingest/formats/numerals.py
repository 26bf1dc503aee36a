"""Numbers as they are shown: in Roman figures, in letters, above the line."""

from __future__ import annotations

import re

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


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNED = re.compile(r"\A\s*[+\u2212-](?=\d+\s*$)")
_RAISED_SIGNS = str.maketrans("+-\u2212", "⁺⁻⁻")


def raised(words: str) -> str:
    """The words as they look when they stand above the line: 10 and 6 are not 106."""
    words = _SIGNED.sub(lambda sign: sign[0].translate(_RAISED_SIGNS), words)
    return words.translate(_RAISED)


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
