"""Proof that a question is answered without a network: there is none, and none is missed.

On Linux the process is first put into a network of its own, in which there is nobody.
Everywhere every attempt of Python code to reach out is noted and refused.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass, field

# From Linux' sched.h: namespaces of one's own for users and for networks.
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
# Python tells of these before they happen (docs.python.org/3/library/audit_events.html).
_REACHING_OUT = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "urllib.Request",
)


@dataclass(slots=True)
class Isolation:
    """What keeps this process from the network, and what tried to reach it."""

    has_own_network: bool
    attempts: list[str] = field(default_factory=list)


def isolate() -> Isolation:
    """Cut this process off, for as long as it lives. Call it before any thread starts."""
    isolation = Isolation(has_own_network=_leave_network())

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event in _REACHING_OUT:
            where = [one for one in arguments if isinstance(one, str | tuple)]
            isolation.attempts.append(f"{event} {where}")
            raise PermissionError("Citeback reaches out to nothing.")

    sys.addaudithook(refuse)
    return isolation


def _leave_network() -> bool:
    """Whether the system gave this process an empty network of its own."""
    if sys.platform != "linux":
        return False
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and unshare(_NEW_USER | _NEW_NET) == 0
