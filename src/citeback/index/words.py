"""Words for matching: what counts as one, its stem, and which say nothing.

The only file that imports snowballstemmer. The same functions serve
what is indexed and what is asked, so the two always agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex
import snowballstemmer

from citeback.records import Span

# Stored words and asked words must be made alike: change this when they are not.
FINGERPRINT = "words-4"

# Scripts written without spaces are matched sign by sign.
SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# Signs inside a word that show nothing: soft hyphen, non-joiner, joiner.
_UNSEEN = "\u00ad\u200c\u200d"
# Raised figures: the number of a footnote is no part of the word that it stands at.
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
# A number with its separators ("2,178.5"; but "16,1916" is two, as rows of tables have
# them, lest a year be said to stand nowhere), or a run of letters, digits and their
# marks with an inner apostrophe ("Center's") or sign that shows nothing.
_WORD = regex.compile(
    rf"[[{SPACELESS}]--\p{{M}}]\p{{M}}*"
    r"|\p{N}+(?:\.\p{N}+|,\p{N}{1,3}(?!\p{N}))+(?![\p{L}\p{M}])"
    rf"|[[\p{{L}}\p{{N}}]--[{SPACELESS}{_RAISED}]]"
    rf"(?:[{_UNSEEN}]*[[\p{{L}}\p{{N}}\p{{M}}]--[{SPACELESS}{_RAISED}]])*"
    rf"(?:['’][[\p{{L}}\p{{M}}]--[{SPACELESS}]]+)?",
    regex.VERSION1,
)
# The same in texts of ASCII alone, where `re` finds them in a third of the time.
_ASCII_WORD = re.compile(
    r"[0-9]+(?:\.[0-9]+|,[0-9]{1,3}(?![0-9]))+(?![A-Za-z])|[A-Za-z0-9]+(?:'[A-Za-z]+)?"
)
_NOT_SHOWN = dict.fromkeys(map(ord, _UNSEEN))
# Commas that part thousands; any other comma in a number is a decimal one.
_THOUSANDS = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN_SIGNS = regex.compile(r"[\p{L}\p{N}\p{M}.,'’]*")
_STEMMER = snowballstemmer.stemmer("english")

# Words that carry no topic in a question or a passage (English, closed classes).
STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been
    before being below between both but by can could did do does doing don down
    during each either else ever few for from further had has have having he her here
    hers herself him himself his how i if in into is it its itself just may me might
    more most much must my myself no nor not now of off on once only or other ought
    our ours ourselves out over own per please same shall she should so some such tell
    than that the their theirs them themselves then there these they this those
    through to too under until up upon us very was we were what when where which
    while who whom whose why will with within without would you your yours yourself
    yourselves
    """.split()
)


def _pattern(text: str) -> Any:
    return _ASCII_WORD if text.isascii() else _WORD


def words(text: str) -> Iterator[tuple[str, Span]]:
    """Each word of the text, folded to lower case without accents, and its span."""
    for word, place in written_at(text):
        yield fold(word), Span(*place)


def written_at(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Each word as written, and where it starts and ends; much faster than `words`."""
    return [(match.group(), match.span()) for match in _pattern(text).finditer(text)]


def written(text: str) -> set[str]:
    """The distinct words of the text as written; much faster than `words`."""
    return set(_pattern(text).findall(text))


def stems(text: str) -> list[str]:
    """The stem of each word, in order, stop words included."""
    return [stem(fold(word)) for word in _pattern(text).findall(text)]


def distinct_stems(text: str) -> set[str]:
    """The stems of a text, which may be long, without their order."""
    return {stem(fold(word)) for word in written(text)}


def content_stems(text: str) -> dict[str, str]:
    """Each distinct stem that is no stop word, in order, with the word as written.

    A question made of stop words alone ("Who was he?") keeps them all: they are
    everything there is to look for.
    """
    written: dict[str, str] = {}
    stopped: dict[str, str] = {}
    for word, span in words(text):
        bare = word.split("'")[0]
        target = stopped if word in STOP_WORDS or bare in STOP_WORDS else written
        target.setdefault(stem(word), text[span.start : span.end])
    return written or stopped


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The word in lower case, compatibility forms unified, Latin accents removed.

    A number has no commas between thousands and a point for a decimal comma.
    """
    word = word.translate(_NOT_SHOWN)
    unified = unicodedata.normalize("NFKC", word)
    # "½" and "⑴" would come apart; they stay as they are.
    if not _PLAIN_SIGNS.fullmatch(unified):
        unified = unicodedata.normalize("NFC", word)
    folded = unified.casefold().replace("’", "'")
    if "," in folded:
        folded = folded.replace(",", "" if _THOUSANDS.fullmatch(folded) else ".")
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The Snowball (English) stem of a folded word, or the word if it has none."""
    return _STEMMER.stemWord(word).replace("'", "") or word
