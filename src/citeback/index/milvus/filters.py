"""Expressions that Milvus understands, made of values nobody has looked at. Pure.

Nothing else puts a value into one.
"""

from __future__ import annotations

from collections.abc import Iterable

from citeback.index.engine import Within

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def value(of: str | int) -> str:
    """A text or a number as it stands in an expression, whatever it holds.

    Signs that are not ASCII stand as they are, control characters by their number.
    """
    if isinstance(of, int):
        return str(of)
    return '"' + "".join(map(_escaped, of)) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPED:
        return _ESCAPED[sign]
    if sign < " " or sign == "\x7f":
        return f"\\x{ord(sign):02x}"
    return sign


def values(of: Iterable[str | int]) -> str:
    """Several of them."""
    return "[" + ", ".join(map(value, of)) + "]"


def one_of(column: str, of: Iterable[str | int]) -> str:
    """The column holds one of the values."""
    return f"{column} in {values(of)}"


def none_of(column: str, of: Iterable[str | int]) -> str:
    """The column holds none of the values."""
    return f"{column} not in {values(of)}"


def equal(column: str, of: str | int) -> str:
    """The column holds the value."""
    return f"{column} == {value(of)}"


def holds_any(column: str, of: Iterable[str]) -> str:
    """The column of several texts holds one of the values."""
    return f"array_contains_any({column}, {values(of)})"


def holds_all(column: str, of: Iterable[str]) -> str:
    """The column of several texts holds all of the values."""
    return f"array_contains_all({column}, {values(of)})"


def both(*expressions: str) -> str:
    """All of the expressions that are not empty."""
    return " and ".join(f"({one})" for one in expressions if one)


def passing(within: Within, key: str) -> str:
    """What the typed filter lets through, "" for all; `key` holds a passage's id."""
    days = [
        both(
            f"day >= {value(after)}" if after else 'day != ""',
            f"day < {value(before)}" if before else "",
        )
        for after, before in within.days
    ]
    return both(
        one_of("path", sorted(within.paths)) if within.paths is not None else "",
        *(holds_any("tags", sorted(group)) for group in within.tags),
        *days,
        one_of(key, sorted(within.ids)) if within.ids is not None else "",
        none_of(key, sorted(within.barred)) if within.barred else "",
    )
