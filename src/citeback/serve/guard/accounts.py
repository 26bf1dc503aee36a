"""The accounts: a file that a running server sees change, and that only its owner reads.

Nothing in it opens anything by itself: of passwords and tokens there are only hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from citeback.cite.kept import now, write_whole
from citeback.errors import AccountsError
from citeback.serve.guard.callers import Role

FILE = "accounts.json"
TOKEN = re.compile(r"citeback_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_PATIENCE_SECONDS = 10.0
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """What a script signs in with; `digest` is of the whole token, `made` an ISO time."""

    id: str
    digest: str
    role: Role
    label: str
    made: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in. `password` is its hash; `epoch` changes with it."""

    id: str
    name: str
    role: Role
    password: str
    epoch: str
    made: str
    tokens: tuple[Token, ...] = ()


class Accounts:
    """The accounts in a folder. Safe to use from threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before there is an account."""
        self.folder = folder
        self._path = folder / FILE
        self._read: tuple[tuple[int, int, int] | None, tuple[Account, ...]] = None, ()

    def all(self) -> tuple[Account, ...]:
        """Every account, as the file is now. Raises AccountsError."""
        try:
            status = self._path.stat()
            seen = status.st_ino, status.st_mtime_ns, status.st_size
            known, accounts = self._read
            if seen != known:
                accounts = _parsed(json.loads(self._path.read_text(encoding="utf-8")))
                self._read = seen, accounts
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise AccountsError(
                f"{self._path} cannot be read ({error.strerror}). Look at its rights, and "
                "at the drive that it lies on."
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise AccountsError(
                f"{self._path} is damaged, so nobody is let in. Put a copy from a backup "
                "in its place, or delete it and make the accounts anew."
            ) from error
        return accounts

    def named(self, name: str) -> Account | None:
        """The account of a name as it was typed."""
        wanted = _folded(name)
        return next((one for one in self.all() if one.name == wanted), None)

    def of_id(self, key: str) -> Account | None:
        """The account that was given this id when it was made."""
        return next((one for one in self.all() if one.id == key), None)

    def of_token(self, text: str) -> tuple[Account, Token] | None:
        """Whose token that is."""
        found = TOKEN.fullmatch(text)
        if found is None:
            return None
        for account in self.all():
            for token in account.tokens:
                if token.id == found.group(1):
                    fits = hmac.compare_digest(token.digest, _digest(text))
                    return (account, token) if fits else None
        return None

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account; `password` is hashed. Raises AccountsError."""
        wanted = _folded(name)
        if not _NAME.fullmatch(wanted):
            raise AccountsError(
                f"{name!r} cannot be a name. Use letters from a to z, digits, and . _ @ + "
                "- after the first sign; 64 signs at most."
            )
        made = Account(
            secrets.token_hex(16), wanted, role, password, secrets.token_hex(8), now()
        )

        def change(accounts: list[Account]) -> Account:
            if any(one.name == wanted for one in accounts):
                raise AccountsError(f"There is already an account {wanted}.")
            accounts.append(made)
            return made

        return self._change(change)

    def remove(self, name: str) -> Account:
        """Take an account away, with its tokens. Raises AccountsError."""

        def change(accounts: list[Account]) -> Account:
            gone = _one(accounts, name)
            accounts.remove(gone)
            return gone

        return self._change(change)

    def set_password(self, name: str, password: str) -> Account:
        """Give an account another hash; who is signed in with it is so no more."""
        return self._edit(
            name,
            lambda one: replace(one, password=password, epoch=secrets.token_hex(8)),
        )

    def set_role(self, name: str, role: Role) -> Account:
        """Give an account another role, at once."""
        return self._edit(name, lambda one: replace(one, role=role))

    def add_token(self, name: str, role: Role | None, label: str) -> str:
        """Make a token; it is told this once, and never again. Raises AccountsError.

        Without a role it may what the account may.
        """
        key = secrets.token_hex(6)
        text = f"citeback_{key}_{secrets.token_urlsafe(32)}"

        def edit(account: Account) -> Account:
            given = role or account.role
            if given.rank > account.role.rank:
                raise AccountsError(
                    f"A token may not do more than its account, and {account.name} is a "
                    f"{account.role}."
                )
            token = Token(key, _digest(text), given, label, now())
            return replace(account, tokens=(*account.tokens, token))

        self._edit(name, edit)
        return text

    def revoke(self, key: str) -> Account:
        """Take a token away, by the id that `list` shows. Raises AccountsError."""

        def change(accounts: list[Account]) -> Account:
            for at, account in enumerate(accounts):
                left = tuple(token for token in account.tokens if token.id != key)
                if len(left) < len(account.tokens):
                    accounts[at] = replace(account, tokens=left)
                    return accounts[at]
            raise AccountsError(
                f"There is no token {key}. `citeback accounts list` shows the ids."
            )

        return self._change(change)

    def _edit(self, name: str, edit: Callable[[Account], Account]) -> Account:
        def change(accounts: list[Account]) -> Account:
            found = _one(accounts, name)
            edited = edit(found)
            accounts[accounts.index(found)] = edited
            return edited

        return self._change(change)

    def _change(self, change: Callable[[list[Account]], T]) -> T:
        lock = self.folder / f".{FILE}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            with FileLock(lock, timeout=_PATIENCE_SECONDS, mode=_PRIVATE):
                accounts = list(self.all())
                result = change(accounts)
                written = json.dumps(
                    {"accounts": [asdict(a) for a in accounts]}, indent=1
                )
                write_whole(self._path, written.encode("ascii"), mode=_PRIVATE)
                return result
        except Timeout:
            raise AccountsError(
                f"Another process is writing {self._path}. Try again in a moment."
            ) from None
        except OSError as error:
            raise AccountsError(
                f"Nothing can be written in {self.folder} ({error.strerror}). Make room "
                "there, or set CITEBACK_ACCOUNTS to a folder you may write in."
            ) from error


def _parsed(value: Any) -> tuple[Account, ...]:
    """The accounts of a file. Raises ValueError, TypeError or KeyError."""
    return tuple(
        Account(
            **{
                **one,
                "role": Role(one["role"]),
                "tokens": tuple(
                    Token(**{**token, "role": Role(token["role"])})
                    for token in one["tokens"]
                ),
            }
        )
        for one in value["accounts"]
    )


def _one(accounts: Sequence[Account], name: str) -> Account:
    wanted = _folded(name)
    for account in accounts:
        if account.name == wanted:
            return account
    there = ", ".join(account.name for account in accounts) or "none yet"
    raise AccountsError(f"There is no account {name}. There are: {there}.")


def _folded(name: str) -> str:
    return name.strip().casefold()


def _digest(text: str) -> str:
    """Of a random text; for passwords, which are not, there is argon2."""
    return hashlib.sha256(text.encode()).hexdigest()
