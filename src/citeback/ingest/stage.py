"""A document → what is stored of it, and the texts whose vectors that needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from citeback.index import words
from citeback.index.catalog import PassageEntry, SentenceEntry
from citeback.index.encoder import Encoder
from citeback.ingest.split import split
from citeback.records import Document, Passage

# Changed by hand whenever `passage_text` or what is stored of a passage changes.
ENTRY = "entry-1"
# Room in the encoder's window for headings and lead-in beside the passage itself.
CONTEXT_PIECES = 40
CONTEXT_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Staged:
    """A document ready to be written, and the texts whose vectors it needs."""

    document: Document
    entries: tuple[PassageEntry, ...]
    texts: dict[str, str]  # by digest
    remark: str

    @property
    def sentences(self) -> set[str]:
        """The digests of those texts that are sentences."""
        return {s.digest for entry in self.entries for s in entry.sentences}


def stage(document: Document, encoder: Encoder, remark: str = "") -> Staged:
    """The document split into passages that the encoder can read whole."""
    passages = split(
        document,
        word_pieces=encoder.word_pieces,
        limit=max(16, encoder.word_piece_limit - CONTEXT_PIECES),
    )
    texts: dict[str, str] = {}
    entries = tuple(_entry(document, passage, texts) for passage in passages)
    return Staged(document, entries, texts, remark)


def _entry(document: Document, passage: Passage, texts: dict[str, str]) -> PassageEntry:
    """The passage as stored; the texts to embed for it are put into `texts`."""
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
                stems=" ".join(words.stems(text)),
                digest=digest_there,
            )
        )
    stems = " ".join(words.stems(context))
    return PassageEntry(passage, stems, digest, tuple(sentences))


def passage_text(context: str, text: str) -> str:
    """What is embedded for a passage: its headings and lead-in, then its words.

    White space is evened out: where a line is wrapped means nothing.
    """
    return " ".join(f"{context} {text}".split())


def context_of(document: Document, passage: Passage) -> str:
    """The headings above a passage and the words that lead into its list."""
    parts = list(passage.headings)
    if passage.lead_in:
        parts.append(document.text[passage.lead_in.start : passage.lead_in.end])
    return ". ".join(part[:CONTEXT_CHARACTERS] for part in parts[-3:])


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
