"""Web pages: their main text; what stands around it is kept apart, menus are left out."""

from __future__ import annotations

import codecs
import re
from itertools import groupby

from citeback.ingest.formats import html_page, html_tree, main_text
from citeback.ingest.formats.decoding import Decoded, decoded
from citeback.ingest.formats.guard import guarded
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import TextBuilder, spaced

# Where browsers look for the name of the encoding, and a little further.
_HEAD = 4_000
_DECLARED = re.compile(
    rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)|<meta[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
# What browsers take for these names.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
AROUND = "outside the page's main text"


@guarded
def read(data: bytes) -> Reading:
    """The reading of a web page. Raises UnreadableFileError."""
    found = page(data)
    about = main_text.extracted(found.text)
    root = html_page.tree_of(found.text)
    stated_main = html_page.main_element(root)
    pieces = html_tree.pieces(root, stated_main)
    chosen = main_text.main_part(pieces, about.text)
    main = [piece for piece, yes in zip(pieces, chosen, strict=True) if yes]
    # Links in what the page calls its main part are no menu.
    links = stated_main is not None
    builder = TextBuilder()
    both = zip(pieces, chosen, strict=True)
    for (is_main, quotation), group in groupby(
        both, key=lambda pair: (pair[1], pair[0].quotation)
    ):
        those = [piece for piece, _ in group]
        if is_main:
            html_tree.put(those, builder)
        else:
            words = _around(those, links=links)
            builder.furniture(words, AROUND, quotation=quotation)
    return Reading(
        builder.text,
        builder.drafts,
        title=html_page.stated_title(root, main) or spaced(about.title),
        author=html_page.stated_author(root) or spaced(about.author),
        date=about.date,
        url=about.url,
        remark=found.remark,
        quoted=builder.quoted,
    )


def read_part(page: str, builder: TextBuilder) -> None:
    """Add all that a page says, as for a letter written in HTML."""
    html_tree.put(html_tree.pieces(html_page.tree_of(page)), builder)


def page(data: bytes) -> Decoded:
    """The page as text, in the letters that it says it is in."""
    declared = _DECLARED.search(data[:_HEAD])
    if declared is None or data.startswith((codecs.BOM_UTF8, b"\xff\xfe", b"\xfe\xff")):
        return decoded(data)
    try:
        named = (declared[1] or declared[2]).decode("ascii")
        encoding = codecs.lookup(named).name
    except (LookupError, UnicodeDecodeError):
        return decoded(data)
    if encoding.startswith(("utf", "unicode")) or _is_utf8(data) or b"\0" in data:
        return decoded(data)
    try:
        return Decoded(data.decode(_MEANT.get(encoding, encoding), "replace"))
    except (LookupError, ValueError, AssertionError):  # the name of another codec
        return decoded(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not data.isascii()


def _around(pieces: list[html_tree.Piece], *, links: bool) -> str:
    """What stands around the text, without menus; `links` keeps those of the main part."""
    return "\n".join(
        "\n".join(" | ".join(row) for row in piece.rows) or spaced(piece.words)
        for piece in pieces
        if piece.linked <= main_text.LINKED or (links and not piece.edge)
    )
