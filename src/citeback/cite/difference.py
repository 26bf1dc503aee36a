"""Two texts, word by word: what was taken out, what was put in. Pure."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher

import regex

from citeback.cite.records import Change, Difference

# A word, a run of spaces, or one sign: so that a changed comma does not change a word.
_TOKENS = regex.compile(r"[\p{L}\p{M}\p{N}]+|\s+|.", regex.DOTALL)


def differences(
    before: str, after: str, alike: Callable[[str], str] = str
) -> tuple[Difference, ...]:
    """What makes the second text of the first, in order; removals before additions.

    The texts of SAME and REMOVED put together are `before`, those of SAME and ADDED
    `after`; where words or signs of both that are not equal are made so by `alike`,
    SAME has that of `before`.
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    found: list[Difference] = []

    def add(change: Change, tokens: list[str]) -> None:
        if tokens:
            found.append(Difference(change, "".join(tokens)))

    for tag, i, j, k, m in SequenceMatcher(
        None, [*map(alike, old)], [*map(alike, new)], autojunk=False
    ).get_opcodes():
        if tag == "equal":
            add(Change.SAME, old[i:j])
        else:
            add(Change.REMOVED, old[i:j])
            add(Change.ADDED, new[k:m])
    return tuple(found)
