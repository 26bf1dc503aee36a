"""Subtitles (.srt, .vtt): what is said, in paragraphs, with the time of each cue."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.decoding import decoded
from citeback.ingest.formats.guard import guarded
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import TextBuilder, spaced
from citeback.records import LocatorKind

# Who says nothing for so long begins a new paragraph.
PAUSE_SECONDS = 3.0
# A paragraph ends with the first sentence that ends beyond so many characters, and
# where none ends, at the cue beyond the other number.
LONG = 400
LONGEST = 1_200

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_RUNNING = re.compile(rf"<{_TIME}>")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|</>|<[\d:.]+>|\{\\[^{}]*\}|\{[yY]:[^{}]*\}")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’»)\]♪]*\s*\Z")
_SPEAKER = re.compile(r"[-–—]\s*\S|[^\W\d_][^:.!?]{0,30}:\s|\[[^\]]+\]:")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is shown from one moment to another, in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def label(self) -> str:
        whole = int(self.start)
        return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


@guarded
def read(data: bytes) -> Reading:
    """The reading of subtitles. Raises UnreadableFileError."""
    found = decoded(data)
    cues = list(_cues(found.text))
    if not cues:
        raise UnreadableFileError(
            "no times stand in it, so it holds no subtitles: save it as .srt or .vtt, "
            "or as .txt if it is plain text."
        )
    if _RUNNING.search(found.text):
        cues = list(_rolled(cues))
    builder = TextBuilder()
    for paragraph in _paragraphs(cues):
        parts = ((cue.label, " ".join(cue.lines)) for cue in paragraph)
        builder.stretches(LocatorKind.TIME, parts)
    return Reading(
        builder.text, builder.drafts, marks=builder.marks, remark=found.remark
    )


def _cues(text: str) -> Iterator[_Cue]:
    """The cues that show words, without their numbers and their markup."""
    lines = text.splitlines()
    times = [
        (at, found)
        for at, line in enumerate(lines)
        if (found := _TIMES.fullmatch(line))
    ]
    ends = [*(_before(lines, at) for at, _ in times), len(lines)]
    for (at, found), end in zip(times, ends[1:], strict=True):
        words = tuple(filter(None, map(_plain, _shown(lines[at + 1 : end]))))
        if words:
            parts = found.groups()
            yield _Cue(_seconds(*parts[:4]), _seconds(*parts[4:]), words)


def _before(lines: list[str], at: int) -> int:
    """Where the cue ends before the one whose times stand in line `at`.

    The line before those is its number or name, if a blank line is before that.
    """
    named = at >= 2 and lines[at - 1].strip() and not lines[at - 2].strip()
    return at - 1 if named or (at and lines[at - 1].strip().isdecimal()) else at


def _shown(lines: list[str]) -> Iterator[str]:
    """The lines of a cue, without remarks of its writer behind it."""
    blank = False
    for line in lines:
        if blank and _ASIDE.match(line):
            return
        blank = not line.strip()
        yield line


def _plain(line: str) -> str:
    line = _VOICE.sub(r"\1: ", line)
    return spaced(html.unescape(_MARKUP.sub("", line)))


def _seconds(
    hours: str | None, minutes: str | None, seconds: str | None, rest: str | None
) -> float:
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + float(f"0.{rest or 0}")


def _rolled(cues: list[_Cue]) -> Iterator[_Cue]:
    """The cues of captions that roll up the screen: a line shown twice is said once."""
    last = ""
    for cue in cues:
        fresh = cue.lines[1:] if cue.lines[0] == last else cue.lines
        last = cue.lines[-1]
        if fresh:
            yield _Cue(cue.start, cue.end, fresh)


def _paragraphs(cues: list[_Cue]) -> Iterator[list[_Cue]]:
    paragraph: list[_Cue] = []
    length = 0
    for cue in cues:
        if paragraph and _ends(paragraph[-1], cue, length):
            yield paragraph
            paragraph, length = [], 0
        paragraph.append(cue)
        length += sum(len(line) + 1 for line in cue.lines)
    yield paragraph


def _ends(before: _Cue, cue: _Cue, length: int) -> bool:
    """Whether a paragraph of that length ends between the two cues."""
    if cue.start - before.end >= PAUSE_SECONDS or length >= LONGEST:
        return True
    if not _SENTENCE_END.search(before.lines[-1]):
        return False
    return length >= LONG or bool(_SPEAKER.match(cue.lines[0]))
