"""Where sentences begin and end. The only file that imports the sentence library.

The library (sentencex) was chosen by trying five; see docs/sentences.md. What is
added here only joins what it wrongly parts, save for the choice of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex  # type: ignore[import-untyped,unused-ignore]

from citeback.ingest.lines import LINE_END
from citeback.records import Span

# The library searches for the end of each open quote to the end of what it is
# given, so its time grows with the square: it is given this many code points.
WINDOW = 8000

# Its English rules serve every language tried but these three (docs/sentences.md).
# A text is in one of them when these words are a tenth of it or more; each is rare
# in the other language and in English.
_COMMON_WORDS = {
    "de": frozenset("der die das und ist nicht ein eine den dem am im er sie".split()),
    "es": frozenset("el la los las del que en una por con está desde".split()),
}
_WORD = re.compile(r"\w+")
_BARE_WORDS = re.compile(r"[^\W_]+(?: [^\W_]+)*")
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")

# A piece that is only a number or a bullet belongs to what follows.
_MARKER_ONLY = re.compile(r"\W*\(?(?:\d{1,3}|\w)[.)]\W*|[\W_]*")
_LONGEST_MARKER = 12
# Abbreviations that the library takes for the end of a sentence before a number
# ("vol. 2", "Dr. No. 5").
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(\[])(?:(?i:app|approx|arts|chs?|chap|docs?|eds?|eqs?|est|figs?|incl|max"
    r"|paras?|refs?|resp|sects?|ser|tab|tel|vols?)|Add|Corr|Dr)\.\s*\Z"
)
_NUMBER = re.compile(r"\d|(?:[IVXLC]{2,}|[VX])\b|Nos?\.\s")
# Room for the longest abbreviation, a space on either side, and for "Nos. ".
_NEAR = 12

# A single space is as it should be, and most white space is one.
_WHITE = re.compile(r"\s{2,}|[^\S ]")
_WHITE_FROM_HERE = re.compile(r"\s*")
# So many code points are evened out at a time: the places of all would take ten times
# the memory of the text.
_STRETCH = 1_000_000


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of a text, as `sentences` has them."""
    return tuple(sentences(text))


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a text in order, without the white space around them.

    Together they hold every character that is not white space, and none is empty.
    A single line end within the text is a space; a blank line ends a sentence. A
    stretch of WINDOW code points without any sentence end is cut at white space.
    """
    if len(text) <= WINDOW and _BARE_WORDS.fullmatch(text):
        yield Span(0, len(text))  # nothing in it can end a sentence
        return
    waiting = -1
    # What the library sees has the length of the text, so its offsets hold for both.
    plain = "".join(_evened(text))
    for begin, end in _pieces(plain, _language(text)):
        start = begin if waiting < 0 else waiting
        if _goes_on(plain, start, end):
            waiting = start
        else:
            yield from _trimmed(text, start, end)
            waiting = -1
    if waiting >= 0:
        yield from _trimmed(text, waiting, len(text))


def _evened(text: str) -> Iterator[str]:
    """The text's stretches, their white space as the library needs it."""
    begin = 0
    while begin < len(text):
        here = min(begin + _STRETCH, len(text))
        white = _WHITE_FROM_HERE.match(text, here)
        end = white.end() if white else here
        yield _WHITE.sub(_even_white, text[begin:end])
        begin = end


def _even_white(white: re.Match[str]) -> str:
    # The library fails on white space of more than one byte after an initial, and
    # takes "\r" for a letter.
    run = white[0]
    if len(LINE_END.findall(run)) > 1:
        return "\n\n" + " " * (len(run) - 2)
    return " " * len(run)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether what ends at `end` is no sentence yet."""
    if not text[end : end + _NEAR].strip():
        return False
    if end - start <= _LONGEST_MARKER and _MARKER_ONLY.fullmatch(text, start, end):
        return True
    return bool(
        _NUMBER.match(text[end : end + _NEAR].lstrip())
        and _BEFORE_NUMBER.search(text[max(start, end - _NEAR) : end])
    )


def _language(text: str) -> str:
    beginning = text[:2000]
    if len(_GREEK.findall(beginning)) > len(beginning) // 4:
        return "el"
    words = [word.lower() for word in _WORD.findall(beginning)]
    shares = {
        language: sum(word in common for word in words)
        for language, common in _COMMON_WORDS.items()
    }
    likely = max(shares, key=shares.__getitem__)
    return likely if shares[likely] * 10 >= max(len(words), 10) else "en"


def _pieces(text: str, language: str) -> Iterator[tuple[int, int]]:
    """The library's pieces, over a long text window by window.

    The last piece of a window may be cut short, so the next window begins with it.
    """
    begin = 0
    while begin < len(text):
        window = text[begin : begin + WINDOW]
        if begin + WINDOW < len(text):
            window = window[: _last_space(window)]
        bounds = [
            (begin + start, begin + end) for start, end in _bounds(window, language)
        ]
        if begin + len(window) < len(text) and len(bounds) > 1:
            bounds.pop()
        yield from bounds
        begin = bounds[-1][1] if bounds else begin + len(window)


def _bounds(window: str, language: str) -> list[tuple[int, int]]:
    try:
        found = sentencex.get_sentence_boundaries(language, window)
    except BaseException as error:
        # The library is written in Rust, and what fails there is no Exception. None
        # is known to fail on the white space given here, but no text may be lost.
        if type(error).__name__ != "PanicException":
            raise
        return [(0, len(window))]
    return [(bound["start_index"], bound["end_index"]) for bound in found]


def _last_space(window: str) -> int:
    head = len(window.rstrip())
    cut = max(window.rfind(" ", 0, head), window.rfind("\n", 0, head))
    return cut + 1 if cut > len(window) // 2 else len(window)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    words = text[start:end].strip()
    if words:
        first = text.index(words[0], start)
        yield Span(first, first + len(words))
