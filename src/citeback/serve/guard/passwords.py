"""Passwords: which are taken, and their hashes by argon2."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from citeback.errors import AccountsError

# NIST SP 800-63B asks for 15 where a password stands alone, and for room for 64.
SHORTEST = 15
LONGEST = 256

# The library's own measure: RFC 9106, for machines with little memory (64 MiB, 3 rounds).
_HASHER = PasswordHasher()


def checked(password: str, name: str) -> str:
    """The password as it is hashed. Raises AccountsError for one that is too weak."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise AccountsError(
            f"The password has {len(normal)} signs, but it needs {SHORTEST} or more. Four "
            "or five words that do not belong together make a good one."
        )
    if len(normal) > LONGEST:
        raise AccountsError(f"The password is longer than {LONGEST} signs. Shorten it.")
    if len(set(normal)) < 5 or normal.replace(name, "") == "":
        raise AccountsError("The password is too easy to guess. Choose another one.")
    return normal


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(_normal(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password of that hash; as slow where there is none."""
    try:
        fitting = _HASHER.verify(kept or _nobodys(), _normal(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return fitting and kept is not None


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _HASHER.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """One form for letters that can be typed in several ways."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
