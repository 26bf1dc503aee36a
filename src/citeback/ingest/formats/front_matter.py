"""Take a document's title, author, date and link from the lines before its text.

The lines stand between two of "---", as static site generators write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml  # type: ignore[import-untyped,unused-ignore]

# Real front matter is some hundred characters; past this it is text.
LONGEST = 20_000

_FENCED = re.compile(
    r"---[ \t]*(?:\r\n|\r|\n)(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE
)
_PAIR = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_KEYS = {
    "title": "title",
    "author": "author",
    "authors": "author",
    "date": "date",
    "url": "url",
    "link": "url",
}
# What a document is about, under any of these names.
_TAG_KEYS = ("tags", "tag", "keywords", "categories", "category")
# Others that only site generators write.
_RECOGNISED = {*_KEYS, *_TAG_KEYS, "aliases", "draft", "layout", "permalink", "slug"}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What was found, "" where nothing was; `end` is where the text begins."""

    title: str = ""
    author: str = ""
    date: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    end: int = 0


def front_matter(text: str) -> FrontMatter:
    """What the text says of itself in its first lines; all empty without any.

    One of the lines must have a key that is known. Values are as written (a date is
    not turned into another form). Lines that are not valid YAML are still read one by
    one, because `title: Jobs: a study` is what people write.
    """
    # A lone \r ends a line too, but "^" and "$" know only \n.
    head = text[:LONGEST].replace("\r", "\n")
    match = _FENCED.match(head)
    if match is None:
        return FrontMatter()
    pairs = _pairs(match[1])
    # Lines of a play or an interview have the form of pairs, too.
    if not any(key.lower() in _RECOGNISED for key in pairs):
        return FrontMatter()
    found: dict[str, str] = {}
    for key, value in pairs.items():
        name = _KEYS.get(key.lower())
        if name and value:
            found.setdefault(name, value)
    return FrontMatter(**found, tags=_tags(pairs), end=match.end())


def _tags(pairs: Mapping[str, str]) -> tuple[str, ...]:
    """Those named under any key for them, each once."""
    by_key = {key.lower(): value for key, value in pairs.items()}
    named = ",".join(by_key.get(key, "") for key in _TAG_KEYS)
    # Lists that are not valid YAML keep their brackets.
    cleaned = (tag.strip(" []\"'#") for tag in re.split("[,;]", named))
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _pairs(lines: str) -> dict[str, str]:
    try:
        # The base loader makes only text, lists and mappings.
        loaded = yaml.load(lines, Loader=yaml.BaseLoader)  # nosec B506
    except (yaml.YAMLError, RecursionError):
        return _line_by_line(lines)
    if not isinstance(loaded, dict):
        return {}
    return {str(key): _flat(value) for key, value in loaded.items()}


def _line_by_line(lines: str) -> dict[str, str]:
    pairs = (_PAIR.match(line.rstrip()) for line in lines.split("\n"))
    return {pair[1]: (pair[2] or "").strip("\"' ") for pair in pairs if pair}


def _flat(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        # One level only: an alias may repeat a list within itself.
        return ", ".join(_flat(part) for part in value if isinstance(part, str))
    return ""
