"""The library's English sentences in the language of the page. Pure.

As with gettext the English sentence is the key: the table of words holds each of them
under `told_…`, `{name}` where a value stands, and the sentence is looked up by its form.
So the library need not know of languages, and a sentence without a translation is shown
as it is.
"""

from __future__ import annotations

import re
from functools import cache

from citeback.serve.strings import Words, words_of

PREFIX = "told_"


def translated(sentences: str, words: Words) -> str:
    """One or more sentences of the library, in the language of the words."""
    said: list[str] = []
    rest = sentences
    while rest:
        key, values, after = _first(rest)
        if not key:
            return " ".join((*said, rest))
        said.append(words(key, **values))
        rest = after
    return " ".join(said)


def _first(sentences: str) -> tuple[str, dict[str, str], str]:
    """The key of the first sentence with its values, and what follows; "" if unknown."""
    for key, form in _forms().items():
        found = form.match(sentences)
        if found:
            return key, found.groupdict(), sentences[found.end() :].lstrip()
    return "", {}, sentences


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    return {
        key: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text)))
        for key, text in words_of("en").texts.items()
        if key.startswith(PREFIX)
    }
