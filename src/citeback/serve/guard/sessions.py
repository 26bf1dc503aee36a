"""Who is signed in: kept in memory, found by what only their browser has."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from citeback.serve.guard.accounts import Account

# A working day without a click, a week at most.
IDLE_SECONDS = 8 * 3600
ABSOLUTE_SECONDS = 7 * 86400
# Browsers of one account that are signed in at once; the one left longest goes first.
MOST_OF_ONE = 20


@dataclass(slots=True)
class _Session:
    account: str
    epoch: str
    began: float
    seen: float


class Sessions:
    """All sessions of one server. Safe to use from threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is signed in; `clock` tells seconds."""
        self._clock = clock
        self._by_digest: dict[bytes, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, account: Account) -> str:
        """Sign an account in; returns the secret for its browser."""
        secret = secrets.token_urlsafe(32)
        at = self._clock()
        with self._lock:
            self._forget_old(at)
            own = [k for k, one in self._by_digest.items() if one.account == account.id]
            own.sort(key=lambda key: self._by_digest[key].seen)
            for key in own[: len(own) - MOST_OF_ONE + 1]:
                del self._by_digest[key]
            self._by_digest[_digest(secret)] = _Session(
                account.id, account.epoch, at, at
            )
        return secret

    def account(
        self,
        secret: str,
        find: Callable[[str], Account | None],
        *,
        active: bool = True,
    ) -> Account | None:
        """Who is signed in with a secret, as their account is now.

        What is not `active`, since a page does it by itself, does not make it last.
        """
        at = self._clock()
        with self._lock:
            session = self._by_digest.get(_digest(secret))
            if session is None or _is_over(session, at):
                return None
            if active:
                session.seen = at
        account = find(session.account)
        if account is None or account.epoch != session.epoch:
            return None
        return account

    def end(self, secret: str) -> None:
        """Sign out."""
        with self._lock:
            self._by_digest.pop(_digest(secret), None)

    def _forget_old(self, at: float) -> None:
        over = [k for k, one in self._by_digest.items() if _is_over(one, at)]
        for key in over:
            del self._by_digest[key]


def _is_over(session: _Session, at: float) -> bool:
    return at - session.seen >= IDLE_SECONDS or at - session.began >= ABSOLUTE_SECONDS


def _digest(secret: str) -> bytes:
    """What is looked up, so that how long that takes tells nothing of the secret."""
    return hashlib.sha256(secret.encode()).digest()
