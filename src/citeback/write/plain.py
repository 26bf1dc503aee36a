"""What a model wrote → its paragraphs as plain text, quotation marks in forms that are known.

Nothing that cannot be seen is left, nor what Markdown would make of it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# What models that think aloud put before their answer.
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_UNESCAPED_AT_MOST = 4
# Joiners are part of words in many scripts; everywhere else they hide something.
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})

_FORMS = str.maketrans(
    {
        **dict.fromkeys("″‶‴‷⁗ʺ˝˵˶〃ˮ＂", '"'),
        **dict.fromkeys("´′‵ʹʹ＇", "'"),
        **dict.fromkeys("❝《〈⟨⟪〈⟦〔≪⋘🙶", "“"),
        **dict.fromkeys("❞》〉⟩⟫〉⟧〕≫⋙🙷", "”"),
        **dict.fromkeys("❛ʻ", "‘"),
        **dict.fromkeys("❜ʼ", "’"),
        "❮": "‹",
        "❯": "›",
        "❟": "‚",
        "❠": "„",
        "🙸": "„",
        "⹂": "„",
        "〝": "“",
        "〞": "”",
        "〟": "”",
        "【": "[",
        "】": "]",
        "［": "[",
        "］": "]",
    }
)
_DOUBLED = (
    ("``", '"'),
    ("''", '"'),
    ("’’", '"'),
    (",,", "„"),
    ("<<", "«"),
    (">>", "»"),
)
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)|~~+")
_MARKER = re.compile(r"(?:#{1,6}\s+|[-+•–]\s+|\d{1,3}[.)]\s+)+")
# A bar before a line sets it apart as well.
_QUOTED = re.compile(r"\s*[>＞|│┃❘▌▎▏][>＞|\s]*")
_CITED_AT_END = re.compile(r"(?:\s*\[[^\[\]]{1,40}\])+\W*\Z")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph on one line; a `block` is one that is set apart as quoted."""

    text: str
    block: bool


def paragraphs(raw: str) -> list[Paragraph]:
    """The paragraphs in order, none empty."""
    text = _THOUGHT.sub("", raw.replace("\r\n", "\n"))
    for _ in range(_UNESCAPED_AT_MOST):
        text = html.unescape(text)
    text = _seen(unicodedata.normalize("NFC", text))
    found: list[Paragraph] = []
    goes_on = False
    for line in text.splitlines():
        stripped = line.strip()
        block = bool(_QUOTED.match(stripped)) and not stripped.startswith(">>>>")
        words = _QUOTED.sub("", stripped, count=1) if block else stripped
        marked = _MARKER.match(words)
        words = _formed(_MARKER.sub("", words, count=1))
        if not words:
            goes_on = False
            continue
        if goes_on and found[-1].block is block and not marked:
            found[-1] = Paragraph(f"{found[-1].text} {words}", block)
        else:
            found.append(Paragraph(words, block))
        goes_on = True
    return [part for paragraph in found for part in _parted(paragraph)]


def _parted(paragraph: Paragraph) -> Iterator[Paragraph]:
    """A block without the passages that it names at its end, which stand after it."""
    cited = _CITED_AT_END.search(paragraph.text) if paragraph.block else None
    if cited is None:
        yield paragraph
        return
    if cited.start():
        yield Paragraph(paragraph.text[: cited.start()], block=True)
    yield Paragraph(cited.group().strip(), block=False)


def _seen(text: str) -> str:
    """Without signs that cannot be seen or turn the text around; spaces are spaces."""
    kept = []
    for at, sign in enumerate(text):
        if sign == "\n" or unicodedata.category(sign) in ("Zl", "Zp"):
            kept.append("\n")
        elif sign.isspace():
            kept.append(" ")
        elif sign in _JOINERS:
            beside = text[at - 1 : at] + text[at + 1 : at + 2]
            if len(beside) == 2 and all(map(_is_letter, beside)):
                kept.append(sign)
        elif unicodedata.category(sign) not in _HIDDEN:
            kept.append(sign)
    return "".join(kept)


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"


def _formed(line: str) -> str:
    """Quotation marks in forms that are known, without signs for emphasis."""
    line = line.translate(_FORMS)
    for doubled, mark in _DOUBLED:
        line = line.replace(doubled, mark)
    return " ".join(_EMPHASIS.sub("", line).split())
