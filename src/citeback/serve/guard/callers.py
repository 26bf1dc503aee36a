"""Who sends a request, once the guard has found it out, and where that is written.

Everything behind the guard reads it here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# What all curators are found by among the visitors; nobody can send it.
OWNER = "owner"


class Role(StrEnum):
    """What an account may do. Each may what those before it may.

    A reader asks, reads, cites and adds documents for themselves alone; a curator
    changes the documents that all share.
    """

    READER = "reader"
    CURATOR = "curator"

    @property
    def rank(self) -> int:
        """Higher may more."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: their name, what they may, and what is theirs alone."""

    name: str
    role: Role
    key: str


def caller_of(request: Any) -> Caller | None:
    """Who sent a request (of starlette or of gradio); None where nobody signs in."""
    found = getattr(request.state, "caller", None)
    return found if isinstance(found, Caller) else None
