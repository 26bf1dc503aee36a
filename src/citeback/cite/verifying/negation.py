"""Whether what a quotation leaves out or changes, as marked, is a "not". Pure.

It may then say the opposite of the document though every word of it stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from citeback.cite.verifying.wording import BRACKET

# English, French, Spanish, German, Arabic and Nepali. French "pas" goes with "ne".
_NEGATION = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}])(?:"
    r"not|no|never|nor|neither|none|nobody|nothing|nowhere|without|cannot|unless"
    r"|\p{L}+n['’]t|hardly|scarcely|ne|n['’](?=\p{L})\p{L}*|jamais|sans|aucune?|rien"
    r"|nunca|jamás|sin|ning[uú]n\p{L}*|nada|tampoco|nicht|nichts|kein\p{L}*|nie|niemals"
    r"|ohne|لا|لم|لن|ليس|ليست|غير|بدون|छैन|छैनन्|होइन|होइनन्|थिएन|थिएनन्|बिना"
    r")(?![\p{L}\p{M}\p{N}])",
    regex.IGNORECASE,
)
_ENDED = regex.compile(r"[.!?।؟。][\p{Pe}\p{Pf}\p{Pi}\"']*\s*\Z")
_SENTENCE_END = regex.compile(r"[.!?।؟。](?=\s)|\n\s*\n")


def negation_changed(quoted: str, parts: Sequence[str], gaps: Sequence[str]) -> bool:
    """Whether a "not" is left out, put in or replaced where the quotation marks it.

    `parts` are the document's words that the quotation gives, with what its brackets
    stand for, `gaps` what it leaves out between them. Of a gap over several sentences
    only what belongs to those that are quoted counts.
    """
    own = Counter(_said(BRACKET.sub(" ", quoted)))
    held = Counter(word for part in parts for word in _said(part))
    written = Counter(
        word for found in BRACKET.findall(quoted) for word in _said(found)
    )
    left_out = any(
        _said(piece)
        for part, gap in zip(parts, gaps, strict=False)
        for piece in _beside(part, gap)
    )
    return left_out or (held - own).total() != written.total()


def _said(text: str) -> list[str]:
    return [found.casefold().replace("’", "'") for found in _NEGATION.findall(text)]


def _beside(part: str, gap: str) -> Iterator[str]:
    """What of a gap goes on with the sentence before it, or leads into the one after."""
    ends = list(_SENTENCE_END.finditer(f"{gap}\n"))
    if not ends:
        yield gap
        return
    if not _ENDED.search(part):
        yield gap[: ends[0].start()]
    yield gap[ends[-1].end() :]
