"""RTF documents: paragraphs, headings, lists, tables and footnotes.

Written by hand: the libraries for RTF give one text without any of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.guard import guarded
from citeback.ingest.formats.numerals import raised
from citeback.ingest.formats.rtf_letters import SIGNS, codec_of_page, codec_of_set
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import TextBuilder, spaced
from citeback.records import BlockKind

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
# Groups of these begin with what is no text of the document.
_UNSHOWN = frozenset(
    "colortbl pict object objdata fldinst datafield themedata colorschememapping "
    "latentstyles datastore listtable listoverridetable listpicture rsidtbl revtbl "
    "generator xmlnstbl bkmkstart bkmkend operator company category keywords doccomm "
    "comment subject manager userprops annotation atnid atnauthor atnref atndate "
    "filetbl pgdsctbl nonshppict shprslt sp passwordhash wgrffmtfilter mmathPr xe tc "
    "ftnsep ftnsepc aftnsep aftnsepc revtim printim buptim template formfield".split()
)
_EDGES = frozenset(
    "header headerl headerr headerf footer footerl footerr footerf".split()
)
_ABOUT = frozenset({"title", "author", "creatim"})
# Groups that begin with \* and are text all the same.
_SHOWN_ALL_THE_SAME = frozenset({"shptxt", "footnote", "shpinst", "shp"})
_ENDS_CELL, _ENDS_ROW = "cell", "row"


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the group ends.

    `place` says where the words go: "body", a page's edge, "title" and the like, or
    "" for nowhere.
    """

    place: str = "body"
    hidden: bool = False
    deleted: bool = False
    raised: bool = False  # above the line
    codec: str = "cp1252"
    fallback: int = 1  # so many signs stand after a \u for older programs


# So many half points above the line; less is for the looks.
RAISED = 4


@dataclass(slots=True)
class _Paragraph:
    """What is said of the looks of the paragraph that is open."""

    level: int = 0
    in_table: bool = False


@guarded
def read(data: bytes) -> Reading:
    """The reading of an RTF document. Raises UnreadableFileError."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFileError(
            "it is no RTF document: open it in the program that made it and save it "
            "anew as .rtf."
        )
    document = _Document()
    document.read(data)
    said = document.said
    return Reading(
        document.builder.text,
        document.builder.drafts,
        title=spaced(said.get("title", "")),
        author=spaced(said.get("author", "")),
        date=document.date,
    )


class _Document:
    """Goes through the groups and words of RTF and puts its text together."""

    def __init__(self) -> None:
        """Begin with an empty document."""
        self.builder = TextBuilder()
        self.said: dict[str, str] = {}
        self.date = ""
        self._state = _State()
        self._outer: list[_State] = []
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._styles: dict[int, int] = {}  # the levels of headings
        self._style = 0
        self._bytes = b""
        self._skip = 0
        self._fresh = False  # a group has just begun
        self._optional = False
        self._paragraph = _Paragraph()
        self._words: list[str] = []
        self._marker = ""
        self._notes: list[str] = []
        self._count = 0
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._headed = False
        self._created: dict[str, int] = {}

    def read(self, data: bytes) -> None:
        """The whole file."""
        at = data.find(b"{")
        while at < len(data):
            token = _TOKEN.match(data, at)
            if token is None:
                break
            at = token.end()
            word, number, code, sign, brace, text = token.groups()
            if code:
                self._code(int(code, 16))
                continue
            self._flush()
            if word == b"bin":
                at += max(0, int(number or 0))
            elif word:
                value = None if number is None else int(number)
                self._control(word.decode("ascii"), value)
            elif brace == b"{":
                self._outer.append(self._state)
                self._fresh = True
                continue
            elif brace:
                self._close()
            elif sign:
                self._sign(sign)
            elif text:
                self._say(text.decode(self._state.codec, "replace"))
            if not (sign == b"*" and self._optional):
                self._fresh = False
        self._flush()
        self._end_paragraph()
        self._end_table()

    def _close(self) -> None:
        before = self._state
        if self._outer:
            self._state = self._outer.pop()
        if before.place == "footnote" != self._state.place:
            self._notes.append(self.said.pop("footnote", ""))
        if before.place in _EDGES and before.place != self._state.place:
            words = self.said.pop(before.place, "")
            if any(letter.isalpha() for letter in words):
                kind = before.place[:6]
                self.builder.furniture(words, f"the pages' {kind}")
        if before.place == "stylesheet" and self._state.place == "stylesheet":
            heading = _HEADING.match(self.said.pop("stylesheet", "").strip())
            if heading:
                self._styles.setdefault(self._style, int(heading[1]))
        if before.place == "creatim" != self._state.place:
            year, month, day = (
                self._created.get(part, 0) for part in ("yr", "mo", "dy")
            )
            if year and month and day:
                self.date = f"{year:04}-{month:02}-{day:02}"

    def _code(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._bytes += bytes([byte])
        self._fresh = False

    def _flush(self) -> None:
        """Turn the bytes that are waiting into signs: some letters take several."""
        if self._bytes:
            words, self._bytes = self._bytes, b""
            self._put(words.decode(self._state.codec, "replace"))

    def _say(self, words: str) -> None:
        if self._skip:
            skipped = min(self._skip, len(words))
            words, self._skip = words[skipped:], self._skip - skipped
        self._put(words)

    def _put(self, words: str) -> None:
        state = self._state
        if not state.place or state.hidden or state.deleted:
            return
        if state.raised:
            words = raised(words)
        if state.place == "body":
            self._words.append(words)
        elif state.place == "marker":
            self._marker += words
        else:
            self.said[state.place] = self.said.get(state.place, "") + words

    def _sign(self, sign: bytes) -> None:
        if sign == b"*" and self._fresh:
            self._optional = True
        elif sign == b"~":
            self._say("\u00a0")
        elif sign == b"_":
            self._say("-")
        elif sign in b"\\{}":
            self._say(sign.decode())
        elif sign in b"\r\n":
            self._control("par", None)

    def _control(self, word: str, number: int | None) -> None:
        fresh, self._fresh = self._fresh, False
        optional, self._optional = self._optional, False
        if fresh and self._begins(word, optional=optional):
            return
        on = number != 0
        if word == "u":
            code = (number or 0) % 0x10000
            self._put(chr(code))
            self._skip = self._state.fallback
        elif word == "uc":
            self._state = replace(self._state, fallback=max(0, number or 0))
        elif word == "v":
            self._state = replace(self._state, hidden=on)
        elif word == "deleted":
            self._state = replace(self._state, deleted=on)
        elif word == "plain":
            self._state = replace(
                self._state, hidden=False, deleted=False, raised=False
            )
        elif word in ("super", "sub", "nosupersub"):
            self._state = replace(self._state, raised=on and word == "super")
        elif word in ("up", "dn"):
            height = RAISED if number is None else number
            self._state = replace(self._state, raised=word == "up" and height >= RAISED)
        elif word in ("ansicpg", "mac", "pc", "pca"):
            self._page = codec_of_page(number if word == "ansicpg" else word)
            self._state = replace(self._state, codec=self._page)
        elif word in ("f", "fcharset"):
            self._of_font(word, number or 0)
        elif word in SIGNS:
            self._put(SIGNS[word])
        elif self._state.place == "creatim":
            self._created[word] = number or 0
        elif self._state.place == "stylesheet":
            self._of_style(word, number or 0)
        else:
            self._of_paragraph(word, number)

    def _begins(self, word: str, *, optional: bool) -> bool:
        """Whether the group that begins with this word has a place of its own."""
        state = self._state
        if not state.place:
            return True
        if word in ("fonttbl", "stylesheet"):
            self._state = replace(state, place=word)
        elif word in ("listtext", "pntext"):
            self._marker = ""
            self._state = replace(state, place="marker")
        elif word in _UNSHOWN:
            self._state = replace(state, place="")
        elif word in _EDGES or word in _ABOUT or word == "footnote":
            self._state = replace(state, place=word, hidden=False, raised=False)
        elif (
            optional and word not in _SHOWN_ALL_THE_SAME and state.place != "stylesheet"
        ):
            self._state = replace(state, place="")
        else:
            return False
        return True

    def _of_font(self, word: str, number: int) -> None:
        if self._state.place == "fonttbl":
            if word == "f":
                self._font = number
            elif number > 1:
                self._fonts[self._font] = codec_of_set(number, self._page)
        elif word == "f":
            codec = self._fonts.get(number, self._page)
            self._state = replace(self._state, codec=codec)

    def _of_style(self, word: str, number: int) -> None:
        if word in ("s", "cs", "ds", "ts"):
            self._style = number if word == "s" else -1
        elif word == "outlinelevel" and self._style >= 0 and number < 9:
            self._styles[self._style] = number + 1

    def _of_paragraph(self, word: str, number: int | None) -> None:
        if self._state.place != "body":
            if word in ("par", "line"):
                self._put("\n")
            return
        if word == "par":
            self._end_paragraph()
        elif word == "pard":
            self._paragraph = _Paragraph()
        elif word == "intbl":
            self._paragraph.in_table = True
        elif word == "s":
            self._paragraph.level = self._styles.get(number or 0, 0)
        elif word == "outlinelevel":
            self._paragraph.level = (number or 0) + 1 if (number or 0) < 9 else 0
        elif word == "trhdr":
            self._headed = self._headed or not self._rows
        elif word == _ENDS_CELL:
            self._cells.append(self._taken())
        elif word in ("nestcell", "nestrow", "sect", "page", "column"):
            self._words.append("\n")
        elif word == _ENDS_ROW:
            self._rows.append(self._cells)
            self._cells = []

    def _taken(self) -> str:
        """The words that were gathered, with the marker before them."""
        words = _joined("".join(self._words))
        marker, self._words, self._marker = self._marker, [], ""
        return f"{spaced(marker)} {words}" if marker else words

    def _end_paragraph(self) -> None:
        if self._paragraph.in_table and not self._marker:
            self._words.append("\n")  # a further paragraph of the same cell
            return
        marker, self._marker = spaced(self._marker), ""
        words = self._taken()
        if spaced(words):
            self._end_table()
        if self._paragraph.level:
            self.builder.heading(f"{marker} {words}", self._paragraph.level)
        elif marker:
            # The sign of a bullet's own font stands for no letter.
            named = any(sign.isalnum() for sign in marker)
            self.builder.item(words, marker if named else "")
        else:
            self.builder.paragraph(words)
        self._end_notes()

    def _end_notes(self) -> None:
        for note in self._notes:
            self._count += 1
            if spaced(note):
                words = f"{self._count} {_joined(note).strip()}"
                self.builder.paragraph(words, BlockKind.NOTE)
        self._notes = []

    def _end_table(self) -> None:
        rows, headed = self._rows, self._headed
        self._rows, self._headed = [], False
        if rows and all(len(row) <= 1 for row in rows):
            for row in rows:
                self.builder.paragraph("".join(row))
        elif rows:
            self.builder.table(rows, headed=headed)
        if rows:
            self._end_notes()


def _joined(words: str) -> str:
    """The words with the halves of signs put together that RTF writes one by one."""
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
