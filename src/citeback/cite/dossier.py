"""What has been pinned: passages with their receipts, notes and order. Kept on disk."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from citeback.cite.kept import KeptFile, Value, now
from citeback.cite.records import Receipt
from citeback.cite.referencing.facts import one_line
from citeback.errors import CitationsError
from citeback.records import Document, Locator, LocatorKind, Source, Span

FILE = "dossier.json"
# So many letters around a quote go along, to show it in its context.
CONTEXT_LETTERS = 600
MOST_PINS = 1000
MOST_NOTE_LETTERS = 20_000
MOST_TITLE_LETTERS = 300
# Of what was removed, so much can still be brought back.
REMOVED_KEPT = 100


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned passage.

    `author` and `date` are the document's own words of then; `before` and `after` what
    stood around the quote. `question` found it at `asked`, both "" where it was pinned
    while reading; `pinned` is when. Times are ISO 8601 in UTC.
    """

    id: str
    receipt: Receipt
    author: str
    date: str
    before: str
    after: str
    note: str
    question: str
    asked: str
    pinned: str

    @property
    def source(self) -> Source:
        """The document, as far as it was known then."""
        receipt = self.receipt
        return Source(
            receipt.path,
            receipt.document,
            receipt.title,
            self.author,
            self.date,
            receipt.url,
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """Pins in their order, under a title; `revision` grows with every change."""

    title: str
    pins: tuple[Pin, ...]
    revision: int


def pin_of(
    document: Document, receipt: Receipt, *, question: str = "", asked: str = ""
) -> Pin:
    """A new pin of a stretch of a document."""
    before, after = context_of(document, receipt.span)
    return Pin(
        id=secrets.token_hex(8),
        receipt=receipt,
        author=document.source.author,
        date=document.source.date,
        before=before,
        after=after,
        note="",
        question=one_line(question),
        asked=one_line(asked),
        pinned=now(),
    )


def context_of(document: Document, span: Span) -> tuple[str, str]:
    """The text before and after a stretch: of its blocks, or of their neighbours.

    Each is a slice of the document that touches the stretch, cut between words.
    """
    blocks = document.blocks
    first = next((n for n, b in enumerate(blocks) if b.end > span.start), None)
    if first is None:
        return "", ""
    last = max((n for n, b in enumerate(blocks) if b.start < span.end), default=first)
    if blocks[first].start >= span.start and first:
        first -= 1
    if blocks[last].end <= span.end and last + 1 < len(blocks):
        last += 1
    text = document.text
    start = max(blocks[first].start, span.start - CONTEXT_LETTERS)
    end = min(blocks[last].end, span.end + CONTEXT_LETTERS)
    before, after = text[min(start, span.start) : span.start], text[span.end : end]
    if start > blocks[first].start:
        before = before[before.find(" ") + 1 :]
    if end < blocks[last].end:
        after = after[: after.rfind(" ") + 1] if " " in after else after
    return before, after


class DossierFile:
    """The dossier of a citations folder.

    Each change names what it changes, so that several tabs never undo each other's.
    Every method returns the dossier as it is then, and raises CitationsError.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is made before something is pinned."""
        self._kept = KeptFile(folder / FILE)

    def read(self) -> Dossier:
        """The dossier as last kept."""
        return _read(self._kept.read())

    def pin(self, pin: Pin) -> Dossier:
        """Put a pin at the end; what is pinned already stays where it is."""

        def change(value: Value) -> None:
            pins = _pins(value)
            if any(_same(plain["receipt"], pin.receipt) for plain in pins):
                return
            if len(pins) >= MOST_PINS:
                raise CitationsError(
                    f"There are {MOST_PINS} pins already. Export the dossier, and remove "
                    "some."
                )
            pins.append(asdict(pin))

        return self._changed(change)

    def remove(self, key: str) -> Dossier:
        """Take a pin out, from where `restore` brings it back."""

        def change(value: Value) -> None:
            pins = _pins(value)
            at = _at(pins, key)
            gone = value.setdefault("removed", [])
            gone.append({"at": at, "pin": pins.pop(at)})
            del gone[:-REMOVED_KEPT]

        return self._changed(change)

    def restore(self, key: str) -> Dossier:
        """Bring a removed pin back to where it was."""

        def change(value: Value) -> None:
            gone = value.setdefault("removed", [])
            found = next((one for one in gone if one["pin"]["id"] == key), None)
            if found is None:
                raise CitationsError("This pin cannot be brought back any more.")
            gone.remove(found)
            _pins(value).insert(found["at"], found["pin"])

        return self._changed(change)

    def note(self, key: str, text: str, *, was: str) -> Dossier:
        """Write a pin's note in place of the one that `was` there."""

        def change(value: Value) -> None:
            pins = _pins(value)
            pin = pins[_at(pins, key)]
            if pin["note"] not in (was, text):
                raise CitationsError(
                    "This note was changed in another tab meanwhile. There it says: "
                    f"“{pin['note']}”. Put both together, and leave the field again."
                )
            if len(text) > MOST_NOTE_LETTERS:
                raise CitationsError(
                    f"A note has at most {MOST_NOTE_LETTERS} letters. Shorten it."
                )
            pin["note"] = text

        return self._changed(change)

    def move(self, key: str, to: int) -> Dossier:
        """Put a pin at a place, from 0."""

        def change(value: Value) -> None:
            pins = _pins(value)
            pin = pins.pop(_at(pins, key))
            pins.insert(max(0, to), pin)

        return self._changed(change)

    def name(self, title: str) -> Dossier:
        """Give the dossier a title."""

        def change(value: Value) -> None:
            value["title"] = one_line(title)[:MOST_TITLE_LETTERS]

        return self._changed(change)

    def _changed(self, change: Callable[[Value], None]) -> Dossier:
        def counted(value: Value) -> Dossier:
            change(value)
            value["version"] = 1
            value["revision"] = value.get("revision", 0) + 1
            return _read(value)

        return self._kept.change(counted)


def _pins(value: Value) -> list[dict[str, Any]]:
    pins: list[dict[str, Any]] = value.setdefault("pins", [])
    return pins


def _at(pins: list[dict[str, Any]], key: str) -> int:
    for at, pin in enumerate(pins):
        if pin["id"] == key:
            return at
    raise CitationsError("This pin is not there any more: another tab has removed it.")


def _same(plain: dict[str, Any], receipt: Receipt) -> bool:
    keys = ("path", "document", "start", "end")
    return all(plain[key] == getattr(receipt, key) for key in keys)


def _read(value: Value) -> Dossier:
    try:
        return Dossier(
            title=str(value.get("title", "")),
            pins=tuple(map(_pin, value.get("pins", []))),
            revision=int(value.get("revision", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CitationsError(
            f"{FILE} in the citations folder is not as this version of Citeback writes "
            "it. Update Citeback, or move the file away to begin a new dossier."
        ) from error


def _pin(plain: dict[str, Any]) -> Pin:
    receipt = dict(plain["receipt"])
    where = receipt.pop("locator")
    locator = (
        Locator(**{**where, "kind": LocatorKind(where["kind"])}) if where else None
    )
    return Pin(**{**plain, "receipt": Receipt(**receipt, locator=locator)})
