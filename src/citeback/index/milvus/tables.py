"""What a library is on a cluster: three collections, and how things stand in their rows.

`passages` and `sentences` hold what is searched: vectors, and what filters look at. All
else is in `rows`, under keys that are known, so that it need not lie where searching is
done: a passage as it is shown, its word pieces, a document, how many passages hold a
stem. Every row of a document bears its version; rows of a version count only while the
document's own row, which is written last, names it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citeback.index import stored_blocks
from citeback.index.engine import (
    Candidate,
    Floats,
    Held,
    PassageEntry,
    State,
    WholeDocument,
    WholeEntry,
)
from citeback.index.milvus.client import ITEM_BYTES, TEXT_BYTES, Collection, Kind, Row
from citeback.index.packed import Packed
from citeback.records import (
    Block,
    BlockKind,
    FileReport,
    FileState,
    LibrarySize,
    Locator,
    LocatorKind,
    Passage,
    Source,
    Span,
)

# Changed by hand whenever what stands in the rows changes: another library is made then.
FORMAT = "1"
# Letters of a row's content; they are ASCII, and a row takes 65,535.
CONTENT = 60_000
NO_VECTOR = np.zeros(2, dtype=np.float32)

PASSAGE_COLUMNS = ("id", "version")
ROW_COLUMNS = ("key", "number", "content")


@dataclass(frozen=True, slots=True)
class Names:
    """What the collections of one library are called."""

    passages: str
    sentences: str
    rows: str


def names(library: str, catalog: str, dimension: int, *, ranks_words: bool) -> Names:
    """The names for a library made from a catalog, which are others when that is anew.

    They are others, too, once the cluster can rank by words: what was made before lacks
    the column for it.
    """
    made_of = f"{FORMAT} {catalog} {dimension}{' words' * ranks_words}"
    key = f"{library}_{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    return Names(f"{key}_passages", f"{key}_sentences", f"{key}_rows")


def is_of(library: str, collection: str) -> bool:
    """Whether a collection is one of that library, made of whatever catalog."""
    ending = "[0-9a-f]{12}_(passages|sentences|rows)"
    return bool(re.fullmatch(f"{re.escape(library)}_{ending}", collection))


def collections(
    of: Names, dimension: int, *, ranks_words: bool
) -> tuple[Collection, ...]:
    """The collections with their columns, keys first."""
    ranked_by = {"words": Kind.WORDS} if ranks_words else {}
    found_by = {
        "path": Kind.TEXT,
        "version": Kind.TEXT,
        "day": Kind.TEXT,
        "tags": Kind.TEXTS,
        "vector": Kind.VECTOR,
    }
    return (
        Collection(
            of.passages,
            {
                "key": Kind.NUMBER,
                "id": Kind.NUMBER,
                "start": Kind.NUMBER,
                "stems": Kind.TEXTS,
                **ranked_by,
                **found_by,
            },
            dimension,
            is_searched=True,
        ),
        Collection(
            of.sentences,
            {"key": Kind.NUMBER, "passage": Kind.NUMBER, **found_by},
            dimension,
            is_searched=True,
        ),
        Collection(
            of.rows,
            {
                "key": Kind.TEXT,
                "kind": Kind.TEXT,
                "version": Kind.TEXT,
                "path": Kind.TEXT,
                "number": Kind.NUMBER,
                "stems": Kind.TEXTS,
                "content": Kind.TEXT,
                "vector": Kind.VECTOR,
            },
            len(NO_VECTOR),
            is_searched=False,
        ),
    )


def key_of(version: str, identity: int) -> int:
    """The key of a passage or a sentence of a version: 63 bits."""
    digest = hashlib.sha256(f"{version} {identity}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def term(text: str) -> str:
    """A stem or a tag as it stands in a row: one that is too long by its digest."""
    if len(text.encode()) <= ITEM_BYTES - 100:
        return text
    return f"#{hashlib.sha256(text.encode()).hexdigest()}"


# Whatever has any length, in as many rows as it takes.


def rows_of(
    kind: str,
    key: str,
    content: bytes,
    *,
    version: str = "",
    path: str = "",
    stems: Sequence[str] = (),
) -> Iterator[Row]:
    """The rows of some bytes; the first one tells how many there are."""
    letters = base64.b64encode(zlib.compress(content, 1)).decode()
    parts = range(0, max(len(letters), 1), CONTENT)
    for at, begin in enumerate(parts):
        yield {
            "key": f"{kind}:{key}:{at}",
            "kind": kind if not at else f"{kind}+",
            "version": version,
            "path": path,
            "number": len(parts),
            "stems": list(stems) if not at else [],
            "content": letters[begin : begin + CONTENT],
            "vector": NO_VECTOR,
        }


def first_key(kind: str, key: str | int) -> str:
    """The key of the first of those rows."""
    return f"{kind}:{key}:0"


def further_keys(first: Row) -> list[str]:
    """The keys of the others."""
    stem = first["key"].removesuffix(":0")
    return [f"{stem}:{at}" for at in range(1, first["number"])]


def content_of(rows: Sequence[Row]) -> bytes:
    """The bytes of all their rows, in their order."""
    letters = "".join(row["content"] for row in rows)
    return zlib.decompress(base64.b64decode(letters))


# A passage as it is shown and ranked.


@dataclass(frozen=True, slots=True)
class Detail:
    """A passage with all that ranking needs of it. `vectors` are float16.

    The first of them is the passage's, the others are its sentences'.
    """

    candidate: Candidate
    passage: Passage
    vectors: Floats


def detail_bytes(whole: WholeEntry) -> bytes:
    """A passage as it is stored."""
    entry = whole.entry
    passage, locator = entry.passage, entry.passage.locator
    said = {
        "id": passage.id,
        "path": passage.path,
        "start": passage.start,
        "text": passage.text,
        "place": [passage.paragraph, passage.part, passage.parts],
        "headings": passage.headings,
        "lead_in": passage.lead_in and [passage.lead_in.start, passage.lead_in.end],
        "locator": locator and [locator.kind, locator.first, locator.last],
        "context": entry.context,
        "sentences": [
            [s.id, s.span.start, s.span.end, s.stems] for s in entry.sentences
        ],
    }
    vectors = np.vstack([whole.vector[None], whole.sentences]).astype("<f2")
    head = json.dumps(said).encode()
    return len(head).to_bytes(4) + head + vectors.tobytes()


def detail_from(stored: bytes, dimension: int) -> Detail:
    """The passage of `detail_bytes`."""
    end = 4 + int.from_bytes(stored[:4])
    said: dict[str, Any] = json.loads(stored[4:end])
    sentences = said["sentences"]
    bounds = np.array([row[:3] for row in sentences], dtype="<i8").tobytes()
    candidate = Candidate(
        id=said["id"],
        path=said["path"],
        context=said["context"],
        bounds=bounds,
        stems="\n".join(row[3] for row in sentences),
    )
    paragraph, part, parts = said["place"]
    lead_in, locator = said["lead_in"], said["locator"]
    passage = Passage(
        id=said["id"],
        path=said["path"],
        start=said["start"],
        end=said["start"] + len(said["text"]),
        text=said["text"],
        paragraph=paragraph,
        part=part,
        parts=parts,
        headings=tuple(said["headings"]),
        lead_in=Span(*lead_in) if lead_in else None,
        sentences=tuple(Span(start, end) for _, start, end, _ in sentences),
        locator=locator and Locator(LocatorKind(locator[0]), *locator[1:]),
    )
    numbers = np.frombuffer(stored[end:], dtype="<f2").reshape(-1, dimension)
    return Detail(candidate, passage, numbers.astype(np.float32))


def stems_of(entry: PassageEntry) -> list[str]:
    """The stems of a passage in order, its headings' first, as the words of both."""
    line = " ".join([entry.context, *(s.stems for s in entry.sentences)])
    return [term(stem) for stem in line.split()]


def words_of(stems: Sequence[str]) -> str:
    """The same in one text, as far as Milvus takes it."""
    line = " ".join(stems)
    if len(line.encode()) <= TEXT_BYTES:
        return line
    return line.encode()[:TEXT_BYTES].decode(errors="ignore").rpartition(" ")[0]


# A document's own row.


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as its own row tells of it, or a file that was refused.

    `numbered` are its paragraphs with a number, `paragraphs` those that can be found.
    """

    held: Held
    version: str
    reason: str
    characters: int
    numbered: int
    paragraphs: int
    passages: int
    sentences: int
    stems: int

    def report(self, skipped: Sequence[Block]) -> FileReport:
        """As it is listed, with what was left out of it."""
        return FileReport(
            source=self.held.source,
            state=self.held.state,
            reason=self.reason,
            characters=self.characters,
            paragraphs=self.numbered,
            passages=self.passages,
            skipped=tuple(skipped),
        )


def listed(
    document: WholeDocument, passages: int, paragraphs: int, sentences: int, stems: int
) -> Listed:
    """The row of a document of which so much has been written."""
    packed = document.packed
    numbers = [block.paragraph for block in packed.blocks]
    return Listed(
        held=Held(packed.source, document.file, document.state, passages > 0),
        version=document.version,
        reason=document.reason,
        characters=len(packed.text),
        numbered=max(numbers, default=0),
        paragraphs=paragraphs,
        passages=passages,
        sentences=sentences,
        stems=stems,
    )


def file_key(path: str) -> str:
    """The key of a document's own row."""
    return first_key("file", term(path))


def file_row(one: Listed) -> Row:
    """A document's own row: one alone, so that it is written at once."""
    source = one.held.source
    said = [
        [source.path, source.digest, source.title, source.author, source.date],
        [source.url, source.tags],
        [one.held.file, one.held.state, one.held.is_found],
        [one.version, one.reason, one.characters, one.numbered],
        [one.paragraphs, one.passages, one.sentences, one.stems],
    ]
    return {
        "key": file_key(source.path),
        "kind": "file",
        "version": "",
        "path": source.path,
        "number": 1,
        "stems": [],
        "content": json.dumps(said),
        "vector": NO_VECTOR,
    }


def listed_from(row: Row) -> Listed:
    """What `file_row` tells."""
    said, (url, tags), (file, state, is_found), first, second = json.loads(
        row["content"]
    )
    path, digest, title, author, date = said
    source = Source(path, digest, title, author, date, url, tuple(tags))
    return Listed(Held(source, file, FileState(state), is_found), *first, *second)


def skipped_bytes(packed: Packed) -> bytes:
    """What was left out of a document, as it is stored."""
    skipped = (b for b in packed.blocks if b.kind is BlockKind.FURNITURE)
    return stored_blocks.to_json(skipped).encode()


# The mark: what the library is in step with, and how much there must be.


@dataclass(frozen=True, slots=True)
class Mark:
    """What was last let be found. `serial` counts that; `words` are distinct stems."""

    serial: int
    state: State
    size: LibrarySize
    stems: int
    words: int
    files: int
    dimension: int
    names: Names


def mark_bytes(mark: Mark) -> bytes:
    """The mark as it is stored."""
    state, size, of = mark.state, mark.size, mark.names
    return json.dumps(
        [
            [mark.serial, mark.stems, mark.words, mark.files, mark.dimension],
            [state.build, state.built, state.encoder],
            [size.documents, size.paragraphs, size.passages, size.sentences],
            [of.passages, of.sentences, of.rows],
        ]
    ).encode()


def mark_from(stored: bytes) -> Mark:
    """The mark of `mark_bytes`."""
    (serial, stems, words, files, dimension), state, size, of = json.loads(stored)
    return Mark(
        serial=serial,
        state=State(*state),
        size=LibrarySize(*size),
        stems=stems,
        words=words,
        files=files,
        dimension=dimension,
        names=Names(*of),
    )


def sizes(listing: Mapping[str, Listed]) -> LibrarySize:
    """How much all these documents hold; refused files are none."""
    held = [one for one in listing.values() if one.held.state is not FileState.REFUSED]
    return LibrarySize(
        documents=len(held),
        paragraphs=sum(one.paragraphs for one in held),
        passages=sum(one.passages for one in held),
        sentences=sum(one.sentences for one in held),
    )
