"""What the tests of every reader look at: exact places, and what a person would see."""

from __future__ import annotations

import hashlib
import io
import os
import random
import traceback
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import reader_of
from citeback.ingest.layout import lay_out
from citeback.ingest.reading import Reading
from citeback.ingest.split import split
from citeback.records import Block, BlockKind, Document, Source

# How many damaged files each reader is given; more by the environment.
FUZZED = int(os.environ.get("CITEBACK_TEST_FUZZ", "40"))


def reading_of(data: bytes, name: str) -> Reading:
    """The reading of a file of that name, every offset checked."""
    reader = reader_of(name)
    assert reader is not None
    reading = reader(data)
    check_exact(reading)
    return reading


def document_of(reading: Reading, name: str = "a") -> Document:
    digest = hashlib.sha256(reading.text.encode()).hexdigest()
    source = Source(name, digest, reading.title, reading.author, reading.date, "")
    return Document(source, reading.text, lay_out(reading.drafts), reading.marks)


def check_exact(reading: Reading) -> None:
    """Blocks apart, in order, without outer white space; passages are slices."""
    text = reading.text
    position = 0
    for block in reading.drafts:
        assert position <= block.start < block.end <= len(text), block
        words = text[block.start : block.end]
        assert words == words.strip(), block
        inside = block.start
        for item in block.items:
            assert inside <= item.start < item.end <= block.end, block
            inside = item.end
        if block.lead_in:
            assert 0 <= block.lead_in.start < block.lead_in.end <= block.end
        position = block.end
    begins = [mark.start for mark in reading.marks]
    assert begins == sorted(begins)
    assert all(0 <= begin < len(text) for begin in begins)
    document = document_of(reading)
    for _, passage in split(document, word_pieces=lambda t: len(t.split()), limit=200):
        assert text[passage.start : passage.end] == passage.text
        for span in passage.sentences:
            assert passage.start <= span.start < span.end <= passage.end


def seen(reading: Reading) -> list[tuple[str, str]]:
    """Each block's kind and words, line ends as "/"."""
    return [(block.kind.value, words_of(reading, block)) for block in reading.drafts]


def words_of(reading: Reading, block: Block) -> str:
    return " / ".join(reading.text[block.start : block.end].splitlines())


def paths(reading: Reading) -> dict[str, tuple[str, ...]]:
    """The headings above each block that is no heading, by its words."""
    blocks = document_of(reading).blocks
    kept = (block for block in blocks if block.kind is not BlockKind.HEADING)
    return {words_of(reading, block): block.headings for block in kept}


def headers(reading: Reading) -> dict[str, str]:
    """The header of each row, by its words; "" for none."""
    return {
        words_of(reading, block): reading.text[block.lead_in.start : block.lead_in.end]
        if block.lead_in
        else ""
        for block in reading.drafts
        if block.kind is BlockKind.ROW
    }


def labels(reading: Reading) -> list[tuple[str, str]]:
    """Each mark's label, and the first word that stands there."""
    return [
        (mark.label, reading.text[mark.start :].split(maxsplit=1)[0])
        for mark in reading.marks
    ]


def check_damaged(data: bytes, name: str) -> None:
    """Whatever is done to the bytes: a reading with exact places, or a refusal."""
    chance = random.Random(int.from_bytes(hashlib.sha256(data).digest()[:4]))
    for _ in range(FUZZED):
        check_any(damaged(data, chance), name)


def check_any(data: bytes, name: str) -> bool:
    """Whether it is read rather than refused; damage must not be met by faults of our own code."""
    try:
        reading_of(data, name)
    except UnreadableFileError as error:
        read, cause = False, error.__cause__
    else:
        read, cause = True, None
    # Where a library or Python itself gave up, our own code is not the last to blame.
    frames = traceback.extract_tb(cause.__traceback__) if cause else []
    ours = bool(frames) and "citeback" in frames[-1].filename
    if ours and isinstance(cause, (AttributeError, IndexError, TypeError)):
        raise AssertionError(f"a fault of a reader for {name}") from cause
    return read


def damaged(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        if not broken:
            break
        at = chance.randrange(len(broken))
        deed = chance.randrange(5)
        if deed == 0:
            broken[at] = chance.randrange(256)
        elif deed == 1:
            del broken[at : at + chance.randrange(1, 40)]
        elif deed == 2:
            broken[at:at] = chance.randbytes(chance.randrange(1, 20))
        elif deed == 3:
            del broken[at:]
        else:
            begin = chance.randrange(len(broken))
            broken[at:at] = broken[begin : begin + chance.randrange(1, 200)]
    return bytes(broken)


def packages() -> Path:
    """The folder of the packages that are installed anyway, with real files in it."""
    import openpyxl

    return Path(openpyxl.__file__).parents[1]


def check_damaged_members(data: bytes, name: str) -> None:
    """As `check_damaged`, for what lies inside a ZIP archive."""
    chance = random.Random(FUZZED)
    members = members_of(data)
    for _ in range(FUZZED):
        one = chance.choice([m for m in members if members[m]])
        check_any(zipped(members | {one: damaged(members[one], chance)}), name)


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """An archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_member(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one member changed."""
    members = members_of(data)
    return zipped(members | {name: change(members.get(name, b""))})
