"""Values in the expressions of Milvus: nothing in them gets out of its quotation marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.errors import SettingsError
from citeback.index.engine import EVERYWHERE, Within
from citeback.index.milvus import filters
from citeback.index.milvus.address import Address, parse

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[\\"nrt]|\\x[0-9a-f]{2})*"')
_NAMED = {"\\\\": "\\", '\\"': '"', "\\n": "\n", "\\r": "\r", "\\t": "\t"}


def unescaped(written: str) -> str:
    """What Milvus, which reads strings as Go does, makes of a string."""
    return re.sub(
        r"\\(?:x[0-9a-f]{2}|.)",
        lambda found: _NAMED.get(found[0]) or chr(int(f"0{found[0][1:]}", 0)),
        written[1:-1],
    )


@given(st.text())
def test_a_value_is_one_string_and_stays_what_it_was(text: str) -> None:
    written = filters.value(text)
    assert _STRING.fullmatch(written)
    assert unescaped(written) == text


def test_a_filter_is_put_together_from_all_its_fields() -> None:
    within = Within(
        paths=frozenset(['a" or 1 == 1']),
        tags=(frozenset(["x", "y"]), frozenset(["z"])),
        days=(("2020-01-01", ""), ("", "2021")),
        ids=frozenset([2, 1]),
        barred=frozenset([3]),
    )
    assert filters.passing(within, "id") == (
        r'(path in ["a\" or 1 == 1"]) and (array_contains_any(tags, ["x", "y"]))'
        ' and (array_contains_any(tags, ["z"])) and ((day >= "2020-01-01"))'
        ' and ((day != "") and (day < "2021")) and (id in [1, 2]) and (id not in [3])'
    )
    assert filters.passing(EVERYWHERE, "id") == ""
    assert filters.both("", "") == ""


def test_where_a_library_is() -> None:
    assert parse("milvus://host:1234/some_name") == Address(
        "http://host:1234", "some_name"
    )
    assert parse("milvus://[::1]") == Address("http://[::1]:19530", "citeback")
    signed = parse("milvus+tls://u:p%40ss@host/x")
    assert signed == Address("https://host:19530", "x", "u", "p@ss")
    assert "p@ss" not in repr(signed)


@pytest.mark.parametrize(
    "engine",
    ["http://host/x", "milvus://", "milvus://h:p/x", "milvus://h/a-b", "milvus://h?x"],
)
def test_what_is_no_address_is_refused(engine: str) -> None:
    with pytest.raises(SettingsError, match="CITEBACK_ENGINE must be like milvus://"):
        parse(engine.replace("://", "://me:secret@", 1))


def test_an_error_shows_no_password() -> None:
    with pytest.raises(SettingsError) as error:
        parse("milvus://me:secret@host:port/x")
    assert "secret" not in str(error.value)
