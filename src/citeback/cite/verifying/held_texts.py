"""The library's documents in canonical form, made when they are looked through."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import PurePosixPath

from citeback.cite.records import Allowance
from citeback.cite.verifying.canonical import Canonical, Reading, canonical
from citeback.index.engine import View
from citeback.records import BlockKind, Document, Span

# Letters of documents that are kept at hand; in memory each takes a few bytes.
AT_HAND = 20_000_000

_MARKDOWN = frozenset({".md", ".markdown"})
_BROKEN = re.compile(r"[^\W\d_][-‐]\s*\n")
_APART = frozenset({BlockKind.NOTE, BlockKind.FURNITURE})

Form = tuple[Canonical, tuple[Allowance, ...]]


def is_markdown(name: str) -> bool:
    """Whether a file of that name is Markdown."""
    return PurePosixPath(name).suffix.lower() in _MARKDOWN


class HeldText:
    """A document and its canonical forms, each made once."""

    def __init__(self, document: Document) -> None:
        """Make none yet."""
        self.document = document
        self.markdown = is_markdown(document.source.path)
        self._forms: dict[Reading, Canonical] = {}

    def forms(self) -> Iterator[Form]:
        """Each form that differs, strictest first, and what it allows."""
        text = self.document.text
        strict = self._form(Reading(self.markdown))
        yield strict, ()
        broken = bool(_BROKEN.search(text))
        if broken:
            yield self._form(Reading(self.markdown, joined=True)), (Allowance.HYPHEN,)
            compound = Reading(self.markdown, compound=True)
            yield self._form(compound), (Allowance.HYPHEN,)
        bare = self._form(Reading(self.markdown, notes=False))
        if bare.text != strict.text:
            yield bare, (Allowance.NOTES,)
            if broken:
                both = Reading(self.markdown, notes=False, joined=True)
                yield self._form(both), (Allowance.NOTES, Allowance.HYPHEN)

    def _form(self, reading: Reading) -> Canonical:
        if reading not in self._forms:
            # A note or a page's head may stand between two paragraphs of the text.
            without = [
                Span(block.start, block.end)
                for block in self.document.blocks
                if not reading.notes and block.kind in _APART
            ]
            made = canonical(self.document.text, reading, without)
            self._forms[reading] = made
        return self._forms[reading]


class HeldTexts:
    """The documents of an index, the last ones asked for kept at hand."""

    def __init__(self, view: View) -> None:
        """Read none yet."""
        self._view = view
        self._held: OrderedDict[str, HeldText] = OrderedDict()
        self._letters = 0

    def get(self, path: str) -> HeldText | None:
        """The document of a path, None if there is none (any more)."""
        if path in self._held:
            self._held.move_to_end(path)
            return self._held[path]
        document = self._view.document(path)
        if document is None:
            return None
        self._letters += len(document.text)
        while self._held and self._letters > AT_HAND:
            _, dropped = self._held.popitem(last=False)
            self._letters -= len(dropped.document.text)
        self._held[path] = HeldText(document)
        return self._held[path]
