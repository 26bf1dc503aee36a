"""`citeback accounts`, as a person or a script uses it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from citeback.serve.command_line import main
from citeback.serve.guard import passwords
from citeback.serve.guard.accounts import Accounts

Run = Callable[..., tuple[int, str, str]]
PASSWORD = "four words that sing"


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Run:
    monkeypatch.setenv("CITEBACK_ACCOUNTS", str(tmp_path / "accounts"))
    # None of this looks at documents, or makes folders for them.
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(["accounts", *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_accounts_are_made_changed_shown_and_removed(run: Run, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "accounts")
    assert "nobody has to sign in" in run("list")[1]
    status, out, _ = run("add", "Ana", "--role", "curator", typed=f"{PASSWORD}\n")
    assert status == 0
    assert "Made the account ana, a curator." in out
    assert "next start" in out
    assert "next start" not in run("add", "ben", typed=f"{PASSWORD}\n")[1]
    first = accounts.named("ana")
    assert first
    assert passwords.fits(PASSWORD, first.password)
    run("password", "ana", typed="another four words now\n")
    second = accounts.named("ana")
    assert second
    assert passwords.fits("another four words now", second.password)
    assert second.epoch != first.epoch
    assert "ben is a curator now" in run("role", "ben", "curator")[1]
    token = run("token", "ben", "--role", "reader", "--label", "weekly")[1].strip()
    assert accounts.of_token(token)
    listed = json.loads(run("list", "--json")[1])
    assert [(one["name"], one["role"]) for one in listed] == [
        ("ana", "curator"),
        ("ben", "curator"),
    ]
    assert listed[1]["tokens"][0]["label"] == "weekly"
    assert token.split("_", 2)[2] not in json.dumps(listed)
    assert run("revoke", listed[1]["tokens"][0]["id"])[0] == 0
    assert accounts.of_token(token) is None
    assert run("remove", "ben")[0] == 0
    assert "no account any more" in run("remove", "ana")[1]
    noted = (tmp_path / "accounts" / "audit.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["what"] for line in noted.splitlines()] == [
        *("add account", "add account", "change password", "make curator"),
        *("make token", "revoke token", "remove account", "remove account"),
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"accounts"}


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("add", "eve", "--role", "reader"), "short\n", "needs 15 or more"),
        (("add", "../eve"), f"{PASSWORD}\n", "cannot be a name"),
        (("add", "ana"), f"{PASSWORD}\n", "already an account"),
        (("remove", "eve"), "", "There are: ana"),
        (("password", "eve"), f"{PASSWORD}\n", "no account eve"),
        (("token", "ana", "--role", "curator"), "", "may not do more"),
        (("revoke", "x"), "", "no token x"),
    ],
)
def test_what_cannot_be_done_is_told(
    run: Run, arguments: tuple[str, ...], typed: str, told: str
) -> None:
    run("add", "ana", typed=f"{PASSWORD}\n")
    status, _, error = run(*arguments, typed=typed)
    assert status == 2
    assert told in error


def test_a_password_is_typed_twice_and_seen_by_nobody(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter([PASSWORD, "four words that sank"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    monkeypatch.setattr("sys.stdin", Terminal())
    assert main(["accounts", "add", "ana"]) == 2
    assert "no account" in run("list")[1]
    # It is no part of the command, which others on the machine can see.
    with pytest.raises(SystemExit):
        run("add", "ana", "--password", PASSWORD)
