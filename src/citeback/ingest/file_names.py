"""A file's name as sent by someone else → one that is safe in a folder of ours. Pure."""

from __future__ import annotations

import unicodedata
from itertools import count
from pathlib import PurePosixPath

NAMELESS = "document"
# Of the 255 that file systems take, less what a number and a temporary name need.
LONGEST_BYTES = 200
# Joiners are letters' business in Persian and in Indian scripts; other format
# characters are not seen, and some turn round what stands beside them.
_JOINERS = "\u200c\u200d"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# What Windows does not allow in a name, or at all.
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"]
)


def safe_name(name: str) -> str:
    """The last part of a path as a visible file's name, in any script.

    Nothing of it leads out of a folder, hides the file, or shows a name other than the
    one that is there.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(
        sign
        for sign in unicodedata.normalize("NFC", last)
        if sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
    )
    kept = " ".join(seen.translate(_FORBIDDEN).split()).strip(". ")
    stem, ending = _parts(kept or NAMELESS)
    if stem.split(".")[0].rstrip().casefold() in _RESERVED:
        stem = f"_{stem}"
    return _cut(stem, LONGEST_BYTES - len(ending.encode())) + ending


def numbered(name: str, number: int) -> str:
    """The name for a second, third … file: "name (2).txt"."""
    stem, ending = _parts(name)
    return f"{stem} ({number}){ending}"


def with_numbers(name: str) -> list[str]:
    """The name, then numbered ones to try where it is taken."""
    return [name, *(numbered(name, n) for n, _ in zip(count(2), range(998)))]


def _parts(name: str) -> tuple[str, str]:
    """Stem and ending; what is too long for an ending is none."""
    ending = PurePosixPath(name).suffix
    if len(ending.encode()) > LONGEST_BYTES // 4:
        ending = ""
    return name.removesuffix(ending) if ending else name, ending


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore").rstrip(". ") or NAMELESS
