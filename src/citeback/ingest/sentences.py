"""Where sentences begin and end. The only file that imports the sentence library.

The library (sentencex) was chosen by trying five; see docs/sentences.md. What is
added here only joins what it wrongly parts, save for the choice of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex  # type: ignore[import-untyped,unused-ignore]

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
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")

# A piece that is only a number or a bullet belongs to what follows.
_MARKER_ONLY = re.compile(r"\W*\(?(?:\d{1,3}|\w)[.)]\W*|[\W_]*\Z")
# These abbreviations never end a sentence that goes on with a number or a number's
# own abbreviation ("vol. 2", "Dr. No. 5").
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(\[])(?:add|app|approx|arts?|abs|chs?|chap|corr|docs?|dr|ed|eds|eqs?|est"
    r"|exp|figs?|incl|max|min|nos?|nr|ns|n[o°]|p|paras?|pp|pts?|refs?|res|resp|s|secs?"
    r"|sects?|ser|st|str|tab|tel|vols?)\.\s*\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\d|nos?\.\s|[IVXLC]+\b(?!['’]))", re.IGNORECASE)


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of a text in order, without the white space around them.

    Together they hold every character that is not white space, and none is empty.
    A single line end within the text is a space; a blank line ends a sentence. A
    stretch of WINDOW code points without any sentence end is cut at white space.
    """
    spans: list[Span] = []
    waiting = -1
    for start, end in _pieces(text, _language(text)):
        piece = text[start:end].strip()
        if not piece:
            continue
        if waiting >= 0:
            start = waiting
        following = text[end : end + 8].lstrip()
        if following and _goes_on(piece, following):
            waiting = start
        else:
            spans.append(_trimmed(text, start, end))
            waiting = -1
    if waiting >= 0:
        spans.append(_trimmed(text, waiting, len(text)))
    return tuple(spans)


def _goes_on(piece: str, following: str) -> bool:
    if _MARKER_ONLY.fullmatch(piece):
        return True
    # Abbreviations are short: the last 12 code points hold the longest of them.
    return bool(_NUMBER.match(following) and _BEFORE_NUMBER.search(piece[-12:]))


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
            (begin + bound["start_index"], begin + bound["end_index"])
            for bound in sentencex.get_sentence_boundaries(language, window)
        ]
        if begin + len(window) < len(text) and len(bounds) > 1:
            bounds.pop()
        yield from bounds
        begin = bounds[-1][1] if bounds else begin + len(window)


def _last_space(window: str) -> int:
    head = len(window.rstrip())
    cut = max(window.rfind(" ", 0, head), window.rfind("\n", 0, head))
    return cut + 1 if cut > len(window) // 2 else len(window)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(
        start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
    )
