"""Citeback: ask a text anything; get its own words, provably exact.

What Python programs use is named here and loaded when it is first asked for, so that
the package alone costs nothing to import:

    from citeback import Library

    with Library.open("content", "index") as library:
        library.update()
        print(library.ask("Who organized the workshop?").hits[0].quote)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citeback.cite.records import Anchored as Anchored
    from citeback.cite.records import ClaimReport as ClaimReport
    from citeback.cite.records import Receipt as Receipt
    from citeback.cite.records import Standing as Standing
    from citeback.cite.records import VerifyReport as VerifyReport
    from citeback.errors import CitebackError as CitebackError
    from citeback.library import Library as Library
    from citeback.records import AbsenceReport as AbsenceReport
    from citeback.records import Answer as Answer
    from citeback.records import Document as Document
    from citeback.records import EveryAnswer as EveryAnswer
    from citeback.records import Hit as Hit
    from citeback.records import Passage as Passage
    from citeback.records import Selection as Selection
    from citeback.records import Source as Source
    from citeback.records import Span as Span
    from citeback.records import Turn as Turn
    from citeback.records import UpdateReport as UpdateReport
    from citeback.records import Verdict as Verdict
    from citeback.settings import Settings as Settings

__version__ = "0.1.0"

_MODULES = {
    "citeback.library": ("Library",),
    "citeback.settings": ("Settings",),
    "citeback.errors": ("CitebackError",),
    "citeback.records": (
        "AbsenceReport",
        "Answer",
        "Document",
        "EveryAnswer",
        "Hit",
        "Passage",
        "Selection",
        "Source",
        "Span",
        "Turn",
        "UpdateReport",
        "Verdict",
    ),
    "citeback.cite.records": (
        "Anchored",
        "ClaimReport",
        "Receipt",
        "Standing",
        "VerifyReport",
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """What is named here, from the module that it stands in."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
