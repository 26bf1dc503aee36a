"""Mark what belongs to the web page around a text and not to the text.

Three grades of signs, so that prose about newsletters stays prose. A sign that no
author writes (SURE) marks a short block anywhere. A usual one (LIKELY) marks a short
block only among the last or first blocks. A vague one (NEAR) marks a short line only
beside a block that is marked already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from citeback.records import Block, BlockKind

# Furniture is made of buttons, labels and notices; longer blocks are text.
LONGEST = 400
LONGEST_LINE = 80


# Marked already, or no part of a web page: "E-mail" in a table is what the table says.
_NEVER = frozenset({BlockKind.FURNITURE, BlockKind.ROW, BlockKind.NOTE})


def _signs(**notes: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(pattern, re.IGNORECASE), note.replace("_", " "))
        for note, pattern in notes.items()
    )


_SURE = _signs(
    part_of_a_form=(
        r"^(?:[\w*:’' -]{0,60} )?this field is for validation purposes"
        r" and should be left unchanged\W*$"
        r"|^leave this field (?:empty|blank) if you(?:['’]re| are) (?:a )?human\W*$"
        r"|^this (?:site|form) is protected by (?:re|h)captcha\b"
        r"|^please enable javascript (?:in your browser )?to (?:complete|view|submit)\b"
    ),
    cookie_notice=(
        r"^(?:this (?:web)?site|we)(?: and our partners)? use[s]? cookies\b"
        r".{0,300}\b(?:accept|consent|agree|settings|learn more|policy)\b"
    ),
    way_around_the_page=r"^skip to (?:main )?(?:content|navigation)\b",
)
_LIKELY = _signs(
    newsletter_form=(
        r"^(?:please )?(?:subscribe|sign up|join|register)\b(?!\w)"
        r".{0,120}\b(?:news ?letters?|updates?|mailing list|inbox|e-?mails?|alerts?)\b"
        r"|^(?:subscribe|sign up)(?: now| today| here)?[.!]?$"
        r"|^(?:enter )?(?:your )?e-?mail(?: address)?\s*[*:]*$"
        r"|^(?:first|last) name\s*[*:]*$"
    ),
    sharing_buttons=(
        r"^(?:share|follow us|tweet|print|pin|e-?mail)"
        r"(?: (?:this|on|via|the|article|post|page|story|us|it))*"
        r"[\s:|,•/]*(?:(?:facebook|twitter|x|linkedin|whatsapp|instagram|youtube"
        r"|telegram|reddit|email|e-mail|print|share|tweet|copy link)[\s:|,•/]*)*$"
    ),
    links_to_other_pages=(
        r"^(?:related|recent|popular|similar|latest|more|recommended|further)"
        r" (?:posts?|articles?|stories|news|content|reading|from)\b.{0,60}(?<![.!?])$"
        r"|^you (?:may|might) also (?:like|be interested in)\b.{0,60}$"
        r"|^(?:read|learn) more(?: about .{0,60}| \W*)?$"
        r"|^(?:previous|next|older|newer) (?:post|article|story|page)s?\b.{0,80}$"
        r"|^(?:back to (?:the )?top|return to (?:the )?top)\W*$"
        r"|^(?:home|start)(?:\s*[>»›/|]\s*[^>»›/|.]{1,60}){1,6}$"
    ),
    copyright_line=(
        r"^(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:\w+ ){0,4}(?:19|20)\d\d\b.{0,150}$"
        r"|^.{0,100}\ball rights reserved\.?$"
    ),
    legal_links=(
        r"^(?:(?:privacy(?: policy)?|terms(?: (?:of|and) \w+)?|cookies?(?: policy)?"
        r"|contact(?: us)?|about(?: us)?|imprint|sitemap|accessibility|legal notice)"
        r"[\s|•·/,]*){2,}$"
    ),
    comment_form=(
        r"^(?:leave|post|add) a (?:comment|reply)\b.{0,40}$"
        r"|^(?:\d+ |no )comments?(?: yet)?$"
        r"|^your e-?mail address will not be published\b.{0,100}$"
    ),
    labels_of_the_page=(
        r"^(?:filed under|posted in|posted on|tagged|tags?|categor(?:y|ies))\s*:"
        r".{0,150}$|^advertisements?$|^\d+ min(?:ute)?s? read$"
    ),
)
_NEAR = re.compile(
    r"\b(?:news ?letters?|news|updates?|mailing list|subscri\w+|sign up|e-?mail|name"
    r"|stay (?:in touch|informed|connected|up to date)|follow|share|submit|comments?"
    r"|related|menu|search)\b",
    re.IGNORECASE,
)


def mark(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, those that are page furniture turned into it, with a note why.

    They are not numbered yet. If nothing but furniture would be left, nothing is
    marked: a text about forms is still a text.
    """
    notes = {
        number: note
        for number, block in enumerate(blocks)
        if (note := _note(_SURE, _words(text, block)))
    }
    _mark_edge(text, blocks, range(len(blocks)), notes)
    _mark_edge(text, blocks, range(len(blocks) - 1, -1, -1), notes)
    marked = tuple(
        _as_furniture(block, notes[number]) if number in notes else block
        for number, block in enumerate(blocks)
    )
    kinds = {block.kind for block in marked}
    return marked if kinds - {BlockKind.HEADING, BlockKind.FURNITURE} else tuple(blocks)


def _mark_edge(
    text: str, blocks: Sequence[Block], order: range, notes: dict[int, str]
) -> None:
    """Mark from one edge inward until a block that belongs to the text.

    A vague line is marked between the edge and a marked block. From the end inward it
    may also be the title of one; from the beginning that may be the text's own title.
    """
    titles_come_next = order.step < 0
    vague: list[int] = []
    beside = ""
    for number in order:
        if blocks[number].kind is BlockKind.FURNITURE:
            continue
        words = _words(text, blocks[number])
        note = notes.get(number) or _note(_LIKELY, words)
        if note:
            notes[number] = note
            notes.update((between, note) for between in vague)
            vague = []
            beside = note if titles_come_next else ""
        elif len(words) <= LONGEST_LINE and _is_label(words) and _NEAR.search(words):
            if beside:
                notes[number] = beside
                beside = ""
            else:
                vague.append(number)
        else:
            return


def _words(text: str, block: Block) -> str:
    """The block's words, without bullet, on one line; "" for what cannot be furniture."""
    if block.kind in _NEVER or block.end - block.start > LONGEST:
        return ""
    return " ".join(text[block.start : block.end].split()).lstrip("•*-–·#> ")


def _is_label(words: str) -> bool:
    return not words.endswith((".", "!", "?", ";", "…"))


def _note(signs: tuple[tuple[re.Pattern[str], str], ...], words: str) -> str:
    return (
        next((note for sign, note in signs if sign.search(words)), "") if words else ""
    )


def _as_furniture(block: Block, note: str) -> Block:
    return replace(
        block, kind=BlockKind.FURNITURE, headings=(), level=0, items=(), note=note
    )
