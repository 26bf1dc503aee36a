"""E-mail: one letter (.eml) or a box of them (.mbox), each under its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import groupby

from citeback.errors import UnreadableFileError
from citeback.ingest.formats import html, plain
from citeback.ingest.formats.decoding import decoded
from citeback.ingest.formats.guard import guarded
from citeback.ingest.lines import after_marker
from citeback.ingest.reading import Reading
from citeback.ingest.text_builder import TextBuilder, spaced
from citeback.records import BlockKind

# Letters forwarded within letters deeper than this are only named.
DEEPEST = 4

_SHOWN = ("From", "To", "Cc", "Date")
_NEW_LETTER = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]+\d{4}[^\r\n]*\r?\n"
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED = re.compile(r"\s*>")
_SAYS = re.compile(r".{0,200}(?:\d|@).{0,100}\S\s?:\s*")
_SIGNATURE = "-- "
# What the first lines of a letter hold, whoever sent it.
_FIELD = re.compile(
    rb"^(?:From|To|Date|Subject|Received|Message-ID)\s*:", re.IGNORECASE | re.MULTILINE
)
_HEAD = 20_000


@guarded
def read(data: bytes) -> Reading:
    """The reading of a letter or a box of letters. Raises UnreadableFileError."""
    if b"\0" in data[:_HEAD] or not _FIELD.search(data[:_HEAD]):
        raise UnreadableFileError(
            "it is no e-mail: open it in the program that made it and save it as .eml "
            "or .mbox."
        )
    builder = TextBuilder()
    begins = [found.span() for found in _NEW_LETTER.finditer(data)]
    if begins and begins[0][0] == 0:
        ends = [*(start for start, _ in begins[1:]), len(data)]
        for (_, start), end in zip(begins, ends, strict=True):
            _put(_parsed(_ESCAPED.sub(rb"\1", data[start:end])), builder, 2)
        return Reading(builder.text, builder.drafts)
    letter = _parsed(data)
    _put(letter, builder, 1)
    return Reading(
        builder.text,
        builder.drafts,
        title=_field(letter, "Subject"),
        author=_field(letter, "From"),
        date=_day(letter),
    )


def _parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def _put(letter: EmailMessage, builder: TextBuilder, level: int) -> None:
    """Add a letter: its subject, who wrote it to whom and when, and what it says."""
    # Without any, it would seem to stand under the subject of the letter before.
    builder.heading(_field(letter, "Subject") or "(no subject)", level)
    fields = ((name, _field(letter, name)) for name in _SHOWN)
    builder.paragraph("\n".join(f"{name}: {said}" for name, said in fields if said))
    body = _body(letter)
    if body is not None and body.get_content_type() == "text/html":
        html.read_part(_said(body), builder)
    elif body is not None:
        _put_plain(_said(body), builder)
    for part in _attached(letter, body):
        inner = part.get_payload()
        forwarded = part.get_content_type() == "message/rfc822"
        if forwarded and isinstance(inner, list) and level < DEEPEST:
            for one in inner:
                if isinstance(one, EmailMessage):
                    _put(one, builder, level + 1)
        else:
            _name(part, builder)


def _body(letter: EmailMessage) -> EmailMessage | None:
    """The part that holds what was written: as plain text where there is any."""
    parts = [p for p in _leaves(letter) if not _is_attached(p)]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and _said(part).strip():
                return part
    # Its parts are announced, but cannot be told apart.
    torn = letter.get_content_maintype() == "multipart" and not letter.is_multipart()
    return letter if torn else None


def _leaves(letter: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of this letter that have none, but not those of letters within."""
    if letter.get_content_maintype() != "multipart" or not letter.is_multipart():
        yield letter
        return
    for part in letter.iter_parts():
        if isinstance(part, EmailMessage):
            yield from _leaves(part)


def _is_attached(part: EmailMessage) -> bool:
    return (
        part.get_content_disposition() == "attachment"
        or part.get_content_type() == "message/rfc822"
    )


def _attached(
    letter: EmailMessage, body: EmailMessage | None
) -> Iterator[EmailMessage]:
    for part in _leaves(letter):
        if part is not body and (_is_attached(part) or part.get_filename()):
            yield part


def _name(part: EmailMessage, builder: TextBuilder) -> None:
    called = spaced(part.get_filename() or "") or part.get_content_type()
    builder.furniture(f"Attachment: {called}", "an attachment, not read")


def _said(part: EmailMessage) -> str:
    """The words of a part, in whatever letters it says or seems to be."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        pass
    try:
        return decoded(payload).text
    except UnreadableFileError:
        return payload.decode("utf-8", "replace")


def _put_plain(text: str, builder: TextBuilder) -> None:
    """Add what was written; what is quoted from others and the signature are kept apart."""
    lines = text.splitlines()
    if _SIGNATURE in lines:
        end = len(lines) - 1 - lines[::-1].index(_SIGNATURE)
    else:
        end = len(lines)
    quoted = [bool(_QUOTED.match(line)) for line in lines[:end]]
    for number in range(len(quoted) - 1):
        # "On Monday A. Roy wrote:"
        if quoted[number + 1] and not quoted[number] and _SAYS.fullmatch(lines[number]):
            quoted[number] = True
    at = 0
    for from_others, group in groupby(quoted):
        begun, at = at, at + len(list(group))
        words = "\n".join(lines[begun:at])
        if from_others:
            builder.furniture(words, "quoted from an earlier message")
        else:
            _put_written(words, builder)
    builder.furniture("\n".join(lines[end:]), "signature")


def _put_written(words: str, builder: TextBuilder) -> None:
    for block in plain.blocks(words):
        if block.kind is BlockKind.LIST:
            builder.paragraph(words[block.start : block.items[0].start])
            for item in block.items:
                begin = after_marker(words, item.start, item.end)
                marker = words[item.start : begin].strip()
                builder.item(words[begin : item.end], marker)
        elif block.kind is BlockKind.FURNITURE:
            builder.furniture(words[block.start : block.end], block.note)
        else:
            builder.paragraph(words[block.start : block.end])


def _field(letter: EmailMessage, name: str) -> str:
    try:
        return spaced(str(letter.get(name, "")))
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""  # a line that breaks the rules for such lines


def _day(letter: EmailMessage) -> str:
    try:
        moment = getattr(letter.get("Date"), "datetime", None)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return moment.date().isoformat() if isinstance(moment, datetime) else ""
