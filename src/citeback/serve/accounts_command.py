"""`citeback accounts`: who may sign in, and the tokens of their scripts."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from citeback.errors import AccountsError
from citeback.serve.guard.accounts import Account, Accounts
from citeback.serve.guard.audit import Audit, Result
from citeback.serve.guard.callers import Role
from citeback.settings import Settings

# The name under which the audit log has what was done here.
HERE = "(command line)"
ROLES = [str(role) for role in Role]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `accounts` understands."""
    kinds = parser.add_subparsers(required=True, metavar="WHAT")

    adding = kinds.add_parser(
        "add", help="make an account; asks for its password, or reads it from a pipe"
    )
    adding.add_argument("name")
    adding.add_argument(
        "--role",
        choices=ROLES,
        default=str(Role.READER),
        help="readers ask, and add documents for themselves; curators change those that "
        "all share",
    )
    adding.set_defaults(accounts=_add)

    removing = kinds.add_parser("remove", help="take an account away, with its tokens")
    removing.add_argument("name")
    removing.set_defaults(accounts=_remove)

    listing = kinds.add_parser("list", help="show the accounts and their tokens")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(accounts=_list)

    renewing = kinds.add_parser(
        "password", help="give an account another password; signs it out everywhere"
    )
    renewing.add_argument("name")
    renewing.set_defaults(accounts=_password)

    promoting = kinds.add_parser("role", help="give an account another role")
    promoting.add_argument("name")
    promoting.add_argument("role", choices=ROLES)
    promoting.set_defaults(accounts=_role)

    minting = kinds.add_parser(
        "token", help="make a token for a script or an assistant; shown this once"
    )
    minting.add_argument("name")
    minting.add_argument("--role", choices=ROLES, help="that of the account, or less")
    minting.add_argument("--label", default="", help="what it is for")
    minting.set_defaults(accounts=_token)

    revoking = kinds.add_parser("revoke", help="take a token away, by its id")
    revoking.add_argument("id")
    revoking.set_defaults(accounts=_revoke)


def run(settings: Settings, options: argparse.Namespace) -> list[str]:
    """Carry one of them out; returns the lines to print. Raises AccountsError."""
    accounts = Accounts(settings.accounts)
    lines: list[str] = options.accounts(accounts, options)
    return lines


def accounts_json(settings: Settings) -> list[dict[str, Any]]:
    """The accounts as plain values, without any hash."""
    return [
        {
            "name": one.name,
            "role": str(one.role),
            "made": one.made,
            "tokens": [
                {"id": t.id, "role": str(t.role), "label": t.label, "made": t.made}
                for t in one.tokens
            ],
        }
        for one in Accounts(settings.accounts).all()
    ]


def is_list(options: argparse.Namespace) -> bool:
    """Whether the accounts are only to be shown."""
    return options.accounts is _list


def _add(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    from citeback.serve.guard import passwords

    if accounts.named(options.name):
        raise AccountsError(f"There is already an account {options.name}.")
    first = not accounts.all()
    password = passwords.hashed(passwords.checked(_asked(), options.name))
    made = accounts.add(options.name, Role(options.role), password)
    _note(accounts, "add account", made)
    lines = [f"Made the account {made.name}, a {made.role}."]
    if first:
        lines.append(
            "From its next start on, Citeback asks everybody to sign in, on this machine "
            "too. If it is running, stop it and start it again."
        )
    return lines


def _remove(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    gone = accounts.remove(options.name)
    _note(accounts, "remove account", gone)
    lines = [f"Removed the account {gone.name}. It is signed out everywhere."]
    if not accounts.all():
        lines.append(
            "There is no account any more. A running Citeback lets nobody in; one that "
            "is started now asks nobody to sign in, and is reached from this machine only."
        )
    return lines


def _list(accounts: Accounts, _: argparse.Namespace) -> list[str]:
    lines = []
    for one in accounts.all():
        lines.append(f"{one.name}  {one.role}  since {one.made[:10]}")
        lines += [
            f"  token {token.id}  {token.role}  since {token.made[:10]}"
            + (f"  {token.label}" if token.label else "")
            for token in one.tokens
        ]
    return lines or [
        (
            "There is no account, so nobody has to sign in. Make one with: python -m "
            "citeback accounts add NAME --role curator"
        )
    ]


def _password(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    from citeback.serve.guard import passwords

    if accounts.named(options.name) is None:
        accounts.set_password(options.name, "")  # raises, and says who there is
    password = passwords.hashed(passwords.checked(_asked(), options.name))
    changed = accounts.set_password(options.name, password)
    _note(accounts, "change password", changed)
    return [
        (
            f"Changed the password of {changed.name}, who is signed out everywhere. Tokens "
            "go on; take them away with `citeback accounts revoke ID`."
        )
    ]


def _role(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    changed = accounts.set_role(options.name, Role(options.role))
    _note(accounts, f"make {changed.role}", changed)
    return [f"{changed.name} is a {changed.role} now."]


def _token(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    role = Role(options.role) if options.role else None
    text = accounts.add_token(options.name, role, options.label)
    account = accounts.named(options.name)
    if account is not None:
        _note(accounts, "make token", account)
    print("Send it as the header: Authorization: Bearer TOKEN", file=sys.stderr)
    print("It is not shown again. Whoever has it may what it may.", file=sys.stderr)
    return [text]


def _revoke(accounts: Accounts, options: argparse.Namespace) -> list[str]:
    account = accounts.revoke(options.id)
    _note(accounts, "revoke token", account)
    return [f"Took the token {options.id} of {account.name} away."]


def _note(accounts: Accounts, what: str, account: Account) -> None:
    Audit(accounts.folder).note(HERE, what, Result.DONE, about=account.name)


def _asked() -> str:
    """A password that nobody sees, typed twice; or the first line from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise AccountsError("The two passwords were not the same. Try again.")
    return password
