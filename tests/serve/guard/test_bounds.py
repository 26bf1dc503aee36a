"""How often, how much, how slowly; what is told, logged and noted of it."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from guarded import PASSWORDS, OpenApp, Opened, sign_in
from starlette.types import Message

from citeback.errors import AccountsError, SettingsError
from citeback.serve import logs
from citeback.serve.failures import quietly
from citeback.serve.guard import audit, passwords
from citeback.serve.guard.audit import Audit, Result
from citeback.serve.guard.bodies import SMALL, Bodies
from citeback.serve.guard.front import guarded
from citeback.settings import Settings

QUESTION = "zeppelin quarantine rhubarb"


def test_too_many_attempts_wait_whoever_it_is(opened: Opened) -> None:
    """So that nobody learns from it which names there are."""
    statuses = {
        name: [sign_in(opened.browser(), name, "wrong").status_code for _ in range(9)]
        for name in ("ana", "nobody")
    }
    assert statuses["ana"] == statuses["nobody"] == [401] * 8 + [429]
    # The right password waits as well, but others do not, nor the same name elsewhere.
    reply = sign_in(opened.browser(), "ana", PASSWORDS["ana"])
    assert reply.status_code == 429
    assert 0 < int(reply.headers["retry-after"]) <= 900
    assert sign_in(opened.browser(), "ben", PASSWORDS["ben"]).status_code == 303
    far = opened.browser(address="198.51.100.4")
    assert sign_in(far, "ana", PASSWORDS["ana"]).status_code == 303


def test_an_address_that_tries_many_names_waits(opened: Opened) -> None:
    tried = [sign_in(opened.browser(), f"n{n}", "wrong") for n in range(61)]
    assert [reply.status_code for reply in tried] == [401] * 60 + [429]


def test_a_wrong_name_takes_as_long_as_a_wrong_password(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are checked against a hash: that of the account, or nobody's."""
    checked = []
    verify = passwords._HASHER.verify

    class Watched:
        @staticmethod
        def verify(kept: str, password: str) -> bool:
            checked.append(kept)
            return verify(kept, password)

        hash = passwords._HASHER.hash

    monkeypatch.setattr(passwords, "_HASHER", Watched)
    answers = [sign_in(opened.browser(), name, "x").text for name in ("ana", "none")]
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]
    assert answers[0].replace("ana", "none") == answers[1]


def test_requests_are_counted_by_account(open_app: OpenApp) -> None:
    opened = open_app(requests_per_minute=3)
    ben = opened.client("ben")
    codes = [ben.get("/state").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert ben.get("/state").headers["retry-after"]
    assert opened.client("ana").get("/state").status_code == 200
    # Guesses count by where they come from.
    wrong = opened.client(authorization="Bearer x")
    assert [wrong.get("/state").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_bodies_are_bounded_whether_they_say_so_or_not(opened: Opened) -> None:
    ana = opened.client("ana")
    body = b"x" * (SMALL + 1)
    assert ana.post("/dossier/name", content=body).status_code == 413
    pieces = (b"x" * 100_000 for _ in range(21))
    assert ana.post("/dossier/name", content=pieces).status_code == 413
    form = {"name": "ana", "password": "x" * 30_000}
    assert opened.browser().post("/sign-in", data=form).status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    sent: list[Message] = []

    async def app(scope: object, receive: object, send: object) -> None:
        message = await receive()  # type: ignore[operator]
        assert message["type"] == "http.disconnect"

    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError("waited")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/x", "headers": [], "method": "POST"}
    began = time.monotonic()
    bounded = Bodies(app, most=10, seconds=0.05)  # type: ignore[arg-type]
    asyncio.run(bounded(scope, receive, send))
    assert time.monotonic() - began < 5
    assert sent[0]["status"] == 408


def test_others_reach_it_only_where_people_are_asked_who_they_are(
    tmp_path: Path,
) -> None:
    def settings(**values: str) -> Settings:
        return Settings(accounts=tmp_path / "none", **values)  # type: ignore[arg-type]

    assert not guarded(settings())
    for host in ("localhost", "127.0.0.9", "::1"):
        assert not guarded(settings(host=host))
    for host in ("0.0.0.0", "::", "192.0.2.1", "library.example.org"):
        with pytest.raises(SettingsError, match=r"accounts add.*--role"):
            guarded(settings(host=host))
    with pytest.raises(SettingsError, match=r"CITEBACK_HOSTS is library\.example"):
        guarded(settings(hosts="library.example.org"))
    assert guarded(settings(host="::", proxies="::1", proxy_header="X-Remote-User"))


def test_names_that_are_not_ours_are_turned_away(open_app: OpenApp) -> None:
    opened = open_app(host="0.0.0.0", hosts="library.example.org")
    client = opened.client("ana")

    def asked(host: str) -> int:
        code: int = client.get("/state", headers={"host": host}).status_code
        return code

    for host in ("library.example.org", "localhost:7860", "192.0.2.4", "[::1]:7860"):
        assert asked(host) == 200, host
    for host in ("evil.example", "library.example.org.evil", "x@localhost", "", "a b"):
        assert asked(host) == 400, host
    sent = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    assert "evil.example" not in client.get("/", headers=sent).text


def test_the_accounts_are_their_owners_alone(opened: Opened) -> None:
    for file in opened.accounts.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    kept = (opened.accounts.folder / "accounts.json").read_text(encoding="utf-8")
    for secret in (*PASSWORDS.values(), *opened.token.values()):
        assert secret not in kept
        assert secret.split("_", 2)[-1] not in kept
    assert "$argon2id$" in kept


def test_weak_passwords_are_not_taken() -> None:
    for password in ("short", "aaaaaaaaaaaaaaaaaaaa", "anaanaanaanaanaana", "x" * 300):
        with pytest.raises(AccountsError, match=r"signs|guess"):
            passwords.checked(password, "ana")
    assert passwords.checked("four words that sing", "ana")


def test_the_audit_log_says_who_and_what_but_no_secret(opened: Opened) -> None:
    browser = opened.browser()
    sign_in(browser, "ana", "my-secret-password")
    sign_in(browser, "my-secret-password", "ana")
    sign_in(browser, "ana", PASSWORDS["ana"])
    opened.client("ben").post("/library/refresh")
    opened.client("ben").post("/api/v1/ask", json={"question": QUESTION})
    browser.post("/sign-out")
    noted = [(n["who"], n["what"], n["result"]) for n in opened.noted()]
    assert noted == [
        ("ana", "sign in", "failed"),
        ("(no account)", "sign in", "failed"),
        ("ana", "sign in", "done"),
        ("ben", "POST /library/refresh", "refused"),
        ("ana", "sign out", "done"),
    ]
    text = (opened.accounts.folder / "audit.jsonl").read_text(encoding="utf-8")
    for secret in ("my-secret", PASSWORDS["ana"], "zeppelin", *opened.token.values()):
        assert secret not in text
    assert all(n["when"] and n["where"] == "192.0.2.7" for n in opened.noted())


def test_the_audit_log_is_set_aside_when_it_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_BYTES", 300)
    kept = Audit(tmp_path)
    for number in range(60):
        kept.note("ana", f"{number:03}", Result.DONE)
    files = sorted(tmp_path.glob("audit.jsonl*"))
    assert [file.name for file in files] == [
        "audit.jsonl",
        *(f"audit.jsonl.{n}" for n in range(1, 6)),
    ]
    lines = "".join(file.read_text(encoding="utf-8") for file in files)
    assert all(file.stat().st_size <= 300 for file in files)
    assert '"059"' in lines
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


def test_the_log_has_requests_but_no_question(
    opened: Opened, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot answer {QUESTION}")

    root, ours = logging.getLogger(), logging.getLogger("citeback")
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(ours, "level", ours.level)
    logs.set_up("json")
    ben = opened.client("ben")
    asked = {"question": QUESTION}
    reply = ben.post("/api/v1/ask", json=asked)
    assert reply.status_code == 200
    ben.get("/", params={"q": QUESTION})
    monkeypatch.setattr(opened.visitors.library, "ask", fails)
    failed = ben.post("/api/v1/ask", json=asked)
    assert failed.status_code == 500
    told = capsys.readouterr().err
    for word in QUESTION.split():
        assert word not in told
    lines = [json.loads(line) for line in told.splitlines()]
    first = next(line for line in lines if line["message"] == "request")
    assert (first["path"], first["status"]) == ("/api/v1/ask", 200)
    assert first["account"] == "ben"
    assert first["request"] == reply.headers["x-request-id"]
    errors = [line for line in lines if "error" in line]
    assert "builtins.RuntimeError" in errors[0]["error"][-1]
    assert errors[0]["request"] == failed.headers["x-request-id"]


def test_what_fails_in_the_page_is_told_without_the_question(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
) -> None:
    """By our log, not by the page's framework, which would print it all."""

    class ForThePageError(Exception):
        pass

    def plain(fails: bool, why: Exception | None = None) -> str:
        if fails:
            raise why or RuntimeError(QUESTION)
        return "answer"

    async def stream(fails: bool) -> AsyncIterator[str]:
        yield "first"
        plain(fails)

    async def all_of(fails: bool) -> list[str]:
        return [value async for value in quiet_stream(fails)]

    async def awaited(fails: bool) -> str:
        return plain(fails)

    def told() -> Exception:
        return ForThePageError("Something went wrong.")

    quiet = quietly(plain, told, ForThePageError)
    quiet_stream = quietly(stream, told, ForThePageError)
    quiet_wait = quietly(awaited, told, ForThePageError)
    assert quiet(False) == "answer"
    assert inspect.iscoroutinefunction(quiet_wait)  # or else the page shows its name
    assert asyncio.run(quiet_wait(False)) == "answer"
    with pytest.raises(ForThePageError, match="went wrong"):
        asyncio.run(quiet_wait(True))
    assert asyncio.run(all_of(False)) == ["first"]
    with pytest.raises(ForThePageError, match="went wrong"):
        quiet(True)
    with pytest.raises(ForThePageError, match="went wrong"):
        asyncio.run(all_of(True))
    with pytest.raises(ForThePageError, match="meant"):
        quiet(True, ForThePageError("meant for the page"))
    told_lines = [logs.Lines().format(record) for record in caplog.records]
    assert len(told_lines) == 3
    assert all("RuntimeError" in line and "zeppelin" not in line for line in told_lines)


def test_all_that_the_page_calls_is_kept_so(opened: Opened) -> None:
    page = next(
        route.app.get_blocks()
        for route in opened.app.routes
        if hasattr(getattr(route, "app", None), "get_blocks")
    )
    called = [event.fn for event in page.fns.values() if event.fn is not None]
    assert len(called) > 8
    assert all(fn.__code__.co_filename.endswith("failures.py") for fn in called)


def test_every_answer_carries_the_safety_headers(opened: Opened) -> None:
    for client, path in (
        (opened.client(), "/state"),
        (opened.client(), "/sign-in"),
        (opened.client("ana"), "/"),
        (opened.client("ana"), "/theme.css"),
        (opened.client(host="evil.example"), "/"),
    ):
        headers = client.get(path).headers
        assert "frame-ancestors" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers.get_list("content-security-policy", split_commas=False)[1:] == []
    assert opened.client("ana").get("/state").headers["cache-control"] == "no-store"


def test_what_json_cannot_hold_is_refused_without_repeating_it(opened: Opened) -> None:
    ben = opened.client("ben")
    headers = {"content-type": "application/json"}
    for path in ("/library/add", "/citations/quotes", "/gradio_api/queue/join"):
        for sent in (b"[NaN]", b'{"data": 1e999}', b'{"data": "\\ud800 secret"}'):
            reply = ben.post(path, content=sent, headers=headers)
            assert reply.status_code == 422, (path, sent)
            assert "reason" in reply.json()
            assert "secret" not in reply.text


def test_a_call_that_lacks_something_is_printed_nowhere(
    opened: Opened, capfd: pytest.CaptureFixture[str]
) -> None:
    call = {"data": ["a secret question"], "fn_index": 1, "session_hash": "one"}
    with opened.client("ben") as ben:
        reply = ben.post("/gradio_api/run/ask", json=call)
    assert reply.status_code == 500
    said = "".join(capfd.readouterr())
    assert "secret" not in said + reply.text
    assert "Traceback" not in said
