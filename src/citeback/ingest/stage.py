"""A document → what is stored of it, and the texts whose vectors that needs.

Part by part: all of a long document would take a hundred times its size in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from citeback.index import transfer, words
from citeback.index.catalog import Catalog
from citeback.index.encoder import Encoder
from citeback.index.engine import PassageEntry, SentenceEntry
from citeback.index.packed import Packed
from citeback.ingest.split import split
from citeback.records import Block, BlockKind, Document, Passage, Span

# Changed by hand whenever `passage_text` or what is stored of a passage changes.
ENTRY = "entry-2"
# Room in the encoder's window for headings and lead-in beside the passage itself.
CONTEXT_PIECES = 40
CONTEXT_CHARACTERS = 160
# A part ends with the passage that brings it to so many texts, or passages.
PART_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some passages of a document, and the texts whose vectors they need.

    `letters` is how much of the document's text they take. Where another catalog holds
    the vectors already, it is `held_in`.
    """

    entries: tuple[PassageEntry, ...]
    texts: dict[str, str]  # by digest
    letters: int
    held_in: Catalog | None = None

    @property
    def weight(self) -> int:
        """How many texts it has, or passages where these say the same."""
        return max(len(self.texts), len(self.entries))

    @property
    def sentences(self) -> set[str]:
        """The digests of those texts that are sentences."""
        return {s.digest for entry in self.entries for s in entry.sentences}


class Prepared:
    """A document ready to be written. What is kept of a long one is its first part."""

    def __init__(
        self, document: Packed, remark: str, made: Callable[[], Iterator[Part]]
    ) -> None:
        """`made` gives the document's parts, at least one, the same every time."""
        self.document = document
        self.remark = remark
        self._made = made
        parts = made()
        self._first = next(parts)
        self._is_whole = next(parts, None) is None

    @property
    def weight(self) -> int:
        """That of the part that is kept."""
        return self._first.weight

    def parts(self) -> Iterator[Part]:
        """The passages in reading order, at least one part; the same every time."""
        return iter((self._first,)) if self._is_whole else self._made()

    def entries(self) -> Iterator[PassageEntry]:
        """All that is stored of the passages."""
        for part in self.parts():
            yield from part.entries


class Staged(Prepared):
    """A document as it was read, split into passages that the encoder can read whole."""

    def __init__(self, document: Packed, encoder: Encoder, remark: str = "") -> None:
        """Split as much as the first part needs."""
        super().__init__(document, remark, partial(_split, document, encoder))


class Stored(Prepared):
    """A document of another catalog of the same recipe, with the vectors it has there."""

    def __init__(self, document: Packed, catalog: Catalog, remark: str) -> None:
        """Read as much as the first part needs."""
        super().__init__(document, remark, partial(_read, document, catalog))


def _split(document: Packed, encoder: Encoder) -> Iterator[Part]:
    passages = split(
        document,
        word_pieces=encoder.word_pieces,
        limit=max(16, encoder.word_piece_limit - CONTEXT_PIECES),
    )
    return _parts(document, (_entry(document, *found) for found in passages))


def _read(document: Packed, catalog: Catalog) -> Iterator[Part]:
    entries = transfer.entries(catalog, document)
    return _parts(document, ((e, _texts(document, e)) for e in entries), catalog)


def _parts(
    document: Packed,
    made: Iterable[tuple[PassageEntry, dict[str, str]]],
    held_in: Catalog | None = None,
) -> Iterator[Part]:
    """The entries with the texts that each needs, as many together as make a part."""
    entries: list[PassageEntry] = []
    texts: dict[str, str] = {}
    begin = end = 0
    for entry, needed in made:
        if max(len(texts), len(entries)) >= PART_TEXTS:
            yield Part(tuple(entries), texts, end - begin, held_in)
            entries, texts, begin = [], {}, end
        entries.append(entry)
        texts |= needed
        end = entry.passage.end
    yield Part(tuple(entries), texts, len(document.text) - begin, held_in)


def _entry(
    document: Packed, block: Block, passage: Passage
) -> tuple[PassageEntry, dict[str, str]]:
    """The passage as stored, and the texts to embed for it."""
    texts: dict[str, str] = {}
    context = context_of(document, passage)
    digest = _noted(passage_text(context, passage.text), texts)
    sentences = []
    for number, span in enumerate(passage.sentences):
        text = document.text[span.start : span.end]
        digest_there = _noted(spoken(text), texts)
        sentences.append(
            SentenceEntry(
                id=sentence_id(passage.id, number, digest_there),
                span=span,
                stems=" ".join(stems_of(document.text, block, span)),
                digest=digest_there,
            )
        )
    stems = " ".join(words.stems(context))
    return PassageEntry(passage, stems, digest, tuple(sentences)), texts


def _texts(document: Packed, entry: PassageEntry) -> dict[str, str]:
    """The texts that were embedded for a passage, by the digests that it has."""
    context = context_of(document, entry.passage)
    texts = {entry.digest: passage_text(context, entry.passage.text)}
    for sentence in entry.sentences:
        span = sentence.span
        texts[sentence.digest] = spoken(document.text[span.start : span.end])
    return texts


def passage_text(context: str, text: str) -> str:
    """What is embedded for a passage: its headings and lead-in, then its words.

    White space is evened out: where a line is wrapped means nothing.
    """
    return " ".join(f"{context} {text}".split())


def context_of(document: Document | Packed, passage: Passage) -> str:
    """The headings above a passage and the words that lead into its list."""
    parts = list(passage.headings)
    if passage.lead_in:
        parts.append(document.text[passage.lead_in.start : passage.lead_in.end])
    return ". ".join(part[:CONTEXT_CHARACTERS] for part in parts[-3:])


def stems_of(text: str, block: Block, span: Span) -> list[str]:
    """The stem of each word in a stretch of a block.

    No word goes from one cell of a row into the next: "16,1916" may be two numbers.
    """
    if block.kind is not BlockKind.ROW:
        return words.stems(text[span.start : span.end])
    bounds = (span.start, *(cell.end for cell in block.items), span.end)
    inside = [one for one in bounds if span.start <= one <= span.end]
    return [
        stem for start, end in pairwise(inside) for stem in words.stems(text[start:end])
    ]


def spoken(sentence: str) -> str:
    """What is embedded for a sentence: its words, with white space evened out."""
    return " ".join(sentence.split())


def digest_of(text: str) -> str:
    """The name under which the vector of a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _noted(text: str, texts: dict[str, str]) -> str:
    """The text's digest, under which it is put into `texts`."""
    digest = digest_of(text)
    texts[digest] = text
    return digest


def sentence_id(passage: int, number: int, text: str) -> int:
    """A positive 63-bit id that lasts as long as the passage's and the text's digest."""
    digest = hashlib.sha256(f"{passage} {number} {text}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1
